import { type SqlBool, sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import { plannedByValue } from '#src/database/prepared.ts';
import { isVisible, type Visible } from '#src/features/projects/index.ts';
import { containing } from '#src/http/list.ts';
import type { FoundRepository } from './search.store.ts';

/** The shortest first: whoever types a whole name finds it on top. */
export function projectsNamed(db: Db, visible: Visible, text: string, limit: number) {
  return db
    .selectFrom('project as p')
    .select(['p.project_id', 'p.name as project_name'])
    .where(sql<SqlBool>`${plannedByValue}p.name like ${containing(text.toLowerCase())}`)
    .where(isVisible(visible))
    .orderBy(sql`length(p.name)`)
    .orderBy('p.name')
    .limit(limit)
    .execute();
}

const repositories = (db: Db, visible: Visible) =>
  db
    .selectFrom('repository as r')
    .innerJoin('project as p', 'p.project_id', 'r.project_id')
    .select(['p.project_id', 'p.name as project_name', 'r.name as repository_name'])
    .where(isVisible(visible));

export function repositoriesEnding(
  db: Db,
  visible: Visible,
  text: string,
  limit: number,
): Promise<FoundRepository[]> {
  const name = text.toLowerCase();
  return repositories(db, visible)
    .select(['r.repository_id', 'r.pull_count', 'p.public as project_public'])
    .where(
      sql<SqlBool>`${plannedByValue}(r.name = ${name} or r.name like ${containing(`/${name}`).slice(0, -1)})`,
    )
    .orderBy(sql`length(r.name)`)
    .orderBy('r.name')
    .limit(limit)
    .execute();
}

const artifacts = (db: Db, visible: Visible) =>
  repositories(db, visible)
    .innerJoin('artifact as a', 'a.repository_id', 'r.repository_id')
    .select(['a.digest', 'a.type', 'a.push_time']);

/** `beginning` is `algorithm:` and lower-case digits. Manifests are blobs, and these have the index on their digests. */
export function artifactsByDigest(db: Db, visible: Visible, beginning: string, limit: number) {
  return (
    artifacts(db, visible)
      .innerJoin('blob as b', 'b.id', 'a.blob_id')
      .select(
        sql<
          string | null
        >`(select t.name from tag t where t.artifact_id = a.id and t.repository_id = a.repository_id order by t.id desc limit 1)`.as(
          'tag',
        ),
      )
      .where('b.digest', '>=', beginning)
      // g comes after every digit.
      .where('b.digest', '<', `${beginning}g`)
      .orderBy('b.digest')
      .orderBy('r.name')
      .limit(limit)
      .execute()
  );
}

interface TagsWanted {
  readonly ids: readonly number[];
  /** What they begin with. Empty: the newest. */
  readonly tag: string;
  readonly limit: number;
}

export function artifactsByTag(db: Db, visible: Visible, { ids, tag, limit }: TagsWanted) {
  const chosen =
    tag === ''
      ? sql<ChosenTag>`lateral (select name, artifact_id, push_time from tag where repository_id = r.repository_id
          order by push_time desc, id desc limit ${limit})`
      : // ~ comes after everything that a tag may hold.
        sql<ChosenTag>`lateral (select name, artifact_id from tag where repository_id = r.repository_id
          and name >= ${tag} and name < ${`${tag}~`} order by name limit ${limit})`;
  return (
    artifacts(db, visible)
      .innerJoin(chosen.as('t'), 't.artifact_id', 'a.id')
      .select(sql<string | null>`t.name`.as('tag'))
      .where(sql<SqlBool>`r.repository_id = any(${[...ids]}::bigint[])`)
      // In the order of the repositories: the best match first.
      .orderBy(sql`array_position(${[...ids]}::bigint[], r.repository_id)`)
      .orderBy(tag === '' ? sql`t.push_time desc` : sql`t.name`)
      .limit(limit)
      .execute()
  );
}

interface ChosenTag {
  name: string;
  artifact_id: number;
}
