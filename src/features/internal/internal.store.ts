import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';

export async function listProjectIds(db: Db, after: number, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('quota')
    .select('project_id')
    .where('project_id', '>', after)
    .orderBy('project_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.project_id);
}

/**
 * Sets a project's use to the sum of its distinct blobs; true when it was another. Exact beside pushes: those of a
 * project with a limit wait for the row that is locked first, those without one write their charge in the
 * transaction that links the blob, and the second statement sees either both or neither.
 */
export async function recountQuota(tx: Tx, projectId: number): Promise<boolean> {
  await tx
    .selectFrom('quota')
    .select('id')
    .where('project_id', '=', projectId)
    .forUpdate()
    .executeTakeFirst();
  const { rows } = await sql<{ changed: boolean }>`
    with folded as (
      delete from quota_charge where project_id = ${projectId} returning bytes
    ), counted as (
      select coalesce(sum(b.size), 0)::bigint as bytes
      from project_blob p join blob b on b.id = p.blob_id where p.project_id = ${projectId}
    ), before as (
      select q.used_storage + (select coalesce(sum(bytes), 0) from folded)::bigint as bytes
      from quota q where q.project_id = ${projectId}
    )
    update quota set used_storage = counted.bytes, update_time = now() from counted, before
    where project_id = ${projectId}
    returning counted.bytes <> before.bytes as changed`.execute(tx);
  return rows[0]?.changed === true;
}
