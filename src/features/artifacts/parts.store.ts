import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import { anyOf, eachOf } from '#src/database/prepared.ts';

export interface TagRow {
  readonly id: number;
  readonly repository_id: number;
  readonly artifact_id: number;
  readonly name: string;
  readonly push_time: Date;
  readonly pull_time: Date | null;
}

/** The tags of each artifact by id; where one has more than `most`, those that were made last. */
export async function tagsOf(db: Db, artifacts: readonly number[], most: number): Promise<TagRow[]> {
  const { rows } = await sql<TagRow>`
    select t.* from artifact a cross join lateral (
      select id, repository_id, artifact_id, name, push_time, pull_time from tag
       where artifact_id = a.id and repository_id = a.repository_id order by id desc limit ${most}
    ) t where a.id = ${anyOf(artifacts)} order by t.artifact_id, t.id`.execute(db);
  return rows;
}

export interface LabelRow {
  readonly artifact_id: number;
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly color: string;
  readonly scope: string;
  readonly project_id: number | null;
  readonly creation_time: Date;
  readonly update_time: Date;
}

export async function labelsOf(db: Db, artifacts: readonly number[]): Promise<LabelRow[]> {
  const { rows } = await sql<LabelRow>`
    select l.artifact_id, label.id, name, description, color, scope, project_id, label.creation_time, update_time
      from artifact_label l join label on label.id = l.label_id
     where l.artifact_id = ${anyOf(artifacts)} order by l.artifact_id, label.id`.execute(db);
  return rows;
}

export interface ReferenceRow {
  readonly parent_id: number;
  readonly child_id: number;
  readonly child_digest: string;
  readonly platform: Record<string, unknown> | null;
  readonly annotations: Record<string, string> | null;
}

/**
 * The children of each index in their order, at most `most` of each. Their annotations and platforms are shown until
 * `bytes` of one index are reached: an index may hold 4 MiB of them, and a list 100 indexes.
 */
export async function referencesOf(
  db: Db,
  artifacts: readonly number[],
  { most, bytes }: { most: number; bytes: number },
): Promise<ReferenceRow[]> {
  const { rows } = await sql<ReferenceRow>`
    select c.parent_id, c.child_id, a.digest as child_digest,
           case when c.bytes <= ${bytes} then c.platform end as platform,
           case when c.bytes <= ${bytes} then c.annotations end as annotations
      from ${eachOf(artifacts)} i(id) cross join lateral (
        select *, sum(coalesce(octet_length(platform::text), 0) + coalesce(octet_length(annotations::text), 0))
                    over (order by position) as bytes
          from (select * from artifact_child where parent_id = i.id order by position limit ${most}) all_of_it
      ) c join artifact a on a.id = c.child_id
     order by c.parent_id, c.position`.execute(db);
  return rows;
}
