import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const path = '/users/current/preferences';

test('nothing is chosen at first; what is given stays beside what was given before', async () => {
  const before = await api.as('guest').get(path);
  await api.as('guest').put(path, { language: 'de-de', starred_projects: ['team'] });
  await api.as('guest').put(path, { page_size: 50 });

  expect(before.body).toEqual({});
  expect((await api.as('guest').get(path)).body).toEqual({
    language: 'de-de',
    starred_projects: ['team'],
    page_size: 50,
  });
});

test('null takes a choice away', async () => {
  await api.as('developer').put(path, { language: 'zh-cn', shortcuts: false });

  const { body } = await api.as('developer').put(path, { language: null });

  expect(body).toEqual({ shortcuts: false });
});

test('preferences are one’s own', async () => {
  await api.as('maintainer').put(path, { time_zone: 'utc' });

  expect((await api.as('stranger').get(path)).body).toEqual({});
  expect((await api.as('anonymous').get(path)).status).toBe(401);
});

test.each([
  { language: 'German' },
  { color_scheme: 'pink' },
  { page_size: 0 },
  { pull_client: 'rm -rf' },
  { shortcuts: 'maybe' },
  { starred_projects: [''] },
  { starred_projects: Array.from({ length: 101 }, (_, index) => `p${index}`) },
])('%j is refused', async (body) => {
  expect((await api.as('admin').put(path, body)).status).toBe(422);
});

test('S-002: members that have no place in it are dropped', async () => {
  const { body } = await api.as('projectAdmin').put(path, { time_zone: 'utc', sysadmin_flag: true });

  expect(body).toEqual({ time_zone: 'utc' });
  const rows = await api.database.db.selectFrom('user_preference').select('document').execute();
  expect(JSON.stringify(rows)).not.toContain('sysadmin');
});

test('more than 32 KiB are refused, and what was there stays', async () => {
  await api.as('limitedGuest').put(path, { language: 'fr-fr' });
  const starred_repositories = Array.from({ length: 200 }, (_, index) => `${index}${'x'.repeat(500)}`);

  const { status, body } = await api.as('limitedGuest').put(path, { starred_repositories });

  expect(status).toBe(413);
  expect(body.errors[0].message).toContain('32768 are kept');
  expect((await api.as('limitedGuest').get(path)).body).toEqual({ language: 'fr-fr' });
});

test('two that are changed at once are both kept', async () => {
  await Promise.all([
    api.as('admin').put(path, { language: 'de-de' }),
    api.as('admin').put(path, { page_size: 100 }),
    api.as('admin').put(path, { shortcuts: false }),
  ]);

  expect((await api.as('admin').get(path)).body).toEqual({
    language: 'de-de',
    page_size: 100,
    shortcuts: false,
  });
});
