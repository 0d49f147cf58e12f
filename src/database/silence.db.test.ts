import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '#test/support/database.ts';
import { type Database, isDatabaseFault, openDatabase, run, statement } from './pool.ts';

const silence = 1_000;

let link: Link;
let database: Database;
let drop: () => Promise<void>;

beforeEach(async () => {
  const created = await createTestDatabase();
  ({ drop } = created);
  link = await linkTo(created.url);
  database = openDatabase(link.url, { max: 8, silence });
});

afterEach(async () => {
  link.mend();
  await database.close();
  await link.close();
  await drop();
});

interface Link {
  readonly url: string;
  /** Nothing passes any more, in neither direction, and nobody is told. */
  cut(): void;
  /** What connects from now on passes; what was cut stays so. */
  mend(): void;
  close(): Promise<void>;
}

async function linkTo(target: string): Promise<Link> {
  const { user, password, database, host, port } = new pg.Client({ connectionString: target });
  const open = () => (host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host));
  const sockets = new Set<Socket>();
  let passing = true;
  const server = createServer((near) => {
    const far = open();
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      if (passing) from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: ours } = server.address() as AddressInfo;
  return {
    url: `postgres://${user}:${encodeURIComponent(password ?? '')}@127.0.0.1:${ours}/${database}`,
    cut() {
      passing = false;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend() {
      passing = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const read = statement<{ one: number }>('silence_one', 'select 1 as one');

const asked = {
  'on the hot path': () => database.query(read, []),
  'by text': () => run(database.db, read, []),
  'by the query builder': () => sql`select 1 as one, 2 as two`.execute(database.db),
  'in a transaction': () => database.db.transaction().execute((tx) => run(tx, read, [])),
} as const;

test.each(Object.entries(asked))(
  'what is asked %s of a database that has gone silent is a fault of it, and works when it is back',
  async (_how, ask) => {
    for (let times = 0; times < 8; times += 1) await ask();
    link.cut();

    const error = await ask().catch((reason: unknown) => reason);
    link.mend();
    const again = await Promise.all([ask(), ask()]);

    expect(error).toBeInstanceOf(Error);
    expect(isDatabaseFault(error)).toBe(true);
    expect(again).toHaveLength(2);
  },
);

test('a failover that takes the old connections along: new ones find the way, old ones end', async () => {
  await asked['by text']();
  link.cut();
  link.mend();

  const error = await asked['by text']().catch((reason: unknown) => reason);

  expect(isDatabaseFault(error)).toBe(true);
});

test('one request finds out, and the idle connections beside it go along', async () => {
  const many = () => Promise.all([1, 2, 3, 4].map(() => database.query(read, [])));
  await many();
  link.cut();
  link.mend();

  const error = await database.query(read, []).catch((reason: unknown) => reason);

  expect(isDatabaseFault(error)).toBe(true);
  expect(await many()).toHaveLength(4);
});

test('a statement at which the server works may take as long as it may', async () => {
  const { rows } = await sql<{ done: boolean }>`
    select true as done from pg_sleep(${(2.5 * silence) / 1000})`.execute(database.db);

  expect(rows).toEqual([{ done: true }]);
});

test('a transaction that thinks between two statements is left alone', async () => {
  const answer = await database.db.transaction().execute(async (tx) => {
    await run(tx, read, []);
    await sql`select pg_sleep(${(2 * silence) / 1000})`.execute(database.db);
    return run(tx, read, []);
  });

  expect(answer).toEqual([{ one: 1 }]);
});
