import { type AliasedRawBuilder, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import { type Clauses, parseSort, snakeCase } from '#src/http/query.ts';

export interface QuotaRow {
  id: number;
  project_id: number;
  /** Of the project. */
  name: string;
  /** Null when the owner was deleted. */
  owner_name: string | null;
  /** Bytes; -1 is no limit. */
  hard: number;
  used: number;
  /** Rows of quota_charge that `used` was summed up from. */
  charges: number;
  creation_time: Date;
  update_time: Date;
}

// Charges that are not in used_storage yet, summed up once for all quotas, or for one.
const charges = sql`select c.project_id, sum(c.bytes) as bytes, count(*) as charges from quota_charge c`;
const chargesOfAll = sql<Charges>`(${charges} group by c.project_id)`.as('c');
const chargesOfEach =
  sql<Charges>`lateral (${charges} where c.project_id = q.project_id group by c.project_id)`.as('c');
const noCharges = sql<Charges>`(select 0 as project_id, 0 as bytes, 0 as charges where false)`.as('c');
type Charges = { project_id: number; bytes: number; charges: number };

const used = sql<number>`(q.used_storage + coalesce(c.bytes, 0))::bigint`;

const quotaKeys: ListKeys = {
  keys: {
    id: { type: 'integer', sql: sql.ref('q.id') },
    // Projects are all that has quotas.
    reference: { type: 'text', sql: sql`'project'::text` },
    project_name: {
      type: 'text',
      lower: true,
      sql: sql`(select name from project where project.project_id = q.project_id)`,
    },
    reference_id: { type: 'text', sql: sql`q.project_id::text` },
    used_storage: { type: 'integer', sql: used },
    // PostgreSQL sorts null above everything: no limit is the largest one (Harbor: -1 sorts as infinite).
    hard_storage: { type: 'integer', sql: sql`nullif(q.hard_storage, -1)` },
    creation_time: { type: 'time', sql: sql.ref('q.creation_time') },
    update_time: { type: 'time', sql: sql.ref('q.update_time') },
  },
  refused: [],
  order: '-creation_time',
  tie: 'q.id',
};

const columns = (db: Db, of: AliasedRawBuilder<Charges, 'c'>) =>
  db
    .selectFrom('quota as q')
    .innerJoin('project as p', 'p.project_id', 'q.project_id')
    .leftJoin(of, 'c.project_id', 'q.project_id')
    .leftJoin('user_account as o', (join) =>
      join.onRef('o.user_id', '=', 'p.owner_id').on('o.deleted', '=', false),
    )
    .select(['q.id', 'q.project_id', 'p.name', 'o.username as owner_name', 'q.hard_storage as hard'])
    .select([sql<number>`coalesce(c.charges, 0)`.as('charges'), 'q.creation_time', 'q.update_time'])
    .select(used.as('used'));

export async function list(
  ctx: Context,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: QuotaRow[]; total: number }> {
  const order = orderOf(page, quotaKeys);
  // The page first: projects and charges of those before it are not looked up.
  const listed = ctx.db
    .selectFrom('quota as q')
    .leftJoin(asksForUse(clauses, page) ? chargesOfAll : noCharges, 'c.project_id', 'q.project_id')
    .where(filterOf(clauses, quotaKeys));
  const chosen = listed.select('q.id').orderBy(order).modifyEnd(sliceOf(page));
  const rows = await columns(ctx.db, chargesOfEach).where('q.id', 'in', chosen).orderBy(order).execute();
  const all = listed.select(sql<number>`count(*)`.as('total'));
  return { rows, total: await ctx.counts.total(page, rows.length, all) };
}

function asksForUse(clauses: Clauses, page: Page): boolean {
  const keys = [...clauses.keys(), ...parseSort(page.sort).map(({ key }) => key)];
  return keys.some((key) => snakeCase(key) === 'used_storage');
}

export function find(db: Db, id: number): Promise<QuotaRow | undefined> {
  const own = sql<Charges>`(${charges}
    where c.project_id = (select project_id from quota where id = ${id}) group by c.project_id)`.as('c');
  return columns(db, own).where('q.id', '=', id).executeTakeFirst();
}

export interface LockedQuota {
  id: number;
  project_id: number;
  name: string;
  hard: number;
}

export function lock(
  tx: Tx,
  by: { readonly id: number } | { readonly project_id: number },
): Promise<LockedQuota | undefined> {
  return tx
    .selectFrom('quota as q')
    .innerJoin('project as p', 'p.project_id', 'q.project_id')
    .select(['q.id', 'q.project_id', 'p.name', 'q.hard_storage as hard'])
    .where('id' in by ? sql<boolean>`q.id = ${by.id}` : sql<boolean>`q.project_id = ${by.project_id}`)
    .forUpdate('q')
    .executeTakeFirst();
}

export async function update(tx: Tx, id: number, hard_storage: number): Promise<void> {
  await tx
    .updateTable('quota')
    .set({ hard_storage, update_time: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}

/**
 * Adds the charges of these projects to their quotas. First the quota's row, then the charges, as charge_quota locks
 * them; a quota that is busy is left for the next time.
 */
export async function fold(db: Db, projectIds: readonly number[]): Promise<void> {
  await sql`
    with free as materialized (
      select project_id from quota where project_id = any(${[...projectIds]}::integer[])
       order by project_id for no key update skip locked
    ), gone as (
      delete from quota_charge c using free where c.project_id = free.project_id returning c.project_id, c.bytes
    ), sums as (
      select project_id, sum(bytes) as bytes from gone group by project_id
    )
    update quota q set used_storage = q.used_storage + s.bytes from sums s where q.project_id = s.project_id`.execute(
    db,
  );
}
