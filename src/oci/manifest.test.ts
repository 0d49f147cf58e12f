import { Buffer } from 'node:buffer';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Failure } from '#src/failures.ts';

import { isForeignLayer, parseManifest } from './manifest.ts';
import { mediaTypes } from './media-types.ts';

const digest = (character: string) => `sha256:${character.repeat(64)}`;
const config = { mediaType: mediaTypes.ociConfig, digest: digest('a'), size: 2 };
const layer = { mediaType: mediaTypes.ociLayerGzip, digest: digest('b'), size: 3 };
const child = { mediaType: mediaTypes.ociManifest, digest: digest('c'), size: 4 };
const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] };
const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [child] };

function parse(document: unknown, contentType?: string) {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return parseManifest(Buffer.from(text), contentType);
}

/** Why a document is refused; anything but MANIFEST_INVALID is thrown on. */
function refusal(document: unknown, contentType?: string): string {
  try {
    parse(document, contentType);
    return 'accepted';
  } catch (error) {
    if (error instanceof Failure && error.code === 'MANIFEST_INVALID') return error.message;
    throw error;
  }
}

test('accepted: an OCI image manifest', () => {
  const manifest = parse({ ...image, annotations: { a: 'b' }, subject: child }, mediaTypes.ociManifest);

  expect(manifest).toEqual({
    kind: 'image',
    mediaType: mediaTypes.ociManifest,
    artifactType: mediaTypes.ociConfig,
    config,
    layers: [layer],
    manifests: [],
    subject: child,
    annotations: { a: 'b' },
  });
});

test('accepted: an OCI index with platforms and annotations of its members', () => {
  const platform = { architecture: 'arm64', os: 'linux', variant: 'v8', 'os.features': ['x'] };
  const member = { ...child, platform, annotations: { a: 'b' } };

  const manifest = parse({ ...index, manifests: [member], artifactType: 'a/b' });

  expect(manifest).toEqual({
    kind: 'index',
    mediaType: mediaTypes.ociIndex,
    artifactType: 'a/b',
    layers: [],
    manifests: [member],
    annotations: {},
  });
});

test('accepted: Docker schema 2 and its list', () => {
  expect(parse({ ...image, mediaType: mediaTypes.dockerManifest }).kind).toBe('image');
  expect(parse({ ...index, mediaType: mediaTypes.dockerManifestList }).kind).toBe('index');
});

test('accepted: an empty index, an image without layers, and null where Go writes an empty list', () => {
  expect(parse({ ...index, manifests: [] }).manifests).toEqual([]);
  expect(parse({ ...image, layers: [] }).layers).toEqual([]);
  expect(parse({ ...image, layers: null, annotations: null, subject: null }).layers).toEqual([]);
});

test('accepted: an OCI document without mediaType, by its Content-Type with parameters and odd case', () => {
  const { mediaType, ...bare } = image;

  const manifest = parse(bare, 'Application/VND.oci.image.manifest.v1+json; charset=utf-8');

  expect(manifest).toMatchObject({ kind: 'image', mediaType });
});

test('accepted: unknown keys, data, urls, and a missing architecture', () => {
  const manifest = parse({
    ...index,
    'org.example': { Layers: 1 },
    manifests: [
      { ...child, data: 'e30=', urls: ['https://example.com/x'], extra: 1, platform: { os: 'linux' } },
    ],
  });

  expect(manifest.manifests).toEqual([
    {
      ...child,
      data: 'e30=',
      urls: ['https://example.com/x'],
      platform: { architecture: '', os: 'linux' },
    },
  ]);
});

test('accepted: an unknown media type, with every descriptor that it seems to hold', () => {
  const type = 'application/vnd.oci.artifact.manifest.v1+json';

  const manifest = parse(
    { blobs: [layer, 'x', { digest: 1 }], subject: child, config: 7, annotations: [] },
    type,
  );

  expect(manifest).toEqual({
    kind: 'unknown',
    mediaType: type,
    layers: [layer],
    manifests: [],
    subject: child,
    annotations: {},
  });
});

test('accepted: __proto__ keys, which change nothing', () => {
  const text = JSON.stringify(image).replace('{', '{"__proto__":{"manifests":[1]},');

  expect(parse(text)).toEqual(parse(image));
});

