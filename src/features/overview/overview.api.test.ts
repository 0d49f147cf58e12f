import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  for (const project of ['team', 'foreign'] as const) await neglect(project);
  await fail('GARBAGE_COLLECTION', -1);
  await fail('PURGE_AUDIT_LOG', -1);
  // It worked the next time.
  const again = { vendor_type: 'PURGE_AUDIT_LOG', trigger: 'MANUAL' as const, status: 'Success' as const };
  await api.database.db.insertInto('execution').values(again).execute();
});
afterAll(() => api.close());

/** A project in which something is wrong in each way that there is. */
async function neglect(name: 'team' | 'foreign'): Promise<void> {
  const { db } = api.database;
  const project_id = api.projects[name] ?? 0;
  await db
    .updateTable('quota')
    .set({ hard_storage: 1000, used_storage: 700 })
    .where('project_id', '=', project_id)
    .execute();
  await db.insertInto('quota_charge').values({ project_id, bytes: 150 }).execute();
  const robot = { level: 'project' as const, project_id, secret_hash: '', duration: 1, creator_ref: 1 };
  const now = Math.floor(Date.now() / 1000);
  for (const [own, expires_at] of [
    ['gone', now - 3600],
    ['soon', now + 86_400],
    ['later', now + 40 * 86_400],
    ['long-gone', now - 60 * 86_400],
    ['never', -1],
  ] as const) {
    await db
      .insertInto('robot')
      .values({ ...robot, creator_type: 'local', name: own, expires_at })
      .execute();
  }
  const { id } = await db
    .insertInto('retention_policy')
    .values({ project_id, rules: '[]' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await fail('RETENTION', id);
  await db
    .insertInto('repository')
    .values({ project_id, name: `${name}/tool` })
    .execute();
  const policy = await db
    .insertInto('webhook_policy')
    .values({
      project_id,
      name: `${name}-hook`,
      description: '',
      enabled: true,
      event_types: [],
      creator: 'x',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('webhook_target')
    .values({
      id: sql<string>`gen_random_uuid()`,
      policy_id: policy.id,
      position: 0,
      type: 'http',
      address: 'https://hooks.example.test',
      payload_format: 'Default',
      skip_cert_verify: false,
      auth_header: null,
      secret: null,
      failures: 7,
      failing_since: new Date(),
    })
    .execute();
}

async function fail(vendor_type: string, vendor_id: number): Promise<void> {
  await api.database.db
    .insertInto('execution')
    .values({ vendor_type, vendor_id, status: 'Error', trigger: 'SCHEDULE', status_message: 'no room' })
    .execute();
}

const overview = async (as: Caller) => {
  const { status, body } = await api.as(as).get('/users/current/overview');
  expect(status).toBe(200);
  return body;
};

test('an administrator sees what needs attention anywhere, and the runs of the registry', async () => {
  const { quotas, robots, executions, webhooks } = await overview('admin');

  expect(quotas).toEqual([
    { project_id: api.projects['foreign'], project_name: 'foreign', used: 850, hard: 1000 },
    { project_id: api.projects['team'], project_name: 'team', used: 850, hard: 1000 },
  ]);
  expect(robots.map(({ name }: { name: string }) => name)).toEqual([
    'robot$team+gone',
    'robot$foreign+gone',
    'robot$team+soon',
    'robot$foreign+soon',
  ]);
  expect(executions).toEqual([
    expect.objectContaining({ vendor_type: 'GARBAGE_COLLECTION', status_message: 'no room' }),
    expect.objectContaining({ vendor_type: 'RETENTION', project_name: 'foreign' }),
    expect.objectContaining({ vendor_type: 'RETENTION', project_name: 'team' }),
  ]);
  expect(webhooks).toHaveLength(2);
});

test.each([
  ['projectAdmin', { quotas: 1, robots: 2, executions: 1, webhooks: 1 }],
  ['maintainer', { quotas: 1, robots: 2, executions: 1, webhooks: 1 }],
  ['developer', { quotas: 1, robots: 2, executions: 1, webhooks: 0 }],
  ['guest', { quotas: 1, robots: 2, executions: 0, webhooks: 0 }],
  ['limitedGuest', { quotas: 1, robots: 0, executions: 0, webhooks: 0 }],
] as const)('S-021: %s sees of a project what the role may, and nothing of others', async (as, expected) => {
  const found = await overview(as);

  const counted = Object.keys(expected).map((key) => [key, found[key].length]);
  expect(Object.fromEntries(counted)).toEqual(expected);
  expect(JSON.stringify(found)).not.toContain('foreign');
});

test('starred is what may be seen, however it came into the preferences', async () => {
  const stars = {
    starred_projects: ['team', 'foreign', 'gone'],
    starred_repositories: ['team/tool', 'foreign/tool'],
  };
  await api.as('guest').put('/users/current/preferences', stars);
  await api.as('stranger').put('/users/current/preferences', stars);

  const { projects, repositories } = (await overview('guest')).starred;

  expect(projects.map(({ project_name }: { project_name: string }) => project_name)).toEqual(['team']);
  expect(repositories).toEqual([
    expect.objectContaining({
      project_id: api.projects['team'],
      repository_name: 'team/tool',
      pull_count: 0,
    }),
  ]);
  expect((await overview('stranger')).starred.repositories).toEqual([
    expect.objectContaining({ repository_name: 'foreign/tool' }),
  ]);
});

test('it is never longer than 20 of a kind', async () => {
  const { db } = api.database;
  const many = Array.from({ length: 30 }, (_, index) => `many-${index}`);
  const made = await db
    .insertInto('project')
    .values(many.map((name) => ({ name, owner_id: 1, metadata: '{}' })))
    .returning('project_id')
    .execute();
  await db
    .insertInto('quota')
    .values(made.map(({ project_id }) => ({ project_id, hard_storage: 10, used_storage: 10 })))
    .execute();

  expect((await overview('admin')).quotas).toHaveLength(20);
});
