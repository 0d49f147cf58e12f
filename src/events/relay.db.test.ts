import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { theRegistry } from '#src/access/principal.ts';
import { initialise } from '#src/auth/accounts.ts';
import { LiveSettings } from '#src/config/live.ts';
import { type Context, inTransaction } from '#src/context.ts';
import { Counts } from '#src/database/counts.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { emit, emitAll, emitRefused, type Happening } from './emit.ts';
import { EventRelay, type HeardEvent, type Listener } from './relay.ts';

const closing: (() => Promise<void>)[] = [];
let database: Database;
let ctx: Context;

beforeEach(async () => {
  const created = await createTestDatabase();
  database = openDatabase(created.url, { max: 6 });
  closing.push(created.drop, () => database.close());
  await initialise(database, { adminPassword: 'Harbor-12345' });
  ctx = {
    db: database.db,
    who: theRegistry,
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    requestId: 'request-1',
    clientAddress: '',
    live: new LiveSettings(async () => ({})),
    counts: new Counts(),
    forget: () => undefined,
  };
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Project 1 is `library`. */
const listens = (listener_id: number, event_type: string) =>
  database.db
    .insertInto('event_subscription')
    .values({ project_id: 1, event_type, listener: 'webhook', listener_id })
    .execute();

const pushed = (tag: string): Happening => ({
  projectId: 1,
  type: 'PUSH_ARTIFACT',
  data: { repository: 'library/a', resources: [{ digest: 'sha256:x', tag }] },
});

const waiting = () => database.db.selectFrom('event').selectAll().orderBy('id').execute();
const tagOf = (event: HeardEvent) => event.data.resources?.[0]?.tag;

const relay = (webhook: Listener, batch = 10) => new EventRelay({ ctx, listeners: { webhook }, batch });

test('an event is there if and only if the act that tells it commits', async () => {
  await listens(7, 'PUSH_ARTIFACT');

  await inTransaction(ctx, (ctx) => emit(ctx, pushed('done')));
  const undone = inTransaction(ctx, async (ctx) => {
    await emit(ctx, pushed('undone'));
    throw new Error('no');
  });

  await expect(undone).rejects.toThrow('no');
  expect(await waiting()).toMatchObject([
    {
      listener: 'webhook',
      listener_ids: [7],
      project_id: 1,
      event_type: 'PUSH_ARTIFACT',
      operator: 'moorage',
      request_id: 'request-1',
      data: { repository: 'library/a', resources: [{ digest: 'sha256:x', tag: 'done' }] },
    },
  ]);
});

test('nothing is written where nobody listens', async () => {
  await listens(7, 'PULL_ARTIFACT');

  await inTransaction(ctx, (ctx) => emitAll(ctx, [pushed('a'), pushed('b')]));

  expect(await waiting()).toEqual([]);
});

test('who listens is who listened when it happened', async () => {
  await listens(7, 'PUSH_ARTIFACT');
  await inTransaction(ctx, (ctx) => emit(ctx, pushed('a')));
  await listens(8, 'PUSH_ARTIFACT');
  await inTransaction(ctx, (ctx) => emit(ctx, pushed('b')));

  const heard: unknown[] = [];
  await relay(
    async (_ctx, events) => void heard.push(...events.map((one) => [tagOf(one), one.listener_ids])),
  ).drain();

  expect(heard).toEqual([
    ['a', [7]],
    ['b', [7, 8]],
  ]);
  expect(await waiting()).toEqual([]);
});

test('a refusal is told outside of the transaction that it rolled back, and only there', async () => {
  await listens(7, 'QUOTA_EXCEED');
  const exceeded: Happening = {
    projectId: 1,
    type: 'QUOTA_EXCEED',
    data: { repository: 'library/a', details: 'x' },
  };

  await emitRefused(ctx, exceeded);

  await expect(inTransaction(ctx, (ctx) => emitRefused(ctx, exceeded))).rejects.toThrow(
    'after its transaction',
  );
  expect(await waiting()).toHaveLength(1);
});

test('one event that cannot be handed on is put off and holds up no other, and nothing is done twice', async () => {
  await listens(7, 'PUSH_ARTIFACT');
  await inTransaction(ctx, (ctx) => emitAll(ctx, ['a', 'bad', 'c', 'd'].map(pushed)));
  const done: unknown[] = [];
  const listener: Listener = async (_ctx, events) => {
    if (events.some((event) => tagOf(event) === 'bad')) throw new Error('this one is bad');
    done.push(...events.map(tagOf));
  };

  await relay(listener).drain();

  expect(done).toEqual(['a', 'c', 'd']);
  expect(await waiting()).toMatchObject([{ failures: 1 }]);
  expect((await waiting())[0]?.due_at.getTime()).toBeGreaterThan(Date.now());
});

test('what a listener writes is gone when its transaction is, and the event stays', async () => {
  await listens(7, 'PUSH_ARTIFACT');
  await inTransaction(ctx, (ctx) => emit(ctx, pushed('a')));
  const listener: Listener = async (ctx) => {
    await ctx.db.insertInto('label').values({ name: 'half', scope: 'g', project_id: null }).execute();
    throw new Error('in the middle');
  };

  await relay(listener).drain();

  expect(await database.db.selectFrom('label').select('id').execute()).toEqual([]);
  expect(await waiting()).toHaveLength(1);
});

test('several processes share the work and hand each event on once', async () => {
  await listens(7, 'PUSH_ARTIFACT');
  const tags = Array.from({ length: 60 }, (_, n) => `t${n}`);
  await inTransaction(ctx, (ctx) => emitAll(ctx, tags.map(pushed)));
  const heard: unknown[] = [];
  const listener: Listener = async (_ctx, events) => void heard.push(...events.map(tagOf));

  await Promise.all(Array.from({ length: 4 }, () => relay(listener, 5).drain()));

  expect(heard).toHaveLength(tags.length);
  expect(new Set(heard)).toEqual(new Set(tags));
  expect(await waiting()).toEqual([]);
});