describe('the effective artifactType', () => {
  test("is the manifest's own", () => {
    expect(parse({ ...image, artifactType: 'application/x' }).artifactType).toBe('application/x');
  });

  test('is the media type of the config when it is missing or empty', () => {
    expect(parse({ ...image, artifactType: '' }).artifactType).toBe(mediaTypes.ociConfig);
  });

  test('is absent for an index without one', () => {
    expect(parse(index)).not.toHaveProperty('artifactType');
  });
});

describe('one document, one meaning (CVE-2021-41190)', () => {
  test.each([
    ['both layers and manifests', { ...image, manifests: [child] }, 'both "layers" and "manifests"'],
    ['an index with layers', { ...index, layers: [layer] }, 'both'],
    ['an index with a config', { ...index, config }, 'an index may not have "config"'],
    [
      'an image type around manifests',
      { ...index, mediaType: mediaTypes.ociManifest },
      'may not have "manifests"',
    ],
    ['an index type around layers', { ...image, mediaType: mediaTypes.ociIndex }, 'may not have'],
    ['an unknown type with both', { mediaType: 'a/b', layers: [], manifests: [] }, 'both'],
    ['another case of layers', { ...image, Layers: [] }, '"Layers" must be written "layers"'],
    ['another case of manifests', { ...image, MANIFESTS: [] }, 'must be written "manifests"'],
    ['the long s, which Go folds', { ...image, 'manife\u017fts': [] }, 'must be written "manifests"'],
    [
      'another case in a descriptor',
      { ...image, layers: [{ ...layer, Digest: digest('f') }] },
      'layers[0]: the key "Digest"',
    ],
    [
      'a mediaType in odd case',
      { ...image, mediaType: 'Application/vnd.oci.image.manifest.v1+json' },
      'usual spelling',
    ],
  ])('%s is refused', (_, document, reason) => {
    expect(refusal(document)).toContain(reason);
  });

  test.each([
    [image, mediaTypes.ociIndex],
    [image, mediaTypes.dockerManifest],
    [index, mediaTypes.ociManifest],
    [image, 'application/json'],
    [image, 'application/octet-stream'],
    [{ mediaType: 'a/b' }, 'a/c'],
  ])('a Content-Type that differs from mediaType is refused', (document, contentType) => {
    expect(refusal(document, contentType)).toContain('must be equal');
  });

  test.each([
    ['duplicate keys', JSON.stringify(image).replace('{', '{"layers":[],')],
    ['a byte order mark', `\ufeff${JSON.stringify(image)}`],
    ['trailing bytes', `${JSON.stringify(image)}x`],
    ['a second document', JSON.stringify(image).repeat(2)],
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"x"'],
    ['nothing', ''],
  ])('%s: refused', (_, text) => {
    expect(refusal(text, mediaTypes.ociManifest)).toContain('invalid manifest');
  });
});

describe('the media type', () => {
  const { schemaVersion, layers } = image;
  const bare = { schemaVersion, layers, config };

  test.each([
    ['nowhere', bare, undefined, 'neither a Content-Type'],
    ['empty', bare, ' ; charset=utf-8', 'neither a Content-Type'],
    ['a generic one', bare, 'application/json', 'names no kind of manifest'],
    ['not one', bare, 'manifest', 'not a media type'],
    ['with a line break', bare, 'a/b\r\nx: y', 'not a media type'],
    ['Docker without mediaType', bare, mediaTypes.dockerManifest, '"mediaType" is missing'],
    [
      'no string',
      { ...image, mediaType: { toString: 1 } },
      undefined,
      '"{\\"toString\\":1}" is not a media type',
    ],
    ['an empty string', { ...image, mediaType: '' }, mediaTypes.ociManifest, 'is not a media type'],
  ])('%s: refused', (_name, document, contentType, reason) => {
    expect(refusal(document, contentType)).toContain(reason);
  });

  test.each([mediaTypes.dockerSchema1, mediaTypes.dockerSchema1Signed])(
    '%s is refused with the remedy',
    (type) => {
      expect(refusal({ schemaVersion: 1 }, type)).toContain('push with a current client');
    },
  );

  test('a schema 1 document under another name is refused too', () => {
    expect(refusal({ schemaVersion: 1, fsLayers: [] }, 'a/b')).toContain('schema 1');
  });
});

