import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LiveSettings } from '#src/config/live.ts';
import { type Database, type Db, openDatabase } from '#src/database/pool.ts';
import { firstCertificate } from '#test/support/certificates.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { Forwarder, type ForwarderOptions } from './forward.ts';
import { beginForwarding } from './forward.store.ts';
import { parsed, type ReceiverOptions, startReceiver, type TestReceiver } from './receivers.fixture.ts';
import { AuditUpkeep } from './upkeep.ts';

let created: TestDatabase;
let database: Database;
let settings: Record<string, unknown>;
let live: LiveSettings;
let receivers: TestReceiver[];
let written: number;

const log = pino({ level: 'silent' });
const never = new AbortController().signal;
const trust = [firstCertificate.certificate];

beforeAll(async () => {
  created = await createTestDatabase();
  database = openDatabase(created.url, { max: 8 });
});
afterAll(async () => {
  await database.close();
  await created.drop();
});
beforeEach(async () => {
  receivers = [];
  written = 0;
  settings = {};
  live = new LiveSettings(async () => settings);
  await sql`truncate audit_log, audit_forward`.execute(database.db);
});
afterEach(async () => {
  for (const receiver of receivers) await receiver.close();
});

async function receive(protocol: 'udp' | 'tcp' | 'tls', options?: ReceiverOptions): Promise<TestReceiver> {
  const receiver = await startReceiver(protocol, options);
  receivers.push(receiver);
  return receiver;
}

async function use(endpoint: string, more: Record<string, unknown> = {}): Promise<void> {
  settings = { audit_log_forward_endpoint: endpoint, ...more };
  await live.reload();
}

const forwarder = (options: ForwarderOptions = {}) =>
  new Forwarder({ database, live, log }, { trust, silenceMilliseconds: 500, ...options });

/** A forwarder that has begun: what is written from now on is its business. */
async function begin(endpoint: string, options: ForwarderOptions = {}): Promise<Forwarder> {
  await use(endpoint);
  const one = forwarder(options);
  await one.round(never);
  return one;
}

/** Waits until no transaction of this server, also of another test's database, may still write before these rows. */
async function settled(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await sql`select from audit_log
        where transaction_id >= pg_snapshot_xmin(pg_current_snapshot()) limit 1`.execute(database.db);
      expect(rows).toEqual([]);
    },
    { timeout: 10_000 },
  );
}

async function write(count: number): Promise<void> {
  await insert(count, database.db);
  await settled();
}

async function insert(count: number, db: Db): Promise<void> {
  for (let i = 0; i < count; i++) {
    written += 1;
    await db
      .insertInto('audit_log')
      .values({
        username: 'ada',
        operation: 'create',
        resource_type: 'artifact',
        resource: `r${written}`,
        project_id: 1,
        client_address: '127.0.0.1',
        detail: JSON.stringify({ digest: 'sha256:0' }),
      })
      .execute();
  }
}

const named = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `r${from + index}`);
const resources = ({ messages }: TestReceiver) => messages.map((message) => parsed(message).row['resource']);
const kept = () => database.db.selectFrom('audit_log').select('resource').orderBy('id').execute();

test.for(['udp', 'tcp', 'tls'] as const)(
  'rows arrive over %s in their order, each once',
  async (protocol) => {
    const receiver = await receive(protocol);
    const one = await begin(receiver.endpoint, { batch: 3 });
    await write(10);

    await one.round(never);
    await one.round(never);

    await vi.waitFor(() => expect(resources(receiver)).toEqual(named(1, 10)), { timeout: 30_000 });
  },
);

test('an address without a protocol is TCP', async () => {
  const receiver = await receive('tcp');
  const one = await begin(`127.0.0.1:${receiver.port}`);
  await write(1);

  await one.round(never);

  expect(resources(receiver)).toEqual(['r1']);
});

test('a certificate that nobody vouches for gets nothing', async () => {
  const receiver = await receive('tls');
  const one = await begin(receiver.endpoint, { trust: [] });
  await write(1);

  await expect(one.round(never)).rejects.toThrow(/certificate/);

  expect(receiver.messages).toEqual([]);
});

