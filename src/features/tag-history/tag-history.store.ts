import { sql } from 'kysely';
import type { Context } from '#src/context.ts';
import { type Database, statement, type Tx } from '#src/database/pool.ts';
import type { Db } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, sliceOf } from '#src/http/list.ts';
import { type Clauses, parseSort, snakeCase } from '#src/http/query.ts';

export interface EntryRow {
  readonly id: number;
  readonly tag: string;
  readonly op_time: Date;
  readonly operation: string;
  readonly username: string;
  readonly digest_before: string | null;
  readonly digest_after: string | null;
}

export interface Place {
  readonly repository_id: number;
  readonly project_id: number;
  /** Whole, project included. */
  readonly name: string;
}

const entryKeys: ListKeys = {
  keys: {
    tag_name: { type: 'text', sql: sql.ref('tag') },
    operation: { type: 'text' },
    username: { type: 'text' },
    digest: { type: 'text', sql: sql.ref('digest_after') },
    op_time: { type: 'time' },
  },
  refused: [],
  order: '-op_time',
  tie: '-id',
};
/** For those who may not know who did it: asking for a name would tell them. */
const nameless: ListKeys = { ...entryKeys, refused: ['username'] };

/** Along their time and in no other order: every other one would sort a whole repository's history for a page. */
export async function list(
  ctx: Context,
  { project_id, name }: Place,
  { clauses, page, withNames }: { clauses: Clauses; page: Page; withNames: boolean },
): Promise<{ rows: EntryRow[]; total: number }> {
  const sort = parseSort(page.sort).find(({ key }) => snakeCase(key) === 'op_time');
  const direction = sort?.descending === false ? sql`asc` : sql`desc`;
  const listed = ctx.db
    .selectFrom('tag_history')
    .where('project_id', '=', project_id)
    .where('repository', '=', name)
    .where(filterOf(clauses, withNames ? entryKeys : nameless));
  const rows = await listed
    .select(['id', 'tag', 'op_time', 'operation', 'username', 'digest_before', 'digest_after'])
    .orderBy(sql`op_time ${direction}, id ${direction}`)
    .modifyEnd(sliceOf(page))
    .execute();
  const total = await ctx.counts.total(page, rows.length, listed.select(sql<number>`count(*)`.as('total')));
  return { rows, total };
}

/** Which of these digests are there, and which could come back. */
export async function statesOf(
  db: Db,
  { repository_id, project_id, name }: Place,
  digests: readonly string[],
): Promise<ReadonlyMap<string, 'present' | 'restorable'>> {
  const { rows } = await sql<{ digest: string; state: 'present' | 'restorable' }>`
    select digest, 'restorable' as state from trash
     where project_id = ${project_id} and repository = ${name} and kind = 'artifact' and restorable_until > now()
       and digest = any(${digests}::text[])
    union all
    select digest, 'present' from artifact where repository_id = ${repository_id} and digest = any(${digests}::text[])`.execute(
    db,
  );
  // In this order, so that what is there is never called deleted.
  return new Map(
    rows
      .toSorted((one, other) => other.state.localeCompare(one.state))
      .map(({ digest, state }) => [digest, state]),
  );
}

/** What these tags name now. */
export async function currentOf(
  db: Db,
  repositoryId: number,
  tags: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ name: string; digest: string }>`
    select t.name, a.digest from tag t join artifact a on a.id = t.artifact_id
     where t.repository_id = ${repositoryId} and t.name = any(${tags}::text[])`.execute(db);
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

/** Whether the tag is known to have named this digest. */
export async function hasNamed(
  db: Db,
  { project_id, name }: Place,
  tag: string,
  digest: string,
): Promise<boolean> {
  const { rows } = await sql`
    select from tag_history where project_id = ${project_id} and repository = ${name} and tag = ${tag}
       and (digest_before = ${digest} or digest_after = ${digest}) limit 1`.execute(db);
  return rows.length > 0;
}

/** False when it was deleted: nothing can be put into it any more. */
export async function lockRepository(tx: Tx, id: number): Promise<boolean> {
  const { rows } = await sql`select from repository where repository_id = ${id} for key share`.execute(tx);
  return rows.length > 0;
}

const old = statement<{ gone: number }>(
  'remove-old-tag-history',
  `with old as (
     select project_id, repository, tag, revision from tag_history
      where op_time < now() - make_interval(days => $1) order by op_time limit $2 for update skip locked
   ), gone as (
     delete from tag_history h using old o
      where (h.project_id, h.repository, h.tag, h.revision) = (o.project_id, o.repository, o.tag, o.revision) returning 1
   ) select count(*) as gone from gone`,
);

/** Returns how many entries went. */
export async function removeOld(database: Database, days: number, limit: number): Promise<number> {
  const [row] = await database.query(old, [days, limit]);
  return row?.gone ?? 0;
}
