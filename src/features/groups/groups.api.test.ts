import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const idOf = (location: string | undefined) => Number(location?.split('/').at(-1));

async function make(group_name: string, group_type = 3, ldap_group_dn?: string): Promise<number> {
  const reply = await api.as('admin').post('/usergroups', { group_name, group_type, ldap_group_dn });
  expect(reply).toMatchObject({ status: 201, body: '' });
  return idOf(reply.headers['location']);
}

const names = (body: { group_name: string }[]) => body.map(({ group_name }) => group_name);

describe('creating a group', () => {
  test('answers 201 with its path, and it comes back in exactly the shape that Harbor sends', async () => {
    const given = { group_name: 'builders', group_type: 1, ldap_group_dn: 'CN=builders,DC=example' };

    const reply = await api.as('admin').post('/usergroups', given);

    const id = idOf(reply.headers['location']);
    expect(reply).toMatchObject({ status: 201, headers: { location: `/api/v2.0/usergroups/${id}` } });
    expect((await api.as('admin').get(`/usergroups/${id}`)).body).toEqual({ id, ...given });
  });

  test('of HTTP or OIDC keeps no distinguished name', async () => {
    const id = await make('from outside', 2, 'cn=ignored');

    const { body } = await api.as('admin').get(`/usergroups/${id}`);

    expect(body).toEqual({ id, group_name: 'from outside', group_type: 2 });
  });

  test('of a taken name is a conflict within its type', async () => {
    await make('twice', 3);
    await make('twice', 2);

    const reply = await api.as('admin').post('/usergroups', { group_name: 'twice', group_type: 3 });

    expect([reply.status, reply.body.errors[0].code]).toEqual([409, 'CONFLICT']);
  });

  test('of a taken distinguished name is a conflict, in whatever case', async () => {
    await make('one', 1, 'cn=taken,dc=example');

    const reply = await api
      .as('admin')
      .post('/usergroups', { group_name: 'two', group_type: 1, ldap_group_dn: 'CN=Taken,DC=example' });

    expect(reply.status).toBe(409);
  });

  test.each([
    [{}, 400],
    [{ group_name: '', group_type: 3 }, 400],
    [{ group_name: 'x'.repeat(256), group_type: 3 }, 400],
    [{ group_name: 'a' }, 400],
    [{ group_name: 'a', group_type: 0 }, 400],
    [{ group_name: 'a', group_type: 4 }, 400],
    [{ group_name: 'a', group_type: 1 }, 400],
    [{ group_name: 'a', group_type: 1, ldap_group_dn: 'builders' }, 400],
    [{ group_name: 'a', group_type: '3' }, 422],
  ])('refuses %j with %d', async (body, status) => {
    const reply = await api.as('admin').post('/usergroups', body);

    expect(reply.status).toBe(status);
  });

  test('tells every failure at once', async () => {
    const { body } = await api.as('admin').post('/usergroups', { group_type: 1, ldap_group_dn: 'x' });

    expect(body.errors[0].message).toMatch(/group_name .*; ldap_group_dn /);
  });

  test.each(["x') or 1=1 --", "'; drop table user_group; --", '__proto__', '%', 'Ünïcode 👍'])(
    'S-009: the name %s is stored as it stands and is nothing but a name',
    async (name) => {
      const before = (await api.as('stranger').get('/projects?page_size=0')).body.length;
      const id = await make(name);

      const { body } = await api.as('admin').get(`/usergroups/${id}`);
      const search = await api.as('stranger').get(`/usergroups/search?groupname=${encodeURIComponent(name)}`);

      expect(body.group_name).toBe(name);
      expect(search).toMatchObject({ status: 200, body: [{ id, group_name: name, group_type: 3 }] });
      expect((await api.as('stranger').get('/projects?page_size=0')).body).toHaveLength(before);
    },
  );
});

