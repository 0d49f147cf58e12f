import { sql } from 'kysely';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { record } from '#src/features/audit/index.ts';
import { taskLog } from '#src/features/executions/index.ts';
import { Failure } from '#src/failures.ts';
import type { Streamed } from '#src/http/endpoint.ts';
import { jobsChannel, stopQueue, stopTask } from '#src/jobs/executions.ts';
import { scheduler } from '#src/jobs/schedules.ts';
import * as store from './job-admin.store.ts';

/** Harbor: stands for every pool, job, queue or schedule. */
const all = 'all';

/**
 * Kinds of work whose queues Harbor lists (jobs.md section 1), also those of which nothing ever waits here: dashboards
 * look for them. Other kinds are listed while something of them waits.
 */
const kinds = [
  'AUDIT_LOGS_GDPR_COMPLIANT',
  // Ours: something can be paused before anything of it waits.
  'BULK',
  'EXECUTION_SWEEP',
  'GARBAGE_COLLECTION',
  'IMAGE_SCAN',
  'P2P_PREHEAT',
  'PURGE_AUDIT_LOG',
  'REPLICATION',
  'RETENTION',
  'SCAN_DATA_EXPORT',
  scheduler,
  'SLACK',
  'SYSTEM_ARTIFACT_CLEANUP',
  'WEBHOOK',
];

export async function listWorkers(ctx: Context, pool: string): Promise<store.WorkerRow[]> {
  if (isAll(pool)) return store.listRunningTasks(ctx.db);
  if (!(await store.listPools(ctx.db)).some(({ id }) => id === pool)) {
    throw new Failure('NOT_FOUND', 'there is no such pool of workers');
  }
  return store.listRunningTasks(ctx.db, pool);
}

/** One job by its id, or all that run. What has ended already is left alone. */
export async function stopJobs(ctx: Context, jobId: string): Promise<void> {
  const one = isAll(jobId) ? undefined : await getTask(ctx, jobId);
  await inTransaction(ctx, async (ctx) => {
    for (const id of one ? [one.id] : await store.listRunningIds(ctx.db)) {
      if (!(await stopTask(ctx, id))) continue;
      const { job = '' } = one ?? (await store.findTask(ctx.db, id)) ?? {};
      await record(ctx, { operation: 'stop', resource_type: 'job', resource: `${job} ${id}` });
    }
  });
}

export async function readLog(ctx: Context, jobId: string): Promise<Streamed> {
  const { id } = await getTask(ctx, jobId);
  return taskLog(ctx.db, id);
}

async function getTask(ctx: Context, jobId: string) {
  const id = /^\d{1,15}$/.test(jobId) ? Number(jobId) : undefined;
  const task = id === undefined ? undefined : await store.findTask(ctx.db, id);
  if (task === undefined) throw new Failure('NOT_FOUND', 'there is no such job');
  return task;
}

export interface Queue {
  readonly job: string;
  readonly waiting: number;
  readonly latency: number;
  readonly paused: boolean;
}

export async function listQueues(ctx: Context): Promise<Queue[]> {
  const waiting = new Map((await store.listQueues(ctx.db)).map((row) => [row.job, row]));
  const paused = new Set(await store.listPaused(ctx.db));
  return namesOf(waiting.keys(), paused).map((job) => {
    const { waiting: count = 0, latency = 0 } = waiting.get(job) ?? {};
    return { job, waiting: count, latency, paused: paused.has(job) };
  });
}

function namesOf(...more: Iterable<string>[]): string[] {
  return [...new Set([...kinds, ...more.flatMap((names) => [...names])])].sort();
}

/** Drops what waits, or holds it back, or lets it go on; what runs is left alone. Harbor: names in any case. */
export async function changeQueue(
  ctx: Context,
  jobType: string,
  action: 'stop' | 'pause' | 'resume',
): Promise<void> {
  const known = (await listQueues(ctx)).map(({ job }) => job);
  const jobs = isAll(jobType) ? known : known.filter((job) => job === jobType.toUpperCase());
  if (jobs.length === 0) {
    throw new Failure(
      'NOT_FOUND',
      `there is no queue of that name; there are ${known.join(', ')}, and ${all}`,
    );
  }
  await inTransaction(ctx, async (ctx) => {
    for (const job of await change(ctx, jobs, action)) {
      const operation = action === 'stop' ? 'stop' : 'update';
      await record(ctx, { operation, resource_type: 'job', resource: `queue ${job}`, detail: { action } });
    }
  });
}

/** Those that it made a difference to. */
async function change(
  ctx: TxContext,
  jobs: readonly string[],
  action: 'stop' | 'pause' | 'resume',
): Promise<string[]> {
  if (action === 'pause') return store.pause(ctx.db, jobs);
  if (action === 'resume') {
    const resumed = await store.resume(ctx.db, jobs);
    // The runners look again at once.
    await sql`select pg_notify(${jobsChannel}, '')`.execute(ctx.db);
    return resumed;
  }
  const stopped: string[] = [];
  for (const job of jobs) if (await stopQueue(ctx, job)) stopped.push(job);
  return stopped;
}

/** Whether schedules are held back. Harbor answers for `all` only. */
export async function areSchedulesPaused(ctx: Context, jobType: string): Promise<boolean> {
  if (!isAll(jobType)) throw new Failure('BAD_REQUEST', "job_type can only be 'all'");
  return (await store.listPaused(ctx.db)).includes(scheduler);
}

const isAll = (name: string): boolean => name.toLowerCase() === all;
