import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.close());

const uploads = (repository: string) => ({ method: 'POST', path: `/v2/${repository}/blobs/uploads/` });
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';

async function start(repository: string, as = 'admin'): Promise<string> {
  const { headers } = await app.send(as, uploads(repository));
  return headers['location'] ?? '';
}

test('POST, PATCH in chunks, PUT: the digest of all of it', async () => {
  const blob = randomBytes(300_000);
  const digest = digestOf(blob);
  const location = await start('library/chunks');

  const first = await app.send('admin', {
    method: 'PATCH',
    path: location,
    headers: { 'content-range': '0-99999' },
    body: blob.subarray(0, 100_000),
  });
  const second = await app.send('admin', {
    method: 'PATCH',
    path: location,
    body: blob.subarray(100_000, 200_000),
    chunked: true,
  });
  const status = await app.send('admin', { path: location });
  const last = await app.send('admin', {
    method: 'PUT',
    path: `${location}?digest=${digest}`,
    headers: { 'content-range': '200000-299999' },
    body: blob.subarray(200_000),
  });
  const got = await app.send('admin', { path: last.headers['location'] ?? '' });

  expect([first.status, second.status, status.status, last.status]).toEqual([202, 202, 204, 201]);
  expect([first, second, status].map(({ headers }) => headers['range'])).toEqual([
    '0-99999',
    '0-199999',
    '0-199999',
  ]);
  expect(last.headers['docker-content-digest']).toBe(digest);
  expect(got.body.equals(blob)).toBe(true);
});

test('sha512 is known only at the PUT and works all the same', async () => {
  const blob = randomBytes(150_000);
  const digest = digestOf(blob, 'sha512');
  const location = await start('library/sha512');
  await app.send('admin', { method: 'PATCH', path: location, body: blob.subarray(0, 50_000) });

  const put = await app.send('admin', {
    method: 'PUT',
    path: `${location}?digest=${digest}`,
    body: blob.subarray(50_000),
  });
  const got = await app.send('admin', { path: `/v2/library/sha512/blobs/${digest}` });

  expect(put.status).toBe(201);
  expect(createHash('sha512').update(got.body).digest('hex')).toBe(digest.slice(7));
});

test.each([
  ['ahead', '500-999'],
  ['back to the start', '0-499'],
])('a chunk that begins %s is 416, and the session goes on where it was', async (_, range) => {
  const blob = randomBytes(200);
  const location = await start('library/order');
  await app.send('admin', { method: 'PATCH', path: location, body: blob.subarray(0, 100) });

  const wrong = await app.send('admin', {
    method: 'PATCH',
    path: location,
    headers: { 'content-range': range },
    body: randomBytes(500),
  });
  const put = await app.send('admin', {
    method: 'PUT',
    path: `${location}?digest=${digestOf(blob)}`,
    headers: { 'content-range': '100-199' },
    body: blob.subarray(100),
  });

  expect(wrong).toMatchObject({ status: 416, code: 'RANGE_INVALID', headers: { range: '0-99' } });
  expect(put.status).toBe(201);
});

test('a wrong digest is 400, and nothing of the upload stays', async () => {
  const location = await start('library/wrong');
  const digest = digestOf(Buffer.from('something else'));

  const put = await app.send('admin', {
    method: 'PUT',
    path: `${location}?digest=${digest}`,
    body: 'these bytes',
  });
  const again = await app.send('admin', { path: location });
  const head = await app.send('admin', { method: 'HEAD', path: `/v2/library/wrong/blobs/${digest}` });

  expect(put).toMatchObject({ status: 400, code: 'DIGEST_INVALID' });
  expect(put.body.toString()).toContain(digestOf(Buffer.from('these bytes')));
  expect([again.status, head.status]).toEqual([404, 404]);
});

test('the final PUT repeated after a lost answer is 201 again', async () => {
  const blob = randomBytes(1_000);
  const location = await start('library/lost');
  const put = { method: 'PUT', path: `${location}?digest=${digestOf(blob)}`, body: blob };

  const both = await Promise.all([app.send('admin', put), app.send('admin', put)]);
  const third = await app.send('admin', put);

  expect([...both.map(({ status }) => status), third.status]).toEqual([201, 201, 201]);
});

