import { type RawBuilder, sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';

export interface RepositoryUse {
  readonly project_id: number;
  readonly repository_id: number;
  readonly name: string;
  readonly size: number;
  readonly own_size?: number;
}

export interface ProjectUse {
  readonly project_id: number;
  readonly used: number;
}

/** Those that hold something, the biggest first; or the one. */
export async function listProjects(db: Db, only: number | undefined): Promise<ProjectUse[]> {
  const { rows } = await sql<ProjectUse>`
    select project_id, used
      from (select q.project_id, (q.used_storage + coalesce(c.bytes, 0))::bigint as used
              from quota q
              left join (select project_id, sum(bytes) as bytes from quota_charge group by project_id) c using (project_id)
             where ${only === undefined ? sql`true` : sql`q.project_id = ${only}`}) u
     where used > 0 order by used desc, project_id`.execute(db);
  return rows;
}

/** The biggest repositories of some projects; undefined when it took too long. */
export function biggestIn(
  db: Db,
  projects: readonly number[],
  limit: number,
  milliseconds: number,
): Promise<RepositoryUse[] | undefined> {
  return limited(
    db,
    sql`
      select r.project_id, r.repository_id, r.name, sum(b.size)::bigint as size
        from repository r join repository_blob l using (repository_id) join blob b on b.id = l.blob_id
       where r.project_id = any(${[...projects]}::integer[])
       group by r.repository_id order by size desc, r.repository_id limit ${limit}`,
    milliseconds,
  );
}

/** Bytes that each of them alone holds; undefined when it took too long. */
export async function ownSizes(
  db: Db,
  repositories: readonly number[],
  milliseconds: number,
): Promise<ReadonlyMap<number, number> | undefined> {
  const rows = await limited<{ repository_id: number; size: number }>(
    db,
    sql`
      select l.repository_id, sum(b.size)::bigint as size
        from repository_blob l join blob b on b.id = l.blob_id
       where l.repository_id = any(${[...repositories]}::bigint[])
         and not exists (select from repository_blob o where o.blob_id = l.blob_id and o.repository_id <> l.repository_id)
       group by l.repository_id`,
    milliseconds,
  );
  // Where everything is held elsewhere too, there is no row.
  return rows && new Map([...repositories.map((id) => [id, 0] as const), ...rows.map(sizeOf)]);
}

const sizeOf = (row: { repository_id: number; size: number }) => [row.repository_id, row.size] as const;

async function limited<Row>(
  db: Db,
  query: RawBuilder<unknown>,
  milliseconds: number,
): Promise<Row[] | undefined> {
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`select set_config('statement_timeout', ${String(milliseconds)}, true)`.execute(tx);
      // The columns are those of the statement that the caller wrote.
      return (await query.execute(tx)).rows as Row[];
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === '57014') return undefined;
    throw error;
  }
}
