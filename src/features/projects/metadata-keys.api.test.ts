import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const stored = async () => {
  const row = await api.database.db
    .selectFrom('project')
    .select('metadata')
    .where('name', '=', 'team')
    .executeTakeFirstOrThrow();
  return row.metadata;
};
beforeEach(async () => {
  const metadata = JSON.stringify({ public: 'false', severity: 'high', retention_id: '7' });
  await api.database.db.updateTable('project').set({ metadata }).where('name', '=', 'team').execute();
});

const path = '/projects/team/metadatas/';
const owner = () => api.as('projectAdmin');

describe('reading', () => {
  test('Harbor: the list is for nobody but administrators, no role holds metadata:list', async () => {
    expect((await api.as('admin').get(path)).body).toEqual(await stored());
    expect((await owner().get(path)).status).toBe(403);
    expect((await api.as('anonymous').get(path)).status).toBe(401);
  });

  test('Harbor: the slash at the end of the path may be missing', async () => {
    expect((await api.as('admin').get('/projects/team/metadatas')).status).toBe(200);
    expect((await api.as('admin').get('/quotas/')).status).toBe(200);
  });

  test('one key is for maintainers too', async () => {
    expect(await api.as('maintainer').get(`${path}severity`)).toMatchObject({
      status: 200,
      body: { severity: 'high' },
    });
    expect((await api.as('developer').get(`${path}severity`)).status).toBe(403);
  });

  test.each(['auto_scan', 'nonsense', '__proto__', 'constructor'])(
    '%s, which is not set, is a 404',
    async (key) => {
      expect((await owner().get(`${path}${key}`)).status).toBe(404);
    },
  );
});

describe('adding', () => {
  test('sets a key, reading truth as Go does, and is recorded', async () => {
    const reply = await owner().post(path, { auto_scan: 'T' });

    expect(reply).toMatchObject({ status: 200, body: '' });
    expect(await stored()).toEqual({
      public: 'false',
      severity: 'high',
      retention_id: '7',
      auto_scan: 'true',
    });
    const entry = await api.database.db
      .selectFrom('audit_log')
      .select(['operation', 'resource', 'detail'])
      .where('resource_type', '=', 'metadata')
      .orderBy('id', 'desc')
      .executeTakeFirst();
    expect(entry).toEqual({
      operation: 'create',
      resource: 'team',
      detail: { key: 'auto_scan', from: null, to: 'true' },
    });
  });

  test('a key that is set is a conflict', async () => {
    expect(await owner().post(path, { severity: 'low' })).toMatchObject({
      status: 409,
      body: { errors: [{ code: 'CONFLICT' }] },
    });
  });

  test.each([
    [{}],
    [{ auto_scan: 'true', prevent_vul: 'true' }],
    [{ auto_scan: 'yes' }],
    [{ nonsense: 'true' }],
    [{ projectScanner: 'x' }],
    [{ proxy_speed_kb: '10' }],
    [{ enable_content_trust: '' }],
  ])('%j is refused with 400', async (body) => {
    const before = await stored();

    expect(await owner().post(path, body)).toMatchObject({ status: 400 });
    expect(await stored()).toEqual(before);
  });
});

describe('changing', () => {
  test('replaces a value; the level of severity is kept in lower case', async () => {
    expect((await owner().put(`${path}severity`, { severity: 'Critical' })).status).toBe(200);
    expect(await stored()).toMatchObject({ severity: 'critical' });
  });

  test('public takes effect at once', async () => {
    await owner().put(`${path}public`, { public: 'true' });

    expect((await api.as('anonymous').get('/projects/team')).status).toBe(200);

    await owner().put(`${path}public`, { public: 'false' });
    expect((await api.as('anonymous').get('/projects/team')).status).toBe(401);
  });

  test('sets what was not set', async () => {
    expect((await owner().put(`${path}prevent_vul`, { prevent_vul: 'true' })).status).toBe(200);
    expect(await stored()).toMatchObject({ prevent_vul: 'true' });
  });

  test('the key of the body is the one of the path', async () => {
    expect((await owner().put(`${path}severity`, { auto_scan: 'true' })).status).toBe(400);
  });
});

describe('removing', () => {
  test('takes the key away', async () => {
    expect((await owner().delete(`${path}severity`)).status).toBe(200);
    expect(await stored()).toEqual({ public: 'false', retention_id: '7' });
    expect((await owner().delete(`${path}severity`)).status).toBe(404);
  });
});

describe('S-026', () => {
  test.each(['maintainer', 'developer', 'guest', 'limitedGuest', 'stranger'] as const)(
    'S-026: %s changes no key',
    async (caller) => {
      const before = await stored();
      const replies = await Promise.all(
        ['public', 'prevent_vul', 'severity', 'auto_scan', 'retention_id'].flatMap((key) => [
          api.as(caller).post(path, { [key]: 'true' }),
          api.as(caller).put(`${path}${key}`, { [key]: 'true' }),
          api.as(caller).delete(`${path}${key}`),
        ]),
      );

      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([403]));
      expect(await stored()).toEqual(before);
    },
  );

  test('S-026: not even an administrator sets what the registry keeps there', async () => {
    const before = await stored();
    const replies = [
      await api.as('admin').put(`${path}retention_id`, { retention_id: '8' }),
      await api.as('admin').delete(`${path}retention_id`),
      await api.as('admin').post(path, { retention_id: '8' }),
    ];

    expect(replies.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(await stored()).toEqual(before);
  });
});
