import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const idOf = (location: string | undefined) => Number(location?.split('/').at(-1));

/** A project of its own with one member beside the owner `admin`. */
async function projectWith(name: string, role: number) {
  const project = await api.createProject(name);
  const user = await api.createUser(`${name}-user`);
  const member = await api.addMember(project, user, role);
  return { project, user, member, as: api.as(`${name}-user`, password) };
}

describe('adding a member', () => {
  test('answers 201 with the path as the project was addressed', async () => {
    const user = await api.createUser('newcomer');
    const byName = await api
      .as('projectAdmin')
      .post('/projects/team/members', { role_id: 3, member_user: { user_id: user } });
    const id = idOf(byName.headers['location']);
    await api.as('projectAdmin').delete(`/projects/team/members/${id}`);
    const byId = await api.as('projectAdmin').post(`/projects/${api.projects['team']}/members`, {
      role_id: 3,
      member_user: { username: 'NewComer' },
    });

    expect(byName).toMatchObject({ status: 201, body: '' });
    expect(byName.headers['location']).toBe(`/api/v2.0/projects/team/members/${id}`);
    expect(byId.headers['location']).toMatch(
      new RegExp(`^/api/v2\\.0/projects/${api.projects['team']}/members/\\d+$`),
    );
  });

  test('gives the rights of the role from the next request on', async () => {
    const { project, as, member } = await projectWith('rising', 5);
    expect((await as.get(`/projects/${project}/members`)).status).toBe(403);

    await api.as('admin').put(`/projects/${project}/members/${member}`, { role_id: 3 });

    expect((await as.get(`/projects/${project}/members`)).status).toBe(200);
  });

  test('twice is a conflict', async () => {
    const body = { role_id: 2, member_user: { username: 'guest' } };

    const reply = await api.as('projectAdmin').post('/projects/team/members', body);

    expect(reply.status).toBe(409);
    expect(reply.body.errors[0]).toEqual({
      code: 'CONFLICT',
      message: 'The project member specified already exist',
    });
  });

  test.each([
    [{}, 400],
    [{ role_id: 1 }, 400],
    [{ role_id: 1, member_user: {} }, 400],
    [{ role_id: 1, member_user: { user_id: 9999 } }, 400],
    [{ role_id: 1, member_user: { user_id: 2 } }, 400],
    [{ role_id: 1, member_user: { username: 'nobody' } }, 404],
    [{ role_id: 0, member_user: { username: 'stranger' } }, 400],
    [{ role_id: 6, member_user: { username: 'stranger' } }, 400],
    [{ member_user: { username: 'stranger' } }, 400],
    [{ role_id: 1, member_group: { id: 1 } }, 400],
    [{ role_id: 1, member_group: { group_name: 'g', group_type: 3 } }, 400],
    [{ role_id: 1, member_group: { ldap_group_dn: 'cn=g' } }, 400],
    [{ role_id: 'x', member_user: { username: 'stranger' } }, 422],
    [{ role_id: 1, member_user: { user_id: 99999999999 } }, 422],
    [{ role_id: 1, member_user: 'stranger' }, 422],
  ])('refuses %j with %d', async (body, status) => {
    const reply = await api.as('projectAdmin').post('/projects/team/members', body);

    expect(reply.status).toBe(status);
  });

  test('says at once that nobody is named and what the roles are', async () => {
    const { body } = await api.as('projectAdmin').post('/projects/team/members', {});

    expect(body.errors[0].message).toMatch(/^role_id is missing.* developer.*; at least one of member_user/);
  });
});

