import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.database.db.deleteFrom('retention_policy').execute();
  await api.database.db.updateTable('project').set({ metadata: '{"public":"false"}' }).execute();
  api.directory.forget('everything');
});

const doublestar = (decoration: string, pattern: string) => ({ kind: 'doublestar', decoration, pattern });
const rule = (template = 'latestPushedK', more: object = {}) => ({
  action: 'retain',
  template,
  params: { [template]: 10 },
  tag_selectors: [doublestar('matches', 'v*')],
  scope_selectors: { repository: [doublestar('repoMatches', '**')] },
  ...more,
});
const id = (project: string) => api.projects[project] ?? 0;
const policy = (more: object = {}, project = 'team') => ({
  algorithm: 'or',
  rules: [rule()],
  trigger: { kind: 'Schedule', settings: { cron: '0 0 3 * * *' } },
  scope: { level: 'project', ref: id(project) },
  ...more,
});
const create = async (project = 'team', more: object = {}): Promise<number> => {
  const { status, headers } = await api.as('admin').post('/retentions', policy(more, project));
  expect(status).toBe(201);
  return Number(headers['location']?.split('/').at(-1));
};
const keeper = () => api.as('maintainer');

// Harbor: its command line sends none.
test('a selector without a kind is a doublestar', async () => {
  const bare = { decoration: 'matches', pattern: 'v*', extras: '{"untagged":false}' };
  const number = await create('team', { rules: [rule('always', { tag_selectors: [bare] })] });

  const { body } = await keeper().get(`/retentions/${number}`);

  expect(body.rules[0].tag_selectors).toEqual([{ kind: 'doublestar', ...bare }]);
});

test("a policy comes back in Harbor's shape, with its next time, and the project names it", async () => {
  const made = await keeper().post('/retentions', policy());

  expect(made.headers['location']).toMatch(/^\/api\/v2\.0\/retentions\/\d+$/);
  const number = Number(made.headers['location']?.split('/').at(-1));
  expect((await keeper().get(`/retentions/${number}`)).body).toEqual({
    id: number,
    algorithm: 'or',
    rules: [
      {
        action: 'retain',
        template: 'latestPushedK',
        params: { latestPushedK: 10 },
        tag_selectors: [doublestar('matches', 'v*')],
        scope_selectors: { repository: [doublestar('repoMatches', '**')] },
      },
    ],
    trigger: {
      kind: 'Schedule',
      settings: { cron: '0 0 3 * * *', next_scheduled_time: expect.stringMatching(/T03:00:00\.000Z$/) },
      references: {},
    },
    scope: { level: 'project', ref: id('team') },
  });
  expect((await keeper().get('/projects/team')).body.metadata.retention_id).toBe(String(number));
});

test('a five-field cron is taken as one at second 0, and without a cron nothing is scheduled', async () => {
  const five = await create('team', { trigger: { kind: 'Schedule', settings: { cron: '0 3 * * *' } } });
  const none = await create('foreign', { trigger: { kind: 'Schedule', settings: { cron: '' } } });
  const absent = await create('library', { trigger: null });

  const settings = async (one: number) =>
    (await api.as('admin').get(`/retentions/${one}`)).body.trigger.settings;
  expect(await settings(five)).toMatchObject({ cron: '0 0 3 * * *' });
  expect([await settings(none), await settings(absent)]).toEqual([{ cron: '' }, { cron: '' }]);
});

test('PUT replaces rules and schedule; what a client read can be sent back', async () => {
  const number = await create();
  const read = (await keeper().get(`/retentions/${number}`)).body;

  const same = await keeper().put(`/retentions/${number}`, read);
  await keeper().put(`/retentions/${number}`, {
    ...read,
    rules: [rule('always', { params: {}, disabled: true })],
    trigger: { kind: 'Schedule', settings: { cron: '' } },
  });

  expect(same.status).toBe(200);
  const after = (await keeper().get(`/retentions/${number}`)).body;
  expect(after.rules).toMatchObject([{ template: 'always', disabled: true }]);
  expect(after.trigger.settings).toEqual({ cron: '' });
  expect(await api.database.db.selectFrom('schedule').selectAll().execute()).toEqual([]);
});

