import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;

interface Row {
  username?: string;
  operation?: string;
  resource_type?: string;
  resource: string;
  project_id?: number | null;
  operation_result?: boolean;
  op_time?: string;
}

/** Rows of a log that nobody of the fixture wrote. */
async function insert(...rows: Row[]): Promise<void> {
  for (const row of rows) {
    const { op_time = new Date().toISOString(), project_id = null, operation_result = true, ...names } = row;
    const { username = 'admin', operation = 'create', resource_type = 'artifact', resource } = names;
    await sql`insert into audit_log (op_time, username, operation, resource_type, resource, project_id, operation_result)
      values (${op_time}, ${username}, ${operation}, ${resource_type}, ${resource}, ${project_id}, ${operation_result})`.execute(
      api.database.db,
    );
  }
}

const resources = (reply: { body: { resource: string }[] }) => reply.body.map(({ resource }) => resource);

beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('who sees what', () => {
  beforeAll(async () => {
    const { team = 0, foreign = 0, library = 0 } = api.projects;
    await insert(
      { resource: 'seen/team', project_id: team, username: 'seen' },
      { resource: 'seen/foreign', project_id: foreign, username: 'seen' },
      { resource: 'seen/library', project_id: library, username: 'seen' },
      { resource: 'seen', project_id: null, username: 'seen', operation: 'login', resource_type: 'user' },
    );
  });

  const paths = ['/audit-logs', '/auditlog-exts'];

  test.for(paths)('G-72: %s shows everything to system administrators', async (path) => {
    const reply = await api.as('admin').get(`${path}?q=username=seen`);

    expect(resources(reply).sort()).toEqual(['seen', 'seen/foreign', 'seen/library', 'seen/team']);
  });

  test.for(paths)('G-72: %s shows project administrators their projects and nothing else', async (path) => {
    const own = await api.as('projectAdmin').get(`${path}?q=username=seen`);
    const other = await api.as('stranger').get(`${path}?q=username=seen`);

    expect(resources(own)).toEqual(['seen/team']);
    expect(resources(other)).toEqual(['seen/foreign']);
  });

  test.for(['maintainer', 'developer', 'guest', 'limitedGuest'] as const)(
    'G-72: a %s sees no log at all',
    async (caller) => {
      const all = await api.as(caller).get('/auditlog-exts?q=username=seen');
      const project = await api.as(caller).get('/projects/team/auditlog-exts');

      expect([all.status, all.body, all.headers['x-total-count'], project.status]).toEqual([
        200,
        [],
        '0',
        403,
      ]);
    },
  );

  test('nobody sees a log without saying who he is', async () => {
    const replies = await Promise.all(paths.map((path) => api.as('anonymous').get(path)));

    expect(replies.map(({ status }) => status)).toEqual([401, 401]);
  });
});

describe('robots', () => {
  const names = (reply: { body: { resource: string }[] }) => resources(reply).sort();

  beforeAll(async () => {
    const { team = 0, foreign = 0 } = api.projects;
    await insert(
      { resource: 'bot/team', project_id: team, username: 'bot' },
      { resource: 'bot/foreign', project_id: foreign, username: 'bot' },
      { resource: 'bot', username: 'bot', operation: 'login', resource_type: 'user' },
    );
  });

  async function robot(level: string, permissions: { kind: string; namespace: string; access: object[] }[]) {
    const name = `reader-${Math.random().toString(36).slice(2)}`;
    const { body } = await api.as('admin').post('/robots', { name, level, duration: -1, permissions });
    return api.as(body.name, body.secret);
  }

  const log = [{ resource: 'log', action: 'list' }];

  test('see the projects whose log they may list', async () => {
    const one = await robot('project', [{ kind: 'project', namespace: 'team', access: log }]);

    expect(names(await one.get('/auditlog-exts?q=username=bot'))).toEqual(['bot/team']);
  });

  test('with the right on every project see all of them, but nothing of the system', async () => {
    const one = await robot('system', [{ kind: 'project', namespace: '*', access: log }]);

    expect(names(await one.get('/auditlog-exts?q=username=bot'))).toEqual(['bot/foreign', 'bot/team']);
  });

  test('with the right on the system see everything', async () => {
    const one = await robot('system', [
      { kind: 'system', namespace: '/', access: [{ resource: 'audit-log', action: 'list' }] },
    ]);

    expect(names(await one.get('/audit-logs?q=username=bot'))).toEqual(['bot', 'bot/foreign', 'bot/team']);
  });

  test('with other rights see nothing', async () => {
    const access = [{ resource: 'repository', action: 'pull' }];
    const one = await robot('system', [{ kind: 'project', namespace: 'team', access }]);

    expect((await one.get('/auditlog-exts')).body).toEqual([]);
  });
});

