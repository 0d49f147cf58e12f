import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { pushBlob, pushImage, startTestApp, type TestApp, type TestImage } from '../support/app.ts';
import { hostileRequests } from '../support/hostile-requests.ts';

let app: TestApp;
let image: TestImage;

beforeAll(async () => {
  app = await startTestApp();
  ({ image } = await pushImage(app, 'admin', 'library/bad', 'v1'));
});

afterAll(() => app.close());

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

function put(body: Buffer | string, contentType: string | null = ociManifest, reference = 'bad') {
  const headers: Record<string, string> = contentType === null ? {} : { 'content-type': contentType };
  return app.send('admin', { method: 'PUT', path: `/v2/library/bad/manifests/${reference}`, headers, body });
}

const hex = 'a'.repeat(64);

test.each([
  `sha256:${hex.slice(1)}`,
  `sha256:${hex}a`,
  `sha256:${hex.toUpperCase()}`,
  `md5:${hex.slice(32)}`,
  `sha256+b64:${hex}`,
  'sha256:',
  `SHA256:${hex}`,
])('G-02: the digest %s is 400 DIGEST_INVALID wherever it stands', async (digest) => {
  const answers = await Promise.all([
    app.send('admin', { path: `/v2/library/bad/blobs/${digest}` }),
    app.send('admin', { path: `/v2/library/bad/manifests/${digest}` }),
    app.send('admin', { path: `/v2/library/bad/referrers/${digest}` }),
    app.send('admin', { method: 'DELETE', path: `/v2/library/bad/blobs/${digest}` }),
    app.send('admin', {
      method: 'PUT',
      path: `/v2/library/bad/manifests/${digest}`,
      headers: { 'content-type': ociManifest },
      body: '{}',
    }),
    app.send('admin', {
      method: 'POST',
      path: `/v2/library/bad/blobs/uploads/?digest=${encodeURIComponent(digest)}`,
      body: 'x',
    }),
    app.send('admin', {
      method: 'POST',
      path: `/v2/library/bad/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=library/x`,
    }),
  ]);

  expect(answers.map(({ status, code }) => [status, code])).toEqual(
    answers.map(() => [400, 'DIGEST_INVALID']),
  );
});

test('S-070 S-078: manifests that could be read in two ways are refused', async () => {
  const text = image.manifest.toString();
  const document = JSON.parse(text) as Record<string, unknown>;
  const bad: [string | Buffer, string | null][] = [
    [JSON.stringify({ ...document, manifests: [] }), ociManifest],
    [text, 'application/vnd.oci.image.index.v1+json'],
    [text.replace('"layers"', '"layers":[],"layers"'), ociManifest],
    [Buffer.concat([Buffer.from('\ufeff'), image.manifest]), ociManifest],
    [`${text}{}`, ociManifest],
    [text.replace('"layers"', '"Layers"'), ociManifest],
    ['[]', ociManifest],
    ['', ociManifest],
    ['{', ociManifest],
    [text.replace(`"mediaType":"${ociManifest}",`, ''), 'application/json'],
    [text.replace(`"mediaType":"${ociManifest}",`, ''), null],
    [JSON.stringify({ ...document, config: { ...(document['config'] as object), size: -1 } }), ociManifest],
    [
      JSON.stringify({ ...document, config: { ...(document['config'] as object), size: 1e300 } }),
      ociManifest,
    ],
    [JSON.stringify({ ...document, config: { ...(document['config'] as object), size: 7 } }), ociManifest],
    [JSON.stringify({ ...document, layers: 'none' }), ociManifest],
    ['['.repeat(100_000), ociManifest],
  ];

  const answers = await Promise.all(bad.map(([body, type]) => put(body, type)));
  const left = await app.send('admin', { path: '/v2/library/bad/manifests/bad' });

  expect(answers.map(({ status, code }) => [status, code])).toEqual(bad.map(() => [400, 'MANIFEST_INVALID']));
  expect(left.status).toBe(404);
});

