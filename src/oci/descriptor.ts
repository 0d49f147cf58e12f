import { isDigest } from './digest.ts';
import { isForeignLayerType } from './media-types.ts';
import { quote } from './quote.ts';

/** What a descriptor says about the content that it names (image specification, "OCI Content Descriptors"). */
export interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
  artifactType?: string;
  annotations?: Record<string, string>;
  /** Where else the content may be fetched. */
  urls?: string[];
  /** The content itself in base64; kept as it came, never trusted. */
  data?: string;
}

/** A member of an index. */
export interface ChildDescriptor extends Descriptor {
  platform?: Platform;
}

/** For which machine a member of an index is meant. A missing architecture or os is empty, as Go clients write it. */
interface Platform {
  architecture: string;
  os: string;
  variant?: string;
  'os.version'?: string;
  'os.features'?: string[];
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Why a part of a manifest cannot be accepted; `parseManifest` turns it into MANIFEST_INVALID. */
export class InvalidPart extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidPart';
  }
}

const descriptorKeys = [
  'mediaType',
  'digest',
  'size',
  'artifactType',
  'annotations',
  'urls',
  'data',
  'platform',
] as const;

/** Printable ASCII. Looser than RFC 6838, because parameters (`text/plain; charset=utf-8`) are seen in practice. */
const printable = /^[\x20-\x7e]{1,255}$/;

/** Whether clients fetch this layer from elsewhere, so that its blob need not exist here. */
export function isForeignLayer(descriptor: Descriptor): boolean {
  return isForeignLayerType(descriptor.mediaType);
}

/** `at` is the place in the document for error messages, for instance `layers[3]`. */
export function readDescriptor(value: unknown, at: string): Descriptor {
  if (!isObject(value)) throw new InvalidPart(`${at} must be a descriptor (a JSON object)`);
  refuseCaseVariants(value, descriptorKeys, at);
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== 'string' || !printable.test(mediaType)) {
    throw new InvalidPart(`${at}.mediaType must be a media type of at most 255 characters`);
  }
  if (typeof digest !== 'string') throw new InvalidPart(`${at}.digest is missing`);
  if (!isDigest(digest))
    throw new InvalidPart(`${at}.digest ${quote(digest)} is not a sha256 or sha512 digest`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new InvalidPart(`${at}.size must be a whole number of bytes, zero or more`);
  }
  return { mediaType, digest, size, ...readOptionalFields(value, at) };
}

export function readChild(value: unknown, at: string): ChildDescriptor {
  const descriptor = readDescriptor(value, at);
  const platform = isObject(value) ? value['platform'] : undefined;
  if (platform === undefined || platform === null) return descriptor;
  return { ...descriptor, platform: readPlatform(platform, `${at}.platform`) };
}

export function readAnnotations(value: unknown, at: string): Record<string, string> {
  if (!isObject(value)) throw new InvalidPart(`${at} must be a JSON object`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new InvalidPart(`${at}[${quote(key)}] must be a string`);
  }
  // Object.fromEntries would do the same at the price of a copy: every value was just seen to be a string.
  return value as Record<string, string>;
}

/**
 * Some readers (Go's encoding/json among them) match keys without regard to case, so `Layers` is `layers` to them
 * and nothing to others. Two foldings because `ſ` folds to s only through upper case and the Kelvin sign to k
 * only through lower case.
 */
export function refuseCaseVariants(value: JsonObject, known: readonly string[], at: string): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const folded = fold(key);
    const meant = known.find((name) => fold(name) === folded);
    if (meant !== undefined) {
      throw new InvalidPart(
        `${at === '' ? '' : `${at}: `}the key ${quote(key)} must be written ${quote(meant)}`,
      );
    }
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Absent and null are the same: Go clients write null for what they leave out. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}

function readOptionalFields(value: JsonObject, at: string): Partial<Descriptor> {
  const fields: Partial<Descriptor> = {};
  const { artifactType, annotations, urls, data } = value;
  if (isGiven(artifactType)) fields.artifactType = readString(artifactType, `${at}.artifactType`);
  if (isGiven(annotations)) fields.annotations = readAnnotations(annotations, `${at}.annotations`);
  if (isGiven(urls)) fields.urls = readStrings(urls, `${at}.urls`);
  if (isGiven(data)) fields.data = readString(data, `${at}.data`);
  return fields;
}

function readPlatform(value: unknown, at: string): Platform {
  if (!isObject(value)) throw new InvalidPart(`${at} must be a JSON object`);
  const { architecture, os, variant, 'os.version': version, 'os.features': features } = value;
  const platform: Platform = {
    architecture: isGiven(architecture) ? readString(architecture, `${at}.architecture`) : '',
    os: isGiven(os) ? readString(os, `${at}.os`) : '',
  };
  if (isGiven(variant)) platform.variant = readString(variant, `${at}.variant`);
  if (isGiven(version)) platform['os.version'] = readString(version, `${at}["os.version"]`);
  if (isGiven(features)) platform['os.features'] = readStrings(features, `${at}["os.features"]`);
  return platform;
}

function readString(value: unknown, at: string): string {
  if (typeof value !== 'string') throw new InvalidPart(`${at} must be a string`);
  return value;
}

function readStrings(value: unknown, at: string): string[] {
  if (!Array.isArray(value)) throw new InvalidPart(`${at} must be an array of strings`);
  return value.map((entry: unknown, index) => readString(entry, `${at}[${index}]`));
}
