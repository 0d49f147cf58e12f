import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import type { HttpAnswer, HttpRequest } from '../support/http.ts';
import {
  makeImage,
  pushBlob,
  pushImage,
  startTestApp,
  type TestApp,
  type TestImage,
} from '../support/app.ts';

// house.md section 4: how many statements an operation may send. Tests the usual worker, and the sole writer.

let many: TestApp;
let sole: TestApp;

beforeAll(async () => {
  many = await startTestApp({ soleWriter: false });
  sole = await startTestApp({ soleWriter: true });
});

afterAll(() => Promise.all([many.close(), sole.close()]));

async function statements(
  app: TestApp,
  ...calls: HttpRequest[]
): Promise<{ sent: number; answers: HttpAnswer[] }> {
  const { sent } = app.app.registry.database;
  const before = sent.count;
  const answers: HttpAnswer[] = [];
  for (const call of calls) answers.push(await app.send('admin', call));
  return { sent: sent.count - before, answers };
}

async function prepared(app: TestApp): Promise<{ repository: string; image: TestImage }> {
  const repository = `library/b${Math.random().toString(36).slice(2, 10)}`;
  const { image } = await pushImage(app, 'admin', repository, 'v1');
  // Warm: credentials, project and payload are known, leases were renewed by the push.
  await app.send('admin', { path: `/v2/${repository}/manifests/v1` });
  await app.send('admin', { path: `/v2/${repository}/manifests/${image.digest}` });
  for (const { digest } of image.blobs)
    await app.send('admin', { path: `/v2/${repository}/blobs/${digest}` });
  // The counted pulls are written in a statement of their own, a second later at most.
  await app.app.registry.pulls.flush();
  return { repository, image };
}

test.each([
  ['a worker among several', () => many, 1],
  ['the sole writer', () => sole, 0],
])('%s: a warm pull of a manifest or blob takes %d statement', async (_, app, budget) => {
  const { repository, image } = await prepared(app());
  const base = `/v2/${repository}`;

  const sent: number[] = [];
  for (const method of ['GET', 'HEAD']) {
    for (const path of [`manifests/v1`, `manifests/${image.digest}`, `blobs/${image.blobs[1]?.digest}`]) {
      sent.push((await statements(app(), { method, path: `${base}/${path}` })).sent);
    }
  }

  expect(sent).toEqual(sent.map(() => budget));
});

// Where another worker may have gone on with an upload, PATCH and PUT first read whose it is.
test.each([
  ['a worker among several', () => many, 5],
  ['the sole writer', () => sole, 2],
])('%s: POST, PATCH and PUT of a blob take %d statements in all', async (_, of, budget) => {
  const app = of();
  const { repository } = await prepared(app);
  const blob = Buffer.from(`counted ${repository}`);

  const post = await statements(app, { method: 'POST', path: `/v2/${repository}/blobs/uploads/` });
  const location = post.answers[0]?.headers['location'] ?? '';
  const rest = await statements(
    app,
    { method: 'PATCH', path: location, body: blob },
    { method: 'PUT', path: `${location}?digest=${digestOf(blob)}` },
  );

  expect(rest.answers.map(({ status }) => status)).toEqual([202, 201]);
  expect(post.sent + rest.sent).toBe(budget);
});

test('a monolithic push takes one statement, a mount one', async () => {
  const { repository, image } = await prepared(many);
  await pushImage(many, 'admin', 'library/target', 'v1');
  const blob = Buffer.from(`whole ${repository}`);

  const push = await statements(many, {
    method: 'POST',
    path: `/v2/${repository}/blobs/uploads/?digest=${digestOf(blob)}`,
    body: blob,
  });
  const mount = await statements(many, {
    method: 'POST',
    path: `/v2/library/target/blobs/uploads/?mount=${image.blobs[1]?.digest}&from=${repository}`,
  });

  expect([push.answers[0]?.status, mount.answers[0]?.status]).toEqual([201, 201]);
  expect([push.sent, mount.sent]).toEqual([1, 1]);
});

test('a manifest takes as many statements with 60 layers as with one', async () => {
  const { repository } = await prepared(many);
  const sent: number[] = [];
  for (const layers of [1, 60]) {
    const image = makeImage(layers, 10);
    for (const { bytes } of image.blobs) await pushBlob(many, 'admin', repository, bytes);
    const put = await statements(many, {
      method: 'PUT',
      path: `/v2/${repository}/manifests/layers${layers}`,
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: image.manifest,
    });
    expect(put.answers[0]?.status).toBe(201);
    sent.push(put.sent);
  }

  expect(sent[0]).toBe(sent[1]);
  expect(sent[0]).toBeLessThanOrEqual(6);
});

test('requests of one turn share a statement', async () => {
  const { repository, image } = await prepared(many);
  const { sent } = many.app.registry.database;
  const before = sent.count;

  await Promise.all(
    Array.from({ length: 20 }, () =>
      many.app.registry.content.findBlob(repository, image.blobs[1]?.digest ?? ''),
    ),
  );

  expect(sent.count - before).toBe(1);
});
