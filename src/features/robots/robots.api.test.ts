import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const pull = { resource: 'repository', action: 'pull' };
const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const ofTeam = (name: string, ...access: object[]) => ({
  name,
  duration: 30,
  level: 'project',
  permissions: [{ kind: 'project', namespace: 'team', access: access.length > 0 ? access : [pull] }],
});

const ofSystem = (name: string, permissions: object[]) => ({
  name,
  duration: -1,
  level: 'system',
  permissions,
});

const everyProject = (...access: object[]) => ({ kind: 'project', namespace: '*', access });
const system = (...access: object[]) => ({ kind: 'system', namespace: '/', access });

async function make(
  client: Client,
  body: object,
): Promise<{ id: number; as: Client; secret: string; name: string }> {
  const reply = await client.post('/robots', body);
  expect(reply.status).toBe(201);
  const { id, name, secret } = reply.body;
  return { id, name, secret, as: api.as(name, secret) };
}

describe('creating a robot', () => {
  test('answers 201 with path, full name and a secret that is shown this once', async () => {
    const reply = await api
      .as('projectAdmin')
      .post('/robots', { ...ofTeam('ci'), secret: 'Chosen-Pass1', disable: true, description: 'builds' });

    const { id, secret } = reply.body;
    expect(reply).toMatchObject({ status: 201, headers: { location: `/api/v2.0/robots/${id}` } });
    expect(reply.body).toEqual({
      id,
      name: 'robot$team+ci',
      secret: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      creation_time: date,
      expires_at: Math.floor(Date.parse(reply.body.creation_time) / 1000) + 30 * 86_400,
    });
    const { body } = await api.as('projectAdmin').get(`/robots/${id}`);
    expect(body).toEqual({
      id,
      name: 'robot$team+ci',
      description: 'builds',
      level: 'project',
      duration: 30,
      expires_at: reply.body.expires_at,
      editable: true,
      disable: false,
      permissions: [{ kind: 'project', namespace: 'team', access: [{ ...pull, effect: 'allow' }] }],
      creator_type: 'local',
      creator_ref: api.users['projectAdmin'],
      creation_time: date,
      update_time: date,
    });
    expect((await api.as('robot$team+ci', secret).get('/projects')).status).toBe(200);
  });

  test('of a taken name is a conflict, but two projects may have one each', async () => {
    await make(api.as('projectAdmin'), ofTeam('twin'));
    const foreign = ofTeam('twin');
    foreign.permissions = [{ kind: 'project', namespace: 'foreign', access: [pull] }];

    const again = await api.as('projectAdmin').post('/robots', ofTeam('twin'));
    const elsewhere = await api.as('stranger').post('/robots', foreign);

    expect(again).toMatchObject({ status: 409, body: { errors: [{ code: 'CONFLICT' }] } });
    expect(elsewhere).toMatchObject({ status: 201, body: { name: 'robot$foreign+twin' } });
  });

  test('that never expires says -1', async () => {
    const robot = await make(api.as('admin'), ofSystem('eternal', [everyProject(pull)]));

    const { body } = await api.as('admin').get(`/robots/${robot.id}`);

    expect(body).toMatchObject({ name: 'robot$eternal', duration: -1, expires_at: -1 });
  });

  test.each([
    [{ name: 'Upper' }, 400],
    [{ name: null }, 400],
    [{ duration: 0 }, 400],
    [{ duration: null }, 400],
    [{ duration: 2_147_483_647 }, 400],
    [{ duration: 1e30 }, 400],
    [{ level: 'galaxy' }, 400],
    [{ permissions: [] }, 400],
    [{ permissions: [null] }, 400],
    [{ permissions: null }, 400],
    [{ permissions: 'all' }, 422],
    [{ duration: '30' }, 422],
    [{ duration: 1.5 }, 422],
  ])('refuses %j with %d', async (part, status) => {
    const reply = await api.as('projectAdmin').post('/robots', { ...ofTeam('refused'), ...part });

    expect(reply.status).toBe(status);
  });

  test('names a grant that no robot may hold', async () => {
    const reply = await api
      .as('projectAdmin')
      .post('/robots', ofTeam('greedy', { resource: 'configuration', action: 'update' }));

    expect(reply.status).toBe(400);
    expect(reply.body.errors[0].message).toContain('configuration:update');
  });

  test('for an unknown project is 404 for an administrator', async () => {
    const unknown = [{ kind: 'project', namespace: 'nothing', access: [pull] }];

    expect((await api.as('admin').post('/robots', ofSystem('lost', unknown))).status).toBe(404);
    expect((await api.as('admin').post('/robots', { ...ofTeam('lost'), permissions: unknown })).status).toBe(
      404,
    );
  });
});

