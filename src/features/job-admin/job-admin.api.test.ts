import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi();
});
afterEach(() => api.close());

const admin = () => api.as('admin');
const db = () => api.database.db;

async function addPool(heartbeatSecondsAgo = 0): Promise<string> {
  const id = randomUUID();
  await sql`insert into job_runner (id, host, pid, slots, heartbeat_time)
    values (${id}, 'node-1', 77, 10, now() - make_interval(secs => ${heartbeatSecondsAgo}))`.execute(db());
  return id;
}

async function addTask(job: string, more: { runner?: string; waits?: number } = {}): Promise<number> {
  const { runner = null, waits = 0 } = more;
  const { rows } = await sql<{ id: number }>`
    with e as (insert into execution (vendor_type, trigger) values (${job}, 'MANUAL') returning id)
    insert into task (execution_id, job, payload, attempts, status, runner, claim, leased_until, start_time, run_at)
      select id, ${job}, '{}', 1, ${runner === null ? 'Pending' : 'Running'}, ${runner}::uuid,
             ${runner === null ? null : randomUUID()}::uuid, now() + interval '1 hour', now(),
             now() - make_interval(secs => ${waits}) from e returning id`.execute(db());
  return rows[0]?.id ?? 0;
}

const statusOf = async (task: number) => {
  const row = await db()
    .selectFrom('task')
    .select(['status', 'stop_requested'])
    .where('id', '=', task)
    .executeTakeFirst();
  return row && `${row.status}${row.stop_requested ? ', to be stopped' : ''}`;
};

describe('pools and workers', () => {
  test('are the processes that gave a sign of life, and what runs in them', async () => {
    const [here, there] = [await addPool(), await addPool()];
    await addPool(90);
    const job = await addTask('RETENTION', { runner: here });
    await addTask('WEBHOOK', { runner: there });

    const pools = await admin().get('/jobservice/pools');
    const everywhere = await admin().get('/jobservice/pools/all/workers');
    const own = await admin().get(`/jobservice/pools/${here}/workers`);

    expect(pools.body).toHaveLength(2);
    expect(pools.body[0]).toMatchObject({ pid: 77, concurrency: 10, host: 'node-1' });
    expect(everywhere.body).toHaveLength(2);
    expect(own.body).toMatchObject([{ pool_id: here, job_name: 'RETENTION', job_id: String(job) }]);
  });

  test('of an unknown pool are not found', async () => {
    const replies = await Promise.all(
      ['no-pool', randomUUID()].map((pool) => admin().get(`/jobservice/pools/${pool}/workers`)),
    );

    expect(replies.map(({ status }) => status)).toEqual([404, 404]);
  });
});

describe('a job', () => {
  test('is stopped by its id, and others go on', async () => {
    const pool = await addPool();
    const [one, other] = [
      await addTask('WEBHOOK', { runner: pool }),
      await addTask('WEBHOOK', { runner: pool }),
    ];

    const reply = await admin().put(`/jobservice/jobs/${one}`);

    expect(reply).toMatchObject({ status: 200, body: '' });
    expect(await statusOf(one)).toBe('Running, to be stopped');
    expect(await statusOf(other)).toBe('Running');
  });

  test('is stopped with all that run, while what waits stays', async () => {
    const pool = await addPool();
    const running = [
      await addTask('WEBHOOK', { runner: pool }),
      await addTask('RETENTION', { runner: pool }),
    ];
    const waiting = await addTask('SLACK');

    await admin().put('/jobservice/jobs/all');

    for (const task of running) expect(await statusOf(task)).toBe('Running, to be stopped');
    expect(await statusOf(waiting)).toBe('Pending');
  });

  test('has a log as text, in the order of its lines', async () => {
    const task = await addTask('RETENTION');
    await sql`insert into task_log (task_id, logged_at, text)
      select ${task}, '2026-01-02T03:04:05.678999Z', 'line ' || n from generate_series(1, 6000) n`.execute(
      db(),
    );

    const reply = await admin().get(`/jobservice/jobs/${task}/log`);

    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
    const lines = reply.body.split('\n');
    expect(lines).toHaveLength(6001);
    expect(lines.slice(0, -1)).toEqual(
      Array.from({ length: 6000 }, (_, line) => `2026-01-02T03:04:05.678Z line ${line + 1}`),
    );
  });

  test.for(['999999', '../1', 'abc', '99999999999999999999'])('%s is not found', async (id) => {
    const replies = await Promise.all([
      admin().get(`/jobservice/jobs/${encodeURIComponent(id)}/log`),
      admin().put(`/jobservice/jobs/${encodeURIComponent(id)}`),
    ]);

    expect(replies.map(({ status }) => status)).toEqual([404, 404]);
  });
});