describe('G-72: an outage loses no row', () => {
  test('what is written while nobody listens arrives later', async () => {
    const first = await receive('tcp');
    const one = await begin(first.endpoint, { batch: 4 });
    await first.close();
    receivers = [];
    await write(9);
    await expect(one.round(never)).rejects.toThrow(/ECONNREFUSED/);
    const second = await receive('tcp', { port: first.port });

    await one.round(never);

    expect(resources(second)).toEqual(named(1, 9));
  });

  test('a UDP port where nobody listens keeps the rows here', async () => {
    const first = await receive('udp');
    const one = await begin(first.endpoint);
    await first.close();
    receivers = [];
    await write(3);
    await expect(one.round(never)).rejects.toThrow(/ECONNREFUSED/);
    const second = await receive('udp', { port: first.port });

    await one.round(never);

    await vi.waitFor(() => expect(resources(second)).toEqual(named(1, 3)), { timeout: 30_000 });
  });

  test('a receiver that goes away in the middle gets all of it again', async () => {
    const rude = await receive('tcp', { serve: (socket) => socket.once('data', () => socket.destroy()) });
    const one = await begin(rude.endpoint);
    await sql`insert into audit_log (username, operation, resource_type, resource)
      select 'ada', 'create', 'artifact', 'r' || n from generate_series(1, 3000) n`.execute(database.db);
    await settled();
    await expect(one.round(never)).rejects.toThrow(/closed|ECONNRESET|EPIPE/);
    const polite = await receive('tcp');
    await use(polite.endpoint);

    await one.round(never);

    expect(resources(polite)).toEqual(named(1, 3000));
  });

  test('a receiver that takes everything and reads nothing holds nothing up for ever', async () => {
    const stuck = await receive('tcp', { serve: (socket) => socket.pause() });
    const one = await begin(stuck.endpoint);
    await sql`insert into audit_log (username, operation, resource_type, resource, detail)
      select 'ada', 'create', 'artifact', 'r', jsonb_build_object('much', repeat('x', 3000))
        from generate_series(1, 10000)`.execute(database.db);
    await settled();

    await expect(one.round(never)).rejects.toThrow('does not answer');
  });

  test('a receiver that keeps its side open is believed when it still answers', async () => {
    const messages: string[] = [];
    const open = await receive('tcp', {
      serve: (socket) => {
        socket.allowHalfOpen = true;
        socket.on('data', (chunk) => messages.push(chunk.toString()));
      },
    });
    const one = await begin(open.endpoint);
    await write(1);

    const rounds = [await one.round(never), await one.round(never)];

    expect(rounds.map(({ sent }) => sent)).toEqual([1, 0]);
    expect(messages).toHaveLength(1);
  });

  test('a row that becomes visible late is not passed over', async () => {
    const receiver = await receive('tcp');
    const one = await begin(receiver.endpoint);
    const written = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const late = database.db.transaction().execute(async (tx) => {
      await insert(1, tx);
      written.resolve();
      await commit.promise;
    });
    await written.promise;
    await insert(1, database.db);
    await one.round(never);
    const before = resources(receiver);
    commit.resolve();
    await late;
    await settled();

    await one.round(never);

    expect([before, resources(receiver)]).toEqual([[], ['r1', 'r2']]);
  });

  test('after a move to a server that counts from less, nothing is left out', async () => {
    const receiver = await receive('tcp');
    const one = await begin(receiver.endpoint);
    await write(2);
    await one.round(never);
    await sql`update audit_forward set transaction_id = '9000000000000'`.execute(database.db);
    await sql`update audit_log set transaction_id = '9000000000000'`.execute(database.db);
    await insert(2, database.db);

    await one.round(never);
    await settled();
    await one.round(never);

    expect(new Set(resources(receiver))).toEqual(new Set(named(1, 4)));
  });
});

test('of several workers one forwards at a time, and each row goes once', async () => {
  const receiver = await receive('tcp');
  const workers = [await begin(receiver.endpoint, { batch: 5 }), forwarder(), forwarder()];
  await write(40);

  await Promise.all(workers.map((one) => one.round(never)));

  expect(resources(receiver)).toEqual(named(1, 40));
});

test('a worker that ends leaves the rest to another at once', async () => {
  const receiver = await receive('tcp');
  const first = await begin(receiver.endpoint);
  const second = forwarder();
  await write(1);
  await second.round(never);
  await first.release();

  await second.round(never);

  expect(resources(receiver)).toEqual(['r1']);
});

test('what was written before forwarding began stays here', async () => {
  const receiver = await receive('tcp');
  await write(2);
  const one = await begin(receiver.endpoint);
  await write(1);
  await one.round(never);
  await use('');
  await one.round(never);
  await write(1);
  await use(receiver.endpoint);
  await one.round(never);
  await write(1);

  await one.round(never);

  expect(resources(receiver)).toEqual(['r3', 'r5']);
});

describe('skip_audit_log_database', () => {
  test('removes what has arrived, and nothing else', async () => {
    const receiver = await receive('tcp');
    await write(2);
    const one = await begin(receiver.endpoint, { batch: 2 });
    await use(receiver.endpoint, { skip_audit_log_database: true });
    await write(5);

    await one.round(never);

    expect(resources(receiver)).toEqual(named(3, 7));
    expect(await kept()).toEqual([{ resource: 'r1' }, { resource: 'r2' }]);
  });

  test('keeps what could not be forwarded', async () => {
    const receiver = await receive('tcp', { serve: (socket) => socket.destroy() });
    const one = await begin(receiver.endpoint);
    await use(receiver.endpoint, { skip_audit_log_database: true });
    await write(3);

    await expect(one.round(never)).rejects.toThrow(/closed|ECONNRESET|EPIPE/);

    expect(await kept()).toHaveLength(3);
  });
});

test('a process that has not heard yet that forwarding was switched on does not take its beginning away', async () => {
  const late = forwarder();
  const stored = (value: string) =>
    sql`insert into configuration (name, value) values ('audit_log_forward_endpoint', ${value}::jsonb)
      on conflict (name) do update set value = excluded.value`.execute(database.db);
  const receiver = await receive('tcp');
  await stored(JSON.stringify(receiver.endpoint));
  await database.db.transaction().execute((tx) => beginForwarding(tx));
  await write(3);

  await late.round(never);
  await use(receiver.endpoint);
  await forwarder().round(never);
  await stored('" "');
  await use('');
  await forwarder().round(never);

  expect(resources(receiver)).toEqual(named(1, 3));
  expect((await sql`select from audit_forward`.execute(database.db)).rows).toEqual([]);
});

test('forwarding runs by itself and ends with the server', async () => {
  const receiver = await receive('tcp');
  await use(receiver.endpoint);
  const upkeep = new AuditUpkeep({ database, live, log });
  upkeep.start();
  await vi.waitFor(
    async () => expect((await sql`select from audit_forward`.execute(database.db)).rows).toHaveLength(1),
    { timeout: 30_000 },
  );
  await write(3);

  await vi.waitFor(() => expect(resources(receiver)).toEqual(named(1, 3)), { timeout: 30_000 });

  await upkeep.close();
});