test('DELETE takes schedule, history and the mark of the project along', async () => {
  const number = await create();
  await keeper().post(`/retentions/${number}/executions`, { dry_run: true });

  const { status } = await keeper().delete(`/retentions/${number}`);

  const { db } = api.database;
  expect([status, (await keeper().get(`/retentions/${number}`)).status]).toEqual([200, 404]);
  expect(await db.selectFrom('schedule').select('id').execute()).toEqual([]);
  expect(await db.selectFrom('execution').select('id').execute()).toEqual([]);
  expect((await keeper().get('/projects/team')).body.metadata.retention_id).toBeUndefined();
});

test('a second policy of a project is refused and names the first', async () => {
  const number = await create();

  const { status, body } = await keeper().post('/retentions', policy());

  expect([status, body.errors[0].message]).toEqual([
    400,
    `project ${id('team')} already has retention policy ${number}`,
  ]);
});

describe('bad input', () => {
  const bad: [string, object, number, string][] = [
    [
      '16 rules',
      { rules: Array.from({ length: 16 }, (_, i) => rule('always', { priority: i })) },
      400,
      'only 15 retention rules are allowed at most',
    ],
    [
      'the same rule twice',
      { rules: [rule(), rule('always'), rule()] },
      409,
      'rule 2 is conflict with rule 0',
    ],
    ['an unknown template', { rules: [rule('newest')] }, 400, 'rule template \\"newest\\" is not supported'],
    [
      'a count of 0',
      { rules: [rule('latestPushedK', { params: { latestPushedK: 0 } })] },
      400,
      'from 1 to 32766',
    ],
    [
      'a count that is too large',
      { rules: [rule('latestPulledN', { params: { latestPulledN: 32_767 } })] },
      400,
      'from 1 to 32766',
    ],
    [
      'too many days',
      { rules: [rule('nDaysSinceLastPush', { params: { nDaysSinceLastPush: 20_190_905 } })] },
      400,
      'from 1 to 20190904',
    ],
    [
      'half a day',
      { rules: [rule('nDaysSinceLastPull', { params: { nDaysSinceLastPull: 0.5 } })] },
      400,
      'nDaysSinceLastPull',
    ],
    ['no parameter', { rules: [rule('latestPushedK', { params: null })] }, 400, 'but got: nothing'],
    ['another action', { rules: [rule('always', { action: 'delete' })] }, 400, 'action should be retain'],
    [
      'no tag selectors',
      { rules: [rule('always', { tag_selectors: [] })] },
      400,
      'tag_selectors should have 1 to 20',
    ],
    [
      'no scope selectors',
      { rules: [rule('always', { scope_selectors: null })] },
      400,
      'scope_selectors.repository should have',
    ],
    [
      'a wrong decoration',
      { rules: [rule('always', { tag_selectors: [doublestar('repoMatches', '**')] })] },
      400,
      'matches or excludes',
    ],
    [
      'a wrong kind',
      {
        rules: [rule('always', { tag_selectors: [{ kind: 'regexp', decoration: 'matches', pattern: '.' }] })],
      },
      400,
      'kind should be doublestar',
    ],
    [
      'G-30: an exploding pattern',
      { rules: [rule('always', { tag_selectors: [doublestar('matches', '{a,b}'.repeat(30))] })] },
      400,
      'multiply',
    ],
    ['another algorithm', { algorithm: 'and' }, 400, 'algorithm should be or'],
    [
      'a bad cron',
      { trigger: { kind: 'Schedule', settings: { cron: '0 0 25 * * *' } } },
      400,
      'invalid cron',
    ],
    [
      'a cron with seconds',
      { trigger: { kind: 'Schedule', settings: { cron: '5 0 0 * * *' } } },
      400,
      'must be 0',
    ],
    [
      'a number for a cron',
      { trigger: { kind: 'Schedule', settings: { cron: 5 } } },
      400,
      'cron should be a text',
    ],
    ['another trigger', { trigger: { kind: 'Event' } }, 400, 'trigger.kind'],
    ['another level', { scope: { level: 'system', ref: 1 } }, 400, 'is not support'],
    ['project 0', { scope: { level: 'project', ref: 0 } }, 400, 'invalid Project id 0'],
    [
      'a project that is not there',
      { scope: { level: 'project', ref: 99_999 } },
      400,
      'invalid Project id 99999',
    ],
  ];
  test.each(bad)('%s is refused with the reason', async (_what, more, status, reason) => {
    const reply = await api.as('admin').post('/retentions', policy(more));

    expect(reply.status).toBe(status);
    expect(JSON.stringify(reply.body.errors)).toContain(reason);
  });

  test('everything that is wrong is said at once', async () => {
    const { body } = await keeper().post('/retentions', policy({ rules: [rule('x'), rule('y')] }));

    expect(body.errors[0].message).toMatch(/rule 0: .*; rule 1: /);
  });
});

