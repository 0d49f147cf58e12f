import { type JsonObject, isObject } from '#src/oci/descriptor.ts';
import { NotStrictJson, parseStrictJson } from '#src/oci/strict-json.ts';
import { mediaTypes } from '#src/oci/media-types.ts';

/** An image's config with a long history has some 20 KiB; Harbor reads what comes, without a bound. */
export const largestConfig = 4 * 1024 * 1024;

const imageConfigs: ReadonlySet<string> = new Set([
  mediaTypes.ociConfig,
  mediaTypes.dockerConfig,
  'application/vnd.wasm.config.v1+json',
  'application/vnd.wasm.config.v0+json',
]);

/** Whether a config of this type says anything; `{}` is what clients push that have none. */
export function saysSomething(configMediaType: string): boolean {
  return configMediaType !== mediaTypes.ociEmpty;
}

/**
 * `extra_attrs` of an artifact, as JSON: of an image what Harbor picks from its config, of everything else the whole
 * config when it is a JSON object. What is no such object, nests too deep or says one thing twice has no details:
 * pushers write these bytes, and a list must show the artifact all the same.
 */
export function attributesOf(configMediaType: string | null, bytes: Uint8Array): string {
  const config = parse(bytes);
  if (config === undefined) return '{}';
  return JSON.stringify(imageConfigs.has(configMediaType ?? '') ? imageAttributes(config) : config);
}

function parse(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value = parseStrictJson(bytes);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof NotStrictJson) return undefined;
    throw error;
  }
}

function imageAttributes(image: JsonObject): object {
  const config = member(image, 'config');
  return {
    architecture: textOf(image, 'architecture'),
    author: textOf(image, 'author') || authorByLabel(config),
    config: isObject(config) ? config : {},
    created: textOf(image, 'created') || null,
    os: textOf(image, 'os'),
  };
}

/** Harbor: without an author, two labels are asked. */
function authorByLabel(config: unknown): string {
  const labels = isObject(config) ? member(config, 'Labels') : undefined;
  if (!isObject(labels)) return '';
  return textOf(labels, 'org.opencontainers.image.authors') || textOf(labels, 'maintainer');
}

function textOf(object: JsonObject, key: string): string {
  const value = member(object, key);
  return typeof value === 'string' ? value : '';
}

const member = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;
