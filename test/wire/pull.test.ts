import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.close());

test('a manifest comes back byte for byte by tag and by digest', async () => {
  const { image, answer } = await pushImage(app, 'admin', 'library/pull', 'v1');

  const byTag = await app.send('admin', { path: '/v2/library/pull/manifests/v1' });
  const byDigest = await app.send('admin', { path: `/v2/library/pull/manifests/${image.digest}` });

  expect(answer).toMatchObject({ status: 201, headers: { 'docker-content-digest': image.digest } });
  for (const got of [byTag, byDigest]) {
    expect(got.status).toBe(200);
    expect(got.body).toEqual(image.manifest);
    expect(got.headers).toMatchObject({
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': image.digest,
      etag: `"${image.digest}"`,
    });
  }
});

test('HEAD of a manifest has the headers of GET and no body', async () => {
  const { image } = await pushImage(app, 'admin', 'library/head', 'v1');

  const got = await app.send('admin', { method: 'HEAD', path: '/v2/library/head/manifests/v1' });

  expect(got).toMatchObject({ status: 200, headers: { 'content-length': String(image.manifest.length) } });
  expect(got.body).toHaveLength(0);
});

test('a client that has the manifest already gets 304', async () => {
  const { image } = await pushImage(app, 'admin', 'library/etag', 'v1');

  const got = await app.send('admin', {
    path: '/v2/library/etag/manifests/v1',
    headers: { 'if-none-match': `"${image.digest}"` },
  });

  expect(got.status).toBe(304);
});

test('unknown names, tags, digests and blobs are 404 with the code of the specification', async () => {
  await pushImage(app, 'admin', 'library/known', 'v1');
  const digest = `sha256:${'0'.repeat(64)}`;

  const answers = await Promise.all(
    [
      '/v2/library/known/manifests/none',
      `/v2/library/known/manifests/${digest}`,
      `/v2/library/known/blobs/${digest}`,
      '/v2/library/absent/tags/list',
      '/v2/library/known/manifests/.bad',
    ].map((path) => app.send('admin', { path })),
  );

  expect(answers.map(({ status, code }) => [status, code])).toEqual([
    [404, 'MANIFEST_UNKNOWN'],
    [404, 'MANIFEST_UNKNOWN'],
    [404, 'BLOB_UNKNOWN'],
    [404, 'NAME_UNKNOWN'],
    [404, 'MANIFEST_UNKNOWN'],
  ]);
});

test.each([
  ['bytes=0-9', 206, 'bytes 0-9/200000', 10],
  ['bytes=199990-', 206, 'bytes 199990-199999/200000', 10],
  ['bytes=-5', 206, 'bytes 199995-199999/200000', 5],
  ['bytes=0-', 206, 'bytes 0-199999/200000', 200_000],
  ['bytes=200000-', 416, 'bytes */200000', undefined],
  ['bytes=x', 200, undefined, 200_000],
])('range %s of a large blob is %d', async (range, status, contentRange, length) => {
  const blob = Buffer.alloc(200_000, range);
  const { headers } = await pushBlob(app, 'admin', 'library/range', blob);

  const got = await app.send('admin', { path: headers['location'] ?? '', headers: { range } });

  expect(got).toMatchObject({ status });
  expect(got.headers['content-range']).toBe(contentRange);
  if (length !== undefined) expect(got.body).toHaveLength(length);
});

test.each([300, 300_000])('several ranges of %d bytes come as multipart/byteranges', async (size) => {
  const blob = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
  const { headers } = await pushBlob(app, 'admin', 'library/ranges', blob);

  const got = await app.send('admin', {
    path: headers['location'] ?? '',
    headers: { range: 'bytes=0-4,100-109' },
  });

  const boundary = /boundary=(\w+)/.exec(got.headers['content-type'] ?? '')?.[1];
  expect(got.status).toBe(206);
  expect(got.headers['content-length']).toBe(String(got.body.length));
  const parts = got.body.toString('latin1').split(`--${boundary}`);
  expect(parts).toHaveLength(4);
  expect(parts[1]).toContain(
    `Content-Range: bytes 0-4/${size}\r\n\r\n${blob.subarray(0, 5).toString('latin1')}\r\n`,
  );
  expect(parts[2]).toContain(
    `Content-Range: bytes 100-109/${size}\r\n\r\n${blob.subarray(100, 110).toString('latin1')}\r\n`,
  );
});

test('S-069: a layer digest is no manifest', async () => {
  const image = makeImage(1, 100_000);
  await pushImage(app, 'admin', 'library/confusion', 'v1', image);

  const got = await app.send('admin', { path: `/v2/library/confusion/manifests/${image.blobs[1]?.digest}` });

  expect(got.status).toBe(404);
});

test('S-074: a blob deleted in one repository stays deleted there, however often another serves it', async () => {
  const blob = Buffer.from('shared by two repositories');
  const first = await pushBlob(app, 'admin', 'library/one', blob);
  const second = await pushBlob(app, 'admin', 'library/two', blob);
  await app.send('admin', { path: first.headers['location'] ?? '' });

  const deleted = await app.send('admin', { method: 'DELETE', path: first.headers['location'] ?? '' });
  for (let i = 0; i < 5; i++) await app.send('admin', { path: second.headers['location'] ?? '' });

  const gone = await app.send('admin', { path: first.headers['location'] ?? '' });
  const there = await app.send('admin', { path: second.headers['location'] ?? '' });
  expect([deleted.status, gone.status, there.status]).toEqual([202, 404, 200]);
});

test('pulls are counted and audited within a flush', async () => {
  await pushImage(app, 'admin', 'library/counted', 'v1');
  for (let i = 0; i < 3; i++) await app.send('admin', { path: '/v2/library/counted/manifests/v1' });

  await app.app.registry.pulls.flush();

  const repository = await app.database.db
    .selectFrom('repository')
    .select('pull_count')
    .where('name', '=', 'library/counted')
    .executeTakeFirst();
  const audit = await app.database.db
    .selectFrom('audit_log')
    .select(['username', 'detail'])
    .where('operation', '=', 'pull')
    .where('resource', '=', 'library/counted:v1')
    .execute();
  expect(repository).toEqual({ pull_count: 3 });
  expect(audit.reduce((sum, { detail }) => sum + Number(detail?.['count']), 0)).toBe(3);
});

test('a request keeps its id, in success and in refusal', async () => {
  const headers = { 'x-request-id': 'deploy-42' };

  const answers = await Promise.all(
    ['/v2/', '/v2/library/none/tags/list', '/v2/library/%2e/tags/list'].map((path) =>
      app.send('admin', { path, headers }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual([200, 404, 400]);
  expect(answers.map((answer) => answer.headers['x-request-id'])).toEqual([
    'deploy-42',
    'deploy-42',
    'deploy-42',
  ]);
});
