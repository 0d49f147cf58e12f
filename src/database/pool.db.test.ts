import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { createTestDatabase } from '#test/support/database.ts';
import { isDatabaseFault, openDatabase, run, statement } from './pool.ts';

test('a connection that is ended between two statements of a transaction is a fault of its request alone', async () => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase(url, { max: 4 });

  const broken = database.db.transaction().execute(async (tx) => {
    await sql`set local idle_in_transaction_session_timeout = 100`.execute(tx);
    // This process is busy meanwhile, so it writes to a connection that the other side has closed.
    const until = performance.now() + 500;
    while (performance.now() < until);
    const big = 'x'.repeat(4 << 20);
    await Promise.allSettled([sql`select ${big}`.execute(tx), sql`select ${big}`.execute(tx)]);
    await sql`select 1`.execute(tx);
  });

  const error: unknown = await broken.catch((reason: unknown) => reason);
  expect(isDatabaseFault(error)).toBe(true);
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(database.db);
  expect(rows).toEqual([{ one: 1 }]);
  await database.close();
  await drop();
});

test('a table that another version widens meanwhile costs one request, not all that follow', async () => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase(url, { max: 2 });
  const read = () => sql`select * from schema_migration`.execute(database.db);
  for (let times = 0; times < 10; times += 1) await read();

  await sql`alter table schema_migration add column note text`.execute(database.db);

  const error: unknown = await read().catch((reason: unknown) => reason);
  expect(isDatabaseFault(error)).toBe(true);
  for (let times = 0; times < 10; times += 1) {
    expect((await read()).rows[0]).toHaveProperty('note');
  }
  await database.close();
  await drop();
});

test('closing ends the connections of text statements, too, when the query builder was never used', async () => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase(url, { max: 8, applicationName: 'closing' });
  const read = statement<{ one: number }>('read-one', 'select 1 as one');
  for (let times = 0; times < 3; times += 1)
    await Promise.all([1, 2, 3].map(() => run(database.db, read, [])));
  const watch = openDatabase(url, { max: 2 });
  const open = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from pg_stat_activity where application_name = 'closing'`.execute(watch.db);
    return rows[0]?.count;
  };
  expect(await open()).toBeGreaterThan(0);

  await database.close();

  await vi.waitUntil(async () => (await open()) === 0, { timeout: 30_000 });
  await database.close();
  await watch.close();
  await drop();
});
