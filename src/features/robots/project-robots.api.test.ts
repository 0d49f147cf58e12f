import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const access = [
  { resource: 'repository', action: 'pull' },
  { resource: 'repository', action: 'push' },
  { resource: 'artifact', action: 'delete' },
];
const day = 86_400;

async function make(name: string, more: object = {}) {
  const reply = await api.as('projectAdmin').post('/projects/team/robots', { name, access, ...more });
  expect(reply.status).toBe(201);
  const { id, name: full, secret } = reply.body;
  return { id, name: full, secret, path: `/projects/team/robots/${id}`, as: api.as(full, secret) };
}

const seconds = (iso: string) => Math.floor(Date.parse(iso) / 1000);
const grantsOf = async (id: number) =>
  (await api.as('admin').get(`/robots/${id}`)).body.permissions[0].access.map(
    (one: { resource: string; action: string }) => `${one.resource}:${one.action}`,
  );

describe('a robot made below its project', () => {
  test('comes with name, secret and token, and can do what it was granted', async () => {
    const given = { name: 'ci-robot', description: 'CI/CD pipeline robot account', duration: 365, access };

    const reply = await api.as('projectAdmin').post('/projects/team/robots', given);

    const { id, secret } = reply.body;
    expect(reply).toMatchObject({
      status: 201,
      headers: { location: `/api/v2.0/projects/team/robots/${id}` },
    });
    expect(reply.body).toEqual({
      id,
      name: 'robot$team+ci-robot',
      secret: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      token: secret,
      creation_time: date,
      expires_at: seconds(reply.body.creation_time) + 365 * day,
    });
    expect((await api.as('robot$team+ci-robot', secret).get('/projects/team')).status).toBe(403);
    const principal = await api.directory.robot(id);
    expect(principal).toMatchObject({ level: 'project', projectId: api.projects['team'] });
    expect(await grantsOf(id)).toEqual(['artifact:delete', 'repository:pull', 'repository:push']);
  });

  test('is the same robot that /robots shows', async () => {
    const { id, path } = await make('same');

    const here = (await api.as('guest').get(path)).body;
    const there = (await api.as('guest').get(`/robots/${id}`)).body;

    expect(here).toEqual({
      ...there,
      project_id: api.projects['team'],
      disabled: false,
      access: there.permissions[0].access,
    });
    expect(JSON.stringify(here)).not.toContain('secret');
  });

  test('may be granted resources as the first API named them', async () => {
    const team = api.projects['team'];

    const { id } = await make('paths', {
      access: [
        { resource: `/project/${team}/repository`, action: 'push' },
        { resource: '/project/team/artifact', action: 'delete' },
        { resource: 'tag', action: 'create' },
      ],
    });

    expect(await grantsOf(id)).toEqual(['artifact:delete', 'repository:push', 'tag:create']);
  });

  test.each([
    ['usual', 'for the days of the setting when nothing is said', {}, 30],
    ['for-ever', 'for ever', { duration: -1 }, -1],
    ['never', 'for ever, in the words of the first API', { expires_at: -1 }, -1],
  ])('%s lives %s', async (name, _words, more, duration) => {
    const { path } = await make(name, more);

    const { body } = await api.as('guest').get(path);

    const expires_at = duration === -1 ? -1 : seconds(body.creation_time) + duration * day;
    expect(body).toMatchObject({ duration, expires_at });
  });

  test('lives until the very second that was asked for', async () => {
    const end = Math.floor(Date.now() / 1000) + 10 * day + 77;

    const { path } = await make('until', { expires_at: end });

    expect((await api.as('guest').get(path)).body).toMatchObject({ duration: 11, expires_at: end });
  });

  test.each([
    [{ name: 'Upper', access }, 400],
    [{ access }, 400],
    [{ name: 'none' }, 400],
    [{ name: 'none', access: [] }, 400],
    [{ name: 'none', access: [null] }, 400],
    [{ name: 'none', access: [{}] }, 400],
    [{ name: 'none', access, duration: 0 }, 400],
    [{ name: 'none', access, duration: -2 }, 400],
    [{ name: 'none', access, duration: 3, expires_at: 4_000_000_000 }, 400],
    [{ name: 'none', access, expires_at: 1 }, 400],
    [{ name: 'none', access, expires_at: Math.floor(Date.now() / 1000) - day }, 400],
    [{ name: 'none', access, expires_at: -2 }, 400],
    [{ name: 'none', access, expires_at: -9_007_199_254_740_991 }, 400],
    [{ name: 'none', access, expires_at: 9_007_199_254_740_991 }, 400],
    [{ name: 'none', access: [{ resource: 'repository', action: 'fly' }] }, 400],
    [{ name: 'none', access: [{ resource: 'robot', action: 'update' }] }, 400],
    [{ name: 'none', access: [{ resource: 'configuration', action: 'update' }] }, 400],
    [{ name: 'none', access: 'pull' }, 422],
    [{ name: 'none', access, duration: 'long' }, 422],
  ])('is refused from %j with %d', async (body, status) => {
    const reply = await api.as('projectAdmin').post('/projects/team/robots', body);

    expect(reply.status).toBe(status);
    expect((await api.as('guest').get('/projects/team/robots?q=name%3Dteam%2Bnone')).body).toEqual([]);
  });

  test('twice is a conflict, also with one from /robots', async () => {
    await make('taken');
    const permissions = [{ kind: 'project', namespace: 'team', access }];

    const here = await api.as('projectAdmin').post('/projects/team/robots', { name: 'taken', access });
    const there = await api
      .as('projectAdmin')
      .post('/robots', { name: 'taken', level: 'project', duration: 1, permissions });

    expect([here.status, there.status]).toEqual([409, 409]);
  });
});