test('a manifest above 4 MiB is 413, announced or not', async () => {
  const body = Buffer.alloc(4 * 1024 * 1024 + 1, ' ');
  const path = '/v2/library/bad/manifests/large';
  const headers = { 'content-type': ociManifest };

  const announced = await app.send('admin', { method: 'PUT', path, headers, body });
  const chunked = await app.send('admin', { method: 'PUT', path, headers, body, chunked: true });

  expect(announced).toMatchObject({ status: 413, code: 'REQUEST_ENTITY_TOO_LARGE' });
  expect(chunked).toMatchObject({ status: 413, code: 'REQUEST_ENTITY_TOO_LARGE' });
});

test.each(['.x', '-x', 'a'.repeat(129), 'a+b', 'a~b', '%c3%a4', '%20'])(
  'the tag %s cannot be pushed',
  async (tag) => {
    const answer = await put(image.manifest, ociManifest, tag);

    expect(answer.status).toBe(400);
    expect(['TAG_INVALID', 'NAME_INVALID']).toContain(answer.code);
  },
);

test('S-088: tags that look like signatures are ordinary tags', async () => {
  const tags = [
    'sha256-',
    'sha256-.sig',
    'sha256-x.att',
    `sha512-${'f'.repeat(100)}`,
    'a'.repeat(128),
    '__proto__',
    'constructor',
  ];

  const answers = await Promise.all(tags.map((tag) => put(image.manifest, ociManifest, tag)));
  const got = await Promise.all(
    tags.map((tag) => app.send('admin', { path: `/v2/library/bad/manifests/${tag}` })),
  );

  expect(answers.map(({ status }) => status)).toEqual(tags.map(() => 201));
  expect(got.every(({ body }) => body.equals(image.manifest))).toBe(true);
});

test('a body shorter than announced stores nothing', async () => {
  const { connect } = await import('node:net');
  const blob = randomBytes(1_000);
  const { basic } = await import('../support/app.ts');
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  socket.write(
    `POST /v2/library/bad/blobs/uploads/?digest=${digestOf(blob)} HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('admin')['authorization']}\r\nContent-Length: 1000\r\n\r\n`,
  );
  socket.write(blob.subarray(0, 500));
  await new Promise<void>((resolve) => {
    socket.end(() => resolve());
  });
  await new Promise((resolve) => socket.once('close', resolve).resume());

  const head = await app.send('admin', { method: 'HEAD', path: `/v2/library/bad/blobs/${digestOf(blob)}` });

  expect(head.status).toBe(404);
});

test('10,000 generated requests: never a 5xx, and what was there is still there', {
  timeout: 240_000,
}, async () => {
  const requests = hostileRequests(image.digest, image.blobs[0]?.digest ?? '');
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed} (FUZZ_SEED)`);
  const kept = await pushImage(app, 'admin', 'library/kept', 'v1');

  const batch = 50;
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: batch, maxLength: batch }), async (calls) => {
      const answers = await Promise.all(
        calls.map(({ method, path, query: search, headers: given, body, as }) => {
          const safe = path.replace(/[^\x21-\x7e]/g, '');
          const call = { method, path: safe + search, headers: given };
          return app.send(
            as,
            body === undefined || method === 'GET' || method === 'HEAD' ? call : { ...call, body },
          );
        }),
      );
      const failed = answers.flatMap(({ status, body }, index) =>
        status >= 500 ? [{ call: calls[index], status, body: body.toString() }] : [],
      );
      expect(failed).toEqual([]);
    }),
    { numRuns: 200, seed, endOnFailure: true },
  );

  const still = await app.send('admin', { path: `/v2/library/kept/manifests/v1` });
  expect(still.body).toEqual(kept.image.manifest);
  await pushBlob(app, 'admin', 'library/kept', Buffer.from('and it still takes blobs'));
});