test('a cancelled upload is gone', async () => {
  const location = await start('library/cancel');
  await app.send('admin', { method: 'PATCH', path: location, body: randomBytes(100) });

  const cancelled = await app.send('admin', { method: 'DELETE', path: location });
  const after = await app.send('admin', { method: 'PATCH', path: location, body: randomBytes(100) });

  expect(cancelled.status).toBe(204);
  expect(after).toMatchObject({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' });
});

test('G-03: an upload belongs to its repository and its starter', async () => {
  const project = await app.createProject('uploads');
  for (const name of ['ann', 'ben']) await app.addMember(project, await app.createUser(name), 2);
  const location = await start('uploads/mine', 'ann');
  await app.send('ann', uploads('uploads/other'));
  const id = location.split('/').at(-1) ?? '';

  const answers = await Promise.all([
    app.send('ben', { method: 'PATCH', path: location, body: 'x' }),
    app.send('ann', { method: 'PATCH', path: `/v2/uploads/other/blobs/uploads/${id}`, body: 'x' }),
    app.send('ann', { path: '/v2/uploads/mine/blobs/uploads/not-an-id' }),
    app.send('ann', { path: '/v2/uploads/mine/blobs/uploads/..%2fother' }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 400]);
});

test('an upload goes on at another replica, and the first one can no longer touch it', async () => {
  const other = await app.replica();
  const blob = randomBytes(400_000);
  const location = await start('library/moved');
  await app.send('admin', { method: 'PATCH', path: location, body: blob.subarray(0, 100_000) });
  const there = { ...app, url: other.url };
  const { request } = await import('../support/http.ts');
  const { basic } = await import('../support/app.ts');
  const headers = basic('admin');

  const moved = await request(there.url, {
    method: 'PATCH',
    path: location,
    headers,
    body: blob.subarray(100_000, 200_000),
  });
  const back = await app.send('admin', { method: 'PATCH', path: location, body: randomBytes(10) });
  const put = await request(there.url, {
    method: 'PUT',
    path: `${location}?digest=${digestOf(blob)}`,
    headers,
    body: blob.subarray(200_000),
  });

  expect([moved.status, moved.headers['range']]).toEqual([202, '0-199999']);
  expect(back.status).toBe(404);
  expect(put.status).toBe(201);
});

test('a manifest whose blobs are missing is refused with their digests and leaves nothing', async () => {
  const image = makeImage(2);
  await pushBlob(app, 'admin', 'library/missing', image.blobs[0]?.bytes ?? Buffer.alloc(0));

  const put = await app.send('admin', {
    method: 'PUT',
    path: '/v2/library/missing/manifests/v1',
    headers: { 'content-type': ociManifest },
    body: image.manifest,
  });
  const got = await app.send('admin', { path: '/v2/library/missing/manifests/v1' });

  expect(put).toMatchObject({ status: 404, code: 'MANIFEST_BLOB_UNKNOWN' });
  const missing = put
    .json<{ errors: { detail: { digest: string }[] }[] }>()
    .errors[0]?.detail.map(({ digest }) => digest);
  expect(missing).toEqual(
    image.blobs
      .slice(1)
      .map(({ digest }) => digest)
      .sort(),
  );
  expect(got.status).toBe(404);
});

test('an index names its missing children, and is accepted once they are there', async () => {
  const image = makeImage();
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: ociIndex,
      manifests: [{ mediaType: ociManifest, digest: image.digest, size: image.manifest.length }],
    }),
  );
  const put = {
    method: 'PUT',
    path: '/v2/library/index/manifests/all',
    headers: { 'content-type': ociIndex },
    body: index,
  };

  const early = await app.send('admin', put);
  await pushImage(app, 'admin', 'library/index', image.digest, image);
  const late = await app.send('admin', put);
  const child = await app.send('admin', {
    method: 'DELETE',
    path: `/v2/library/index/manifests/${image.digest}`,
  });

  expect(early).toMatchObject({ status: 404, code: 'MANIFEST_BLOB_UNKNOWN' });
  expect(early.body.toString()).toContain(image.digest);
  expect(late.status).toBe(201);
  expect(child).toMatchObject({ status: 412, code: 'VIOLATE_FOREIGN_KEY_CONSTRAINT' });
});

test('S-085: tags beside a digest are all set or none', async () => {
  const { image } = await pushImage(app, 'admin', 'library/tags', 'v1');
  const put = (query: string) =>
    app.send('admin', {
      method: 'PUT',
      path: `/v2/library/tags/manifests/${image.digest}?${query}`,
      headers: { 'content-type': ociManifest },
      body: image.manifest,
    });

  const bad = await put('tag=good&tag=.bad');
  const good = await put('tag=a&tag=b');
  const list = await app.send('admin', { path: '/v2/library/tags/tags/list' });

  expect(bad).toMatchObject({ status: 400, code: 'TAG_INVALID' });
  expect(good).toMatchObject({ status: 201, headers: { 'oci-tag': 'a, b' } });
  expect(list.json()).toEqual({ name: 'library/tags', tags: ['a', 'b', 'v1'] });
});

