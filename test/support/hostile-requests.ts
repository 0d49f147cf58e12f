import fc from 'fast-check';

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const hex = 'a'.repeat(64);

/** Requests below /v2 as no well-meaning client sends them, some of them about content that is there. */
export function hostileRequests(manifest: string, blob: string) {
  return fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
    path: paths(manifest, blob),
    query: query(),
    headers: headers(),
    body: bodies(),
    as: fc.constantFrom('admin', 'admin', undefined, 'admin:wrong'),
  });
}

function paths(manifest: string, blob: string) {
  const names = fc.constantFrom(
    'library/bad',
    'library/new',
    'library',
    'nobody/x',
    'library/../x',
    'library//x',
    `library/${'x'.repeat(250)}`,
    'LIBRARY/x',
    'library/%2e%2e/x',
    '',
  );
  const digests = fc.constantFrom(
    manifest,
    blob,
    `sha256:${hex}`,
    'sha256:',
    'sha256:..%2f',
    'v1',
    'none',
    '.',
    `sha512:${hex}${hex}`,
    'x'.repeat(200),
  );
  return fc.oneof(
    fc
      .tuple(names, fc.constantFrom('manifests', 'blobs', 'referrers', 'blobs/uploads', 'tags'), digests)
      .map(([name, kind, last]) => `/v2/${name}/${kind}/${last}`),
    names.map((name) => `/v2/${name}/blobs/uploads/`),
    names.map((name) => `/v2/${name}/tags/list`),
    fc.webPath().map((path) => `/v2${path}`),
  );
}

function query() {
  return fc.oneof(
    fc.constant(''),
    fc
      .constantFrom('n', 'last', 'digest', 'mount', 'from', 'tag', 'artifactType', 'digest-algorithm')
      .chain((key) => fc.string({ maxLength: 20 }).map((value) => `?${key}=${encodeURIComponent(value)}`)),
  );
}

function headers() {
  return fc.dictionary(
    fc.constantFrom(
      'content-type',
      'content-range',
      'range',
      'if-none-match',
      'if-range',
      'accept',
      'docker-upload-uuid',
      'x-request-id',
    ),
    fc.oneof(
      fc.constantFrom(ociManifest, '0-5', 'bytes=0-3', 'bytes=-', '5-0', '*', 'application/json'),
      fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
    ),
    { maxKeys: 3 },
  );
}

function bodies() {
  return fc.option(fc.oneof(fc.string({ maxLength: 60 }), fc.json({ maxDepth: 2 })), {
    nil: undefined,
  });
}
