import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const year2 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('creating a project', () => {
  test('answers 201 with the path of the new project by id', async () => {
    const reply = await api.as('stranger').post('/projects', { project_name: 'created' });

    expect(reply.status).toBe(201);
    expect(reply.headers['location']).toMatch(/^\/api\/v2\.0\/projects\/\d+$/);
    expect(reply.body).toBe('');
  });

  test('names it by name where the client asks for that', async () => {
    const reply = await api
      .as('stranger')
      .post('/projects', { project_name: 'by-name' }, { 'x-resource-name-in-location': 'true' });

    expect(reply.headers['location']).toBe('/api/v2.0/projects/by-name');
  });

  test('makes the creator its owner and projectAdmin, at once', async () => {
    await api.as('stranger').post('/projects', { project_name: 'mine' });

    const { body } = await api.as('stranger').get('/projects/mine');

    expect(body).toMatchObject({
      owner_name: 'stranger',
      current_user_role_id: 1,
      current_user_role_ids: [1],
    });
  });

  test('writes one audit entry in the same transaction', async () => {
    await api.as('stranger').post('/projects', { project_name: 'audited' });
    await api.as('admin').post('/projects', { project_name: 'audited' });

    const entries = await api.database.db
      .selectFrom('audit_log')
      .select(['username', 'operation', 'resource_type', 'client_address'])
      .where('resource', '=', 'audited')
      .execute();
    expect(entries).toEqual([
      { username: 'stranger', operation: 'create', resource_type: 'project', client_address: '127.0.0.1' },
    ]);
  });

  test('of a taken name is a conflict', async () => {
    const reply = await api.as('stranger').post('/projects', { project_name: 'team' });

    expect(reply.status).toBe(409);
    expect(reply.body).toEqual({
      errors: [{ code: 'CONFLICT', message: 'The project named team already exists' }],
    });
  });

  test('of one name by many at once succeeds for exactly one', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => api.as('stranger').post('/projects', { project_name: 'raced' })),
    );

    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(1);
    expect(replies.filter((reply) => reply.status === 409)).toHaveLength(7);
  });

  test.each([
    [{}, 400],
    [{ project_name: '' }, 400],
    [{ project_name: null }, 400],
    [{ project_name: 'Upper' }, 400],
    [{ project_name: 'a..b' }, 400],
    [{ project_name: '-a' }, 400],
    [{ project_name: 'a/b' }, 400],
    [{ project_name: 'ä' }, 400],
    [{ project_name: 'a'.repeat(256) }, 422],
    [{ project_name: 7 }, 422],
    [{ project_name: 'x\0y' }, 422],
    [[], 422],
    [null, 422],
    [{ project_name: 'p1', metadata: { public: 'yes' } }, 400],
    [{ project_name: 'p2', metadata: { public: true } }, 422],
    [{ project_name: 'p3', public: 'true' }, 422],
    [{ project_name: 'p4', metadata: 'x' }, 422],
  ])('refuses %j', async (body, status) => {
    const reply = await api.as('stranger').post('/projects', body ?? 'null', {
      'content-type': 'application/json',
    });

    expect(reply.status).toBe(status);
    expect(reply.body.errors[0].code).toBe(status === 400 ? 'BAD_REQUEST' : 'UNPROCESSABLE_ENTITY');
  });

  test('takes nulls and unknown members as absent', async () => {
    const reply = await api.as('stranger').post('/projects', {
      project_name: 'nulls',
      public: null,
      metadata: { severity: null, nonsense: 'x' },
      cve_allowlist: null,
      storage_limit: null,
      registry_id: null,
      nonsense: 1,
    });

    expect(reply.status).toBe(201);
  });

  test('needs a login', async () => {
    const reply = await api.as('anonymous').post('/projects', { project_name: 'nobodys' });

    expect(reply.status).toBe(401);
    expect(reply.body).toEqual({ errors: [{ code: 'UNAUTHORIZED', message: 'unauthorized' }] });
  });

  test('public follows the old field and the metadata', async () => {
    await api.as('stranger').post('/projects', { project_name: 'open1', public: true });
    await api.as('stranger').post('/projects', { project_name: 'open2', metadata: { public: 'true' } });

    expect((await api.as('anonymous').get('/projects/open1')).status).toBe(200);
    expect((await api.as('anonymous').get('/projects/open2')).status).toBe(200);
  });
});

