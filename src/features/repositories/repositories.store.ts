import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import { countable } from '#src/database/counts.ts';
import { run, statement, type Tx } from '#src/database/pool.ts';
import { isVisible, type Visible } from '#src/features/projects/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import { parseQuery } from '#src/http/query.ts';
import { listedInEach } from './listed.store.ts';

export interface RepositoryRow {
  repository_id: number;
  project_id: number;
  name: string;
  description: string;
  pull_count: number;
  artifact_count: number;
  creation_time: Date;
  update_time: Date;
}

// A push does not write the repository's row: all pushes to it at once would wait for each other. So the last
// change is looked up: the newest artifact is the first entry of an index.
const changed = `greatest(r.update_time,
  (select a.push_time from artifact a where a.repository_id = r.repository_id order by a.push_time desc limit 1))`;

const repositoryKeys: ListKeys = {
  keys: {
    id: { type: 'integer', sql: sql.ref('r.repository_id') },
    repository_id: { type: 'integer', sql: sql.ref('r.repository_id') },
    project_id: { type: 'integer', sql: sql.ref('r.project_id') },
    name: { type: 'text', lower: true, sql: sql.ref('r.name') },
    pull_count: { type: 'integer', sql: sql.ref('r.pull_count') },
    creation_time: { type: 'time', sql: sql.ref('r.creation_time') },
    update_time: { type: 'time', sql: sql.raw(changed) },
  },
  refused: [],
  order: '-creation_time',
  tie: '-r.repository_id',
};

type Row = Omit<RepositoryRow, 'artifact_count'>;

const select = `select r.repository_id, r.project_id, r.name, r.description, r.pull_count, r.creation_time,
  ${changed} as update_time from repository r`;
const listed = sql.raw(select);

/** The repositories of one project, or of all that somebody may see. */
export type Within = { readonly project: number } | { readonly visible: Visible };

export async function list(
  ctx: Context,
  within: Within,
  page: Page,
): Promise<{ rows: RepositoryRow[]; total: number }> {
  const wanted = sql<SqlBool>`${ofProjects(within)} and ${filterOf(parseQuery(page.q), repositoryKeys)}`;
  const order = orderOf(page, repositoryKeys);
  // The page first: what is looked up for each row is not looked up for those before it.
  const { rows } = await sql<Row>`
    ${listed} join (
      select r.repository_id from repository r where ${wanted} order by ${order} ${sliceOf(page)}
    ) p on p.repository_id = r.repository_id order by ${order}`.execute(ctx.db);
  const all = countable(ctx.db, sql`select count(*) as total from repository r where ${wanted}`);
  const [shown, total] = await Promise.all([counted(ctx, rows), ctx.counts.total(page, rows.length, all)]);
  return { rows: shown, total };
}

function ofProjects(within: Within): RawBuilder<SqlBool> {
  if ('project' in within) return sql<SqlBool>`r.project_id = ${within.project}`;
  if (within.visible === 'all') return sql<SqlBool>`true`;
  return sql<SqlBool>`r.project_id in (select p.project_id from project p where ${isVisible(within.visible)})`;
}

const one = statement<Row>('show-repository', `${select} where r.name = $1 and r.project_id = $2`);

export async function find(
  ctx: Context,
  project_id: number,
  name: string,
): Promise<RepositoryRow | undefined> {
  const rows = await run(ctx.db, one, [name, project_id]);
  return (await counted(ctx, rows))[0];
}

/** One statement for a whole page. */
async function counted(ctx: Context, rows: readonly Row[]): Promise<RepositoryRow[]> {
  const counts = await countArtifacts(
    ctx,
    rows.map((row) => row.repository_id),
  );
  return rows.map((row) => ({ ...row, artifact_count: counts.get(row.repository_id) ?? 0 }));
}

/** How many artifacts a list of them shows without being asked for more: neither accessories nor an index's parts. */
export function countArtifacts(ctx: Context, ids: readonly number[]): Promise<Map<number, number>> {
  return ctx.counts.each('artifacts of repository', ids, async (asked) => {
    const rows = await listedInEach(ctx.db, asked);
    return new Map(rows.map(({ repository_id, total }) => [repository_id, total]));
  });
}

/** Bytes of the distinct blobs of each: one statement for a page, which reads nothing of other repositories. */
export async function sizesOf(ctx: Context, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await ctx.db
    .selectFrom('repository_blob as l')
    .innerJoin('blob as b', 'b.id', 'l.blob_id')
    .select(['l.repository_id', sql<number>`sum(b.size)::bigint`.as('size')])
    .where('l.repository_id', '=', sql<number>`any(${ids}::bigint[])`)
    .groupBy('l.repository_id')
    .execute();
  return new Map(rows.map(({ repository_id, size }) => [repository_id, size]));
}

export async function describe(tx: Tx, id: number, description: string): Promise<boolean> {
  const changed = await tx
    .updateTable('repository')
    .set({ description, update_time: sql<Date>`now()` })
    .where('repository_id', '=', id)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}
