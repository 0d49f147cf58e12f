import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  const { db } = api.database;
  for (const [project, name] of [
    ['library', 'library/a'],
    ['team', 'team/a'],
    ['team', 'team/b'],
    ['foreign', 'foreign/a'],
  ] as const) {
    await db
      .insertInto('repository')
      .values({ project_id: api.projects[project] ?? 0, name })
      .execute();
  }
  for (const size of [100, 20]) {
    await db
      .insertInto('blob')
      .values({ digest: `sha256:${size}`, size, location: `at ${size}`, leased_until: new Date() })
      .execute();
  }
});
afterAll(() => api.close());

test('an administrator sees everything, storage included', async () => {
  const { status, body } = await api.as('admin').get('/statistics');

  expect(status).toBe(200);
  expect(body).toEqual({
    public_project_count: 1,
    public_repo_count: 1,
    private_project_count: 2,
    private_repo_count: 3,
    total_project_count: 3,
    total_repo_count: 4,
    total_storage_consumption: 120,
  });
});

test('a user sees what is public and what is his', async () => {
  const { body } = await api.as('limitedGuest').get('/statistics');

  expect(body).toEqual({
    public_project_count: 1,
    public_repo_count: 1,
    private_project_count: 1,
    private_repo_count: 2,
    total_project_count: 2,
    total_repo_count: 3,
    total_storage_consumption: 0,
  });
});

test('anonymous is asked to log in', async () => {
  expect((await api.as('anonymous').get('/statistics')).status).toBe(401);
});