describe('a policy without a scope', () => {
  const bare = { algorithm: 'or', rules: [rule()] };

  test('is for the only project of the caller', async () => {
    const { status, headers } = await keeper().post('/retentions', bare);

    const { body } = await keeper().get(headers['location']?.replace('/api/v2.0', '') ?? '');
    expect([status, body.scope]).toEqual([201, { level: 'project', ref: id('team') }]);
  });

  test('is for the only project that holds anything', async () => {
    const { db } = api.database;
    await db
      .insertInto('repository')
      .values({ project_id: id('foreign'), name: 'foreign/app' })
      .execute();

    const { status, headers } = await api.as('admin').post('/retentions', bare);

    const { body } = await api.as('admin').get(headers['location']?.replace('/api/v2.0', '') ?? '');
    expect([status, body.scope.ref]).toEqual([201, id('foreign')]);
    await db.deleteFrom('repository').execute();
  });

  test('is refused where several could be meant, or none', async () => {
    const several = await api.as('admin').post('/retentions', bare);
    const none = await api.as('guest').post('/retentions', bare);

    expect([several.status, none.status]).toEqual([400, 400]);
    expect(several.body.errors[0].message).toContain('"ref": ID OF THE PROJECT');
  });
});

describe('permissions', () => {
  test('S-019: a policy of another project is missing, whatever is asked of it', async () => {
    const number = await create('foreign');
    const before = (await api.as('admin').get(`/retentions/${number}`)).body;
    const ask = (one: number) => {
      const path = `/retentions/${one}`;
      return Promise.all([
        keeper().get(path),
        keeper().put(path, policy()),
        keeper().put(path, policy({}, 'foreign')),
        keeper().delete(path),
        keeper().get(`${path}/executions`),
        keeper().post(`${path}/executions`, {}),
        keeper().patch(`${path}/executions/1`, { action: 'stop' }),
        keeper().get(`${path}/executions/1/tasks`),
        keeper().get(`${path}/executions/1/tasks/1`),
        keeper().post('/retentions/preview', { id: one }),
      ]);
    };

    const [there, not] = [await ask(number), await ask(99_999)];

    expect(there.map(({ status }) => status)).toEqual(Array(10).fill(404));
    expect(JSON.stringify(there.map(({ body }) => body)).replaceAll(String(number), 'N')).toBe(
      JSON.stringify(not.map(({ body }) => body)).replaceAll('99999', 'N'),
    );
    expect((await api.as('admin').get(`/retentions/${number}`)).body).toEqual(before);
  });

  test('S-019: a policy cannot be moved to another project, nor made in one', async () => {
    const number = await create('team');

    const moved = await keeper().put(`/retentions/${number}`, policy({}, 'foreign'));
    const made = await keeper().post('/retentions', policy({}, 'foreign'));
    const nowhere = await keeper().post('/retentions', policy({ scope: { level: 'project', ref: 99_999 } }));

    expect([moved.status, made.status, nowhere.status]).toEqual([400, 403, 403]);
    expect((await keeper().get(`/retentions/${number}`)).body.scope.ref).toBe(id('team'));
  });

  test('guests neither see nor run it, strangers learn nothing, anonymous callers log in first', async () => {
    const number = await create();
    const ask = async (who: 'guest' | 'stranger' | 'anonymous') => [
      (await api.as(who).get(`/retentions/${number}`)).status,
      (await api.as(who).post(`/retentions/${number}/executions`, {})).status,
      (await api.as(who).get('/retentions/metadatas')).status,
    ];

    expect([await ask('guest'), await ask('stranger'), await ask('anonymous')]).toEqual([
      [404, 404, 200],
      [404, 404, 200],
      [401, 401, 401],
    ]);
  });

  test('S-020: runs and logs of other jobs and policies are missing', async () => {
    const mine = await create('team');
    const other = await create('foreign');
    const run = await api.as('admin').post(`/retentions/${other}/executions`, {});
    const foreign = Number(run.headers['location']?.split('/').at(-1));
    const { id: gc } = await api.database.db
      .insertInto('execution')
      .values({ vendor_type: 'GARBAGE_COLLECTION', vendor_id: mine, trigger: 'MANUAL' })
      .returning('id')
      .executeTakeFirstOrThrow();

    for (const execution of [foreign, gc, 99_999]) {
      const path = `/retentions/${mine}/executions/${execution}`;
      const answers = [
        await keeper().get(`${path}/tasks`),
        await keeper().get(`${path}/tasks/1`),
        await keeper().patch(path, { action: 'stop' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    }
  });
});

test('a run without repositories, or without enabled rules, ends at once', async () => {
  const number = await create('team', { rules: [rule('always', { disabled: true })] });

  const made = await keeper().post(`/retentions/${number}/executions`, { dry_run: true });

  expect(made.headers['location']).toMatch(new RegExp(`/api/v2.0/retentions/${number}/executions/\\d+$`));
  const { body, headers } = await keeper().get(`/retentions/${number}/executions`);
  expect(headers['x-total-count']).toBe('1');
  expect(body).toEqual([
    {
      id: expect.any(Number),
      policy_id: number,
      start_time: expect.stringMatching(/Z$/),
      end_time: expect.stringMatching(/Z$/),
      status: 'Success',
      trigger: 'MANUAL',
      dry_run: true,
    },
  ]);
});

test('an action other than stop is refused', async () => {
  const number = await create();
  const run = await keeper().post(`/retentions/${number}/executions`, {});

  const answers = [
    await keeper().patch(run.headers['location']?.replace('/api/v2.0', '') ?? '', { action: 'pause' }),
    await keeper().patch(run.headers['location']?.replace('/api/v2.0', '') ?? '', { action: 'stop' }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([400, 200]);
});

test("the metadata are Harbor's five templates and two selectors", async () => {
  const { body } = await api.as('stranger').get('/retentions/metadatas');

  expect(body.templates.map((one: { rule_template: string }) => one.rule_template)).toEqual([
    'latestPushedK',
    'latestPulledN',
    'nDaysSinceLastPush',
    'nDaysSinceLastPull',
    'always',
  ]);
  expect([body.scope_selectors[0].display_text, body.tag_selectors[0].display_text]).toEqual([
    'Repositories',
    'Tags',
  ]);
});

test('G-80: the policy of a deleted project does not come back with its name', async () => {
  const made = await api.as('admin').post('/projects', { project_name: 'again' });
  const project = Number(made.headers['location']?.split('/').at(-1));
  const old = await api
    .as('admin')
    .post('/retentions', policy({ scope: { level: 'project', ref: project } }));
  await api.as('admin').delete('/projects/again');
  await api.as('admin').post('/projects', { project_name: 'again' });

  const gone = await api.as('admin').get(old.headers['location']?.replace('/api/v2.0', '') ?? '');

  expect(gone.status).toBe(404);
  expect((await api.as('admin').get('/projects/again')).body.metadata.retention_id).toBeUndefined();
  expect(await api.database.db.selectFrom('schedule').select('id').execute()).toEqual([]);
});
