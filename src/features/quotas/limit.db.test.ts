import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

async function used(project: number): Promise<number> {
  const answer = await app.send('admin', { path: `/api/v2.0/quotas?reference_id=${project}` });
  return answer.json<{ used: { storage: number } }[]>()[0]?.used.storage ?? -1;
}

test('G-76: of 50 pushes at once into a project with room for ten, ten come in', async () => {
  const project = await app.createProject('tight', { limit: 10_500 });

  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => pushBlob(app, 'admin', `tight/r${i % 5}`, randomBytes(1_000))),
  );

  const codes = answers.map(({ status, code }) => `${status} ${code ?? ''}`.trim()).toSorted();
  expect(codes).toEqual([...Array<string>(10).fill('201'), ...Array<string>(40).fill('403 DENIED')]);
  expect(await used(project)).toBe(10_000);
});

test('G-76: what was refused fits once the repository beside it is gone', async () => {
  const image = makeImage(1, 1_000);
  const size = image.manifest.length + image.blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const project = await app.createProject('swap', { limit: size + 10 });
  await pushImage(app, 'admin', 'swap/first', 'v1', image);
  const refused = await pushBlob(app, 'admin', 'swap/second', randomBytes(900));

  await app.send('admin', { method: 'DELETE', path: '/api/v2.0/projects/swap/repositories/first' });

  expect(refused.status).toBe(403);
  expect(await used(project)).toBe(0);
  expect((await pushBlob(app, 'admin', 'swap/second', randomBytes(900))).status).toBe(201);
});

test('a limit set by an administrator holds for the next push, and taking it away lets it in', async () => {
  const project = await app.createProject('turned');
  await pushBlob(app, 'admin', 'turned/r', randomBytes(2_000));
  const set = (storage_limit: number) =>
    app.send('admin', {
      method: 'PUT',
      path: '/api/v2.0/projects/turned',
      headers: { ...basic('admin'), 'content-type': 'application/json' },
      body: JSON.stringify({ storage_limit }),
    });

  await set(2_500);
  const refused = await pushBlob(app, 'admin', 'turned/r', randomBytes(1_000));
  await set(-1);
  const taken = await pushBlob(app, 'admin', 'turned/r', randomBytes(1_000));

  expect([refused.status, taken.status]).toEqual([403, 201]);
  expect(await used(project)).toBe(3_000);
});
