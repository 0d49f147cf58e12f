import { sql } from 'kysely';
import type { Tx } from '#src/database/pool.ts';

/**
 * Locks the repository against everybody who adds to it, then its artifacts, its tags and its
 * blobs, all before the long part, so that nothing of that waits. The number of its artifacts; undefined when the
 * repository is not there. Throws lock_not_available (55P03) when a lock is not to be had at once.
 */
export async function lock(tx: Tx, id: number): Promise<number | undefined> {
  await sql`select set_config('lock_timeout', '200ms', true), set_config('statement_timeout', '5min', true)`.execute(
    tx,
  );
  const found = await sql`select from repository where repository_id = ${id} for update`.execute(tx);
  if (found.rows.length === 0) return undefined;
  // In the order in which the push of an index locks its children.
  const artifacts = await sql<{ count: number }>`
    with locked as materialized (select from artifact where repository_id = ${id} order by digest for update)
    select count(*) as count from locked`.execute(tx);
  await sql`
    with locked as materialized (select from tag where repository_id = ${id} order by name for update)
    select count(*) from locked`.execute(tx);
  // Whoever takes a blob out of another repository of the project waits, so that one of the two sees that it is
  // the last; a blob that is only here may not be linked elsewhere until it is no longer charged.
  await sql`
    with locked as materialized (
      select from blob where id in (select blob_id from repository_blob where repository_id = ${id})
       order by digest for no key update)
    select count(*) from locked`.execute(tx);
  await sql`
    with locked as materialized (
      select from blob b where b.id in (select blob_id from repository_blob where repository_id = ${id})
         and not ${heldElsewhere(id)} order by b.digest for update)
    select count(*) from locked`.execute(tx);
  return artifacts.rows[0]?.count ?? 0;
}

/** The next names of tags, in their order; none after the last. */
export async function listTags(tx: Tx, id: number, after: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('tag')
    .select('name')
    .where('repository_id', '=', id)
    .where('name', '>', after)
    .orderBy('name')
    .limit(5_000)
    .execute();
  return rows.map(({ name }) => name);
}

/** That every tag of a locked repository goes, in the history of tags. */
export async function noteTags(tx: Tx, { id, project_id, name }: Going, username: string): Promise<void> {
  await sql`
    select count(note_tag(${project_id}, ${name}, t.name, a.digest, null, 'delete', ${username}))
      from tag t join artifact a on a.id = t.artifact_id where t.repository_id = ${id}`.execute(tx);
}

interface Going {
  readonly id: number;
  readonly project_id: number;
  readonly name: string;
}

/** What `lock` has locked. The project gets back the bytes of blobs that no other repository of it holds. */
export async function remove(tx: Tx, { id, project_id }: { id: number; project_id: number }): Promise<void> {
  await tx.deleteFrom('tag').where('repository_id', '=', id).execute();
  await sql`
    delete from artifact_child where parent_id in (select id from artifact where repository_id = ${id})`.execute(
    tx,
  );
  await tx.deleteFrom('artifact_blob').where('repository_id', '=', id).execute();
  await tx.deleteFrom('artifact').where('repository_id', '=', id).execute();
  await sql`
    with freed as (
      delete from project_blob p using blob b
       where p.project_id = ${project_id} and p.blob_id = b.id
         and b.id in (select blob_id from repository_blob where repository_id = ${id}) and not ${heldElsewhere(id)}
      returning b.size)
    select charge_quota(${project_id}, -coalesce(sum(size), 0)::bigint) from freed`.execute(tx);
  await tx.deleteFrom('repository_blob').where('repository_id', '=', id).execute();
  // Uploads end with it; the sweep removes their bytes. One that is being written right now fails by itself.
  await sql`
    update upload set expires_at = now()
     where id in (select id from upload where repository_id = ${id} for update skip locked)`.execute(tx);
  await tx.deleteFrom('repository').where('repository_id', '=', id).execute();
}

/** Whether another repository of the same project holds the blob b. */
const heldElsewhere = (id: number) => sql`exists (
  select from repository_blob l join repository r on r.repository_id = l.repository_id
   where l.blob_id = b.id and l.repository_id <> ${id}
     and r.project_id = (select project_id from repository where repository_id = ${id}))`;