describe('groups', () => {
  test('are listed by id, and found by part of the name or by the whole distinguished name', async () => {
    await make('list-b', 1, 'cn=list-b,dc=example');
    await make('List-a', 2);
    const list = async (query: string) => (await api.as('admin').get(`/usergroups${query}`)).body;

    expect(names(await list('?group_name=LIST-'))).toEqual(['list-b', 'List-a']);
    expect(names(await list('?ldap_group_dn=CN%3Dlist-b%2CDC%3Dexample'))).toEqual(['list-b']);
    expect(await list('?ldap_group_dn=cn%3Dlist')).toEqual([]);
    expect(await list('?group_name=_ist-')).toEqual([]);
  });

  test('are paged and counted', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await make(name);

    const { body, headers } = await api.as('admin').get('/usergroups?group_name=page-&page=2&page_size=2');

    expect(names(body)).toEqual(['page-3']);
    expect(headers['x-total-count']).toBe('3');
  });

  test('are found by whoever is logged in, with name and type alone', async () => {
    const id = await make('searched', 1, 'cn=searched,dc=example');

    const { body } = await api.as('stranger').get('/usergroups/search?groupname=EARCHE');

    expect(body).toEqual([{ id, group_name: 'searched', group_type: 1 }]);
    expect((await api.as('anonymous').get('/usergroups/search?groupname=s')).status).toBe(401);
    expect((await api.as('stranger').get('/usergroups/search?groupname=')).status).toBe(400);
    expect((await api.as('stranger').get('/usergroups/search')).status).toBe(422);
  });

  test('change their name and nothing else', async () => {
    const id = await make('before', 1, 'cn=renamed,dc=example');
    await make('occupied', 1, 'cn=occupied,dc=example');
    const path = `/usergroups/${id}`;

    const reply = await api.as('admin').put(path, { group_name: 'after', group_type: 3, ldap_group_dn: 'x' });

    expect(reply).toMatchObject({ status: 200, body: '' });
    const group = { id, group_name: 'after', group_type: 1, ldap_group_dn: 'cn=renamed,dc=example' };
    expect((await api.as('admin').get(path)).body).toEqual(group);
    expect((await api.as('admin').put(path, { group_name: 'occupied' })).status).toBe(409);
    expect((await api.as('admin').put(path, {})).status).toBe(400);
  });

  test('that are not there are 404, and 0 is a bad request', async () => {
    const admin = api.as('admin');

    for (const [id, status] of [
      [2_000_000_000, 404],
      [0, 400],
    ] as const) {
      expect((await admin.get(`/usergroups/${id}`)).status).toBe(status);
      expect((await admin.put(`/usergroups/${id}`, { group_name: 'x' })).status).toBe(status);
      expect((await admin.delete(`/usergroups/${id}`)).status).toBe(status);
    }
  });

  test('belong to administrators', async () => {
    const id = await make('guarded');
    const someone = api.as('projectAdmin');

    expect((await someone.get('/usergroups')).status).toBe(403);
    expect((await someone.post('/usergroups', { group_name: 'x', group_type: 3 })).status).toBe(403);
    expect((await someone.get(`/usergroups/${id}`)).status).toBe(403);
    expect((await someone.put(`/usergroups/${id}`, { group_name: 'x' })).status).toBe(403);
    expect((await someone.delete(`/usergroups/${id}`)).status).toBe(403);
  });

  test('G-71: every change is one audit entry', async () => {
    const id = await make('logged');
    await api.as('admin').put(`/usergroups/${id}`, { group_name: 'renamed' });
    await api.as('admin').delete(`/usergroups/${id}`);

    const entries = await api.database.db
      .selectFrom('audit_log')
      .select(['operation', 'resource', 'detail'])
      .where('resource_type', '=', 'user_group')
      .where('resource', 'in', ['logged', 'renamed'])
      .orderBy('id')
      .execute();

    expect(entries).toEqual([
      { operation: 'create', resource: 'logged', detail: { group_type: 3 } },
      { operation: 'update', resource: 'logged', detail: { to: 'renamed' } },
      { operation: 'delete', resource: 'renamed', detail: null },
    ]);
  });
});