describe('S-003: the administrator of one project', () => {
  const at = (namespace: string) => ({ kind: 'project', namespace, access: [pull] });

  test.each([
    ['another project', { permissions: [at('foreign')] }],
    ['a project that does not exist', { permissions: [at('nothing')] }],
    ['every project', { permissions: [at('*')] }],
    ['two projects', { permissions: [at('team'), at('foreign')] }],
    ['no project', { permissions: [at('')] }],
    ['a path', { permissions: [at('team/../foreign')] }],
    ['the system', { level: 'system', permissions: [at('team')] }],
  ])('makes no robot for %s', async (what, part) => {
    const reply = await api.as('projectAdmin').post('/robots', { ...ofTeam('escape'), ...part });

    expect([400, 403]).toContain(reply.status);
    const { count } = await api.database.db
      .selectFrom('robot')
      .select((count) => count.fn.countAll<number>().as('count'))
      .where('name', '=', 'escape')
      .executeTakeFirstOrThrow();
    expect([what, count]).toEqual([what, 0]);
  });

  test('R2: cannot tell a foreign project from none', async () => {
    const foreign = await api
      .as('projectAdmin')
      .post('/robots', { ...ofTeam('probe'), permissions: [at('foreign')] });
    const missing = await api
      .as('projectAdmin')
      .post('/robots', { ...ofTeam('probe'), permissions: [at('nothing')] });

    expect(foreign).toMatchObject({ status: missing.status, body: missing.body });
  });
});

describe('S-016: a robot of another project', () => {
  test.each(['get', 'put', 'patch', 'delete'] as const)('is not there for %s', async (verb) => {
    const body = {
      ...ofTeam('own'),
      permissions: [{ kind: 'project', namespace: 'foreign', access: [pull] }],
    };
    const robot = await make(api.as('stranger'), { ...body, name: `theirs-${verb}` });
    const call = (id: number) => {
      if (verb === 'put') return api.as('projectAdmin').put(`/robots/${id}`, { ...body, name: robot.name });
      if (verb === 'patch') return api.as('projectAdmin').patch(`/robots/${id}`, {});
      return api.as('projectAdmin')[verb](`/robots/${id}`);
    };

    const foreign = await call(robot.id);
    const missing = await call(2_000_000_000);

    expect(foreign.status).toBe(404);
    expect(JSON.stringify(foreign.body).replace(String(robot.id), 'N')).toBe(
      JSON.stringify(missing.body).replace('2000000000', 'N'),
    );
    expect((await robot.as.get('/projects/foreign/summary')).status).toBe(403);
    expect((await robot.as.get('/projects')).status).toBe(200);
  });

  test('a member who may read robots but not change them is told so', async () => {
    const robot = await make(api.as('projectAdmin'), ofTeam('visible'));

    expect((await api.as('guest').get(`/robots/${robot.id}`)).status).toBe(200);
    expect((await api.as('guest').delete(`/robots/${robot.id}`)).status).toBe(403);
    expect((await api.as('limitedGuest').get(`/robots/${robot.id}`)).status).toBe(404);
    expect((await api.as('anonymous').get(`/robots/${robot.id}`)).status).toBe(401);
  });
});

