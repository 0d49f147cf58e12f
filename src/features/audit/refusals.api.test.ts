import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const refusals = (username: string) =>
  api.database.db
    .selectFrom('audit_log')
    .select(['operation', 'resource_type', 'resource', 'project_id', 'operation_result', 'detail'])
    .where('username', '=', username)
    .where('operation_result', '=', false)
    .orderBy('id')
    .execute();

test('G-71: whoever is refused a change leaves one row, also where the guard refuses', async () => {
  await api.as('guest').put('/projects/team', { metadata: { public: 'true' } });
  await api.as('guest').post('/users', { username: 'eve', password: 'marker-Secret-1' });

  expect(await refusals('guest')).toEqual([
    {
      operation: 'update',
      resource_type: 'project',
      resource: 'projects/team',
      project_id: api.projects['team'],
      operation_result: false,
      detail: { status: 403, code: 'FORBIDDEN' },
    },
    {
      operation: 'create',
      resource_type: 'user',
      resource: 'users/eve',
      project_id: null,
      operation_result: false,
      detail: { status: 403, code: 'FORBIDDEN' },
    },
  ]);
});

test('G-71: a conflict and a missing object are on record, what was read is not', async () => {
  const maintainer = api.as('maintainer');
  await maintainer.post('/projects', { project_name: 'team' });
  await maintainer.get('/users');
  await maintainer.delete('/projects/team/members/999999');

  const rows = await refusals('maintainer');

  expect(rows.map(({ resource, detail }) => [resource, detail?.['status']])).toEqual([
    ['projects/team', 409],
    ['projects/team/members/999999', 403],
  ]);
});

test('nobody without a name leaves rows', async () => {
  await api.as('anonymous').post('/projects', { project_name: 'nobody' });

  expect(await refusals('anonymous')).toEqual([]);
});

test('S-053: a loop of refusals leaves 60 rows in a minute', async () => {
  for (let i = 0; i < 70; i++) await api.as('limitedGuest').delete('/projects/team');

  expect(await refusals('limitedGuest')).toHaveLength(60);
});
