import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

export interface ExecutionRow {
  readonly id: number;
  readonly vendor_type: string;
  readonly vendor_id: number;
  readonly status: 'Running' | 'Success' | 'Error' | 'Stopped';
  readonly status_message: string;
  readonly trigger: 'MANUAL' | 'SCHEDULE' | 'EVENT';
  readonly extra_attrs: Record<string, unknown>;
  readonly start_time: Date;
  readonly update_time: Date;
  readonly end_time: Date | null;
  /** Of its first task: progress while it runs, results at its end. */
  readonly result: Record<string, unknown> | null;
}

const executionKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    vendor_type: { type: 'text' },
    vendor_id: { type: 'integer' },
    status: { type: 'text' },
    trigger: { type: 'text' },
    start_time: { type: 'time' },
    // The answer calls it so.
    creation_time: { type: 'time', sql: sql.ref('start_time') },
    update_time: { type: 'time' },
    end_time: { type: 'time' },
  },
  refused: ['extra_attrs'],
  order: '-id',
  tie: '-id',
};

const rows = (where: RawBuilder<SqlBool>, order: RawBuilder<unknown>, slice: RawBuilder<unknown>) =>
  sql<ExecutionRow>`
    select e.id, e.vendor_type, e.vendor_id, e.status, e.status_message, e.trigger, e.extra_attrs, e.start_time,
           e.update_time, e.end_time, t.result
      from (select * from execution where ${where} order by ${order} ${slice}) e
      left join lateral (select extra_attrs as result from task where execution_id = e.id order by task.id limit 1) t on true
     order by ${order}`;

/** Those of one vendor type, or of all; newest first unless asked otherwise. */
export async function listExecutions(
  db: Db,
  vendorType: string | undefined,
  clauses: Clauses,
  page: Page,
): Promise<ExecutionRow[]> {
  const order = orderOf(page, executionKeys);
  return (await rows(wanted(vendorType, clauses), order, sliceOf(page)).execute(db)).rows;
}

export function executionCount(db: Db, vendorType: string | undefined, clauses: Clauses) {
  return db
    .selectFrom('execution')
    .where(wanted(vendorType, clauses))
    .select(sql<number>`count(*)`.as('total'));
}

function wanted(vendorType: string | undefined, clauses: Clauses): RawBuilder<SqlBool> {
  const filter = filterOf(clauses, executionKeys);
  return vendorType === undefined ? filter : sql<SqlBool>`vendor_type = ${vendorType} and ${filter}`;
}

/** Of one vendor type only, so that nobody reaches other runs by their ids (S-020). */
export async function findExecution(
  db: Db,
  id: number,
  vendorTypes?: readonly string[],
): Promise<ExecutionRow | undefined> {
  const of =
    vendorTypes === undefined
      ? sql<SqlBool>`true`
      : sql<SqlBool>`vendor_type = any(${[...vendorTypes]}::text[])`;
  const found = await rows(sql<SqlBool>`id = ${id} and ${of}`, sql`id`, sql``).execute(db);
  return found.rows[0];
}

export interface TaskRow {
  readonly id: number;
  readonly job: string;
  readonly status: string;
  readonly status_message: string;
  readonly attempt: number;
  readonly extra_attrs: Record<string, unknown>;
  readonly start_time: Date | null;
  readonly end_time: Date | null;
}

export function listTasks(db: Db, executionId: number, limit: number): Promise<TaskRow[]> {
  return db
    .selectFrom('task')
    .select(['id', 'job', 'status', 'status_message', 'attempt', 'extra_attrs', 'start_time', 'end_time'])
    .where('execution_id', '=', executionId)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** How many tasks an execution has in each status. */
export async function countTasks(db: Db, executionId: number): Promise<Record<string, number>> {
  const counted = await db
    .selectFrom('task')
    .select(['status', sql<number>`count(*)`.as('total')])
    .where('execution_id', '=', executionId)
    .groupBy('status')
    .execute();
  return Object.fromEntries(counted.map(({ status, total }) => [status, total]));
}

export interface LogLine {
  readonly task_id: number;
  readonly line: number;
  readonly logged_at: Date;
  readonly text: string;
}

/**
 * The next lines of an execution's logs, after those that the cursor has read of each task: lines of two tasks may
 * become visible in another order than they are numbered.
 */
export async function readLines(
  db: Db,
  executionId: number,
  read: ReadonlyMap<number, number>,
  limit: number,
): Promise<LogLine[]> {
  const found = await sql<LogLine>`
    select l.task_id, l.line, l.logged_at, l.text
      from task t
      left join unnest(${[...read.keys()]}::bigint[], ${[...read.values()]}::bigint[]) as c(task_id, line) on c.task_id = t.id
      cross join lateral (
        select * from task_log l where l.task_id = t.id and l.line > coalesce(c.line, 0) order by l.line limit ${limit}) l
     where t.execution_id = ${executionId}
     order by l.task_id, l.line limit ${limit}`.execute(db);
  return found.rows;
}

export interface LogPiece {
  readonly text: string;
  readonly lines: number;
  /** The number of its last line. */
  readonly last: number;
}

/**
 * Lines of one task after a line, as the database joins them: 200,000 lines that each came as a row took three times
 * as long.
 */
export async function readTaskText(db: Db, taskId: number, after: number, limit: number): Promise<LogPiece> {
  const { rows } = await sql<LogPiece>`
    select coalesce(string_agg(
             to_char(l.logged_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ' ' || l.text || e'\\n',
             '' order by l.line), '') as text,
           count(*)::integer as lines, coalesce(max(l.line), ${after}) as last
      from (select line, logged_at, text from task_log
             where task_id = ${taskId} and line > ${after} order by line limit ${limit}) l`.execute(db);
  return rows[0] ?? { text: '', lines: 0, last: after };
}

/** Whether some process gives signs of life and runs jobs; they come every five seconds. */
export async function isRunnerAlive(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('job_runner')
    .select('id')
    .where('heartbeat_time', '>', sql<Date>`now() - interval '20 seconds'`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function isPaused(db: Db, job: string): Promise<boolean> {
  const row = await db.selectFrom('job_pause').select('job').where('job', '=', job).executeTakeFirst();
  return row !== undefined;
}

/** The execution of this vendor type that waits or runs. */
export async function findRunning(db: Db, vendorType: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('execution')
    .select('id')
    .where('vendor_type', '=', vendorType)
    .where('vendor_id', '=', -1)
    .where('status', '=', 'Running')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}