describe('members', () => {
  test('are listed by name, in exactly the shape that Harbor sends', async () => {
    const { project, user, member } = await projectWith('shown', 4);

    const { body, headers } = await api.as('admin').get(`/projects/${project}/members`);

    expect(headers['x-total-count']).toBe('2');
    expect(body[0]).toMatchObject({ entity_name: 'admin', role_name: 'projectAdmin', role_id: 1 });
    expect(body[1]).toEqual({
      id: member,
      project_id: project,
      entity_name: 'shown-user',
      role_name: 'maintainer',
      role_id: 4,
      entity_id: user,
      entity_type: 'u',
    });
  });

  test('are found by their exact name', async () => {
    const all = await api.as('guest').get('/projects/team/members?entityname=guest');
    const part = await api.as('guest').get('/projects/team/members?entityname=gues');

    expect(all.body.map((one: { entity_name: string }) => one.entity_name)).toEqual(['guest']);
    expect(part.body).toEqual([]);
  });

  test('are filtered by a part of their name, by kind and by role, and sorted', async () => {
    const found = async (query: string) => {
      const { body, headers } = await api.as('guest').get(`/projects/team/members?${query}`);
      const names = body.map((one: { entity_name: string }) => one.entity_name);
      return { names, total: Number(headers['x-total-count']) };
    };

    expect(await found('q=entity_name%3D~GUES')).toEqual({ names: ['guest', 'limitedGuest'], total: 2 });
    expect(await found('q=entity_name%3D~gues,role_id%3D3')).toEqual({ names: ['guest'], total: 1 });
    expect((await found('q=entity_type%3Dg')).total).toBe(0);
    expect((await found('q=entity_name%3D~gues&sort=-entity_name')).names).toEqual(['limitedGuest', 'guest']);
  });

  test('change role, and only to one that exists', async () => {
    const { project, member } = await projectWith('changing', 3);
    const path = `/projects/${project}/members/${member}`;

    expect((await api.as('admin').put(path, { role_id: 2 })).status).toBe(200);
    expect((await api.as('admin').get(path)).body).toMatchObject({ role_id: 2, role_name: 'developer' });
    expect((await api.as('admin').put(path, { role_id: 9 })).status).toBe(400);
    expect((await api.as('admin').put(path, {})).status).toBe(400);
  });

  test('that go lose their rights at once', async () => {
    const { project, member, as } = await projectWith('leaving', 1);
    expect((await as.get(`/projects/${project}`)).status).toBe(200);

    const reply = await api.as('admin').delete(`/projects/${project}/members/${member}`);

    expect(reply.status).toBe(200);
    expect((await as.get(`/projects/${project}`)).status).toBe(403);
  });

  test('with id 0 are a bad request', async () => {
    expect((await api.as('projectAdmin').get('/projects/team/members/0')).status).toBe(400);
    expect((await api.as('projectAdmin').put('/projects/team/members/0', { role_id: 1 })).status).toBe(400);
    expect((await api.as('projectAdmin').delete('/projects/team/members/0')).status).toBe(400);
  });

  test('G-71: every change is one audit entry with role before and after', async () => {
    const { project, member } = await projectWith('logged', 3);
    await api.as('admin').put(`/projects/${project}/members/${member}`, { role_id: 2 });
    await api.as('admin').delete(`/projects/${project}/members/${member}`);

    const entries = await api.database.db
      .selectFrom('audit_log')
      .select(['operation', 'resource', 'detail'])
      .where('project_id', '=', project)
      .orderBy('id')
      .execute();
    expect(entries).toEqual([
      { operation: 'update', resource: 'logged/logged-user', detail: { from: 'guest', to: 'developer' } },
      { operation: 'delete', resource: 'logged/logged-user', detail: { from: 'developer' } },
    ]);
  });
});

describe('R1: a member of another project', () => {
  test.each(['get', 'put', 'delete'] as const)(
    'is not there for %s, exactly as one that never was',
    async (verb) => {
      const { project, member } = await projectWith(`r1-${verb}`, 3);
      const call = (id: number) => {
        const path = `/projects/team/members/${id}`;
        if (verb === 'put') return api.as('projectAdmin').put(path, { role_id: 1 });
        return api.as('projectAdmin')[verb](path);
      };

      const foreign = await call(member);
      const missing = await call(2_000_000_000);

      expect(foreign.status).toBe(404);
      expect(JSON.stringify(foreign.body).replace(String(member), 'N')).toBe(
        JSON.stringify(missing.body).replace('2000000000', 'N'),
      );
      const still = await api.as('admin').get(`/projects/${project}/members/${member}`);
      expect(still.body).toMatchObject({ role_id: 3 });
    },
  );
});
