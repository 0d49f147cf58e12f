import { sql } from 'kysely';
import { type Database, type Db, statement } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, sliceOf } from '#src/http/list.ts';
import { type Clauses, parseSort, snakeCase } from '#src/http/query.ts';

export interface LedgerRow {
  readonly id: number;
  readonly deleted_at: Date;
  readonly kind: string;
  readonly repository: string | null;
  readonly digest: string | null;
  readonly tags: string[] | null;
  readonly size: number;
  readonly reason: string;
  readonly username: string;
  readonly execution_id: number | null;
  /** While it can be brought back, and as what. */
  readonly restorable_until: Date | null;
  readonly reference: string | null;
}

const ledgerKeys: ListKeys = {
  keys: {
    repository: { type: 'text', sql: sql.ref('l.repository') },
    digest: { type: 'text', sql: sql.ref('l.digest') },
    kind: { type: 'text', sql: sql.ref('l.kind') },
    username: { type: 'text', sql: sql.ref('l.username') },
    execution_id: { type: 'integer', sql: sql.ref('l.execution_id') },
    deleted_at: { type: 'time', sql: sql.ref('l.deleted_at') },
  },
  refused: [],
  order: '-deleted_at',
  tie: '-l.id',
};

/**
 * What the entry's own deletion left in the trash: both are written by one transaction, so their times are equal. Of a
 * whole repository each artifact has its own.
 */
const kept = sql<{ restorable_until: Date | null; reference: string | null }>`lateral (
  select t.restorable_until, case when t.kind = 'tag' then t.tags[1] else t.digest end as reference
    from trash t
   where t.repository = l.repository and t.deleted_at = l.deleted_at and t.restorable_until > now()
     and t.kind = l.kind and t.digest = l.digest and t.tags = l.tags
   limit 1)`.as('t');

/** Along their time and in no other order: every other one would sort millions of rows for a page. */
export function listEntries(db: Db, clauses: Clauses, page: Page): Promise<LedgerRow[]> {
  const sort = parseSort(page.sort).find(({ key }) => snakeCase(key) === 'deleted_at');
  const direction = sort?.descending === false ? sql`asc` : sql`desc`;
  return db
    .selectFrom('collection_ledger as l')
    .leftJoin(kept, (join) => join.onTrue())
    .selectAll('l')
    .select(['t.restorable_until', 't.reference'])
    .where(filterOf(clauses, ledgerKeys))
    .orderBy(sql`l.deleted_at ${direction}, l.id ${direction}`)
    .modifyEnd(sliceOf(page))
    .execute();
}

export function entryCount(db: Db, clauses: Clauses) {
  return db
    .selectFrom('collection_ledger as l')
    .where(filterOf(clauses, ledgerKeys))
    .select(sql<number>`count(*)`.as('total'));
}

export interface SummaryRow {
  readonly since: Date;
  readonly freed_blobs: number;
  readonly freed_space: number;
  readonly waiting_objects: number;
  readonly waiting_space: number;
  readonly failing_objects: number;
  readonly last_error: string | null;
  readonly kept_artifacts: number;
  readonly kept_space: number;
  readonly kept_until: Date | null;
}

/** Along indexes of time: what it costs depends on what a day deletes and on what waits, not on what is stored. */
export async function readSummary(db: Db): Promise<SummaryRow> {
  const { rows } = await sql<SummaryRow>`
    select now() - interval '1 day' as since, freed.*, waiting.*, kept.*, kept_blobs.*
      from (select count(*) as freed_blobs, coalesce(sum(size), 0)::bigint as freed_space
              from collection_ledger where kind = 'blob' and deleted_at > now() - interval '1 day') freed,
           (select count(*) as waiting_objects, coalesce(sum(size), 0)::bigint as waiting_space,
                   count(*) filter (where failures > 0) as failing_objects, max(last_error) as last_error
              from collection_object) waiting,
           (select count(*) as kept_artifacts, max(restorable_until) as kept_until
              from trash where kind = 'artifact' and restorable_until > now()) kept,
           (select coalesce(sum(b.size), 0)::bigint as kept_space from blob b
             where b.id in (select blob_id from trash_blob)
               and not exists (select from artifact a where a.blob_id = b.id)
               -- Their repositories go on holding them for the time of a lease; what needs them is an artifact.
               and not exists (select from repository_blob l
                                 join artifact_blob a on a.repository_id = l.repository_id and a.blob_id = l.blob_id
                                where l.blob_id = b.id)) kept_blobs`.execute(db);
  return rows[0] as SummaryRow;
}

const old = statement<{ gone: number }>(
  'old-ledger-entries',
  `with old as materialized (
     select id from collection_ledger l
      where deleted_at < now() - make_interval(days => $1)
        and not exists (select from trash t where t.repository = l.repository and t.deleted_at = l.deleted_at)
      order by deleted_at limit $2 for update skip locked
   ), gone as (delete from collection_ledger where id in (select id from old) returning 1)
   select count(*) as gone from gone`,
);

/** Returns how many entries went. */
export async function removeOld(database: Database, days: number, limit: number): Promise<number> {
  const [row] = await database.query(old, [days, limit]);
  return row?.gone ?? 0;
}
