import type { Buffer } from 'node:buffer';

import { Failure } from '#src/failures.ts';

import {
  type ChildDescriptor,
  type Descriptor,
  InvalidPart,
  isGiven,
  isObject,
  type JsonObject,
  readAnnotations,
  readChild,
  readDescriptor,
  refuseCaseVariants,
} from './descriptor.ts';
import {
  isGenericType,
  isImageManifestType,
  isIndexType,
  isMediaType,
  isSchema1Type,
  mediaTypeOf,
  mediaTypes,
  usualSpelling,
} from './media-types.ts';
import { quote } from './quote.ts';
import { NotStrictJson, parseStrictJson } from './strict-json.ts';

export { type ChildDescriptor, type Descriptor, isForeignLayer } from './descriptor.ts';

export interface ParsedManifest {
  kind: 'image' | 'index' | 'unknown';
  /** As it is to be stored and served. */
  mediaType: string;
  /**
   * What referrers are filtered by: the manifest's own artifactType or, for an image manifest without one, the
   * media type of its config (distribution specification, "Listing Referrers").
   */
  artifactType?: string;
  config?: Descriptor;
  /** Of an unknown kind: `layers` and `blobs` together. */
  layers: Descriptor[];
  manifests: ChildDescriptor[];
  subject?: Descriptor;
  annotations: Record<string, string>;
}

const manifestKeys = [
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'manifests',
  'subject',
  'annotations',
] as const;

/**
 * Descriptors in one manifest. Every one of them becomes a row that the push locks in one transaction. Docker
 * stops at 127 layers and the largest indexes seen hold hundreds; 10,000 leaves room for artifacts of many files,
 * while 4 MiB of minimal descriptors would be about 40,000.
 */
const DESCRIPTORS = 10_000;

/**
 * Reads a manifest as it was pushed and refuses, with MANIFEST_INVALID, everything that two readers could take
 * for two different things: see strict-json.ts, refuseCaseVariants and the checks below (CVE-2021-41190).
 *
 * `contentType` is the request's header; without one the document's own `mediaType` counts. An unknown media type
 * is kept: it must be a strict JSON object, and whatever in it looks like a descriptor is collected.
 * The caller has bounded the size (4 MiB).
 */
