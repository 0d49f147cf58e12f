import { sql } from 'kysely';
import type { Tx } from '#src/database/pool.ts';
import type { TagOperation } from '#src/database/tables-tag-history.ts';

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

/** The artifact's id; it stays until the transaction ends. */
export async function lockDigest(tx: Tx, repositoryId: number, digest: string): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select id from artifact where repository_id = ${repositoryId} and digest = ${digest} for key share`.execute(
    tx,
  );
  return rows[0]?.id;
}

interface Noted {
  readonly name: string;
  /** The digest that it named; undefined when it is new. */
  readonly before: string | undefined;
  /** The artifact that it names now; undefined when it went. */
  readonly to: number | undefined;
}

/** Writes the history of tags that were changed in this transaction. */
export async function noteHistory(
  tx: Tx,
  { project_id, name }: { project_id: number; name: string },
  changed: readonly Noted[],
  { operation, username }: { operation: TagOperation; username: string },
): Promise<void> {
  await sql`
    select note_tag(${project_id}, ${name}, c.name, c.before, a.digest, ${operation}, ${username})
      from unnest(${changed.map((one) => one.name)}::text[], ${changed.map((one) => one.before ?? null)}::text[],
                  ${changed.map((one) => one.to ?? null)}::bigint[]) c(name, before, artifact_id)
      left join artifact a on a.id = c.artifact_id`.execute(tx);
}

/** False when it was deleted: a tag cannot be set on it any more. */
export async function lockArtifact(tx: Tx, id: number): Promise<boolean> {
  const { rows } = await sql`select from artifact where id = ${id} for key share`.execute(tx);
  return rows.length > 0;
}
