import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '#test/support/database.ts';
import { type Database, isDatabaseFault, openDatabase } from './pool.ts';

let database: Database;
let drop: () => Promise<void>;

beforeEach(async () => {
  const created = await createTestDatabase();
  drop = created.drop;
  database = openDatabase(created.url, { max: 8, applicationName: 'shared' });
});

afterEach(async () => {
  await database.close();
  await drop();
});

interface Answer {
  readonly value: number;
  readonly pid: number;
}

/** Asked often enough to be prepared, and quick. */
const backend = (value: number, seconds = 0) =>
  sql<Answer>`select ${value}::integer as value, current_setting('application_name') as name,
      (select pid from pid_of_backend()) as pid, (select wait(${seconds}))`.execute(database.db);

async function untilShared(): Promise<number> {
  await sql`create function pid_of_backend() returns table (pid integer) language sql as 'select pg_backend_pid()'`.execute(
    database.db,
  );
  await sql`create function wait(seconds float) returns void language sql as 'select pg_sleep(seconds)'`.execute(
    database.db,
  );
  await sql`create function quotient(a integer, b integer) returns integer language sql as 'select a / b'`.execute(
    database.db,
  );
  for (;;) {
    const answers = await Promise.all([1, 2, 3, 4].map((value) => backend(value)));
    const pids = new Set(answers.map(({ rows }) => rows[0]?.pid));
    if (pids.size === 1) return [...pids][0] as number;
  }
}

test('statements asked at once share a connection, and each gets its own answer', async () => {
  await untilShared();

  const values = Array.from({ length: 6 }, (_, at) => at);
  const answers = await Promise.all(values.map((value) => backend(value)));

  expect(answers.map(({ rows }) => rows[0]?.value)).toEqual(values);
  expect(new Set(answers.map(({ rows }) => rows[0]?.pid)).size).toBe(1);
});

test('when the connection has enough to do, the next ones go elsewhere', async () => {
  await untilShared();

  const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => backend(at)));

  expect(new Set(answers.map(({ rows }) => rows[0]?.pid)).size).toBeGreaterThan(1);
});

test('an error is the answer of its own statement, not of those before and behind it', async () => {
  await untilShared();
  const divide = (by: number) =>
    sql<{ value: number }>`select quotient(10, ${by}) as value`.execute(database.db);
  for (let times = 0; times < 6; times += 1) await divide(1);

  const answers = await Promise.allSettled([2, 0, 5].map((by) => divide(by)));

  expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(
    answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.rows[0]?.value : null)),
  ).toEqual([5, null, 2]);
});

test('a statement that was slow waits on a connection of its own from then on', async () => {
  const shared = await untilShared();
  const first = await backend(1, 0.1);
  expect(first.rows[0]?.pid).toBe(shared);

  const again = await backend(1, 0.1);

  expect(again.rows[0]?.pid).not.toBe(shared);
});

test('what is read in a transaction is read on its connection', async () => {
  const shared = await untilShared();

  const inside = await database.db.transaction().execute(async (tx) => {
    await sql`create table written (value integer)`.execute(tx);
    await sql`insert into written values (7)`.execute(tx);
    const read = () =>
      sql<Answer>`select value, (select pid from pid_of_backend()) as pid from written`.execute(tx);
    for (let times = 0; times < 8; times += 1) await read();
    return (await read()).rows[0];
  });

  expect(inside?.value).toBe(7);
  expect(inside?.pid).not.toBe(shared);
});

test('what changes or locks rows never stands where others wait', async () => {
  const shared = await untilShared();
  await sql`create table counter (value integer)`.execute(database.db);
  await sql`insert into counter values (0)`.execute(database.db);
  const pids = new Set<number | undefined>();

  for (let times = 0; times < 8; times += 1) {
    const changed =
      await sql<Answer>`update counter set value = value + 1 returning (select pid from pid_of_backend()) as pid`.execute(
        database.db,
      );
    const locked =
      await sql<Answer>`select value, (select pid from pid_of_backend()) as pid from counter for update`.execute(
        database.db,
      );
    pids.add(changed.rows[0]?.pid).add(locked.rows[0]?.pid);
  }

  expect(pids).not.toContain(shared);
});

test('a connection that is ended costs those who wait on it, and nobody after them', async () => {
  const shared = await untilShared();
  const waiting = Promise.allSettled([backend(1, 5), backend(2), backend(3)]);

  await sql`select pg_terminate_backend(${shared})`.execute(database.db);

  for (const answer of await waiting) {
    expect(answer.status).toBe('rejected');
    expect(isDatabaseFault(answer.status === 'rejected' ? answer.reason : undefined)).toBe(true);
  }
  expect((await backend(4)).rows[0]?.value).toBe(4);
});

test('closing waits for the answers that are still to come', async () => {
  await untilShared();
  const waiting = Promise.all([backend(1, 0.2), backend(2)]);

  await database.close();

  expect((await waiting).map(({ rows }) => rows[0]?.value)).toEqual([1, 2]);
});