describe('the storage limit', () => {
  const limitOf = async (name: string) => {
    const { body } = await api.as('admin').get(`/projects/${name}/summary`);
    return body.quota.hard.storage;
  };

  test('is what an administrator sets', async () => {
    await api.as('admin').post('/projects', { project_name: 'limited', storage_limit: 1024 });

    expect(await limitOf('limited')).toBe(1024);
  });

  test('is the default for everybody else, whatever they ask for', async () => {
    await api.as('stranger').post('/projects', { project_name: 'greedy', storage_limit: 1024 });

    expect(await limitOf('greedy')).toBe(-1);
  });

  test.each([-2, 1024 ** 5 + 1])('refuses %d', async (storage_limit) => {
    const reply = await api.as('admin').post('/projects', { project_name: 'refused', storage_limit });

    expect(reply.status).toBe(400);
  });
});

describe('a proxy cache project', () => {
  test.each([
    ['stranger', 1, 403],
    ['admin', 0, 400],
    ['admin', -1, 400],
    ['admin', 99, 400],
  ] as const)('asked for by %s with registry %d is refused', async (who, registry_id, status) => {
    const reply = await api.as(who).post('/projects', { project_name: 'proxy', registry_id });

    expect(reply.status).toBe(status);
  });

  test('is refused together with all else that is wrong', async () => {
    const metadata = { public: 'maybe' };

    const reply = await api
      .as('admin')
      .post('/projects', { project_name: 'UP', registry_id: 0, storage_limit: -2, metadata });

    for (const part of ['registry 0', 'UP', 'storage_limit', 'metadata.public']) {
      expect(reply.body.errors[0].message).toContain(part);
    }
  });
});

describe('one project', () => {
  test('has exactly the members that Harbor sends', async () => {
    const { status, body } = await api.as('guest').get('/projects/team');

    expect(status).toBe(200);
    expect(body).toEqual({
      project_id: api.projects['team'],
      owner_id: 1,
      name: 'team',
      owner_name: 'admin',
      current_user_role_id: 3,
      current_user_role_ids: [3],
      repo_count: 0,
      metadata: { public: 'false' },
      cve_allowlist: {
        id: api.projects['team'],
        project_id: api.projects['team'],
        items: [],
        creation_time: expect.stringMatching(year2),
        update_time: expect.stringMatching(year2),
      },
      creation_time: expect.stringMatching(year2),
      update_time: expect.stringMatching(year2),
    });
  });

  test('shows somebody without a role none', async () => {
    const { body } = await api.as('stranger').get('/projects/library');

    expect(body).not.toHaveProperty('current_user_role_id');
    expect(body.current_user_role_ids).toBeNull();
  });

  test('is found by id and by name, and a name of digits only by the header', async () => {
    await api.as('admin').post('/projects', { project_name: '12345' });

    const byId = await api.as('admin').get(`/projects/${api.projects['team']}`);
    const asId = await api.as('admin').get('/projects/12345');
    const asNames = await Promise.all(
      ['true', 'True', '1'].map((yes) =>
        api.as('admin').get('/projects/12345', { 'x-is-resource-name': yes }),
      ),
    );
    const asNumber = await api.as('admin').get('/projects/12345', { 'x-is-resource-name': 'false' });

    expect(byId.body.name).toBe('team');
    expect([asId.status, asNumber.status]).toEqual([404, 404]);
    expect(asNames.map(({ body }) => body.name)).toEqual(['12345', '12345', '12345']);
  });

  test('that is not there is 404 for an administrator only', async () => {
    expect((await api.as('admin').get('/projects/nothing')).status).toBe(404);
    expect((await api.as('stranger').get('/projects/nothing')).status).toBe(403);
    expect((await api.as('anonymous').get('/projects/nothing')).status).toBe(401);
  });

  test.each(['99999999999', '9'.repeat(40), '-1', '0', 'a%00b', '%FF', '..%2f..', 'a b'])(
    'addressed as %s is refused without a fault',
    async (name) => {
      const reply = await api.as('admin').get(`/projects/${name}`);

      expect([400, 404, 422]).toContain(reply.status);
    },
  );
});