export function parseManifest(bytes: Buffer, contentType: string | undefined): ParsedManifest {
  try {
    const document = parseStrictJson(bytes);
    if (!isObject(document)) throw new InvalidPart('it must be a JSON object');
    return readManifest(document, contentType);
  } catch (error) {
    if (error instanceof InvalidPart || error instanceof NotStrictJson) {
      throw new Failure('MANIFEST_INVALID', `invalid manifest: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function readManifest(document: JsonObject, contentType: string | undefined): ParsedManifest {
  const mediaType = decideMediaType(document, contentType);
  refuseSchema1(document, mediaType);
  if (isGiven(document['layers']) && isGiven(document['manifests'])) {
    throw new InvalidPart(
      'it has both "layers" and "manifests", so it could be read as an image or as an index',
    );
  }
  if (isImageManifestType(mediaType)) return readImage(document, mediaType);
  if (isIndexType(mediaType)) return readIndex(document, mediaType);
  return readUnknown(document, mediaType);
}

/** Header and body must agree, because clients decide by either (distribution specification, "Pushing Manifests"). */
function decideMediaType(document: JsonObject, contentType: string | undefined): string {
  const announced = mediaTypeOf(contentType);
  const written = document['mediaType'];
  if (!isGiven(written)) return announcedAlone(announced);
  if (typeof written !== 'string' || !isMediaType(written) || usualSpelling(written) !== written) {
    throw new InvalidPart(`"mediaType" ${quote(written)} is not a media type in its usual spelling`);
  }
  if (announced !== undefined && announced !== written) {
    throw new InvalidPart(
      `the Content-Type header says ${quote(announced)} but "mediaType" says ${quote(written)}; they must be equal`,
    );
  }
  return written;
}

/** `mediaType` in the body is a SHOULD of the OCI image specification; Docker's schema 2 demands it. */
function announcedAlone(announced: string | undefined): string {
  if (announced === undefined) {
    throw new InvalidPart(
      'there is neither a Content-Type header nor "mediaType"; send the manifest\'s media type',
    );
  }
  if (!isMediaType(announced))
    throw new InvalidPart(`the Content-Type ${quote(announced)} is not a media type`);
  if (isGenericType(announced)) {
    throw new InvalidPart(
      `the Content-Type ${quote(announced)} names no kind of manifest; send its media type`,
    );
  }
  if (announced === mediaTypes.dockerManifest || announced === mediaTypes.dockerManifestList) {
    throw new InvalidPart(`"mediaType" is missing; Docker schema 2 requires it to be ${quote(announced)}`);
  }
  return announced;
}

function refuseSchema1(document: JsonObject, mediaType: string): void {
  if (isSchema1Type(mediaType) || isGiven(document['fsLayers'])) {
    throw new InvalidPart(
      'Docker schema 1 is not supported; push with a current client, or convert the image first, for instance with' +
        ' `skopeo copy --format v2s2`',
    );
  }
}

function readImage(document: JsonObject, mediaType: string): ParsedManifest {
  checkKnownDocument(document);
  if (isGiven(document['manifests'])) throw new InvalidPart('an image manifest may not have "manifests"');
  if (document['layers'] === undefined)
    throw new InvalidPart('"layers" is missing; an empty array is allowed');
  const config = readDescriptor(document['config'], 'config');
  return {
    kind: 'image',
    mediaType,
    artifactType: readArtifactType(document) ?? config.mediaType,
    config,
    layers: readList(document['layers'], 'layers', readDescriptor),
    manifests: [],
    ...readCommonParts(document),
  };
}

function readIndex(document: JsonObject, mediaType: string): ParsedManifest {
  checkKnownDocument(document);
  for (const key of ['config', 'layers']) {
    if (isGiven(document[key])) throw new InvalidPart(`an index may not have "${key}"`);
  }
  if (document['manifests'] === undefined)
    throw new InvalidPart('"manifests" is missing; an empty array is allowed');
  const artifactType = readArtifactType(document);
  return {
    kind: 'index',
    mediaType,
    ...(artifactType === undefined ? {} : { artifactType }),
    layers: [],
    manifests: readList(document['manifests'], 'manifests', readChild),
    ...readCommonParts(document),
  };
}

function checkKnownDocument(document: JsonObject): void {
  refuseCaseVariants(document, manifestKeys, '');
  if (document['schemaVersion'] !== 2) throw new InvalidPart('"schemaVersion" must be 2');
}

function readCommonParts(document: JsonObject): Pick<ParsedManifest, 'subject' | 'annotations'> {
  const { subject, annotations } = document;
  return {
    ...(isGiven(subject) ? { subject: readDescriptor(subject, 'subject') } : {}),
    annotations: isGiven(annotations) ? readAnnotations(annotations, 'annotations') : {},
  };
}

/** Empty counts as absent (distribution specification, "Pushing Manifests with Subject"). */
function readArtifactType(document: JsonObject): string | undefined {
  const { artifactType } = document;
  if (!isGiven(artifactType) || artifactType === '') return undefined;
  if (typeof artifactType !== 'string' || !isMediaType(artifactType)) {
    throw new InvalidPart(`"artifactType" ${quote(artifactType)} is not a media type (RFC 6838)`);
  }
  return artifactType;
}

/** Go clients write an empty list as null. */
function readList<Item>(value: unknown, at: string, read: (value: unknown, at: string) => Item): Item[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw new InvalidPart(`"${at}" must be an array`);
  if (value.length > DESCRIPTORS) {
    throw new InvalidPart(`"${at}" has ${value.length} entries, at most ${DESCRIPTORS} are allowed`);
  }
  return value.map((entry: unknown, index) => read(entry, `${at}[${index}]`));
}

/** Nothing is known about the shape, so nothing is demanded of it; what looks like a descriptor is kept alive. */
function readUnknown(document: JsonObject, mediaType: string): ParsedManifest {
  const { config, layers, blobs, manifests, subject, annotations } = document;
  const artifactType = attempt(() => readArtifactType(document));
  const foundConfig = attempt(() => readDescriptor(config, 'config'));
  const foundSubject = attempt(() => readDescriptor(subject, 'subject'));
  return {
    kind: 'unknown',
    mediaType,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(foundConfig === undefined ? {} : { config: foundConfig }),
    layers: [...collect(layers, readDescriptor), ...collect(blobs, readDescriptor)],
    manifests: collect(manifests, readChild),
    ...(foundSubject === undefined ? {} : { subject: foundSubject }),
    annotations: attempt(() => readAnnotations(annotations, 'annotations')) ?? {},
  };
}

function collect<Item>(value: unknown, read: (value: unknown, at: string) => Item): Item[] {
  if (!Array.isArray(value)) return [];
  if (value.length > DESCRIPTORS) throw new InvalidPart(`a list has more than ${DESCRIPTORS} entries`);
  return value.map((entry: unknown) => attempt(() => read(entry, ''))).filter((item) => item !== undefined);
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidPart) return undefined;
    throw error;
  }
}
