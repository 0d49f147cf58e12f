import { sql } from 'kysely';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import type { Claim } from './claims.ts';
import type { JobRun } from './job.ts';
import type { TaskLog } from './task-log.ts';

/** The claim is no longer ours: another process runs the task. */
export class Lost extends Error {}

/** What a job is given for one try. */
export function runOf(base: Context, claim: Claim, log: TaskLog): JobRun {
  const ctx = { ...base, executionId: claim.execution_id };
  return {
    ...ctx,
    taskId: claim.id,
    attempt: claim.attempt,
    lastAttempt: claim.attempt >= claim.attempts,
    note: (line) => log.note(line),
    async report(attributes) {
      await ctx.db
        .updateTable('task')
        .set({
          extra_attrs: sql`extra_attrs || ${JSON.stringify(attributes)}::jsonb`,
          update_time: sql<Date>`now()`,
        })
        .where('id', '=', claim.id)
        .where('claim', '=', claim.claim)
        .execute();
    },
    transaction: (work) =>
      inTransaction(ctx, async (ctx) => {
        await hold(ctx, claim);
        return work(ctx);
      }),
  };
}

/**
 * Keeps others from taking the task over until the transaction ends, or fails when one already has. A key lock: it
 * stands in the way of `reap_tasks`, not of signs of life and reports.
 */
async function hold(ctx: TxContext, claim: Claim): Promise<void> {
  const row = await ctx.db
    .selectFrom('task')
    .select('id')
    .where('id', '=', claim.id)
    .where('claim', '=', claim.claim)
    .forKeyShare()
    .executeTakeFirst();
  if (row === undefined) throw new Lost('another process took the task over');
}