describe('HEAD /projects', () => {
  test('says whether a project of that name exists', async () => {
    expect((await api.as('stranger').head('/projects?project_name=team')).status).toBe(200);
    expect((await api.as('stranger').head('/projects?project_name=nothing')).status).toBe(404);
  });

  test('asks for a name, and sends no body with an error', async () => {
    const reply = await api.as('stranger').head('/projects');

    expect(reply.status).toBe(422);
    expect(reply.body).toBe('');
  });
});

describe('updating a project', () => {
  test('merges metadata and takes effect at once', async () => {
    const id = await api.createProject('flips', { auto_scan: 'true' });

    const reply = await api.as('admin').put(`/projects/${id}`, { metadata: { public: 'true' } });

    expect(reply).toMatchObject({ status: 200, body: '' });
    const seen = await api.as('anonymous').get('/projects/flips');
    expect(seen.body.metadata).toEqual({ public: 'true', auto_scan: 'true' });
    await api.as('admin').put(`/projects/${id}`, { metadata: { public: 'false' } });
    expect((await api.as('anonymous').get('/projects/flips')).status).toBe(401);
  });

  test('ignores name, limit and registry', async () => {
    const id = await api.createProject('keeps');

    const reply = await api
      .as('admin')
      .put(`/projects/${id}`, { project_name: 'other', storage_limit: 5, registry_id: 9, public: true });

    expect(reply.status).toBe(200);
    const { body } = await api.as('admin').get(`/projects/${id}`);
    expect(body).toMatchObject({ name: 'keeps', metadata: { public: 'false' } });
  });

  test('replaces the allowlist and refuses a bad one', async () => {
    const id = await api.createProject('listed');
    const allow = (cve_allowlist: object) => api.as('admin').put(`/projects/${id}`, { cve_allowlist });

    const good = await allow({ items: [{ cve_id: 'CVE-2026-1' }], expires_at: 1_800_000_000, project_id: 0 });

    expect(good.status).toBe(200);
    const { body } = await api.as('admin').get(`/projects/${id}`);
    expect(body.cve_allowlist).toMatchObject({
      items: [{ cve_id: 'CVE-2026-1' }],
      expires_at: 1_800_000_000,
    });
    expect((await allow({ items: [{ cve_id: ' ' }] })).status).toBe(400);
    expect((await allow({ items: [{ cve_id: 'a' }, { cve_id: 'a' }] })).status).toBe(400);
    expect((await allow({ project_id: id + 1 })).status).toBe(400);
  });

  test('S-026: is for nobody below projectAdmin', async () => {
    for (const who of ['maintainer', 'developer', 'guest', 'limitedGuest'] as const) {
      const reply = await api.as(who).put('/projects/team', { metadata: { public: 'true' } });
      expect(reply.status).toBe(403);
    }
    expect((await api.as('admin').get('/projects/team')).body.metadata).toEqual({ public: 'false' });
  });
});

