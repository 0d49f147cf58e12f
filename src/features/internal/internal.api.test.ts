import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const sync = '/api/internal/syncquota';
const rename = '/api/internal/renameadmin';

async function usedOf(project: string): Promise<number> {
  const { used_storage } = await api.database.db
    .selectFrom('quota')
    .select('used_storage')
    .where('project_id', '=', api.projects[project] ?? 0)
    .executeTakeFirstOrThrow();
  return used_storage;
}

async function charge(project: string, ...sizes: number[]): Promise<void> {
  const { db } = api.database;
  const project_id = api.projects[project] ?? 0;
  for (const size of sizes) {
    const digest = `sha256:${project}${size}`;
    const blob = { digest, size, location: digest, leased_until: new Date() };
    const { id } = await db.insertInto('blob').values(blob).returning('id').executeTakeFirstOrThrow();
    await db.insertInto('project_blob').values({ project_id, blob_id: id }).execute();
  }
}

describe('syncquota', () => {
  test('sets what every project uses to the sum of its blobs, and forgets the charges', async () => {
    await charge('team', 100, 20);
    await charge('foreign', 7);
    await api.database.db
      .insertInto('quota_charge')
      .values([
        { project_id: api.projects['team'] ?? 0, bytes: 999 },
        { project_id: api.projects['library'] ?? 0, bytes: -5 },
      ])
      .execute();

    const reply = await api.as('admin').post(sync);

    expect(reply).toMatchObject({ status: 200, body: '' });
    expect([await usedOf('team'), await usedOf('foreign'), await usedOf('library')]).toEqual([120, 7, 0]);
    expect(await api.database.db.selectFrom('quota_charge').selectAll().execute()).toEqual([]);
    const entry = await api.database.db
      .selectFrom('audit_log')
      .select(['username', 'operation', 'detail'])
      .where('resource_type', '=', 'quota')
      .executeTakeFirst();
    expect(entry).toEqual({
      username: 'admin',
      operation: 'update',
      detail: { recounted: { projects: 3, corrected: 3 } },
    });
  });

  test('stays exact while blobs are pushed', async () => {
    const project_id = api.projects['team'] ?? 0;
    const { repository_id } = await api.database.db
      .insertInto('repository')
      .values({ project_id, name: 'team/busy' })
      .returning('repository_id')
      .executeTakeFirstOrThrow();
    const push = (n: number) =>
      api.database.query(
        { name: 'test_link', text: "select link_blob($1, $2, $3, 10, $3, interval '1 hour')" },
        [project_id, repository_id, `sha256:busy${n}`],
      );

    for (const hard_storage of [-1, 1_000_000]) {
      await api.database.db
        .updateTable('quota')
        .set({ hard_storage })
        .where('project_id', '=', project_id)
        .execute();
      const pushes = Array.from({ length: 40 }, (_, n) => push(hard_storage + n));
      await Promise.all([...pushes, api.as('admin').post(sync), api.as('admin').post(sync)]);
    }

    const { bytes } = await api.database.db
      .selectFrom('quota_charge')
      .select((of) => of.fn.coalesce(of.fn.sum<number>('bytes'), of.lit(0)).as('bytes'))
      .where('project_id', '=', project_id)
      .executeTakeFirstOrThrow();
    expect((await usedOf('team')) + Number(bytes)).toBe(120 + 2 * 40 * 10);
  });

  test('is for people who are administrators, while quotas are counted', async () => {
    const robot = await api.as('admin').post('/robots', {
      name: 'counter',
      duration: -1,
      level: 'system',
      permissions: [{ kind: 'system', namespace: '/', access: [{ resource: 'quota', action: 'list' }] }],
    });
    const statuses = [
      (await api.as('anonymous').post(sync)).status,
      (await api.as('projectAdmin').post(sync)).status,
      (await api.as(robot.body.name, robot.body.secret).post(sync)).status,
    ];
    await api.configure({ quota_per_project_enable: false });
    statuses.push((await api.as('admin').post(sync)).status);

    expect(statuses).toEqual([401, 403, 403, 403]);
  });
});

describe('renameadmin', () => {
  test('is refused to everybody but user 1', async () => {
    const id = await api.createUser('second');
    await api.as('admin').put(`/users/${id}/sysadmin`, { sysadmin_flag: true });

    const statuses = [
      (await api.as('anonymous').post(rename)).status,
      (await api.as('guest').post(rename)).status,
      (await api.as('second', password).post(rename)).status,
    ];

    expect(statuses).toEqual([401, 403, 403]);
  });

  test('gives user 1 Harbor’s other name, as often as it is asked', async () => {
    const reply = await api.as('admin').post(rename);

    expect(reply.status).toBe(200);
    const { body } = await api.as('admin@harbor.local', password).get('/users/current');
    expect(body).toMatchObject({ user_id: 1, username: 'admin@harbor.local', sysadmin_flag: true });
    expect((await api.as('admin@harbor.local', password).post(rename)).status).toBe(200);
    expect((await api.as('admin').get('/users/current')).status).toBe(401);
  });
});
