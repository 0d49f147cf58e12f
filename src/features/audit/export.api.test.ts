import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';
import { cell } from './table.ts';

let api: TestApi;

interface Row {
  username: string;
  resource: string;
  project_id?: number | null;
  op_time?: string;
}

async function insert(...rows: Row[]): Promise<void> {
  for (const { username, resource, project_id = null, op_time = new Date().toISOString() } of rows) {
    await sql`insert into audit_log (op_time, username, operation, resource_type, resource, project_id)
      values (${op_time}, ${username}, 'create', 'artifact', ${resource}, ${project_id})`.execute(
      api.database.db,
    );
  }
}

const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;

async function listening() {
  await api.app.listen({ port: 0, host: '127.0.0.1' });
  return api.app.server;
}

const lines = (reply: { body: string }) => reply.body.split('\r\n').slice(1, -1);
const resources = (reply: { body: { resource: string }[] }) => reply.body.map(({ resource }) => resource);

beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('an export', () => {
  beforeAll(async () => {
    await insert(
      { username: 'exporter', resource: 'first', op_time: '2026-03-01T12:00:00Z' },
      { username: 'exporter', resource: 'second, "third"', op_time: '2026-03-02T12:00:00Z' },
      { username: '=cmd()', resource: '+1+1', op_time: '2026-03-03T12:00:00Z' },
      { username: 'exporter', resource: 'last', op_time: '2026-03-04T12:00:00Z' },
    );
  });

  test('as JSON holds the rows that the list shows', async () => {
    const q = 'q=username=exporter,op_time=[2026-03-02T00:00:00~2026-03-05T00:00:00]';

    const list = await api.as('admin').get(`/auditlog-exts?${q}`);
    const file = await api.as('admin').get(`/auditlog-exts/export?format=json&${q}`);

    expect(file.body).toEqual(list.body);
    expect(resources(file)).toEqual(['last', 'second, "third"']);
  });

  test('as CSV is a file with a row for each', async () => {
    const file = await api.as('admin').get('/auditlog-exts/export?q=username=exporter&sort=op_time');

    expect(file.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': expect.stringMatching(/^attachment; filename="audit-log-[\dT-]+Z\.csv"$/),
      'cache-control': 'no-store',
    });
    expect(file.body.split('\r\n')[0]).toBe(
      'id,op_time,username,operation,resource_type,resource,operation_result,operation_description',
    );
    expect(lines(file).map((line: string) => line.replace(/^\d+,/, ''))).toEqual([
      '2026-03-01T12:00:00.000Z,exporter,create,artifact,first,true,create artifact first',
      '2026-03-02T12:00:00.000Z,exporter,create,artifact,"second, ""third""",true,"create artifact second, ""third"""',
      '2026-03-04T12:00:00.000Z,exporter,create,artifact,last,true,create artifact last',
    ]);
  });

  test('S-047: has no cell that a spreadsheet would run', async () => {
    const file = await api.as('admin').get('/auditlog-exts/export?q=username=%3Dcmd()');

    expect(lines(file)[0]).toContain(`,'=cmd(),create,artifact,'+1+1,`);
  });

  test.for(['=1', '+1', '-1', '@x', '\tx', '\rx', '\n=1', '＝1'])('S-047: %j becomes text', (name) => {
    expect(cell(name).replace(/^"/, '').startsWith("'")).toBe(true);
  });

  test('of nothing is an empty table', async () => {
    const json = await api.as('admin').get('/auditlog-exts/export?format=json&q=username=nobody');
    const csv = await api.as('admin').get('/auditlog-exts/export?format=csv&q=username=nobody');

    expect([json.body, lines(csv)]).toEqual([[], []]);
  });

  test('is in the log itself, and not in its own file', async () => {
    const q = 'q=operation=export,project_id=0';
    const before = await api.as('admin').get('/auditlog-exts?q=resource_type=audit_log');
    const file = await api.as('admin').get('/auditlog-exts/export?format=json&q=resource_type=audit_log');
    await api.as('admin').get(`/auditlog-exts/export?${q}`);
    const [last] = (await api.as('admin').get('/auditlog-exts?q=resource_type=audit_log')).body;

    expect(file.body).toEqual(before.body);
    expect(last).toMatchObject({
      username: 'admin',
      operation: 'export',
      resource: 'audit-log',
      operation_description: expect.stringContaining('q operation=export,project_id=0'),
    });
  });

  test.for([
    ['format=xml', 422],
    ['q=detail=~a', 400],
    ['q=op_time=soon', 400],
  ] as const)('with %s is refused', async ([query, status]) => {
    expect((await api.as('admin').get(`/auditlog-exts/export?${query}`)).status).toBe(status);
  });
});

describe('a long export', () => {
  beforeAll(async () => {
    const { team = 0, foreign = 0 } = api.projects;
    // Whole batches of one microsecond, and others a microsecond apart; every second row is another project's.
    await sql`insert into audit_log (op_time, username, operation, resource_type, resource, project_id)
      select timestamptz '2026-04-01 00:00Z' + make_interval(secs => (n / 1500) * 0.000001), 'many', 'create', 'artifact',
             'many/' || n, case when n % 2 = 0 then ${team}::integer else ${foreign}::integer end
        from generate_series(1, 6000) n`.execute(api.database.db);
  });

  test.for(['op_time', '-op_time'])('has every row once, in order, by %s', async (sort) => {
    const file = await api.as('admin').get(`/auditlog-exts/export?format=json&q=username=many&sort=${sort}`);
    const ids = file.body.map(({ id }: { id: number }) => id);

    expect(ids).toHaveLength(6000);
    expect(ids).toEqual([...ids].sort((a: number, b: number) => (sort === 'op_time' ? a - b : b - a)));
  });

  test("G-72: of a project never holds another project's rows", async () => {
    const twin = await api
      .as('projectAdmin')
      .get('/projects/team/auditlog-exts/export?format=json&q=username=many');
    const all = await api.as('projectAdmin').get('/auditlog-exts/export?format=json&q=username=many');
    const named = `q=username=many,project_id=${api.projects['foreign']}`;
    const foreign = await api.as('projectAdmin').get(`/auditlog-exts/export?format=json&${named}`);

    const even = Array.from({ length: 3000 }, (_, index) => `many/${6000 - 2 * index}`);
    expect(resources(twin)).toEqual(even);
    expect(resources(all)).toEqual(even);
    expect(foreign.body).toEqual([]);
  });

  test('is read from the database no faster than by its client, and no further', async () => {
    await sql`insert into audit_log (username, operation, resource_type, resource)
      select 'wide', 'create', 'artifact', repeat('x', 500) from generate_series(1, 20000)`.execute(
      api.database.db,
    );
    const path = '/api/v2.0/auditlog-exts/export?q=username=wide';
    const { port } = (await listening()).address() as AddressInfo;
    const start = api.database.sent.count;
    const whole = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
    expect((await whole.text()).length).toBeGreaterThan(15_000_000);
    const needed = api.database.sent.count - start;

    const client = connect(port, '127.0.0.1');
    client.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\n\r\n`);
    await once(client, 'readable');
    let seen = api.database.sent.count;
    await expect
      .poll(() => seen === (seen = api.database.sent.count), { interval: 200, timeout: 10_000 })
      .toBe(true);
    const stalled = seen - start - needed;
    client.destroy();

    expect(stalled).toBeLessThan(needed * 0.7);
  });

  test('of a project is for those who may list its log, and is in it', async () => {
    const path = '/projects/team/auditlog-exts/export?q=username=many,resource=many/2';
    const statuses = await Promise.all(
      (['maintainer', 'stranger', 'anonymous'] as const).map(
        async (who) => (await api.as(who).get(path)).status,
      ),
    );
    const own = await api.as('projectAdmin').get(path);
    const [entry] = (await api.as('projectAdmin').get('/projects/team/auditlog-exts')).body;

    expect(statuses).toEqual([403, 403, 401]);
    expect([own.status, lines(own).length]).toEqual([200, 1]);
    expect(entry).toMatchObject({ username: 'projectAdmin', operation: 'export', resource: 'team' });
  });
});