describe('the robots of a project', () => {
  test('are listed, those of others are not', async () => {
    const project = await api.createProject('listing');
    const post = (name: string) =>
      api.as('admin').post(`/projects/${project}/robots`, { name, access, duration: 1 });
    await post('two');
    await post('one');

    const { body, headers } = await api.as('admin').get('/projects/listing/robots?page_size=1');

    expect(headers['x-total-count']).toBe('2');
    expect(body).toMatchObject([{ name: 'robot$listing+one', project_id: project, disabled: false }]);
    expect(body[0].access).toHaveLength(3);
  });

  test.each(['disabled', 'disable'])('stop when %s is set, and start again', async (member) => {
    const robot = await make(`switch-${member}`, { access: [{ resource: 'label', action: 'list' }] });
    const labels = () => robot.as.get(`/labels?scope=p&project_id=${api.projects['team']}`);
    const read = (await api.as('projectAdmin').get(robot.path)).body;

    const off = await api.as('projectAdmin').put(robot.path, { ...read, [member]: true });

    expect(off).toMatchObject({ status: 200, body: '' });
    expect((await labels()).status).toBe(401);
    const now = (await api.as('projectAdmin').get(robot.path)).body;
    expect(now).toEqual({ ...read, disabled: true, disable: true, update_time: date });
    await api.as('projectAdmin').put(robot.path, { ...now, [member]: false });
    // Not by a call: the failed one before makes the next attempt wait.
    expect(await api.directory.robot(robot.id)).toMatchObject({ name: robot.name });
  });

  test('change what is given, and keep the rest', async () => {
    const { path, id } = await make('partly', { description: 'kept', duration: 10 });

    const reply = await api.as('projectAdmin').put(path, { access: [{ resource: 'tag', action: 'list' }] });

    expect(reply.status).toBe(200);
    expect(await grantsOf(id)).toEqual(['tag:list']);
    const { body } = await api.as('guest').get(path);
    expect(body).toMatchObject({ description: 'kept', duration: 10, disabled: false });
    expect(body.expires_at).toBe(seconds(body.creation_time) + 10 * day);
  });

  test('keep their name', async () => {
    const { path } = await make('named');
    const put = (name: string) => api.as('projectAdmin').put(path, { name });

    expect((await put('other')).status).toBe(400);
    expect((await put('named')).status).toBe(200);
    expect((await put('robot$team+named')).status).toBe(200);
  });

  test('are deleted', async () => {
    const robot = await make('deleted');

    expect((await api.as('projectAdmin').delete(robot.path)).status).toBe(200);

    expect((await api.as('projectAdmin').get(robot.path)).status).toBe(404);
    expect((await robot.as.get('/labels?scope=g')).status).toBe(401);
  });

  test('belong to the project’s administrators', async () => {
    const { path } = await make('guarded');
    const maintainer = api.as('maintainer');

    expect((await maintainer.post('/projects/team/robots', { name: 'x', access })).status).toBe(403);
    expect((await maintainer.get(path)).status).toBe(200);
    expect((await maintainer.put(path, { disabled: true })).status).toBe(403);
    expect((await maintainer.delete(path)).status).toBe(403);
    expect((await api.as('limitedGuest').get('/projects/team/robots')).status).toBe(403);
  });
});