describe('queues', () => {
  const queues = async () => {
    const { body } = await admin().get('/jobservice/queues');
    return new Map(body.map((queue: { job_type: string }) => [queue.job_type, queue]));
  };

  test('have the names that dashboards look for, how many wait and for how long', async () => {
    await addTask('WEBHOOK', { waits: 100 });
    await addTask('WEBHOOK');

    const found = await queues();

    for (const name of ['EXECUTION_SWEEP', 'SYSTEM_ARTIFACT_CLEANUP', 'SCHEDULER', 'GARBAGE_COLLECTION'])
      expect(found.get(name)).toEqual({ job_type: name, paused: false });
    expect(found.get('WEBHOOK')).toMatchObject({ count: 2, latency: expect.closeTo(100, -1) });
  });

  test('are paused and resumed one by one, in any case of letters, or all at once', async () => {
    const change = (queue: string, action: string) => admin().put(`/jobservice/queues/${queue}`, { action });

    await change('webhook', 'pause');
    const one = await queues();
    await change('all', 'pause');
    const paused = await admin().get('/schedules/all/paused');
    await change('ALL', 'resume');
    const none = await queues();

    expect([...one.values()].filter((queue) => (queue as { paused: boolean }).paused)).toMatchObject([
      { job_type: 'WEBHOOK' },
    ]);
    expect(paused.body).toEqual({ paused: true });
    expect([...none.values()].filter((queue) => (queue as { paused: boolean }).paused)).toEqual([]);
  });

  test('drop what waits, and leave what runs', async () => {
    const pool = await addPool();
    const [running, waiting] = [await addTask('SLACK', { runner: pool }), await addTask('SLACK')];
    const other = await addTask('WEBHOOK');

    await admin().put('/jobservice/queues/SLACK', { action: 'stop' });

    expect(await statusOf(running)).toBe('Running');
    expect(await statusOf(waiting)).toBe('Stopped, to be stopped');
    expect(await statusOf(other)).toBe('Pending');
  });

  test('refuse what they do not know: 404 for a name, 422 for an action', async () => {
    const name = await admin().put('/jobservice/queues/NO_SUCH', { action: 'pause' });
    const action = await admin().put('/jobservice/queues/WEBHOOK', { action: 'burn' });
    const nothing = await admin().put('/jobservice/queues/WEBHOOK', {});

    expect([name.status, action.status, nothing.status]).toEqual([404, 422, 422]);
  });

  test('G-71: leave a row for each that was changed', async () => {
    await admin().put('/jobservice/queues/WEBHOOK', { action: 'pause' });
    await admin().put('/jobservice/queues/WEBHOOK', { action: 'pause' });

    const { rows } = await sql`select username, operation, resource, detail from audit_log
      where resource_type = 'job'`.execute(db());

    expect(rows).toEqual([
      { username: 'admin', operation: 'update', resource: 'queue WEBHOOK', detail: { action: 'pause' } },
    ]);
  });
});

describe('schedules', () => {
  test('are listed by page, and say whether they are paused', async () => {
    const schedule = { type: 'Weekly', cron: '0 0 2 * * 6' };
    await admin().post('/system/gc/schedule', { schedule });
    await admin().post('/system/purgeaudit/schedule', {
      schedule,
      parameters: { audit_retention_hour: 24, include_event_types: 'other' },
    });

    const all = await admin().get('/schedules');
    const second = await admin().get('/schedules?page=2&page_size=1');

    expect(all.body).toMatchObject([
      { vendor_type: 'GARBAGE_COLLECTION', vendor_id: -1, cron: '0 0 2 * * 6' },
      { vendor_type: 'PURGE_AUDIT_LOG' },
    ]);
    expect(second).toMatchObject({
      headers: { 'x-total-count': '2' },
      body: [{ vendor_type: 'PURGE_AUDIT_LOG' }],
    });
    await admin().put('/jobservice/queues/scheduler', { action: 'pause' });
    expect((await api.as('guest').get('/schedules/ALL/paused')).body).toEqual({ paused: true });
    expect((await admin().get('/schedules/RETENTION/paused')).status).toBe(400);
  });
});