test('a moved tag serves its new manifest at once, and the old one stays by digest', async () => {
  const { image: old } = await pushImage(app, 'admin', 'library/move', 'latest');
  await app.send('admin', { path: '/v2/library/move/manifests/latest' });

  const { image } = await pushImage(app, 'admin', 'library/move', 'latest');
  const tag = await app.send('admin', { path: '/v2/library/move/manifests/latest' });
  const digest = await app.send('admin', { path: `/v2/library/move/manifests/${old.digest}` });

  expect(tag.headers['docker-content-digest']).toBe(image.digest);
  expect(digest.status).toBe(200);
});

test('a deleted tag leaves its manifest; a deleted manifest takes all its tags', async () => {
  const { image } = await pushImage(app, 'admin', 'library/delete', 'one');
  await pushImage(app, 'admin', 'library/delete', 'two', image);
  await pushImage(app, 'admin', 'library/delete', 'three', image);
  const remove = (reference: string) =>
    app.send('admin', { method: 'DELETE', path: `/v2/library/delete/manifests/${reference}` });

  const tag = await remove('one');
  const left = await app.send('admin', { path: '/v2/library/delete/tags/list' });
  const manifest = await remove(image.digest);
  const after = await Promise.all(
    ['one', 'two', image.digest].map((reference) =>
      app.send('admin', { path: `/v2/library/delete/manifests/${reference}` }),
    ),
  );
  const again = await remove(image.digest);

  expect([tag.status, manifest.status, again.status]).toEqual([202, 202, 404]);
  expect(left.json()).toMatchObject({ tags: ['three', 'two'] });
  expect(after.map(({ status }) => status)).toEqual([404, 404, 404]);
});

test('a blob that an artifact needs cannot be deleted, and says why', async () => {
  const { image } = await pushImage(app, 'admin', 'library/needed', 'v1');

  const refused = await app.send('admin', {
    method: 'DELETE',
    path: `/v2/library/needed/blobs/${image.blobs[1]?.digest}`,
  });

  expect(refused).toMatchObject({ status: 403, code: 'DENIED' });
});

test('referrers come as an index, filtered and paged', async () => {
  const { image } = await pushImage(app, 'admin', 'library/refer', 'v1');
  const [config] = image.blobs;
  for (let i = 0; i < 5; i++) {
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: ociManifest,
        artifactType: i % 2 === 0 ? 'application/vnd.example.even' : 'application/vnd.example.odd',
        config: {
          mediaType: 'application/vnd.oci.image.config.v1+json',
          digest: config?.digest,
          size: config?.bytes.length,
        },
        layers: [],
        subject: { mediaType: ociManifest, digest: image.digest, size: image.manifest.length },
        annotations: { number: String(i) },
      }),
    );
    const put = await app.send('admin', {
      method: 'PUT',
      path: `/v2/library/refer/manifests/${digestOf(manifest)}`,
      headers: { 'content-type': ociManifest },
      body: manifest,
    });
    expect(put).toMatchObject({ status: 201, headers: { 'oci-subject': image.digest } });
  }

  const all = await app.send('admin', { path: `/v2/library/refer/referrers/${image.digest}` });
  const even = await app.send('admin', {
    path: `/v2/library/refer/referrers/${image.digest}?artifactType=application/vnd.example.even`,
  });
  const page = await app.send('admin', { path: `/v2/library/refer/referrers/${image.digest}?n=3` });
  const next = /<(.*)>; rel="next"/.exec(page.headers['link'] ?? '')?.[1] ?? '';
  const rest = await app.send('admin', { path: next });

  expect(all.headers['content-type']).toBe(ociIndex);
  const numbers = (answer: typeof all) =>
    answer
      .json<{ manifests: { annotations: { number: string } }[] }>()
      .manifests.map(({ annotations }) => annotations.number);
  expect(numbers(all)).toEqual(['0', '1', '2', '3', '4']);
  expect(even.headers['oci-filters-applied']).toBe('artifactType');
  expect(numbers(even)).toEqual(['0', '2', '4']);
  expect([...numbers(page), ...numbers(rest)]).toEqual(['0', '1', '2', '3', '4']);
});
