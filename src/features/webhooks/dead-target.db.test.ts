import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Context, inTransaction } from '#src/context.ts';
import { theRegistry } from '#src/access/principal.ts';
import { LiveSettings } from '#src/config/live.ts';
import { startExecution, enqueue } from '#src/jobs/executions.ts';
import { createTestApi, type TestApi } from '#test/support/api.ts';
import { pino } from 'pino';
import { Counts } from '#src/database/counts.ts';
import { findTarget, laneOf, listListening, noteFailure, noteSuccess } from './delivery.store.ts';
import { jobsOf } from './delivery.ts';

let api: TestApi;
let ctx: Context;
let target: string;
let policy: number;
beforeAll(async () => {
  api = await createTestApi();
  ctx = {
    db: api.database.db,
    who: theRegistry,
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    requestId: 'test',
    clientAddress: '',
    live: new LiveSettings(async () => ({})),
    counts: new Counts(),
    forget: () => undefined,
  };
});
afterAll(() => api.close());

beforeEach(async () => {
  const reply = await api.as('projectAdmin').post('/projects/team/webhook/policies', {
    name: randomUUID(),
    enabled: true,
    event_types: ['PUSH_ARTIFACT'],
    targets: [{ type: 'http', address: 'https://hook.test' }],
  });
  policy = Number(reply.headers['location']?.split('/').at(-1));
  const [found] = await listListening(ctx.db, [policy]);
  target = found?.id ?? '';
});

const fail = (times: number, seconds?: number) =>
  inTransaction(ctx, async (ctx) => {
    for (let n = 0; n < times; n++) await noteFailure(ctx, target, seconds);
  });

/** A delivery that waits. */
const wait = (lane = laneOf(target)) =>
  inTransaction(ctx, async (ctx) => {
    const executionId = await startExecution(ctx, {
      vendorType: 'WEBHOOK',
      vendorId: policy,
      trigger: 'EVENT',
    });
    const { http } = jobsOf({ webhookAttempts: 3, webhookTimeoutSeconds: 1 });
    const payload = {
      target_id: target,
      delivery: 'd',
      event_type: 'PUSH_ARTIFACT',
      content_type: 'x',
      body: '',
    };
    return enqueue(ctx, http, payload, { executionId, lane });
  });

/** Status, and in how many seconds it may run. */
const stateOf = async (id: number) => {
  const row = await ctx.db
    .selectFrom('task')
    .select(['status', 'attempt', sql<number>`round(extract(epoch from run_at - now()))::int`.as('seconds')])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return [row.status, Math.max(row.seconds, 0), row.attempt];
};

test('four failures in a row change nothing', async () => {
  const task = await wait();

  await fail(4);

  expect(await stateOf(task)).toEqual(['Pending', 0, 0]);
});

test.each([
  [5, 5],
  [6, 10],
  [8, 40],
  [20, 600],
])(
  'after %d failures in a row what waits for a target waits %d s longer, with all its tries',
  async (times, seconds) => {
    const [task, next, other] = [await wait(), await wait(), await wait('another lane')];

    await fail(times);

    expect(await stateOf(task)).toEqual(['Scheduled', seconds, 0]);
    expect(await stateOf(next)).toEqual(['Scheduled', seconds + 10, 0]);
    expect(await stateOf(other)).toEqual(['Pending', 0, 0]);
    expect(Math.round((await listListening(ctx.db, [policy]))[0]?.pause ?? 0)).toBe(seconds);
  },
);

test('what a target asks for with Retry-After it gets at once', async () => {
  const task = await wait();

  await fail(1, 120);

  expect(await stateOf(task)).toEqual(['Scheduled', 120, 0]);
});

test('one success ends the wait', async () => {
  const task = await wait();
  await fail(7);

  await inTransaction(ctx, (ctx) => noteSuccess(ctx, target));

  expect(await stateOf(task)).toEqual(['Pending', 0, 0]);
  expect(await findTarget(ctx.db, target)).toMatchObject({ failures: 0 });
});

test('of a target that has failed for a day, what waits longer than that is given up, and nothing else', async () => {
  const [old, young] = [await wait(), await wait()];
  await ctx.db
    .updateTable('task')
    .set({ creation_time: sql<Date>`now() - interval '25 hours'` })
    .where('id', '=', old)
    .execute();
  await ctx.db
    .updateTable('webhook_target')
    .set({ failures: 30, failing_since: sql<Date>`now() - interval '25 hours'` })
    .where('id', '=', target)
    .execute();

  await fail(1);

  expect((await stateOf(old))[0]).toBe('Error');
  expect((await stateOf(young))[0]).toBe('Scheduled');
  const executions = await ctx.db
    .selectFrom('execution')
    .select(['status', 'status_message'])
    .where('vendor_id', '=', policy)
    .orderBy('id')
    .execute();
  expect(executions).toEqual([
    { status: 'Error', status_message: 'the target has not taken anything for a day' },
    { status: 'Running', status_message: '' },
  ]);
});
