import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const idOf = (location: string | undefined) => Number(location?.split('/').at(-1));

async function makeGroup(group_name: string, dn?: string): Promise<number> {
  const given = { group_name, group_type: dn === undefined ? 3 : 1, ldap_group_dn: dn };
  return idOf((await api.as('admin').post('/usergroups', given)).headers['location']);
}

async function add(project: number, member_group: object, role_id = 3): Promise<number> {
  const reply = await api.as('admin').post(`/projects/${project}/members`, { role_id, member_group });
  expect(reply.status).toBe(201);
  return idOf(reply.headers['location']);
}

/** As a login through LDAP or OIDC does. */
async function enter(user_id: number, group_id: number): Promise<void> {
  await api.database.db.insertInto('user_account_group').values({ user_id, group_id }).execute();
  api.directory.forget(`user:${user_id}`);
}

describe('a group becomes a member', () => {
  test('by id, and is shown in exactly the shape that Harbor sends', async () => {
    const project = await api.createProject('by-id');
    const group = await makeGroup('by id');

    const id = await add(project, { id: group }, 2);

    const shown = {
      id,
      project_id: project,
      entity_name: 'by id',
      role_name: 'developer',
      role_id: 2,
      entity_id: group,
      entity_type: 'g',
    };
    expect((await api.as('admin').get(`/projects/${project}/members/${id}`)).body).toEqual(shown);
    expect((await api.as('admin').get(`/projects/${project}/members?entityname=by%20id`)).body).toEqual([
      shown,
    ]);
  });

  test('by distinguished name in whatever case, or by name and type', async () => {
    const project = await api.createProject('by-name');
    const ldap = await makeGroup('ldap people', 'cn=people,dc=example');
    const oidc = await makeGroup('oidc people');

    await add(project, { ldap_group_dn: ' CN=People,DC=example ' });
    await add(project, { group_name: 'oidc people', group_type: 3 });

    const { body } = await api.as('admin').get(`/projects/${project}/members`);
    expect(body.map((one: { entity_id: number }) => one.entity_id)).toEqual([1, ldap, oidc]);
  });

  test('once: the second time is a conflict', async () => {
    const project = await api.createProject('once');
    const id = await makeGroup('once');
    await add(project, { id });

    const again = await api.as('admin').post(`/projects/${project}/members`, {
      role_id: 1,
      member_group: { group_name: 'once', group_type: 3 },
    });

    expect([again.status, again.body.errors[0].code]).toEqual([409, 'CONFLICT']);
  });

  test('Harbor: an id goes before a name, and a user before a group', async () => {
    const project = await api.createProject('before');
    const id = await makeGroup('before');
    const both = (member_user: object) => ({ role_id: 3, member_user, member_group: { id } });
    const post = (body: object) => api.as('admin').post(`/projects/${project}/members`, body);

    await post(both({ user_id: api.users['guest'] }));
    await post(both({ username: 'developer' }));

    const { body } = await api.as('admin').get(`/projects/${project}/members`);
    expect(body.map((one: { entity_name: string }) => one.entity_name)).toEqual(['admin', 'before', 'guest']);
  });

  test.each([
    [{ id: 2_000_000_000 }],
    [{ group_name: 'nobody', group_type: 3 }],
    [{ group_name: 'nobody', group_type: 1 }],
    [{ group_name: 'nobody' }],
    [{ ldap_group_dn: 'cn=nobody,dc=example' }],
    [{ ldap_group_dn: 'nobody' }],
  ])('but not one that is not there: %j, with accounts kept here', async (member_group) => {
    const reply = await api.as('admin').post('/projects/team/members', { role_id: 3, member_group });

    expect([reply.status, reply.body.errors[0].code]).toEqual([400, 'BAD_REQUEST']);
  });
});

describe('who is in a group', () => {
  test('has its role from the next request on, until the role, the membership or the group goes', async () => {
    const project = await api.createProject('through');
    const user = await api.createUser('through-user');
    const group = await makeGroup('through');
    const as = api.as('through-user', 'Harbor-12345');
    await enter(user, group);
    expect((await as.get(`/projects/${project}`)).status).toBe(403);

    const member = await add(project, { id: group }, 1);
    expect((await as.put(`/projects/${project}`, {})).status).toBe(200);

    await api.as('admin').put(`/projects/${project}/members/${member}`, { role_id: 5 });
    expect((await as.put(`/projects/${project}`, {})).status).toBe(403);
    expect((await as.get(`/projects/${project}`)).status).toBe(200);

    await api.as('admin').delete(`/projects/${project}/members/${member}`);
    expect((await as.get(`/projects/${project}`)).status).toBe(403);

    await add(project, { id: group }, 1);
    expect((await as.get(`/projects/${project}`)).status).toBe(200);
    await api.as('admin').delete(`/usergroups/${group}`);
    expect((await as.get(`/projects/${project}`)).status).toBe(403);
  });

  test('G-80: has no right through a new group of the old name', async () => {
    const project = await api.createProject('reborn');
    const user = await api.createUser('reborn-user');
    const old = await makeGroup('reborn');
    await add(project, { id: old }, 1);
    await enter(user, old);
    await api.as('admin').delete(`/usergroups/${old}`);

    const next = await makeGroup('reborn');

    expect((await api.as('admin').get(`/projects/${project}/members?entityname=reborn`)).body).toEqual([]);
    await add(project, { id: next }, 1);
    expect((await api.as('reborn-user', 'Harbor-12345').get(`/projects/${project}`)).status).toBe(403);
  });

  test('sees the project in the list with all roles, the strongest as the one', async () => {
    const project = await api.createProject('roles');
    const user = await api.createUser('roles-user');
    const [one, two] = [await makeGroup('roles one'), await makeGroup('roles two')];
    await api.addMember(project, user, 3);
    await add(project, { id: one }, 4);
    await add(project, { id: two }, 3);
    await enter(user, one);
    await enter(user, two);

    const { body } = await api.as('roles-user', 'Harbor-12345').get('/projects?name=roles');

    expect(body).toMatchObject([{ name: 'roles', current_user_role_id: 4, current_user_role_ids: [3, 4] }]);
  });
});
