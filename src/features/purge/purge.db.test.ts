import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '#src/database/pool.ts';
import { startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

const everything = 'create_artifact,delete_artifact,pull_artifact,other';

/** Entries of this many days ago; the table of their month is made. */
async function insert(
  days: number,
  count: number,
  event = 'create project',
  username = 'old',
): Promise<void> {
  const [operation, resource_type] = event.split(' ');
  await sql`select make_audit_month(date_trunc('month', (now() - make_interval(days => ${days})) at time zone 'UTC')::date)`.execute(
    app.database.db,
  );
  await sql`insert into audit_log (op_time, username, operation, resource_type, resource)
    select now() - make_interval(days => ${days}), ${username}, ${operation}, ${resource_type}, 'r' || n
      from generate_series(1, ${count}) n`.execute(app.database.db);
}

const send = (method: string, path: string, body?: object) =>
  app.send('admin', {
    method,
    path: `/api/v2.0${path}`,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });

async function purge(parameters: object) {
  const given = { audit_retention_hour: 24 * 30, include_event_types: everything, ...parameters };
  const reply = await send('POST', '/system/purgeaudit/schedule', {
    schedule: { type: 'Manual' },
    parameters: given,
  });
  const place = reply.headers['location']?.replace('/api/v2.0', '') ?? '';
  for (;;) {
    const run = (await send('GET', place)).json<{ job_status: string; job_parameters: string }>();
    if (run.job_status !== 'Running') {
      const log = (await send('GET', `${place}/log`)).body.toString();
      return { status: run.job_status, result: JSON.parse(run.job_parameters), log };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const left = async (username = 'old') => {
  const { rows } = await sql<{ event: string; total: number }>`
    select operation || '_' || resource_type as event, count(*) as total from audit_log where username = ${username}
     group by 1 order by 1`.execute(app.database.db);
  return Object.fromEntries(rows.map(({ event, total }) => [event, total]));
};

const tables = async () => {
  const { rows } = await sql<{ name: string }>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_log'::regclass`.execute(
    app.database.db,
  );
  return rows.length;
};

describe('the purge of the audit log', () => {
  test('drops whole months and deletes the older rest, and keeps what is younger', async () => {
    const before = await tables();
    await insert(400, 20_000);
    await insert(200, 3);
    await insert(40, 12_000);
    await insert(20, 5);

    const { status, result, log } = await purge({});

    expect(status).toBe('Success');
    expect(result).toMatchObject({ purged_entries: 32_003 });
    expect(result.dropped_months).toBeGreaterThanOrEqual(2);
    expect(log).toContain('with 20000 entries');
    expect(await left()).toEqual({ create_project: 5 });
    expect(await tables()).toBeLessThanOrEqual(before + 2);
  });

  test('takes only the kinds that are listed; other is all that is no artifact', async () => {
    const events = ['create artifact', 'pull artifact', 'delete artifact', 'create project', 'login user'];
    for (const event of events) await insert(400, 2, event);

    const artifacts = await purge({ include_event_types: 'pull_artifact,create_project' });
    const rest = await purge({ include_event_types: 'other' });

    expect(artifacts.result).toMatchObject({ purged_entries: 4, dropped_months: 0 });
    expect(rest.result).toMatchObject({ purged_entries: 2 });
    expect(await left()).toEqual({ create_artifact: 2, delete_artifact: 2 });
  });

  test('takes pushes, pulls and deletions of artifacts where these words are listed', async () => {
    const events = [
      'create artifact',
      'pull artifact',
      'delete artifact',
      'create project',
      'delete project',
    ];
    for (const event of events) await insert(400, 2, event);

    const pulled = await purge({ include_event_types: 'push, pull' });
    const afterwards = await left();
    await purge({ include_event_types: 'create,delete' });

    expect(pulled.result).toMatchObject({ purged_entries: 4 });
    expect(afterwards).toEqual({ create_project: 2, delete_artifact: 2, delete_project: 2 });
    expect(await left()).toEqual({ create_project: 2, delete_project: 2 });
  });

  test('only counts as a dry run', async () => {
    await insert(400, 10);
    await insert(35, 10);

    const { result } = await purge({ dry_run: true });

    expect(result).toMatchObject({ dry_run: true, purged_entries: 20 });
    expect(await left()).toEqual({ create_project: 20 });
  });

  test('G-72: is itself in the log, its start and what it took, also when it takes everything', async () => {
    await insert(400, 10);

    await purge({ audit_retention_hour: 0 });

    const { rows } = await sql<{ operation: string; username: string; detail: object }>`
      select operation, username, detail from audit_log where resource_type = 'purge_audit' order by op_time, id`.execute(
      app.database.db,
    );
    expect(rows).toMatchObject([
      { operation: 'create', username: 'admin', detail: { trigger: 'MANUAL', audit_retention_hour: 0 } },
      { operation: 'delete', username: 'moorage', detail: { event_types: everything, months: 1 } },
    ]);
  });

  test('G-72: leaves what was not forwarded yet', async () => {
    await insert(400, 3, 'create project', 'forwarded');
    // Somebody else forwards, and does not come on.
    await sql`insert into configuration (name, value) values ('audit_log_forward_endpoint', '"127.0.0.1:9"')`.execute(
      app.database.db,
    );
    await app.app.registry.live.reload();
    await sql`insert into audit_forward (transaction_id, id, worker, leased_until)
      values (pg_current_xact_id(), 0, gen_random_uuid(), 'infinity')`.execute(app.database.db);
    await insert(400, 4, 'create project', 'waiting');

    const { result, log } = await purge({});

    expect(result).toMatchObject({ purged_entries: 3, dropped_months: 0 });
    expect(log).toContain('not forwarded yet');
    expect(await left('waiting')).toEqual({ create_project: 4 });
  });

  test('waits for its lock while somebody reads the log, and does not hold up those who write', async () => {
    await insert(400, 10);
    const slowest = { milliseconds: 0 };
    const other = openDatabase(app.database.url, { max: 1 });
    const reader = other.db.transaction().execute(async (tx) => {
      await sql`select from audit_log limit 1`.execute(tx);
      for (let i = 0; i < 15; i++) {
        const began = performance.now();
        await sql`insert into audit_log (username, operation, resource_type, resource)
          values ('writer', 'create', 'project', 'a')`.execute(app.database.db);
        slowest.milliseconds = Math.max(slowest.milliseconds, performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    });

    const [{ status, result }] = await Promise.all([purge({}), reader]);
    await other.close();

    expect(status).toBe('Success');
    expect(result).toMatchObject({ dropped_months: 1 });
    // Held up, they would wait for the end of their own patience: 10 s.
    expect(slowest.milliseconds).toBeLessThan(5_000);
  });
});
