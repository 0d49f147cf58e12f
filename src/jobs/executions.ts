import { sql } from 'kysely';
import type { Static, TSchema } from 'typebox';
import type { TxContext } from '#src/context.ts';
import { type Db, run } from '#src/database/pool.ts';
import type { Job } from './job.ts';
import { sweepExecutions } from './sweep.ts';

/** The channel on which processes hear of new work (empty payload) and of tasks to stop (their ids). */
export const jobsChannel = 'moorage_jobs';

export type Trigger = 'MANUAL' | 'SCHEDULE' | 'EVENT';

export interface NewExecution {
  readonly vendorType: string;
  /** The policy behind it; -1 where there is none. */
  readonly vendorId?: number;
  readonly trigger: Trigger;
  readonly attributes?: Record<string, unknown>;
}

/** Opens an execution; tasks are added with `enqueue`, and `endEmpty` ends one that gets none. Returns its id. */
export async function startExecution(ctx: TxContext, given: NewExecution): Promise<number> {
  const { id } = await ctx.db
    .insertInto('execution')
    .values({
      vendor_type: given.vendorType,
      vendor_id: given.vendorId ?? -1,
      trigger: given.trigger,
      extra_attrs: JSON.stringify(given.attributes ?? {}),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export interface Enqueued {
  readonly executionId: number;
  /** Tasks of one lane run at most `laneLimit` at a time. */
  readonly lane?: string;
  /** Not before this many seconds from now. */
  readonly delay?: number;
  readonly attributes?: Record<string, unknown>;
}

/** Adds a task to an execution. It runs if and only if the transaction commits. Returns the task's id. */
export async function enqueue<S extends TSchema>(
  ctx: TxContext,
  job: Job<S>,
  payload: Static<S>,
  { executionId, lane = '', delay = 0, attributes = {} }: Enqueued,
): Promise<number> {
  const { id } = await ctx.db
    .insertInto('task')
    .values({
      execution_id: executionId,
      job: job.name,
      lane,
      payload: JSON.stringify(payload),
      status: delay > 0 ? 'Scheduled' : 'Pending',
      attempts: job.attempts,
      run_at: sql<string>`now() + make_interval(secs => ${delay})`,
      extra_attrs: JSON.stringify(attributes),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await sql`select pg_notify(${jobsChannel}, '')`.execute(ctx.db);
  return id;
}

export interface TaskOf<S extends TSchema> {
  readonly payload: Static<S>;
  readonly attributes: Record<string, unknown>;
}

/** As `enqueue`, for any number of tasks of one execution. */
export async function enqueueAll<S extends TSchema>(
  ctx: TxContext,
  job: Job<S>,
  tasks: readonly TaskOf<S>[],
  executionId: number,
): Promise<void> {
  for (let from = 0; from < tasks.length; from += 1_000) {
    const some = tasks.slice(from, from + 1_000);
    const payloads = some.map(({ payload }) => JSON.stringify(payload));
    const attributes = some.map((task) => JSON.stringify(task.attributes));
    await sql`
      insert into task (execution_id, job, payload, attempts, extra_attrs)
      select ${executionId}, ${job.name}, t.payload::jsonb, ${job.attempts}, t.attributes::jsonb
        from unnest(${payloads}::text[], ${attributes}::text[]) with ordinality as t(payload, attributes, position)
       order by t.position`.execute(ctx.db);
  }
  if (tasks.length > 0) await sql`select pg_notify(${jobsChannel}, '')`.execute(ctx.db);
}

/** Ends an execution that has no tasks. Nobody runs it, so what is too old of its kind goes here. */
export async function endEmpty(ctx: TxContext, executionId: number, job: Job): Promise<void> {
  await settle(ctx, executionId);
  await run(ctx.db, sweepExecutions, [executionId, job.keep]);
}

/** Ends an execution whose tasks are all over. */
async function settle(ctx: TxContext, executionId: number): Promise<void> {
  await sql`select settle_execution(${executionId})`.execute(ctx.db);
}

/**
 * Stops an execution: what waits never starts, what runs is told and ends at its next step. Returns whether there
 * was anything to stop.
 */
export async function stopExecution(ctx: TxContext, executionId: number): Promise<boolean> {
  return stopTasks(ctx, sql<boolean>`execution_id = ${executionId}`);
}

/** Stops one task, as `stopExecution` does all. */
export async function stopTask(ctx: TxContext, taskId: number): Promise<boolean> {
  return stopTasks(ctx, sql<boolean>`id = ${taskId}`);
}

/** Drops everything of one kind that waits; what runs goes on (Harbor: action `stop` of a queue). */
export async function stopQueue(ctx: TxContext, job: string): Promise<boolean> {
  return stopTasks(ctx, sql<boolean>`job = ${job} and status <> 'Running'`);
}

/** A task that waits for its time, or for another try, gets it now. False when it does not wait. */
export async function hasten(ctx: TxContext, taskId: number): Promise<boolean> {
  const row = await ctx.db
    .updateTable('task')
    .set({ status: 'Pending', run_at: sql<Date>`now()`, update_time: sql<Date>`now()` })
    .where('id', '=', taskId)
    .where('status', 'in', ['Pending', 'Scheduled'])
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) return false;
  await sql`select pg_notify(${jobsChannel}, '')`.execute(ctx.db);
  return true;
}

async function stopTasks(ctx: TxContext, which: ReturnType<typeof sql<boolean>>): Promise<boolean> {
  const stopped = await ctx.db
    .updateTable('task')
    .set({
      status: sql`case when status = 'Running' then status else 'Stopped' end`,
      stop_requested: true,
      update_time: sql<Date>`now()`,
      end_time: sql<Date | null>`case when status = 'Running' then null else now() end`,
    })
    .where('status', 'in', ['Pending', 'Scheduled', 'Running'])
    .where(which)
    .returning(['id', 'execution_id', 'status'])
    .execute();
  for (const executionId of [...new Set(stopped.map((task) => task.execution_id))].sort((a, b) => a - b)) {
    await settle(ctx, executionId);
  }
  const running = stopped.filter(({ status }) => status === 'Running').map(({ id }) => id);
  // NOTIFY takes 8,000 bytes; the runners also see it with their next sign of life.
  if (running.length > 0) {
    await sql`select pg_notify(${jobsChannel}, ${running.slice(0, 500).join(' ')})`.execute(ctx.db);
  }
  return stopped.length > 0;
}

/** Whether something of this kind waits or runs. */
export async function isUnderWay(db: Db, vendorType: string, vendorId = -1): Promise<boolean> {
  const row = await db
    .selectFrom('execution')
    .select('id')
    .where('vendor_type', '=', vendorType)
    .where('vendor_id', '=', vendorId)
    .where('status', '=', 'Running')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