describe('updating a robot', () => {
  test('replaces grants, description and switch, with effect at once', async () => {
    const robot = await make(api.as('projectAdmin'), ofTeam('changing'));
    expect((await robot.as.get('/projects/team')).status).toBe(403);
    const body = {
      ...ofTeam('', { resource: 'project', action: 'read' }),
      name: robot.name,
      description: 'new',
    };

    const reply = await api.as('projectAdmin').put(`/robots/${robot.id}`, body);

    expect(reply).toMatchObject({ status: 200, body: '' });
    expect((await robot.as.get('/projects/team')).status).toBe(200);
    await api.as('projectAdmin').put(`/robots/${robot.id}`, { ...body, disable: true });
    expect((await robot.as.get('/projects/team')).status).toBe(401);
  });

  test('counts a new duration from its creation, and keeps an old one’s end', async () => {
    const robot = await make(api.as('projectAdmin'), ofTeam('aging'));
    const put = (duration?: number) =>
      api.as('projectAdmin').put(`/robots/${robot.id}`, { ...ofTeam(''), name: robot.name, duration });
    const ends = async () => (await api.as('projectAdmin').get(`/robots/${robot.id}`)).body;
    const born = Math.floor(Date.parse((await ends()).creation_time) / 1000);

    await put(7);
    expect((await ends()).expires_at).toBe(born + 7 * 86_400);
    await put(undefined);
    expect(await ends()).toMatchObject({ duration: 7, expires_at: born + 7 * 86_400 });
    await put(2_147_483_646);
    expect((await ends()).expires_at).toBe(born + 2_147_483_646 * 86_400);
    await put(-1);
    expect((await ends()).expires_at).toBe(-1);
  });

  test('cannot change its name, level or project', async () => {
    const robot = await make(api.as('projectAdmin'), ofTeam('fixed'));
    const body = { ...ofTeam(''), name: robot.name };
    const put = (part: object) => api.as('projectAdmin').put(`/robots/${robot.id}`, { ...body, ...part });

    expect((await put({ name: 'fixed' })).status).toBe(400);
    expect((await put({ level: 'system' })).status).toBe(400);
    for (const namespace of ['foreign', 'nothing']) {
      const reply = await put({ permissions: [{ kind: 'project', namespace, access: [pull] }] });
      expect(reply).toMatchObject({
        status: 400,
        body: { errors: [{ message: 'cannot update the project id of robot' }] },
      });
    }
  });
});

describe('the secret', () => {
  test('is generated anew, and the old one is dead at once (G-49)', async () => {
    const robot = await make(api.as('projectAdmin'), ofTeam('renewed'));
    expect((await robot.as.get('/projects')).status).toBe(200);

    const { status, body } = await api.as('projectAdmin').patch(`/robots/${robot.id}`, { secret: '' });

    expect(status).toBe(200);
    expect(body.secret).toMatch(/^[A-Za-z0-9]{32}$/);
    expect((await api.as(robot.name, body.secret).get('/projects')).status).toBe(200);
    // Harbor: wrong credentials are nobody's; public projects are still there.
    expect((await robot.as.get('/users/current')).status).toBe(401);
  });

  test('may be chosen, is not shown then, and obeys the rule', async () => {
    const robot = await make(api.as('projectAdmin'), ofTeam('chosen'));

    const weak = await api.as('projectAdmin').patch(`/robots/${robot.id}`, { secret: 'weak' });
    const good = await api.as('projectAdmin').patch(`/robots/${robot.id}`, { secret: 'Sesame-0pen' });

    expect(weak.status).toBe(400);
    expect(good).toMatchObject({ status: 200, body: {} });
    expect((await api.as(robot.name, 'Sesame-0pen').get('/projects')).status).toBe(200);
  });

  test('G-49: is nowhere in the database', async () => {
    const robot = await make(api.as('projectAdmin'), ofTeam('marked'));

    for (const table of ['robot', 'audit_log'] as const) {
      const rows = JSON.stringify(await api.database.db.selectFrom(table).selectAll().execute());
      expect(rows).toContain('marked');
      expect(rows).not.toContain(robot.secret);
    }
  });
});

