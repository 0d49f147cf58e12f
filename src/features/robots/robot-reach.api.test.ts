import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { robotPermissions } from '#src/access/permissions.ts';
import { type Client, createTestApi, password, type TestApi } from '#test/support/api.ts';

let api: TestApi;
let mighty: Client;
beforeAll(async () => {
  api = await createTestApi();
  const { body } = await api.as('admin').post('/robots', {
    name: 'mighty',
    duration: -1,
    level: 'system',
    permissions: [
      { kind: 'system', namespace: '/', access: robotPermissions.system },
      { kind: 'project', namespace: '*', access: robotPermissions.project },
    ],
  });
  mighty = api.as(body.name, body.secret);
});
afterAll(() => api.close());

describe('S-032: a robot with every permission there is', () => {
  test('makes nobody a system administrator', async () => {
    const id = await api.createUser('climber');

    expect((await mighty.put(`/users/${id}/sysadmin`, { sysadmin_flag: true })).status).toBe(403);
    expect((await api.as('admin').get(`/users/${id}`)).body.sysadmin_flag).toBe(false);
  });

  test('touches neither password nor profile of an administrator, but those of others', async () => {
    const boss = await api.createUser('boss');
    await api.as('admin').put(`/users/${boss}/sysadmin`, { sysadmin_flag: true });
    const plain = await api.createUser('plain');
    const profile = { email: 'taken@example.org', realname: 'x' };

    for (const id of [1, boss]) {
      expect((await mighty.put(`/users/${id}/password`, { new_password: 'Sesame-0pen' })).status).toBe(403);
      expect((await mighty.put(`/users/${id}`, profile)).status).toBe(403);
    }
    expect((await mighty.put(`/users/${plain}`, profile)).status).toBe(200);
  });

  test('has no user behind it', async () => {
    const reply = await mighty.get('/users/current');

    expect(reply).toMatchObject({ status: 412, body: { errors: [{ code: 'PRECONDITION' }] } });
  });

  test('is no administrator where only people are', async () => {
    expect((await mighty.get('/permissions')).status).toBe(403);
  });

  test('makes projects that the first administrator owns', async () => {
    const reply = await mighty.post('/projects', { project_name: 'made-by-robot' });

    expect(reply.status).toBe(201);
    const { body } = await mighty.get('/projects/made-by-robot');
    expect(body).toMatchObject({ owner_id: 1, owner_name: 'admin', current_user_role_ids: null });
    const [entry] = await api.database.db
      .selectFrom('audit_log')
      .select('username')
      .where('resource', '=', 'made-by-robot')
      .execute();
    expect(entry).toEqual({ username: 'robot$mighty' });
  });
});

describe('S-033: one grant on every project', () => {
  const robotWith = async (resource: string, action: string) => {
    const { body } = await api.as('admin').post('/robots', {
      name: `one-${resource}-${action}`,
      duration: -1,
      level: 'system',
      permissions: [{ kind: 'project', namespace: '*', access: [{ resource, action }] }],
    });
    return api.as(body.name, body.secret);
  };

  // Every route of a project that exists so far, by the one permission that opens it.
  const routes: [permission: string, call: (who: Client, member: number) => Promise<{ status: number }>][] = [
    ['project:read', (who) => who.get('/projects/team')],
    ['project:read', (who) => who.get('/projects/team/summary')],
    ['project:update', (who) => who.put('/projects/team', {})],
    ['project:delete', (who) => who.get('/projects/team/_deletable')],
    ['member:list', (who) => who.get('/projects/team/members')],
    ['member:read', (who, member) => who.get(`/projects/team/members/${member}`)],
    ['member:create', (who) => who.post('/projects/team/members', {})],
    ['member:update', (who, member) => who.put(`/projects/team/members/${member}`, { role_id: 3 })],
    ['member:delete', (who) => who.delete('/projects/team/members/0')],
    ['robot:list', (who) => who.get(`/robots?q=Level%3Dproject,ProjectID%3D${api.projects['team']}`)],
  ];

  test.each(robotPermissions.project.map(({ resource, action }) => [`${resource}:${action}`]))(
    '%s opens exactly its own routes',
    async (permission) => {
      const [resource = '', action = ''] = permission.split(':');
      const robot = await robotWith(resource, action);
      const { body } = await api.as('admin').get('/projects/team/members?entityname=guest');

      const opened: string[] = [];
      for (const [needed, call] of routes) {
        const { status } = await call(robot, body[0].id);
        if (status !== 403) opened.push(needed);
      }

      expect(opened).toEqual(routes.filter(([needed]) => needed === permission).map(([needed]) => needed));
    },
  );
});

describe('S-106: a credential', () => {
  const make = async (name: string, part: object = {}) => {
    const permissions = [
      { kind: 'project', namespace: 'team', access: [{ resource: 'project', action: 'read' }] },
    ];
    const { body } = await api
      .as('admin')
      .post('/robots', { name, duration: 1, level: 'project', permissions, ...part });
    return { ...body, as: api.as(body.name, body.secret) };
  };

  test('of an expired robot is nobody’s', async () => {
    const robot = await make('expired');
    expect((await robot.as.get('/projects/team')).status).toBe(200);

    await api.database.db.updateTable('robot').set({ expires_at: 1 }).where('id', '=', robot.id).execute();
    api.directory.forget(`robot:${robot.id}`);

    expect((await robot.as.get('/projects/team')).status).toBe(401);
  });

  test('of a removed user is nobody’s', async () => {
    const id = await api.createUser('leaver');
    expect((await api.as('leaver', password).get('/users/current')).status).toBe(200);

    await api.as('admin').delete(`/users/${id}`);

    expect((await api.as('leaver', password).get('/users/current')).status).toBe(401);
  });
});
