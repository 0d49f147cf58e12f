import { sql } from 'kysely';
import type { Tx } from '#src/database/pool.ts';

export interface NamedArtifact {
  readonly name: string;
  readonly artifact_id: number;
  readonly digest: string;
}

/**
 * Which artifacts these tags name; nobody moves them until the transaction ends. Locked in the order in which a push
 * locks its tags, and read in a statement of its own, which sees what was committed while the locks were waited for.
 */
export async function lockTags(
  tx: Tx,
  repositoryId: number,
  names: readonly string[],
): Promise<NamedArtifact[]> {
  await sql`
    with locked as materialized (
      select from tag where repository_id = ${repositoryId} and name = any(${names}::text[]) order by name for update)
    select count(*) from locked`.execute(tx);
  const { rows } = await sql<NamedArtifact>`
    select t.name, t.artifact_id, a.digest from tag t join artifact a on a.id = t.artifact_id
     where t.repository_id = ${repositoryId} and t.name = any(${names}::text[])`.execute(tx);
  return rows;
}

interface Names {
  readonly names: readonly string[];
  readonly artifacts: readonly number[];
}

/** Returns the names that were free; another one may have come between look and write. */
export async function insertTags(
  tx: Tx,
  repositoryId: number,
  { names, artifacts }: Names,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    insert into tag (repository_id, name, artifact_id)
    select ${repositoryId}, n.name, n.artifact_id
      from unnest(${names}::text[], ${artifacts}::bigint[]) n(name, artifact_id) order by n.name
    on conflict do nothing returning name`.execute(tx);
  return new Set(rows.map(({ name }) => name));
}

/** Of locked tags. */
export async function moveTags(tx: Tx, repositoryId: number, { names, artifacts }: Names): Promise<void> {
  await sql`
    update tag t set artifact_id = n.artifact_id, push_time = now()
      from unnest(${names}::text[], ${artifacts}::bigint[]) n(name, artifact_id)
     where t.repository_id = ${repositoryId} and t.name = n.name`.execute(tx);
}

/** Of locked tags. */
export async function removeTags(tx: Tx, repositoryId: number, names: readonly string[]): Promise<void> {
  await sql`delete from tag where repository_id = ${repositoryId} and name = any(${names}::text[])`.execute(
    tx,
  );
}

/** False when it was deleted: a tag cannot be set on it any more. */
export async function lockArtifact(tx: Tx, id: number): Promise<boolean> {
  const { rows } = await sql`select from artifact where id = ${id} for key share`.execute(tx);
  return rows.length > 0;
}