describe('the list', () => {
  const names = async (who: Client, q: string) => {
    const { status, body } = await who.get(`/robots?page_size=0&q=${encodeURIComponent(q)}`);
    expect(status).toBe(200);
    return (body as { name: string }[]).map(({ name }) => name);
  };

  test('is of level system without q, and of one project with it', async () => {
    await make(api.as('admin'), ofSystem('listed', [everyProject(pull)]));
    await make(api.as('projectAdmin'), ofTeam('listed'));
    const team = api.projects['team'];

    const ofThese = await names(api.as('admin'), '');
    expect(ofThese).toContain('robot$listed');
    expect(ofThese.every((name) => !name.includes('+'))).toBe(true);
    expect(await names(api.as('guest'), `Level=project,ProjectID=${team},name=team+listed`)).toEqual([]);
    expect(await names(api.as('guest'), `Level=project,ProjectID=${team},name=~listed`)).toEqual([
      'robot$team+listed',
    ]);
    expect(await names(api.as('admin'), 'Level=project,ProjectID=999999')).toEqual([]);
  });

  test.each([
    ['Level=galaxy', 400],
    ['Level=~project', 400],
    ['Level=project', 400],
    ['Level=project,ProjectID=x', 400],
    ['Level=project,ProjectID=-1', 400],
    ['Level=project,ProjectID=99999999999999', 400],
    ['secret=~a', 400],
    ['secret_hash=[a~b]', 400],
  ])('S-039: q=%s is refused', async (q, status) => {
    expect((await api.as('admin').get(`/robots?q=${encodeURIComponent(q)}`)).status).toBe(status);
  });

  test('is for those who may list at that level', async () => {
    expect((await api.as('anonymous').get('/robots')).status).toBe(401);
    expect((await api.as('projectAdmin').get('/robots')).status).toBe(403);
    const foreign = await api
      .as('projectAdmin')
      .get(`/robots?q=Level%3Dproject,ProjectID%3D${api.projects['foreign']}`);
    const missing = await api.as('projectAdmin').get('/robots?q=Level%3Dproject,ProjectID%3D999999');
    expect(foreign).toMatchObject({ status: 403, body: missing.body });
  });
});

describe('a robot that makes robots', () => {
  const create = { resource: 'robot', action: 'create' };

  test('hands on what it holds, and no more', async () => {
    const maker = await make(api.as('projectAdmin'), ofTeam('maker', create, pull));

    const within = await maker.as.post('/robots', ofTeam('made', pull));
    const beyond = await maker.as.post('/robots', ofTeam('more', { resource: 'repository', action: 'push' }));

    expect(within.status).toBe(201);
    const { body } = await api.as('projectAdmin').get(`/robots/${within.body.id}`);
    expect(body).toMatchObject({ creator_type: 'robot', creator_ref: maker.id });
    expect(beyond).toMatchObject({ status: 403, body: { errors: [{ code: 'DENIED' }] } });
  });

  test('of one project makes none outside of it', async () => {
    const maker = await make(api.as('projectAdmin'), ofTeam('fenced', create, pull));
    const outside = [{ kind: 'project', namespace: 'foreign', access: [pull] }];

    expect((await maker.as.post('/robots', { ...ofTeam('out'), permissions: outside })).status).toBe(403);
    expect((await maker.as.post('/robots', ofSystem('up', [everyProject(pull)]))).status).toBe(403);
  });

  test('never updates a robot, not even itself', async () => {
    const maker = await make(
      api.as('admin'),
      ofSystem('boss', [system(create, { resource: 'robot', action: 'read' })]),
    );

    expect((await maker.as.get(`/robots/${maker.id}`)).status).toBe(200);
    expect((await maker.as.patch(`/robots/${maker.id}`, {})).status).toBe(403);
    const body = ofSystem('boss', [system(create)]);
    expect((await maker.as.put(`/robots/${maker.id}`, { ...body, name: maker.name })).status).toBe(403);
  });
});

describe('deleting a robot', () => {
  test('ends it at once', async () => {
    const robot = await make(api.as('projectAdmin'), ofTeam('ending'));
    expect((await robot.as.get('/permissions')).status).toBe(403);

    expect((await api.as('projectAdmin').delete(`/robots/${robot.id}`)).status).toBe(200);

    expect((await robot.as.get('/permissions')).status).toBe(401);
    expect((await api.as('projectAdmin').delete(`/robots/${robot.id}`)).status).toBe(404);
  });

  test('happens with its project, and grants in a project that is gone are gone', async () => {
    const project = await api.createProject('brief');
    const entry = { kind: 'project', namespace: 'brief', access: [pull] };
    const inside = await make(api.as('admin'), { ...ofTeam('inside'), permissions: [entry] });
    const outside = await make(
      api.as('admin'),
      ofSystem('outside', [entry, system({ resource: 'catalog', action: 'read' })]),
    );

    await api.as('admin').delete(`/projects/${project}`);

    expect((await inside.as.get('/permissions')).status).toBe(401);
    const { body } = await api.as('admin').get(`/robots/${outside.id}`);
    expect(body.permissions).toEqual([
      { kind: 'system', namespace: '/', access: [{ resource: 'catalog', action: 'read', effect: 'allow' }] },
    ]);
  });
});
