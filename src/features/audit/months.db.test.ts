import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LiveSettings } from '#src/config/live.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { AuditUpkeep } from './upkeep.ts';

let created: TestDatabase;
let database: Database;
let upkeep: AuditUpkeep;

beforeAll(async () => {
  created = await createTestDatabase();
  database = openDatabase(created.url, { max: 6 });
  const live = new LiveSettings(async () => ({}));
  upkeep = new AuditUpkeep({ database, live, log: pino({ level: 'silent' }) });
});
afterAll(async () => {
  await database.close();
  await created.drop();
});

async function months(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_log'::regclass order by 1`.execute(
    database.db,
  );
  return rows.map(({ name }) => name);
}

const nameOf = (ahead: number) => {
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead));
  return `audit_log_${month.toISOString().slice(0, 7).replace('-', '_')}`;
};

const insertAt = (time: string, count = 1) =>
  sql`insert into audit_log (op_time, username, operation, resource_type, resource)
      select ${time}::timestamptz, 'ada', 'create', 'artifact', 'at ' || ${time}::text from generate_series(1, ${count})`.execute(
    database.db,
  );

async function tableOf(time: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select tableoid::regclass::text as name from audit_log where resource = 'at ' || ${time}::text limit 1`.execute(
    database.db,
  );
  return rows[0]?.name;
}

test('this month and the next two have tables, also after a second look', async () => {
  await upkeep.makeMonths();

  expect(await months()).toEqual([nameOf(0), nameOf(1), nameOf(2), 'audit_log_default'].sort());
});

test('a row of a month without a table is kept, and moves when its month gets one', async () => {
  await insertAt('2031-05-20T00:00:00Z');
  const before = await tableOf('2031-05-20T00:00:00Z');

  await sql`select make_audit_month('2031-05-01')`.execute(database.db);

  expect([before, await tableOf('2031-05-20T00:00:00Z')]).toEqual(['audit_log_default', 'audit_log_2031_05']);
});

test('months begin in UTC, whatever the session thinks', async () => {
  await database.db.transaction().execute(async (tx) => {
    await sql`set local time zone 'Asia/Tokyo'`.execute(tx);
    await sql`select make_audit_month('2032-01-01')`.execute(tx);
  });
  await insertAt('2032-01-01T00:00:00Z');
  await insertAt('2031-12-31T23:59:59Z');

  const tables = [await tableOf('2032-01-01T00:00:00Z'), await tableOf('2031-12-31T23:59:59Z')];

  expect(tables).toEqual(['audit_log_2032_01', 'audit_log_default']);
});

test('writing goes on while a month is made', async () => {
  const order: string[] = [];
  await database.db.transaction().execute(async (tx) => {
    await sql`select make_audit_month('2033-01-01')`.execute(tx);
    await insertAt(new Date().toISOString());
    order.push('written');
  });
  order.push('made');

  expect(order).toEqual(['written', 'made']);
});

test('making months gives way to whoever reads the log', async () => {
  await sql`drop table ${sql.ref(nameOf(2))}`.execute(database.db);
  await database.db.transaction().execute(async (tx) => {
    await sql`select count(*) from audit_log`.execute(tx);
    await upkeep.makeMonths();
  });
  const whileRead = (await months()).includes(nameOf(2));

  await upkeep.makeMonths();

  expect([whileRead, (await months()).includes(nameOf(2))]).toEqual([false, true]);
});

test('a month of 50,000 rows goes within seconds', async () => {
  await sql`select make_audit_month('2020-01-01')`.execute(database.db);
  await insertAt('2020-01-15T00:00:00Z', 50_000);
  const began = performance.now();

  await sql`drop table audit_log_2020_01`.execute(database.db);

  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await tableOf('2020-01-15T00:00:00Z')).toBeUndefined();
});
