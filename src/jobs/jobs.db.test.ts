import { pino } from 'pino';
import { Type } from 'typebox';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { theRegistry } from '#src/access/principal.ts';
import { LiveSettings } from '#src/config/live.ts';
import { type Context, inTransaction } from '#src/context.ts';
import { Counts } from '#src/database/counts.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { endEmpty, enqueue, startExecution, stopExecution } from './executions.ts';
import { type CarriedOut, carryOut, defineJob, type Job, type JobRun, type Scheduled } from './job.ts';
import { Runner } from './runner.ts';
import { setSchedule } from './schedules.ts';

const live = new LiveSettings(async () => ({}));
const counts = new Counts();
const log = pino({ level: 'silent' });
const closing: (() => Promise<void>)[] = [];
let database: Database;
let ctx: Context;

beforeEach(async () => {
  const created = await createTestDatabase();
  database = openDatabase(created.url, { max: 6 });
  ctx = {
    db: database.db,
    who: theRegistry,
    log,
    signal: new AbortController().signal,
    requestId: 'test',
    clientAddress: '',
    live,
    counts,
    forget: () => undefined,
  };
  closing.push(created.drop, () => database.close());
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const Numbered = Type.Object({ n: Type.Integer() });
type NumberedJob = Job<typeof Numbered>;

const numbered = (name: string, more: Partial<NumberedJob> = {}): NumberedJob =>
  defineJob({ name, payload: Numbered, pause: () => 0, ...more });

function start(jobs: CarriedOut[], more: Partial<ConstructorParameters<typeof Runner>[0]> = {}): Runner {
  const options = {
    database,
    log,
    jobs,
    schedules: [],
    slots: 4,
    live,
    counts,
    forget: () => undefined,
    idle: 200,
  };
  const runner = new Runner({ ...options, ...more });
  runner.start();
  closing.push(() => runner.close());
  return runner;
}

const push = (job: NumberedJob, count: number, lane?: (n: number) => string) =>
  inTransaction(ctx, async (ctx) => {
    const executionId = await startExecution(ctx, { vendorType: job.name, trigger: 'MANUAL' });
    for (let n = 0; n < count; n++) {
      await enqueue(ctx, job, { n }, { executionId, ...(lane && { lane: lane(n) }) });
    }
    return executionId;
  });

/** Waits until the database says so; the deadline is the test's own. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const ended = (id: number) =>
  until(async () => {
    const row = await database.db
      .selectFrom('execution')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return row.status === 'Running' ? undefined : row;
  });

const tasksOf = (id: number) =>
  database.db.selectFrom('task').selectAll().where('execution_id', '=', id).orderBy('id').execute();

/** Resolves when the job is told to end. */
const told = (run: JobRun) =>
  new Promise<void>((resolve) => run.signal.addEventListener('abort', () => resolve()));

describe('a job', () => {
  test('runs once its transaction commits, and its execution ends with it', async () => {
    const seen: number[] = [];
    const job = numbered('COUNT');
    start([carryOut(job, async (_run, { n }) => void seen.push(n))]);

    const id = await push(job, 3);

    expect(await ended(id)).toMatchObject({ status: 'Success', end_time: expect.any(Date) });
    expect(seen.sort((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test('does not run when its transaction is rolled back', async () => {
    const seen: number[] = [];
    const job = numbered('COUNT');
    start([carryOut(job, async (_run, { n }) => void seen.push(n))]);

    const rolledBack = inTransaction(ctx, async (ctx) => {
      const executionId = await startExecution(ctx, { vendorType: job.name, trigger: 'MANUAL' });
      await enqueue(ctx, job, { n: 7 }, { executionId });
      throw new Error('no');
    });

    await expect(rolledBack).rejects.toThrow('no');
    await ended(await push(job, 1));
    expect(seen).toEqual([0]);
  });

  test('that fails is tried again, and its failure is told when the tries are over', async () => {
    const job = numbered('FAIL', { attempts: 3 });
    const attempts: number[] = [];
    start([
      carryOut(job, async (run) => {
        attempts.push(run.attempt);
        throw new Error('the target is down');
      }),
    ]);

    const execution = await ended(await push(job, 1));

    expect(attempts).toEqual([1, 2, 3]);
    expect(execution).toMatchObject({ status: 'Error', status_message: 'the target is down' });
  });

  test('writes its log while it runs', async () => {
    const job = numbered('TALK');
    start([
      carryOut(job, async (run) => {
        run.note('first\nline');
        await told(run);
      }),
    ]);

    const id = await push(job, 1);

    const [line] = await until(async () => {
      const lines = await database.db.selectFrom('task_log').select('text').execute();
      return lines.length > 0 ? lines : undefined;
    });
    expect(line?.text).toBe('first line');
    await inTransaction(ctx, (ctx) => stopExecution(ctx, id));
    expect(await ended(id)).toMatchObject({ status: 'Stopped' });
  });

  test('of one lane runs one at a time, in order', async () => {
    const job = numbered('ORDER');
    const order: string[] = [];
    start([
      carryOut(job, async (_run, { n }) => {
        order.push(`begin ${n}`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`end ${n}`);
      }),
    ]);

    await ended(await push(job, 3, () => 'one'));

    expect(order).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']);
  });
});

describe('of each kind and policy the newest executions are kept', () => {
  const kept = async (vendorType: string) =>
    (
      await database.db
        .selectFrom('execution')
        .select('id')
        .where('vendor_type', '=', vendorType)
        .orderBy('id')
        .execute()
    ).map(({ id }) => id);

  test('with their tasks and logs, and nothing of others goes', async () => {
    const [job, other] = [numbered('SWEPT', { keep: 2 }), numbered('UNSWEPT')];
    start([carryOut(job, async (run) => run.note('here')), carryOut(other, async () => undefined)]);
    const first = await push(other, 1);
    await ended(first);

    const ids: number[] = [];
    for (let i = 0; i < 4; i++) {
      const id = await push(job, 2);
      await ended(id);
      ids.push(id);
    }

    await until(async () => ((await kept('SWEPT')).length === 2 ? true : undefined));
    expect([await kept('SWEPT'), await kept('UNSWEPT')]).toEqual([ids.slice(-2), [first]]);
    const tasks = await database.db
      .selectFrom('task')
      .select('execution_id')
      .where('job', '=', 'SWEPT')
      .execute();
    expect(new Set(tasks.map((task) => task.execution_id))).toEqual(new Set(ids.slice(-2)));
    const logs = await database.db.selectFrom('task_log').select('text').where('text', '=', 'here').execute();
    expect(logs).toHaveLength(4);
  });

  test('also where they have no tasks', async () => {
    const job = numbered('EMPTY', { keep: 2 });
    const ids: number[] = [];
    for (let i = 0; i < 4; i++) {
      ids.push(
        await inTransaction(ctx, async (ctx) => {
          const id = await startExecution(ctx, { vendorType: job.name, trigger: 'SCHEDULE' });
          await endEmpty(ctx, id, job);
          return id;
        }),
      );
    }

    expect(await kept('EMPTY')).toEqual(ids.slice(-2));
  });
});

describe('stopping', () => {
  test('ends what runs and drops what waits', async () => {
    const job = numbered('LONG', { limit: 1 });
    const begun: number[] = [];
    start([
      carryOut(job, async (run, { n }) => {
        begun.push(n);
        await told(run);
      }),
    ]);
    const id = await push(job, 3, String);
    await until(async () => (begun.length > 0 ? true : undefined));

    await inTransaction(ctx, (ctx) => stopExecution(ctx, id));

    expect(await ended(id)).toMatchObject({ status: 'Stopped' });
    expect((await tasksOf(id)).map(({ status }) => status)).toEqual(['Stopped', 'Stopped', 'Stopped']);
    expect(begun).toEqual([0]);
  });
});

describe('many jobs', () => {
  test('of one kind do not hold up another kind', async () => {
    const full = numbered('FULL', { limit: 100, laneLimit: 100 });
    const other = numbered('OTHER');
    const held: JobRun[] = [];
    await push(full, 50);
    start([
      carryOut(full, async (run) => {
        held.push(run);
        if (held.length < 4) await told(run);
        else await new Promise((resolve) => setTimeout(resolve, 1));
      }),
      carryOut(other, async () => undefined),
    ]);

    const id = await push(other, 1);

    expect(await ended(id)).toMatchObject({ status: 'Success' });
    expect((await tasksOf(id))[0]?.end_time).toBeInstanceOf(Date);
  });

  test('are each run once, however many processes look', async () => {
    const job = numbered('ONCE', { limit: 100, laneLimit: 100 });
    const seen: number[] = [];
    const carried = [carryOut(job, async (_run, { n }) => void seen.push(n))];
    for (let i = 0; i < 3; i++) start(carried);

    await ended(await push(job, 60));

    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });
});

describe('G-81: a process that dies', () => {
  test('loses no job: another one takes it over, and the first changes nothing any more', async () => {
    const job = numbered('TAKEN');
    const runs: JobRun[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = start(
      [
        carryOut(job, async (run) => {
          runs.push(run);
          await held;
          await run.transaction((ctx) =>
            ctx.db.insertInto('installation').values({ name: 'late', value: '' }).execute(),
          );
        }),
      ],
      { beat: 3_600_000, slots: 1 },
    );
    const id = await push(job, 1);
    await until(async () => (runs.length === 1 ? true : undefined));

    await database.db
      .updateTable('task')
      .set({ leased_until: new Date(0) })
      .execute();
    start([carryOut(job, async (run) => void runs.push(run))], { beat: 50 });

    expect(await ended(id)).toMatchObject({ status: 'Success' });
    release();
    await first.close();
    expect(runs).toHaveLength(2);
    expect(
      await database.db.selectFrom('installation').select('name').where('name', '=', 'late').execute(),
    ).toEqual([]);
    expect(await ended(id)).toMatchObject({ status: 'Success' });
  });

  test('and one that is told to stop gives its work back', async () => {
    const job = numbered('BACK');
    const runs: JobRun[] = [];
    const carried = [
      carryOut(job, async (run) => {
        runs.push(run);
        if (runs.length === 1) {
          await told(run);
          throw run.signal.reason;
        }
      }),
    ];
    const first = start(carried);
    const id = await push(job, 1);
    await until(async () => (runs.length === 1 ? true : undefined));

    await first.close();
    start(carried);

    expect(await ended(id)).toMatchObject({ status: 'Success' });
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });
});

describe('a schedule', () => {
  test('fires once for all processes when its time has come, and knows its next time', async () => {
    const job = numbered('CRON');
    const fired: number[] = [];
    const schedules: Scheduled[] = [
      {
        vendorType: 'CRON',
        async fire(ctx, { vendor_id }) {
          const executionId = await startExecution(ctx, {
            vendorType: 'CRON',
            vendorId: vendor_id,
            trigger: 'SCHEDULE',
          });
          await enqueue(ctx, job, { n: vendor_id }, { executionId });
        },
      },
    ];
    const schedule = await inTransaction(ctx, (ctx) =>
      setSchedule(ctx, { vendorType: 'CRON', vendorId: 4, cronType: 'Daily', cron: '0 0 0 * * *' }),
    );
    await database.db
      .updateTable('schedule')
      .set({ next_time: new Date(0) })
      .execute();

    for (let i = 0; i < 3; i++)
      start([carryOut(job, async (_run, { n }) => void fired.push(n))], { schedules });

    await until(async () => (fired.length > 0 ? true : undefined));
    const after = await database.db.selectFrom('schedule').select('next_time').executeTakeFirstOrThrow();
    expect(fired).toEqual([4]);
    expect(after.next_time).toEqual(schedule.next_time);
  });
});
