import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import { repositoryDeleted } from '#src/features/trash/index.ts';
import { type Kept, selectKept } from './restore.store.ts';

export interface Deleted {
  readonly deletion: string;
  readonly artifacts: number;
  readonly deleted_at: Date;
  readonly restorable_until: Date;
}

/** The newest deletion of a whole repository of which something is still in the trash. */
export async function findDeleted(
  db: Db,
  project_id: number,
  repository: string,
): Promise<Deleted | undefined> {
  const { rows } = await sql<Deleted>`
    select t.deletion, count(*) as artifacts, min(t.deleted_at) as deleted_at, min(t.restorable_until) as restorable_until
      from trash t
     where t.deletion = (
             select n.deletion from trash n
              where n.project_id = ${project_id} and n.repository = ${repository} and n.kind = 'artifact'
                and n.reason = ${repositoryDeleted} and n.restorable_until > now()
              order by n.deleted_at desc, n.id desc limit 1)
     group by t.deletion`.execute(db);
  return rows[0];
}

/** In the order in which they were deleted, locked; what somebody else is bringing back is passed over. */
export async function findNext(tx: Tx, deletion: string): Promise<Kept | undefined> {
  const { rows } = await sql<Kept>`
    ${selectKept}
     where t.deletion = ${deletion}::uuid and t.kind = 'artifact'
     order by t.id limit 1 for update of t skip locked`.execute(tx);
  return rows[0];
}

export async function countLeft(db: Db, deletion: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from trash where deletion = ${deletion}::uuid and kind = 'artifact'`.execute(db);
  return rows[0]?.count ?? 0;
}
