import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import type { Candidate } from './selection.ts';

/** An artifact with what decides about it. */
export interface Node extends Candidate {
  readonly id: number;
  readonly digest: string;
  /** The indexes that name it. */
  readonly parents: readonly number[];
  /** The artifact that it belongs to, when that one is there. */
  readonly subject: number | null;
}

interface Row {
  readonly id: number;
  readonly digest: string;
  readonly tags: string[] | null;
  readonly pushed: number;
  readonly pulled: number | null;
  readonly parents: number[];
  readonly subject: number | null;
}

// A pull of a child is a pull of its index: some clients resolve the platform once and pull that digest from then on.
const node = sql`
  a.id, a.digest, t.tags,
  extract(epoch from greatest(a.push_time, t.pushed))::float8 * 1000 as pushed,
  extract(epoch from greatest(a.pull_time, t.pulled, (
    select max(x.pull_time) from artifact_child c join artifact x on x.id = c.child_id
     where c.parent_id = a.id and a.config_media_type is null)))::float8 * 1000 as pulled,
  array(select distinct c.parent_id from artifact_child c where c.child_id = a.id) as parents,
  (select s.id from artifact s where a.accessory_of is not null and s.repository_id = a.repository_id
      and s.digest = a.accessory_of) as subject`;

const tags = sql`left join lateral (
  select array_agg(name order by id) as tags, max(push_time) as pushed, max(pull_time) as pulled
    from tag where artifact_id = a.id) t on true`;

const nodeOf = ({ tags: names, pulled, parents, ...row }: Row): Node => ({
  ...row,
  tags: names ?? [],
  pulled: pulled ?? undefined,
  parents: parents.map(Number),
});

/**
 * The next artifacts that stand for themselves, newest first, so that an index comes before its children: neither
 * accessories nor children without a tag, which follow what they belong to.
 */
export async function listCandidates(
  db: Db,
  repositoryId: number,
  below: number,
  limit: number,
): Promise<Node[]> {
  const { rows } = await sql<Row>`
    select ${node} from (
      select a.* from artifact a
       where a.repository_id = ${repositoryId} and a.id < ${below}
         and (a.accessory_of is null or (
           select true from artifact s where s.repository_id = a.repository_id and s.digest = a.accessory_of) is null)
         and ((select true from artifact_child c where c.child_id = a.id limit 1) is null
              or (select true from tag t where t.artifact_id = a.id limit 1))
       order by a.id desc limit ${limit}) a ${tags}
     order by a.id desc`.execute(db);
  return rows.map(nodeOf);
}

/** Any artifacts of the repository; those that are gone are left out. */
export async function findNodes(db: Db, repositoryId: number, ids: readonly number[]): Promise<Node[]> {
  const { rows } = await sql<Row>`
    select ${node} from artifact a ${tags} where a.repository_id = ${repositoryId} and a.id = any(${ids}::bigint[])`.execute(
    db,
  );
  return rows.map(nodeOf);
}

/** The next tags of accessories, such as signatures, in the order of their ids. */
export async function listAccessoryTags(
  db: Db,
  repositoryId: number,
  after: number,
): Promise<{ id: number; name: string; artifact_id: number }[]> {
  const { rows } = await sql<{ id: number; name: string; artifact_id: number }>`
    select t.id, t.name, t.artifact_id from tag t join artifact a on a.id = t.artifact_id
     where a.repository_id = ${repositoryId} and a.accessory_of is not null and t.id > ${after}
     order by t.id limit 5000`.execute(db);
  return rows;
}

/** Everything whose deletion would take one of these along. */
export async function holdersOf(db: Db, ids: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive up as (
      select unnest(${ids}::bigint[]) as id
      union
      select x.id from up join artifact a on a.id = up.id cross join lateral (
        select s.id from artifact s where s.repository_id = a.repository_id and s.digest = a.accessory_of
        union all
        -- A child with a tag, or with a subject, does not go with the index.
        select c.parent_id from artifact_child c where c.child_id = a.id
           and not exists (select from tag t where t.artifact_id = a.id)
           and not exists (select from artifact s where s.repository_id = a.repository_id and s.digest = a.accessory_of)
      ) x)
    select id from up`.execute(db);
  return rows.map(({ id }) => id);
}

/** Milliseconds since 1970, by the clock that wrote the dates. */
export async function databaseTime(db: Db): Promise<number> {
  const { rows } = await sql<{ now: number }>`select extract(epoch from now())::float8 * 1000 as now`.execute(
    db,
  );
  return rows[0]?.now ?? Date.now();
}