describe('the shape', () => {
  test.each([
    ['no schemaVersion', { ...image, schemaVersion: undefined }, '"schemaVersion" must be 2'],
    ['schemaVersion "2"', { ...image, schemaVersion: '2' }, '"schemaVersion" must be 2'],
    ['no config', { ...image, config: undefined }, 'config must be a descriptor'],
    ['config null', { ...image, config: null }, 'config must be a descriptor'],
    ['no layers', { ...image, layers: undefined }, '"layers" is missing'],
    ['layers an object', { ...image, layers: {} }, '"layers" must be an array'],
    ['no manifests', { ...index, manifests: undefined }, '"manifests" is missing'],
    ['a layer that is a string', { ...image, layers: ['x'] }, 'layers[0] must be a descriptor'],
    ['an odd subject', { ...image, subject: 'x' }, 'subject must be a descriptor'],
    ['artifactType no media type', { ...image, artifactType: 'x' }, '"artifactType" "x" is not a media type'],
    ['annotations an array', { ...image, annotations: [] }, 'annotations must be a JSON object'],
    [
      'an annotation that is a number',
      { ...image, annotations: { a: 1 } },
      'annotations["a"] must be a string',
    ],
    ['too many layers', { ...image, layers: Array(10_001).fill(layer) }, 'at most 10000'],
    ['an odd platform', { ...index, manifests: [{ ...child, platform: 'x' }] }, 'manifests[0].platform'],
    ['odd urls', { ...image, layers: [{ ...layer, urls: 'x' }] }, 'layers[0].urls must be an array'],
    ['odd data', { ...image, layers: [{ ...layer, data: 1 }] }, 'layers[0].data must be a string'],
  ])('%s: refused', (_, document, reason) => {
    expect(refusal(document)).toContain(reason);
  });

  test.each([
    ['size', -1],
    ['size', 1.5],
    ['size', '3'],
    ['size', null],
    ['size', 2 ** 53],
    ['size', 1e300],
    ['digest', undefined],
    ['digest', 'sha256:abc'],
    ['digest', 'md5:d41d8cd98f00b204e9800998ecf8427e'],
    ['digest', `sha256:${'A'.repeat(64)}`],
    ['digest', 'sha256:../../x'],
    ['mediaType', undefined],
    ['mediaType', ''],
    ['mediaType', 'a/b\n'],
    ['mediaType', 'a'.repeat(256)],
  ])('S-101: a descriptor with %s %j is refused by name', (key, value) => {
    expect(refusal({ ...image, layers: [layer, { ...layer, [key]: value }] })).toContain(`layers[1].${key}`);
  });
});

test('layers that live elsewhere are told from those that must be here', () => {
  const foreign = [
    mediaTypes.dockerForeignLayer,
    'application/vnd.oci.image.layer.nondistributable.v1.tar',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  ];

  expect(foreign.map((mediaType) => isForeignLayer({ ...layer, mediaType }))).toEqual([true, true, true]);
  expect(isForeignLayer({ ...layer, urls: ['https://example.com'] })).toBe(false);
});

test('whatever is pushed is read or refused as MANIFEST_INVALID, never anything else', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(config, layer, child, [layer], [child]),
  );
  const keys = [
    'schemaVersion',
    'mediaType',
    'artifactType',
    'config',
    'layers',
    'manifests',
    'subject',
    'annotations',
  ];
  const document = fc
    .tuple(
      fc.constantFrom(image, index, {}),
      fc.dictionary(fc.constantFrom(...keys, 'blobs', 'toString'), value),
    )
    .map(([base, changes]) => ({ ...base, ...changes }));
  const contentType = fc.constantFrom(
    undefined,
    ...Object.values(mediaTypes),
    'a/b',
    'x',
    'application/json',
  );
  fc.assert(
    fc.property(fc.oneof(document, fc.jsonValue()), contentType, (pushed, type) => {
      expect(refusal(pushed, type)).toMatch(/^(accepted$|invalid manifest: )/);
    }),
    { numRuns: 2000 },
  );
});