describe('what a list shows', () => {
  beforeAll(async () => {
    const { team = 0 } = api.projects;
    const at = (day: number) => `2026-03-0${day}T12:00:00.000Z`;
    await insert(
      { resource: 'list/a', username: 'lister', op_time: at(1), project_id: team },
      { resource: 'list/b', username: 'lister', op_time: at(2), operation: 'delete' },
      {
        resource: 'list/c',
        username: 'lister',
        op_time: at(3),
        resource_type: 'project',
        operation: 'update',
      },
      { resource: 'list/d', username: 'lister', op_time: at(4), operation_result: false },
      { resource: 'list/e', username: 'lister', op_time: at(4) },
    );
  });

  const list = (query: string) => api.as('admin').get(`/auditlog-exts?q=username=lister${query}`);

  test('the old form and the new one tell of the same rows', async () => {
    const [old] = (await api.as('admin').get('/audit-logs?q=resource=list/a')).body;
    const [extended] = (await api.as('admin').get('/auditlog-exts?q=resource=list/a')).body;

    expect(old).toEqual({
      id: extended.id,
      username: 'lister',
      resource: 'list/a',
      resource_type: 'artifact',
      operation: 'create',
      op_time: '2026-03-01T12:00:00.000Z',
    });
    expect(extended).toEqual({
      ...old,
      operation_description: 'create artifact list/a',
      operation_result: true,
    });
  });

  test('newest first, the later of one moment before the earlier', async () => {
    expect(resources(await list(''))).toEqual(['list/e', 'list/d', 'list/c', 'list/b', 'list/a']);
  });

  test.for([
    ['&sort=op_time', ['list/a', 'list/b', 'list/c', 'list/d', 'list/e']],
    ['&sort=resource', ['list/e', 'list/d', 'list/c', 'list/b', 'list/a']],
    [',operation=delete', ['list/b']],
    [',operation={delete update}', ['list/c', 'list/b']],
    [',resource_type=project', ['list/c']],
    [',resource=~/D', ['list/d']],
    [',operation_result=false', ['list/d']],
    [',op_time=[2026-03-02T00:00:00~2026-03-03T12:00:00]', ['list/c', 'list/b']],
    [',OpTime=[2026-03-04T00:00:00~]', ['list/e', 'list/d']],
    [',unknown=1', ['list/e', 'list/d', 'list/c', 'list/b', 'list/a']],
  ] as const)('%s', async ([query, wanted]) => {
    const reply = await list(query);

    expect(resources(reply)).toEqual(wanted);
    expect(reply.headers['x-total-count']).toBe(String(wanted.length));
  });

  test.for([
    ['&sort=op_time&page=2&page_size=2', ['list/c', 'list/d'], ['page=1 prev', 'page=3 next']],
    ['&page=3&page_size=2', ['list/a'], ['page=2 prev']],
    ['&page=9&page_size=2', [], []],
    ['&page_size=0', ['list/e', 'list/d', 'list/c', 'list/b', 'list/a'], []],
  ] as const)('%s', async ([query, wanted, links]) => {
    const reply = await list(query);
    const found = (reply.headers['link'] ?? '').matchAll(/[?&](page=\d+)[^>]*>; rel="(\w+)"/g);

    expect(resources(reply)).toEqual(wanted);
    expect(reply.headers['x-total-count']).toBe('5');
    expect([...found].map(([, page, rel]) => `${page} ${rel}`)).toEqual(links);
  });

  test.for(['detail=~a', 'client_address=127.0.0.1', 'operation_result=maybe', 'op_time=soon'])(
    'q=%s is refused',
    async (q) => {
      expect((await api.as('admin').get(`/auditlog-exts?q=${q}`)).status).toBe(400);
    },
  );

  test('a page too deep to walk to is refused with a way out', async () => {
    const reply = await api.as('admin').get('/auditlog-exts?page=1000000&page_size=100');

    expect([reply.status, reply.body.errors[0].message]).toEqual([400, expect.stringContaining('op_time=[')]);
  });

  test('the log of a project holds its own rows', async () => {
    const old = await api.as('projectAdmin').get('/projects/team/logs?q=username=lister');
    const extended = await api.as('projectAdmin').get('/projects/team/auditlog-exts?q=username=lister');

    expect([resources(old), resources(extended)]).toEqual([['list/a'], ['list/a']]);
  });

  test('a member of many projects sees them in one order', async () => {
    const { foreign = 0, projectAdmin = 0 } = { ...api.projects, ...api.users };
    await api.addMember(foreign, projectAdmin, 1);
    await insert({
      resource: 'list/f',
      username: 'lister',
      project_id: foreign,
      op_time: '2026-03-01T18:00:00Z',
    });

    const all = await api.as('projectAdmin').get('/auditlog-exts?q=username=lister');
    const second = await api.as('projectAdmin').get('/auditlog-exts?q=username=lister&page=2&page_size=1');

    expect([resources(all), resources(second)]).toEqual([['list/f', 'list/a'], ['list/a']]);
    expect([all.headers['x-total-count'], second.headers['x-total-count']]).toEqual(['2', '2']);
  });
});

