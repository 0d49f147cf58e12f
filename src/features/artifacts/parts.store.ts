import { type Db, run, statement } from '#src/database/pool.ts';
import { listAt } from '#src/database/prepared.ts';

export interface TagRow {
  readonly id: number;
  readonly repository_id: number;
  readonly artifact_id: number;
  readonly name: string;
  readonly push_time: Date;
  readonly pull_time: Date | null;
}

const tags = statement<TagRow>(
  'tags-of',
  `select t.* from artifact a cross join lateral (
     select id, repository_id, artifact_id, name, push_time, pull_time from tag
      where artifact_id = a.id and repository_id = a.repository_id order by id desc limit $2
   ) t where a.id = any (${listAt('$1')}) order by t.artifact_id, t.id`,
);

/** The tags of each artifact by id; where one has more than `most`, those that were made last. */
export const tagsOf = (db: Db, artifacts: readonly number[], most: number): Promise<TagRow[]> =>
  run(db, tags, [artifacts, most]);

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

const labels = statement<LabelRow>(
  'labels-of',
  `select l.artifact_id, label.id, name, description, color, scope, project_id, label.creation_time, update_time
     from artifact_label l join label on label.id = l.label_id
    where l.artifact_id = any (${listAt('$1')}) order by l.artifact_id, label.id`,
);

export const labelsOf = (db: Db, artifacts: readonly number[]): Promise<LabelRow[]> =>
  run(db, labels, [artifacts]);

export interface ReferenceRow {
  readonly parent_id: number;
  readonly child_id: number;
  readonly child_digest: string;
  readonly platform: Record<string, unknown> | null;
  readonly annotations: Record<string, string> | null;
}

const references = statement<ReferenceRow>(
  'references-of',
  `select c.parent_id, c.child_id, a.digest as child_digest,
          case when c.bytes <= $3 then c.platform end as platform,
          case when c.bytes <= $3 then c.annotations end as annotations
     from unnest(${listAt('$1')}) i(id) cross join lateral (
       select *, sum(coalesce(octet_length(platform::text), 0) + coalesce(octet_length(annotations::text), 0))
                   over (order by position) as bytes
         from (select * from artifact_child where parent_id = i.id order by position limit $2) all_of_it
     ) c join artifact a on a.id = c.child_id
    order by c.parent_id, c.position`,
);

/**
 * The children of each index in their order, at most `most` of each. Their annotations and platforms are shown until
 * `bytes` of one index are reached: an index may hold 4 MiB of them, and a list 100 indexes.
 */
export const referencesOf = (
  db: Db,
  artifacts: readonly number[],
  { most, bytes }: { most: number; bytes: number },
): Promise<ReferenceRow[]> => run(db, references, [artifacts, most, bytes]);
