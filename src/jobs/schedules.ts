import { sql } from 'kysely';
import type { TxContext } from '#src/context.ts';
import type { Db } from '#src/database/pool.ts';
import { checkedCron, nextTime } from './cron.ts';
import { jobsChannel } from './executions.ts';

export interface Schedule {
  readonly id: number;
  readonly vendor_type: string;
  readonly vendor_id: number;
  readonly cron_type: string;
  readonly cron: string;
  readonly payload: Record<string, unknown>;
  readonly next_time: Date;
  readonly creation_time: Date;
  readonly update_time: Date;
}

export interface NewSchedule {
  readonly vendorType: string;
  readonly vendorId?: number;
  /** Hourly, Daily, Weekly or Custom. */
  readonly cronType: string;
  readonly cron: string;
  readonly payload?: Record<string, unknown>;
}

/** Sets the one schedule that a vendor type and id may have, in place of an earlier one. */
export async function setSchedule(ctx: TxContext, given: NewSchedule): Promise<Schedule> {
  const cron = checkedCron(given.cron);
  const now = await databaseTime(ctx.db);
  const row = {
    cron_type: given.cronType,
    cron,
    payload: JSON.stringify(given.payload ?? {}),
    next_time: nextTime(cron, now),
  };
  const schedule = await ctx.db
    .insertInto('schedule')
    .values({ vendor_type: given.vendorType, vendor_id: given.vendorId ?? -1, ...row })
    .onConflict((on) =>
      on.columns(['vendor_type', 'vendor_id']).doUpdateSet({ ...row, update_time: sql`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  await sql`select pg_notify(${jobsChannel}, '')`.execute(ctx.db);
  return schedule;
}

export function findSchedule(db: Db, vendorType: string, vendorId = -1): Promise<Schedule | undefined> {
  return db
    .selectFrom('schedule')
    .selectAll()
    .where('vendor_type', '=', vendorType)
    .where('vendor_id', '=', vendorId)
    .executeTakeFirst();
}

/** True when there was one. */
export async function removeSchedule(ctx: TxContext, vendorType: string, vendorId = -1): Promise<boolean> {
  const gone = await ctx.db
    .deleteFrom('schedule')
    .where('vendor_type', '=', vendorType)
    .where('vendor_id', '=', vendorId)
    .executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

/** The queue name that pauses every schedule. */
export const scheduler = 'SCHEDULER';

/**
 * Takes the schedules whose time has come, each once however many processes look, and sets their next time. What
 * was missed while nothing ran is made up for once, not as often as it was missed.
 */
export async function takeDue(ctx: TxContext, limit: number): Promise<Schedule[]> {
  const due = await ctx.db
    .selectFrom('schedule')
    .selectAll()
    .where('next_time', '<=', sql<Date>`now()`)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('job_pause').select('job').where('job', '=', scheduler))),
    )
    .orderBy('next_time')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  const now = await databaseTime(ctx.db);
  for (const { id, cron } of due) {
    await ctx.db
      .updateTable('schedule')
      .set({ next_time: nextTimeOrTomorrow(cron, now) })
      .where('id', '=', id)
      .execute();
  }
  return due;
}

/** One cron that this version cannot read must not hold up the others. */
function nextTimeOrTomorrow(cron: string, now: Date): Date {
  try {
    return nextTime(cron, now);
  } catch {
    return new Date(now.getTime() + 86_400_000);
  }
}

/** Times are the database's, so that replicas whose clocks differ agree. */
async function databaseTime(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(db);
  return rows[0]?.now ?? new Date();
}
