import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Context } from '#src/context.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import { parseQuery } from '#src/http/query.ts';

export interface Place {
  readonly repository_id: number;
  readonly project_id: number;
  /** Whole, project included. */
  readonly name: string;
  readonly project: GuardedProject;
}

export interface ItemRow {
  readonly id: number;
  readonly tag: string | null;
  readonly digest: string;
  readonly artifact_id: number | null;
  readonly state: 'waiting' | 'done' | 'skipped' | 'failed';
  readonly reason: string | null;
}

export async function findPlace(db: Db, repositoryId: number, projectId: number): Promise<Place | undefined> {
  const row = await db
    .selectFrom('repository as r')
    .innerJoin('project as p', 'p.project_id', 'r.project_id')
    .select(['r.repository_id', 'r.project_id', 'r.name', 'p.name as project_name', 'p.public'])
    .where('r.repository_id', '=', repositoryId)
    .where('r.project_id', '=', projectId)
    .executeTakeFirst();
  if (!row) return undefined;
  const { project_name, public: open, ...place } = row;
  return { ...place, project: { id: row.project_id, name: project_name, public: open } };
}

export interface Selected {
  readonly tag: string | null;
  readonly digest: string;
  readonly artifact_id: number;
}

export interface Outcome extends Pick<ItemRow, 'state' | 'reason'> {
  /** An index needs it. */
  readonly held?: boolean;
}

/** Of a query that yields tag, digest and artifact_id. Not more than `most`. */
export async function listSelected(
  db: Db,
  selection: RawBuilder<Selected>,
  most: number,
): Promise<Selected[]> {
  const { rows } = await sql<Selected>`select * from (${selection}) s limit ${most}`.execute(db);
  return rows;
}

/** In the order in which they are given. */
export async function insertItems(
  tx: Tx,
  executionId: number,
  items: readonly { tag: string | null; digest: string; artifact_id: number | null }[],
): Promise<void> {
  await sql`
    insert into bulk_item (execution_id, id, tag, digest, artifact_id)
    select ${executionId}, i.position, i.tag, i.digest, i.artifact_id
      from unnest(${items.map(({ tag }) => tag)}::text[], ${items.map(({ digest }) => digest)}::text[],
                  ${items.map(({ artifact_id }) => artifact_id)}::bigint[])
           with ordinality as i(tag, digest, artifact_id, position)`.execute(tx);
}

export function nextItems(db: Db, executionId: number, limit: number): Promise<ItemRow[]> {
  return db
    .selectFrom('bulk_item')
    .select(['id', 'tag', 'digest', 'artifact_id', 'state', 'reason'])
    .where('execution_id', '=', executionId)
    .where('state', '=', 'waiting')
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function finishItem(
  tx: Tx,
  executionId: number,
  id: number,
  { state, reason, held = false }: Outcome,
): Promise<void> {
  await tx
    .updateTable('bulk_item')
    .set({ state, reason, held })
    .where('execution_id', '=', executionId)
    .where('id', '=', id)
    .execute();
}

/** What an index held waits again if none does any more. Returns how many. */
export async function wakeHeld(tx: Tx, executionId: number): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('bulk_item')
    .set({ state: 'waiting', reason: null, held: false })
    .where('execution_id', '=', executionId)
    .where('held', '=', true)
    .where(sql<boolean>`not exists (select from artifact_child c where c.child_id = bulk_item.artifact_id)`)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

export type Counted = Readonly<Record<'total' | 'done' | 'skipped' | 'failed', number>>;

export async function countItems(db: Db, executionId: number): Promise<Counted> {
  return (await countEach(db, [executionId])).get(executionId) ?? nothing;
}

export const nothing: Counted = { total: 0, done: 0, skipped: 0, failed: 0 };

export async function countEach(
  db: Db,
  executions: readonly number[],
): Promise<ReadonlyMap<number, Counted>> {
  const { rows } = await sql<Counted & { id: number }>`
    select execution_id as id, count(*) as total, count(*) filter (where state = 'done') as done,
           count(*) filter (where state = 'skipped') as skipped, count(*) filter (where state = 'failed') as failed
      from bulk_item where execution_id = any(${executions}::bigint[]) group by execution_id`.execute(db);
  return new Map(rows.map(({ id, ...counted }) => [id, counted]));
}

const itemKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    tag: { type: 'text' },
    digest: { type: 'text' },
    state: { type: 'text' },
  },
  refused: [],
  order: 'id',
  tie: 'id',
};

export async function listItems(
  ctx: Context,
  executionId: number,
  page: Page,
): Promise<{ rows: ItemRow[]; total: number }> {
  const listed = ctx.db
    .selectFrom('bulk_item')
    .where('execution_id', '=', executionId)
    .where(filterOf(parseQuery(page.q), itemKeys));
  const rows = await listed
    .select(['id', 'tag', 'digest', 'artifact_id', 'state', 'reason'])
    .orderBy(orderOf(page, itemKeys))
    .modifyEnd(sliceOf(page))
    .execute();
  const total = await ctx.counts.total(page, rows.length, listed.select(sql<number>`count(*)`.as('total')));
  return { rows, total };
}

/** Those in these states, or of these ids among them. */
export function itemsIn(
  db: Db,
  executionId: number,
  states: readonly ItemRow['state'][],
  ids?: readonly number[],
): Promise<ItemRow[]> {
  return db
    .selectFrom('bulk_item')
    .select(['id', 'tag', 'digest', 'artifact_id', 'state', 'reason'])
    .where('execution_id', '=', executionId)
    .where('state', 'in', states)
    .where(ids === undefined ? sql<boolean>`true` : sql<boolean>`id = any(${ids}::int[])`)
    .orderBy('id')
    .execute();
}

/** The project that a run belongs to, of the kinds that have one. */
export async function findProjectRun(
  db: Db,
  id: number,
): Promise<{ vendor_type: string; project_id: number } | undefined> {
  const { rows } = await sql<{ vendor_type: string; project_id: number | null }>`
    select e.vendor_type, case e.vendor_type
             when 'BULK' then (e.extra_attrs->>'project_id')::int
             when 'RETENTION' then (select p.project_id from retention_policy p where p.id = e.vendor_id)
           end as project_id
      from execution e where e.id = ${id}`.execute(db);
  const [row] = rows;
  return typeof row?.project_id !== 'number' ? undefined : { ...row, project_id: row.project_id };
}

/** Of the artifacts, those that stay without a tag when these tags go. */
export async function countUntagged(db: Db, tags: readonly Selected[]): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count
      from (select g.artifact_id, count(*) as going from unnest(${tags.map((one) => one.artifact_id)}::bigint[]) g(artifact_id)
             group by g.artifact_id) g
     where g.going >= (select count(*) from (select from tag t where t.artifact_id = g.artifact_id limit g.going + 1) t)`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}