describe('S-003: an administrator of one project makes no robot for another', () => {
  const foreign = () => [
    `/project/${api.projects['foreign']}/repository`,
    '/project/foreign/repository',
    '/project/*/repository',
    '/project//repository',
    `/project/${api.projects['team']}/../${api.projects['foreign']}/repository`,
    `/project/0${api.projects['team']}/repository`,
    '/system/user',
    '/repository',
    '/project/team/repository/x',
  ];

  test('by access paths below its own', async () => {
    for (const resource of foreign()) {
      const given = { name: 's-003', access: [...access, { resource, action: 'pull' }] };

      const made = await api.as('projectAdmin').post('/projects/team/robots', given);

      expect([resource, made.status]).toEqual([resource, 400]);
    }
    expect((await api.as('guest').get('/projects/team/robots?q=name%3Dteam%2Bs-003')).body).toEqual([]);
  });

  test('by an update', async () => {
    const { path, id } = await make('s-003-update');

    for (const resource of foreign()) {
      const reply = await api.as('projectAdmin').put(path, { access: [{ resource, action: 'pull' }] });
      expect(reply.status).toBe(400);
    }

    expect(await grantsOf(id)).toEqual(['artifact:delete', 'repository:pull', 'repository:push']);
  });

  test('below the other project', async () => {
    const reply = await api.as('projectAdmin').post('/projects/foreign/robots', { name: 's-003', access });

    expect(reply.status).toBe(403);
    expect((await api.as('stranger').get('/projects/foreign/robots')).body).toEqual([]);
  });

  test('by a robot that may make robots: nothing beyond what it holds', async () => {
    const maker = await make('s-003-maker', {
      access: [
        { resource: 'robot', action: 'create' },
        { resource: 'repository', action: 'pull' },
      ],
    });
    const post = (project: string, action: string) =>
      maker.as.post(`/projects/${project}/robots`, {
        name: `s-003-${action}`,
        access: [{ resource: 'repository', action }],
      });

    expect((await post('team', 'pull')).status).toBe(201);
    expect(await post('team', 'delete')).toMatchObject({
      status: 403,
      body: { errors: [{ code: 'DENIED' }] },
    });
    expect((await post('foreign', 'pull')).status).toBe(403);
  });
});

test('S-016: a robot of another project is not there, and stays as it is', async () => {
  const post = { name: 's-016', access: [{ resource: 'label', action: 'list' }] };
  const { body: robot } = await api.as('stranger').post('/projects/foreign/robots', post);
  const permissions = [{ kind: 'project', namespace: '*', access }];
  const { body: system } = await api
    .as('admin')
    .post('/robots', { name: 's-016', level: 'system', duration: 1, permissions });
  const admin = api.as('projectAdmin');

  for (const id of [robot.id, system.id]) {
    const path = `/projects/team/robots/${id}`;
    const none = (await admin.get('/projects/team/robots/2000000000')).body;
    const masked = JSON.stringify(none).replace('2000000000', String(id));
    for (const reply of [
      await admin.get(path),
      await admin.put(path, { name: 'robot$foreign+s-016', access: [{ resource: 'tag', action: 'list' }] }),
      await admin.put(path, { name: 'robot$team+s-016', disabled: true }),
      await admin.delete(path),
    ]) {
      expect([reply.status, JSON.stringify(reply.body)]).toEqual([404, masked]);
    }
  }
  const labels = `/labels?scope=p&project_id=${api.projects['foreign']}`;
  expect((await api.as(robot.name, robot.secret).get(labels)).status).toBe(200);
});

test('G-49: the secret is shown at the creation alone, and no table holds it', async () => {
  const { secret, path } = await make('g-49');

  const shown = [
    await api.as('projectAdmin').get(path),
    await api.as('projectAdmin').get('/projects/team/robots?page_size=0'),
    await api.as('projectAdmin').put(path, {}),
  ];
  const tables = await api.database.query<{ rows: string }>(
    {
      name: 'g_49_dump',
      text: "select (table_to_xml('robot', true, false, '')::text || table_to_xml('audit_log', true, false, '')::text) as rows",
    },
    [],
  );

  expect(JSON.stringify(shown)).not.toContain(secret);
  expect(tables[0]?.rows).toContain('g-49');
  expect(tables[0]?.rows).not.toContain(secret);
});

test('G-80: a robot of a deleted one’s name has neither its secret nor its grants', async () => {
  const old = await make('g-80', { access: [{ resource: 'label', action: 'list' }] });
  await api.as('projectAdmin').delete(old.path);

  const next = await make('g-80', { access: [{ resource: 'tag', action: 'list' }] });

  expect(next.secret).not.toBe(old.secret);
  const labels = `/labels?scope=p&project_id=${api.projects['team']}`;
  expect((await next.as.get(labels)).status).toBe(403);
  expect((await old.as.get(labels)).status).toBe(401);
});

test('of changes at once to different members of one robot none is lost', async () => {
  const { id, path } = await make('at-once');
  const put = (change: object) => api.as('projectAdmin').put(path, change);

  const replies = await Promise.all([
    put({ description: 'changed' }),
    put({ access: [{ resource: 'tag', action: 'list' }] }),
    put({ duration: 77 }),
    put({ disabled: true }),
  ]);

  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const { body } = await api.as('guest').get(path);
  expect(body).toMatchObject({ description: 'changed', duration: 77, disabled: true });
  expect(await grantsOf(id)).toEqual(['tag:list']);
});
