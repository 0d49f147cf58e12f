import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '#src/database/pool.ts';

/** Where something was deleted. */
export interface Place {
  readonly repository_id: number;
  readonly project_id: number;
  /** Whole, project included. */
  readonly name: string;
}

/** A tag that was taken away, and the digest that it named. */
export interface Gone {
  readonly name: string;
  readonly digest: string;
}

export interface Deletion {
  /** Shared by everything that goes at once. */
  readonly deletion: string;
  readonly reason: string;
  readonly username: string;
  /** The run of background work that does it. */
  readonly executionId: number | null;
  /** How long it can be brought back; 0 is not at all. */
  readonly hours: number;
}

export async function keepArtifacts(
  tx: Tx,
  place: Place,
  ids: readonly number[],
  deletion: Deletion,
): Promise<void> {
  await keep(tx, place, sql<boolean>`a.id = any(${ids}::bigint[])`, deletion);
}

export async function keepRepository(tx: Tx, place: Place, deletion: Deletion): Promise<void> {
  await keep(tx, place, sql<boolean>`true`, deletion);
  await sql`insert into collection_ledger (kind, repository, reason, username, execution_id)
    values ('repository', ${place.name}, ${deletion.reason}, ${deletion.username}, ${deletion.executionId})`.execute(
    tx,
  );
}

async function keep(
  tx: Tx,
  { repository_id, project_id, name }: Place,
  which: RawBuilder<boolean>,
  { deletion, reason, username, executionId, hours }: Deletion,
): Promise<void> {
  const going = sql`select a.id, a.digest, a.media_type, a.size, a.accessory_of, a.push_time, a.pull_time,
      array(select t.name from tag t where t.artifact_id = a.id order by t.name) as tags,
      array(select l.label_id from artifact_label l where l.artifact_id = a.id order by l.label_id) as labels
    from artifact a where a.repository_id = ${repository_id} and ${which}`;
  await sql`insert into collection_ledger (kind, repository, digest, tags, size, reason, username, execution_id)
    select 'artifact', ${name}, g.digest, g.tags, g.size, ${reason}, ${username}, ${executionId}::bigint from (${going}) g`.execute(
    tx,
  );
  if (hours === 0) return;
  await sql`
    with going as materialized (${going}),
      kept as (
        insert into trash (kind, project_id, repository, digest, media_type, tags, labels, subject, push_time, pull_time,
                           deletion, reason, username, restorable_until)
          select 'artifact', ${project_id}, ${name}, g.digest, g.media_type, g.tags, g.labels, g.accessory_of, g.push_time, g.pull_time,
                 ${deletion}::uuid, ${reason}, ${username},
                 now() + make_interval(hours => ${hours}) from going g
        returning id, digest)
    insert into trash_blob (trash_id, blob_id)
      select k.id, b.blob_id from kept k join going g using (digest) join artifact_blob b on b.artifact_id = g.id`.execute(
    tx,
  );
}

export async function keepTags(
  tx: Tx,
  { project_id, name }: Place,
  tags: readonly Gone[],
  { deletion, reason, username, executionId, hours }: Deletion,
): Promise<void> {
  const gone = sql`unnest(${tags.map((tag) => tag.name)}::text[], ${tags.map((tag) => tag.digest)}::text[]) as g(name, digest)`;
  await sql`insert into collection_ledger (kind, repository, digest, tags, reason, username, execution_id)
    select 'tag', ${name}, g.digest, array[g.name], ${reason}, ${username}, ${executionId}::bigint from ${gone}`.execute(
    tx,
  );
  if (hours === 0) return;
  await sql`insert into trash (kind, project_id, repository, digest, media_type, tags, deletion, reason, username, restorable_until)
    select 'tag', ${project_id}, ${name}, g.digest, '', array[g.name], ${deletion}::uuid, ${reason}, ${username},
           now() + make_interval(hours => ${hours}) from ${gone}`.execute(tx);
}
