import { sql } from 'kysely';
import type { Tx } from '#src/database/pool.ts';

export type Ending = 'Success' | 'Error' | 'Stopped';

interface Counts {
  readonly total: number;
  readonly retained: number;
}

/**
 * Writes the result and returns how many tasks of the execution are still without one: those that end at the same
 * moment count one after the other.
 */
export async function finishTask(
  tx: Tx,
  { taskId, executionId }: { readonly taskId: number; readonly executionId: number },
  { total, retained, ending }: Counts & { readonly ending: Ending },
): Promise<number> {
  await sql`select from execution where id = ${executionId} for no key update`.execute(tx);
  await sql`
    update task set extra_attrs = extra_attrs || ${JSON.stringify({ total, retained, finished: ending })}::jsonb, update_time = now()
     where id = ${taskId}`.execute(tx);
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from task where execution_id = ${executionId}
       and status in ('Pending', 'Scheduled', 'Running') and not extra_attrs ? 'finished'`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** The sums of all tasks, and how the execution as a whole ended. */
export async function sumTasks(tx: Tx, executionId: number): Promise<Counts & { ending: Ending }> {
  const { rows } = await sql<Counts & { ending: Ending }>`
    select case when bool_or('Error' in (status, extra_attrs->>'finished')) then 'Error'
                when bool_or('Stopped' in (status, extra_attrs->>'finished')) then 'Stopped'
                else 'Success' end as ending,
           coalesce(sum((extra_attrs->>'total')::bigint), 0)::bigint as total,
           coalesce(sum((extra_attrs->>'retained')::bigint), 0)::bigint as retained
      from task where execution_id = ${executionId}`.execute(tx);
  return rows[0] ?? { total: 0, retained: 0, ending: 'Success' };
}

/** What went for this reason since the execution began. */
export async function listDeleted(
  tx: Tx,
  executionId: number,
  reason: string,
  limit: number,
): Promise<{ repository: string; digest: string; tags: string[] }[]> {
  const { rows } = await sql<{ repository: string; digest: string; tags: string[] | null }>`
    select l.repository, l.digest, l.tags from collection_ledger l
     where l.deleted_at >= (select start_time from execution where id = ${executionId})
       and l.kind = 'artifact' and l.reason = ${reason} order by l.id limit ${limit}`.execute(tx);
  return rows.map((row) => ({ ...row, tags: row.tags ?? [] }));
}
