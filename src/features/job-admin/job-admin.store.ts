import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { sliceOf } from '#src/http/list.ts';

/** A process without a sign of life for so long is gone (src/jobs removes its row as late). */
const aliveSeconds = 60;

export interface PoolRow {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly slots: number;
  readonly start_time: Date;
  readonly heartbeat_time: Date;
}

/** The processes that run jobs. */
export function listPools(db: Db): Promise<PoolRow[]> {
  return db
    .selectFrom('job_runner')
    .selectAll()
    .where('heartbeat_time', '>', sql<Date>`now() - make_interval(secs => ${aliveSeconds})`)
    .orderBy('start_time')
    .orderBy('id')
    .execute();
}

export interface WorkerRow {
  readonly id: number;
  readonly runner: string;
  readonly job: string;
  readonly start_time: Date | null;
  readonly update_time: Date;
}

/** What runs, in one process or in all. */
export async function listRunningTasks(db: Db, pool?: string): Promise<WorkerRow[]> {
  const { rows } = await sql<WorkerRow>`
    select t.id, t.runner, t.job, t.start_time, t.update_time from task t
     where t.status = 'Running' and t.runner is not null and ${pool === undefined ? sql`true` : sql`t.runner::text = ${pool}`}
     order by t.start_time, t.id`.execute(db);
  return rows;
}

export async function listRunningIds(db: Db): Promise<number[]> {
  const rows = await db
    .selectFrom('task')
    .select('id')
    .where('status', '=', 'Running')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

export function findTask(db: Db, id: number) {
  return db.selectFrom('task').select(['id', 'job']).where('id', '=', id).executeTakeFirst();
}

export interface QueueRow {
  readonly job: string;
  readonly waiting: number;
  /** Seconds since the oldest that could run became due. */
  readonly latency: number;
}

/** How much waits, by kind; kinds of which nothing waits are left out. */
export async function listQueues(db: Db): Promise<QueueRow[]> {
  const { rows } = await sql<QueueRow>`
    select job, count(*) as waiting, greatest(0, floor(extract(epoch from now() - min(run_at))))::float8 as latency
      from task where status in ('Pending', 'Scheduled') group by job`.execute(db);
  return rows;
}

export async function listPaused(db: Db): Promise<string[]> {
  return (await db.selectFrom('job_pause').select('job').execute()).map(({ job }) => job);
}

/** Returns those that were not paused before. */
export async function pause(db: Db, jobs: readonly string[]): Promise<string[]> {
  const rows = await db
    .insertInto('job_pause')
    .values(jobs.map((job) => ({ job })))
    .onConflict((on) => on.column('job').doNothing())
    .returning('job')
    .execute();
  return rows.map(({ job }) => job);
}

export async function resume(db: Db, jobs: readonly string[]): Promise<string[]> {
  const rows = await db.deleteFrom('job_pause').where('job', 'in', jobs).returning('job').execute();
  return rows.map(({ job }) => job);
}

export interface ScheduleRow {
  readonly id: number;
  readonly vendor_type: string;
  readonly vendor_id: number;
  readonly cron: string;
  readonly update_time: Date;
  readonly next_time: Date;
}

export function listSchedules(db: Db, page: Page): Promise<ScheduleRow[]> {
  return db
    .selectFrom('schedule')
    .select(['id', 'vendor_type', 'vendor_id', 'cron', 'update_time', 'next_time'])
    .orderBy('id')
    .modifyEnd(sliceOf(page))
    .execute();
}

export function scheduleCount(db: Db) {
  return db.selectFrom('schedule').select(sql<number>`count(*)`.as('total'));
}