describe('deleting a project', () => {
  const push = (project_id: number, name: string) =>
    api.database.db.insertInto('repository').values({ project_id, name }).execute();

  test('is refused while it holds repositories, and _deletable says so before', async () => {
    const id = await api.createProject('full');
    await push(id, 'full/app');

    const asked = await api.as('admin').get('/projects/full/_deletable');
    const reply = await api.as('admin').delete('/projects/full');

    expect(asked.body).toEqual({ message: 'the project contains repositories, can not be deleted' });
    expect(reply.status).toBe(412);
    expect(reply.body.errors[0]).toEqual({
      code: 'PRECONDITION',
      message: 'the project contains repositories, can not be deleted',
    });
  });

  test('takes quota, members and robots along, and the name is free again', async () => {
    const id = await api.createProject('gone');
    expect((await api.as('admin').get('/projects/gone/_deletable')).body).toEqual({ deletable: true });

    const reply = await api.as('admin').delete('/projects/gone');

    expect(reply.status).toBe(200);
    expect((await api.as('admin').get('/projects/gone')).status).toBe(404);
    expect((await api.as('admin').delete(`/projects/${id}`)).status).toBe(404);
    expect((await api.as('stranger').post('/projects', { project_name: 'gone' })).status).toBe(201);
  });

  test('lets go of what it was charged for when its last repository is gone', async () => {
    const project_id = await api.createProject('charged');
    const { id: blob_id } = await api.database.db
      .insertInto('blob')
      .values({ digest: `sha256:${'0'.repeat(64)}`, size: 3, leased_until: new Date() })
      .returning('id')
      .executeTakeFirstOrThrow();
    await api.database.db.insertInto('project_blob').values({ project_id, blob_id }).execute();

    expect((await api.as('admin').delete('/projects/charged')).status).toBe(200);
  });

  test('G-80: whoever was a member of the old one is none of the new one', async () => {
    const id = await api.createProject('again');
    const user = await api.createUser('ada');
    await api.addMember(id, user, 1);
    await api.as('admin').delete('/projects/again');

    await api.as('stranger').post('/projects', { project_name: 'again' });

    expect((await api.as('ada', 'Harbor-12345').get('/projects/again')).status).toBe(403);
  });

  test('G-78: a repository that appears at the same moment wins, with 412 and no half-deleted project', async () => {
    const id = await api.createProject('pushed');
    // The foreign key is asked after every look-up, so the row is put in from a transaction that is still open.
    const push = api.database.db.transaction().execute(async (tx) => {
      await tx.insertInto('repository').values({ project_id: id, name: 'pushed/app' }).execute();
      const deletion = api.as('admin').delete('/projects/pushed');
      await blockedBy(api, 'delete from "project"');
      return { deletion };
    });
    const { deletion } = await push;

    expect((await deletion).status).toBe(412);
    expect((await api.as('admin').get('/projects/pushed/summary')).body.quota).toBeDefined();
  });
});

/** Resolves when a statement that begins so waits for a lock. */
async function blockedBy({ database }: TestApi, start: string): Promise<void> {
  for (;;) {
    const rows = await database.db
      .selectFrom('pg_stat_activity' as never)
      .selectAll()
      .execute();
    const waiting = (rows as { wait_event_type: string | null; query: string }[]).some(
      (row) => row.wait_event_type === 'Lock' && row.query.startsWith(start),
    );
    if (waiting) return;
  }
}

describe('the summary', () => {
  test('counts members by role and shows the quota with charges not folded yet', async () => {
    const project_id = api.projects['team'] ?? 0;
    await api.database.db.insertInto('quota_charge').values({ project_id, bytes: 7 }).execute();

    const { body } = await api.as('guest').get('/projects/team/summary');

    expect(body).toEqual({
      repo_count: 0,
      project_admin_count: 2,
      maintainer_count: 1,
      developer_count: 1,
      guest_count: 1,
      limited_guest_count: 1,
      quota: { hard: { storage: -1 }, used: { storage: 7 } },
    });
  });

  test('leaves out what the caller may not see', async () => {
    expect((await api.as('limitedGuest').get('/projects/team/summary')).body).not.toHaveProperty(
      'guest_count',
    );
    expect((await api.as('anonymous').get('/projects/library/summary')).body).toEqual({ repo_count: 0 });
  });
});
