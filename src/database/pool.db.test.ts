import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { type Database, isDatabaseFault, openDatabase } from './pool.ts';

let created: TestDatabase;
let database: Database;

beforeAll(async () => {
  created = await createTestDatabase();
  database = openDatabase(created.url, { max: 2 });
});

afterAll(async () => {
  await database.close();
  await created.drop();
});

test('a connection that breaks between two statements of a transaction fails the transaction, not the process', async () => {
  const { db } = database;
  const work = db.transaction().execute(async (tx) => {
    const mine = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    // Waits until the backend is gone; the news reaches this process before the answer does.
    await sql`select pg_terminate_backend(${mine.rows[0]?.pid ?? 0}, 5000)`.execute(db);
    await sql`select 1`.execute(db);
    return sql`select 1`.execute(tx);
  });

  const error: unknown = await work.catch((failure: unknown) => failure);

  expect(isDatabaseFault(error)).toBe(true);
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
});
