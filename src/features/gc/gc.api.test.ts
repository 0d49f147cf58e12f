import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi();
});
afterEach(() => api.close());

const path = '/system/gc/schedule';
const manual = { schedule: { type: 'Manual' } };
const weekly = { schedule: { type: 'Weekly', cron: '0 0 2 * * 6' } };
const admin = () => api.as('admin');

describe('the schedule of garbage collection', () => {
  test('is an empty body when there is none', async () => {
    const reply = await admin().get(path);

    expect(reply).toMatchObject({ status: 200, body: '' });
  });

  test('is set by POST with 201 and a Location of no execution, and then read', async () => {
    const parameters = { delete_untagged: true, workers: 3 };

    const reply = await admin().post(path, { ...weekly, parameters });

    expect(reply).toMatchObject({
      status: 201,
      body: '',
      headers: { location: '/api/v2.0/system/gc/0' },
    });
    const { body } = await admin().get(path);
    expect(body.schedule).toMatchObject({ type: 'Weekly', cron: '0 0 2 * * 6' });
    expect(new Date(body.schedule.next_scheduled_time).getUTCDay()).toBe(6);
    expect(JSON.parse(body.job_parameters)).toEqual({ dry_run: false, ...parameters });
  });

  test('is replaced by PUT with 200', async () => {
    await admin().post(path, weekly);

    const reply = await admin().put(path, { schedule: { type: 'Custom', cron: '30 4 * * *' } });

    expect(reply).toMatchObject({ status: 200, body: '' });
    const { body } = await admin().get(path);
    expect(body.schedule).toMatchObject({ type: 'Custom', cron: '0 30 4 * * *' });
  });

  test('is removed by type None', async () => {
    await admin().post(path, weekly);

    const reply = await admin().put(path, { schedule: { type: 'None' } });

    expect(reply.status).toBe(200);
    expect((await admin().get(path)).body).toBe('');
  });

  const refused: [name: string, body: object, status: number, message: RegExp][] = [
    ['nothing', {}, 400, /schedule cann't be empty/],
    ['no type', { schedule: { cron: '0 0 0 * * *' } }, 400, /needs a type/],
    ['the type Schedule', { schedule: { type: 'Schedule' } }, 400, /needs a type/],
    ['another type', { schedule: { type: 'Yearly' } }, 422, /schedule.type/],
    ['a type without cron', { schedule: { type: 'Daily' } }, 400, /empty cron string/],
    ['a cron of seconds', { schedule: { type: 'Custom', cron: '* * * * * *' } }, 400, /Seconds/],
    ['four fields', { schedule: { type: 'Custom', cron: '0 0 * *' } }, 400, /expected 6 fields/],
    ['the 30th of February', { schedule: { type: 'Custom', cron: '0 0 0 30 2 *' } }, 400, /never comes/],
    ['no worker', { ...manual, parameters: { workers: 0 } }, 400, /number of workers/],
    ['eleven workers', { ...weekly, parameters: { workers: 11 } }, 400, /number of workers/],
    ['workers as text', { ...manual, parameters: { workers: '2' } }, 400, /JSON number/],
    ['half a worker', { ...manual, parameters: { workers: 1.5 } }, 400, /JSON number/],
    ['a dry run as text', { ...manual, parameters: { dry_run: 'true' } }, 400, /dry_run must be/],
  ];
  test.for(refused)('%s is refused and changes nothing', async ([, body, status, message]) => {
    const reply = await admin().post(path, body);

    expect(reply.status).toBe(status);
    expect(reply.body.errors[0].message).toMatch(message);
    expect((await admin().get(path)).body).toBe('');
    expect((await admin().get('/system/gc')).body).toEqual([]);
  });
});

describe('a run of garbage collection', () => {
  const start = async (parameters: object = {}) => {
    const reply = await admin().post(path, { ...manual, parameters });
    return reply.headers['location']?.replace('/api/v2.0', '') ?? '';
  };

  test('is started by type Manual, and its place is told', async () => {
    const location = await start({ dry_run: true });

    const { status, body } = await admin().get(location);

    expect(location).toMatch(/^\/system\/gc\/[1-9]\d*$/);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      job_name: 'GARBAGE_COLLECTION',
      job_kind: 'Manual',
      job_status: 'Running',
      schedule: { type: 'Manual' },
    });
    expect(JSON.parse(body.job_parameters)).toEqual({ dry_run: true, delete_untagged: false, workers: 1 });
  });

  test('is refused with 409 while another one waits or runs', async () => {
    await start();

    const replies = await Promise.all([admin().post(path, manual), admin().put(path, manual)]);

    expect(replies.map(({ status }) => status)).toEqual([409, 409]);
    expect((await admin().get('/system/gc')).body).toHaveLength(1);
  });

  test('starts once when ten ask at the same moment', async () => {
    const asked = Array.from({ length: 10 }, () => admin().post(path, manual));

    const replies = await Promise.all(asked);

    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(9);
  });

  test('is stopped before it began, and then another one may start', async () => {
    const location = await start();

    const reply = await admin().put(location);

    expect(reply).toMatchObject({ status: 200, body: '' });
    expect((await admin().get(location)).body.job_status).toBe('Stopped');
    expect((await admin().put(location)).status).toBe(200);
    expect(await start()).not.toBe(location);
  });

  test('is found in the history by its status, newest first', async () => {
    const first = await start();
    await admin().put(first);
    const second = await start();

    const all = await admin().get('/system/gc');
    const stopped = await admin().get('/system/gc?q=status=Stopped');
    const oldest = await admin().get('/system/gc?sort=creation_time&page_size=1');

    const ids = (reply: { body: { id: number }[] }) => reply.body.map(({ id }) => `/system/gc/${id}`);
    expect(ids(all)).toEqual([second, first]);
    expect(all.headers['x-total-count']).toBe('2');
    expect(ids(stopped)).toEqual([first]);
    expect(ids(oldest)).toEqual([first]);
  });

  test('S-020: of another kind is as missing, with its log and its stop', async () => {
    const { rows } = await sql<{ id: number }>`insert into execution (vendor_type, trigger) values
      ('PURGE_AUDIT_LOG', 'MANUAL') returning id`.execute(api.database.db);
    const other = `/system/gc/${rows[0]?.id}`;

    const found = await Promise.all([
      admin().get(other),
      admin().get(`${other}/log`),
      admin().put(other),
      admin().get('/system/gc/999999'),
    ]);

    expect(found.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  test('G-71: leaves rows of what was set, started and stopped', async () => {
    await admin().put(await start({ workers: 2 }));
    await admin().post(path, weekly);
    await admin().put(path, { schedule: { type: 'None' } });

    const { rows } = await sql<{ operation: string; resource: string }>`
      select operation, resource from audit_log where resource_type = 'gc' and username = 'admin' order by id`.execute(
      api.database.db,
    );

    expect(rows.map(({ operation, resource }) => `${operation} ${resource.replace(/\d+/, 'N')}`)).toEqual([
      'create garbage collection N',
      'stop garbage collection N',
      'update schedule of garbage collection',
      'delete schedule of garbage collection',
    ]);
  });
});

describe('the ledger', () => {
  test('is filtered by repository, digest, kind and time, and paged', async () => {
    await sql`insert into collection_ledger (deleted_at, kind, repository, digest, size, reason, execution_id)
      values ('2026-01-01', 'link', 'team/app', 'sha256:a', 1, 'one', null), ('2026-01-02', 'blob', null, 'sha256:a', 2, 'two', 7),
             ('2026-01-03', 'tag', 'team/app', 'sha256:b', 0, 'three', null)`.execute(api.database.db);
    const reasons = async (query: string) => {
      const { body } = await admin().get(`/system/gc/ledger?${query}`);
      return body.map(({ reason }: { reason: string }) => reason);
    };

    const first = await admin().get('/system/gc/ledger?page_size=1');

    expect(first.body).toMatchObject([{ reason: 'three', kind: 'tag', repository: 'team/app' }]);
    expect(first.headers['x-total-count']).toBe('3');
    expect(await reasons('q=repository=team/app')).toEqual(['three', 'one']);
    expect(await reasons('q=digest=sha256:a')).toEqual(['two', 'one']);
    expect(await reasons('q=kind=blob')).toEqual(['two']);
    expect(await reasons('q=execution_id=7')).toEqual(['two']);
    expect(await reasons('q=deleted_at=[2026-01-02T00:00:00~]&sort=deleted_at')).toEqual(['two', 'three']);
  });
});
