import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  for (const [project, name] of [
    ['library', 'library/tool'],
    ['team', 'team/tool'],
    ['foreign', 'foreign/tool'],
    ['team', 'team/a_b'],
  ] as const) {
    await api.database.db
      .insertInto('repository')
      .values({ project_id: api.projects[project] ?? 0, name })
      .execute();
  }
});
afterAll(() => api.close());

const found = async (client: Client, q: string) => {
  const { status, body } = await client.get(`/search?q=${encodeURIComponent(q)}`);
  expect(status).toBe(200);
  return [
    ...body.project.map(({ name }: { name: string }) => name),
    ...body.repository.map(({ repository_name }: { repository_name: string }) => repository_name),
  ];
};

test('anonymous finds what is public, a user also what is his, an administrator everything', async () => {
  expect(await found(api.as('anonymous'), 'TOOL')).toEqual(['library/tool']);
  expect(await found(api.as('limitedGuest'), 'tool')).toEqual(['library/tool', 'team/tool']);
  expect(await found(api.as('admin'), 'tool')).toEqual(['foreign/tool', 'library/tool', 'team/tool']);
});

test('projects are found by name, with what their list shows', async () => {
  const { body } = await api.as('guest').get('/search?q=team');

  expect(body.project).toEqual([
    expect.objectContaining({
      name: 'team',
      repo_count: 2,
      current_user_role_id: 3,
      metadata: { public: 'false' },
    }),
  ]);
  expect(body.repository).toEqual([
    { project_id: api.projects['team'], project_name: 'team', repository_name: 'team/a_b' },
    { project_id: api.projects['team'], project_name: 'team', repository_name: 'team/tool' },
  ]);
});

test('S-005: signs of a pattern stand for themselves', async () => {
  expect(await found(api.as('admin'), '_')).toEqual(['team/a_b']);
  expect(await found(api.as('admin'), '%')).toEqual([]);
});

test('S-021: whatever is asked for, anonymous finds nothing that is private', async () => {
  const answers = await Promise.all(
    Array.from('abcdefghijklmnopqrstuvwxyz/-_.').map((q) => found(api.as('anonymous'), q)),
  );

  expect(new Set(answers.flat())).toEqual(new Set(['library', 'library/tool']));
});

test('S-021: a project made private is found no more', async () => {
  const before = await found(api.as('anonymous'), 'library');
  await api.as('admin').put('/projects/library', { metadata: { public: 'false' } });

  const after = await found(api.as('anonymous'), 'library');

  await api.as('admin').put('/projects/library', { metadata: { public: 'true' } });
  expect([before.length > 0, after]).toEqual([true, []]);
});

test('a search needs something to search for', async () => {
  expect((await api.as('admin').get('/search')).status).toBe(422);
  expect((await api.as('admin').get('/search?q=')).status).toBe(422);
});