test('event types are those of Harbor, for whoever may list the log of the system', async () => {
  const reply = await api.as('admin').get('/auditlog-exts/events');
  const refused = await api.as('projectAdmin').get('/auditlog-exts/events');

  expect(reply.body).toContainEqual({ event_type: 'create_artifact' });
  expect(reply.body).toHaveLength(18);
  expect(refused.status).toBe(403);
});

test('more rows than are counted have an estimated total, and every page has its next', async () => {
  await sql`insert into audit_log (username, operation, resource_type, resource)
    select 'crowd', 'pull', 'artifact', 'crowd' from generate_series(1, 101000)`.execute(api.database.db);
  await sql`analyze audit_log`.execute(api.database.db);

  const reply = await api.as('admin').get('/audit-logs?q=username=crowd');

  expect(Number(reply.headers['x-total-count'])).toBeGreaterThan(100_000);
  expect(Number(reply.headers['x-total-count'])).toBeLessThan(110_000);
  expect(reply.headers['link']).toContain('next');
});

// Whoever counts deletions by the old form must not count what was refused.
describe('the old form has no place for results', () => {
  beforeAll(async () => {
    const { team = 0 } = api.projects;
    await insert(
      { resource: 'old/done', username: 'old', project_id: team },
      { resource: 'old/refused', username: 'old', project_id: team, operation_result: false },
    );
  });

  test.for([
    '/audit-logs?q=username=old',
    '/audit-logs?q=username=old,OperationResult=false',
    '/projects/team/logs?q=username=old',
  ])('%s shows what happened', async (path) => {
    const reply = await api.as('admin').get(path);

    expect(resources(reply)).toEqual(['old/done']);
    expect(reply.headers['x-total-count']).toBe('1');
  });

  test('a page is full also where most of the newest rows are of what was refused', async () => {
    const { foreign = 0 } = api.projects;
    await sql`insert into audit_log (username, operation, resource_type, resource, project_id, operation_result)
      select 'crowd', 'delete', 'artifact', 'old/' || n, ${foreign}, n % 10 = 0 from generate_series(1, 300) n`.execute(
      api.database.db,
    );

    const first = await api.as('admin').get('/projects/foreign/logs?page_size=10');
    const third = await api.as('admin').get('/projects/foreign/logs?page_size=10&page=3');

    expect(resources(first)).toEqual(Array.from({ length: 10 }, (_, index) => `old/${300 - 10 * index}`));
    expect(resources(third)).toEqual(Array.from({ length: 10 }, (_, index) => `old/${100 - 10 * index}`));
  });
});
