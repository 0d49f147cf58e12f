import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
const ids: Record<string, number> = {};
beforeAll(async () => {
  api = await createTestApi();
  for (const [name, hard, used] of [
    ['small', 1000, 10],
    ['large', 5000, 300],
    ['endless', -1, 20],
  ] as const) {
    const project_id = await api.createProject(name);
    ids[name] = project_id;
    await api.database.db
      .updateTable('quota')
      .set({ hard_storage: hard, used_storage: used })
      .where('project_id', '=', project_id)
      .execute();
  }
  for (const bytes of [100, -50]) await charge('endless', bytes);
});
afterAll(() => api.close());

async function charge(project: string, bytes: number): Promise<void> {
  await api.database.db
    .insertInto('quota_charge')
    .values({ project_id: ids[project] ?? 0, bytes })
    .execute();
}

const admin = () => api.as('admin');

async function quotaOf(project: string) {
  const { body } = await admin().get(`/quotas?reference=project&reference_id=${ids[project]}`);
  return (body as { id: number; hard: { storage: number }; used: { storage: number } }[])[0];
}

const listed = async (query: string) => {
  const { body } = await admin().get(`/quotas?page_size=100&${query}`);
  return (body as { ref: { name: string } }[])
    .map(({ ref }) => ref.name)
    .filter((name) => ['small', 'large', 'endless'].includes(name));
};

describe('the list', () => {
  test('shows limit, use and project', async () => {
    const quota = await quotaOf('endless');

    expect(quota).toEqual({
      id: expect.any(Number),
      ref: { id: ids['endless'], name: 'endless', owner_name: 'admin' },
      hard: { storage: -1 },
      used: { storage: 70 },
      creation_time: expect.any(String),
      update_time: expect.any(String),
    });
    expect((await admin().get(`/quotas/${quota?.id}`)).body).toEqual(quota);
  });

  test.each([
    ['sort=used.storage', ['small', 'endless', 'large']],
    ['sort=-used.storage', ['large', 'endless', 'small']],
    ['sort=hard.storage', ['small', 'large', 'endless']],
    ['sort=-hard.storage', ['endless', 'large', 'small']],
    ['', ['endless', 'large', 'small']],
  ])('%s orders it, no limit being the largest', async (sort, expected) => {
    expect(await listed(sort)).toEqual(expected);
  });

  test('finds and sorts by the name of the project', async () => {
    expect(await listed('q=project_name=~L&sort=project_name')).toEqual(['endless', 'large', 'small']);
    expect(await listed('q=project_name=~arg&sort=-used.storage')).toEqual(['large']);
  });

  test('of another kind of reference is empty', async () => {
    expect(await admin().get('/quotas?reference=user')).toMatchObject({
      body: [],
      headers: { 'x-total-count': '0' },
    });
    expect((await admin().get('/quotas?reference_id=nonsense')).body).toEqual([]);
  });

  test('is for system administrators alone', async () => {
    for (const path of ['/quotas', '/quotas/1']) {
      expect((await api.as('projectAdmin').get(path)).status).toBe(403);
      expect((await api.as('anonymous').get(path)).status).toBe(401);
    }
  });
});

describe('changing a quota', () => {
  test('sets the limit, also below what is used, and is recorded', async () => {
    const quota = await quotaOf('large');

    const reply = await admin().put(`/quotas/${quota?.id}`, { hard: { storage: 100 } });

    expect(reply).toMatchObject({ status: 200, body: '' });
    expect(await quotaOf('large')).toMatchObject({ hard: { storage: 100 }, used: { storage: 300 } });
    const entry = await api.database.db
      .selectFrom('audit_log')
      .select(['operation', 'resource', 'project_id', 'detail'])
      .where('resource_type', '=', 'quota')
      .executeTakeFirst();
    expect(entry).toEqual({
      operation: 'update',
      resource: 'large',
      project_id: ids['large'],
      detail: { from: 5000, to: 100 },
    });
    await admin().put(`/quotas/${quota?.id}`, { hard: { storage: 5000 } });
  });

  test.each([
    [{}],
    [{ hard: {} }],
    [{ hard: null }],
    [{ hard: { storage: 0 } }],
    [{ hard: { storage: -2 } }],
    [{ hard: { storage: 1024 ** 5 + 1 } }],
    [{ hard: { storage: 10, count: 1 } }],
  ])('%j is refused with 400', async (body) => {
    const quota = await quotaOf('small');

    const reply = await admin().put(`/quotas/${quota?.id}`, body);

    expect(reply).toMatchObject({ status: 400, body: { errors: [{ code: 'BAD_REQUEST' }] } });
    expect(await quotaOf('small')).toEqual(quota);
  });

  test('tells all that is wrong at once', async () => {
    const quota = await quotaOf('small');

    const reply = await admin().put(`/quotas/${quota?.id}`, { hard: { storage: -2, count: 1, size: 1 } });

    for (const part of ['hard.storage', '"count"', '"size"']) {
      expect(reply.body.errors[0].message).toContain(part);
    }
  });

  test('that is not there is a 404', async () => {
    expect((await admin().put('/quotas/99999', { hard: { storage: 1 } })).status).toBe(404);
    expect((await admin().get('/quotas/99999')).status).toBe(404);
  });
});

describe('PUT /projects with storage_limit', () => {
  test('sets the quota when an administrator sends it', async () => {
    const reply = await admin().put('/projects/small', { storage_limit: 53687091200 });

    expect(reply.status).toBe(200);
    expect(await quotaOf('small')).toMatchObject({ hard: { storage: 53687091200 } });
    await admin().put('/projects/small', { storage_limit: 1000 });
  });

  test('is ignored, as by Harbor, when somebody else does', async () => {
    const team = api.projects['team'];

    const reply = await api.as('projectAdmin').put('/projects/team', { storage_limit: 5 });

    expect(reply.status).toBe(200);
    const { body } = await admin().get(`/quotas?reference_id=${team}`);
    expect(body[0].hard).toEqual({ storage: -1 });
  });

  test('is checked', async () => {
    expect((await admin().put('/projects/small', { storage_limit: -7 })).status).toBe(400);
  });
});

test('many charges become one without changing the sum', async () => {
  const { db } = api.database;
  const project_id = ids['endless'] ?? 0;
  await db
    .insertInto('quota_charge')
    .values(Array.from({ length: 1_200 }, () => ({ project_id, bytes: 1 })))
    .execute();

  const before = await quotaOf('endless');
  const after = await quotaOf('endless');

  expect([before?.used, after?.used]).toEqual([{ storage: 1_270 }, { storage: 1_270 }]);
  expect(
    await db.selectFrom('quota_charge').selectAll().where('project_id', '=', project_id).execute(),
  ).toEqual([]);
});
