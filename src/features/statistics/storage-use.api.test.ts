import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi } from '#test/support/api.ts';
import { idle, makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import type { RepositoryUse } from './statistics.contract.ts';

let app: TestApp;
const shared = makeImage(1, 5_000);
beforeAll(async () => {
  app = await startTestApp({ settings: idle });
  for (const name of ['small', 'large', 'other']) await app.createProject(name);
  await pushImage(app, 'admin', 'small/one', 'v1', makeImage(1, 500));
  await pushImage(app, 'admin', 'large/one', 'v1', makeImage(1, 20_000));
  await pushImage(app, 'admin', 'large/two', 'v1', shared);
  await pushImage(app, 'admin', 'other/copy', 'v1', shared);
});
afterAll(() => app.close());

const ask = async (query: string) =>
  (await app.send('admin', { path: `/api/v2.0/statistics/storage?${query}` })).json<{
    repositories: RepositoryUse[];
    complete: boolean;
  }>();

test('the biggest repositories come first, with what each holds alone', async () => {
  const { repositories, complete } = await ask('limit=3');

  expect(complete).toBe(true);
  expect(repositories.map(({ name }) => name)).toEqual(['large/one', 'large/two', 'other/copy']);
  const [one, two] = repositories;
  expect(one?.size).toBeGreaterThan(20_000);
  expect(one?.own_size).toBe(one?.size);
  expect(two).toMatchObject({ own_size: 0 });
});

test('those of one project alone can be asked for', async () => {
  const all = await ask('');
  const { project_id } = all.repositories.find(({ name }) => name === 'small/one') ?? { project_id: 0 };

  const { repositories } = await ask(`project_id=${project_id}`);

  expect(repositories.map(({ name }) => name)).toEqual(['small/one']);
});

test('projects smaller than what is found are not looked into', async () => {
  const api = await createTestApi();
  const { db, sent } = api.database;
  const statements = async () => {
    const before = sent.count;
    await api.as('admin').get('/statistics/storage?limit=1');
    return sent.count - before;
  };
  const { id } = await db
    .insertInto('blob')
    .values({ digest: 'sha256:1', size: 9_000, location: 'here', leased_until: new Date() })
    .returning('id')
    .executeTakeFirstOrThrow();
  const hold = (project_id: number, used_storage: number) =>
    db.updateTable('quota').set({ used_storage }).where('project_id', '=', project_id).execute();
  const first = api.projects['team'] ?? 0;
  const { repository_id } = await db
    .insertInto('repository')
    .values({ project_id: first, name: 'team/a' })
    .returning('repository_id')
    .executeTakeFirstOrThrow();
  await db.insertInto('repository_blob').values({ repository_id, blob_id: id }).execute();
  await hold(first, 9_000);
  await statements();
  const alone = await statements();

  for (let number = 0; number < 20; number++) {
    const { project_id } = await db
      .insertInto('project')
      .values({ name: `tiny-${number}`, owner_id: 1 })
      .returning('project_id')
      .executeTakeFirstOrThrow();
    await db.insertInto('quota').values({ project_id, used_storage: 10 }).execute();
  }

  expect(await statements()).toBe(alone);
  await api.close();
});
