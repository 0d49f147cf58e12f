import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
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
}

const ledgerKeys: ListKeys = {
  keys: {
    repository: { type: 'text' },
    digest: { type: 'text' },
    kind: { type: 'text' },
    username: { type: 'text' },
    execution_id: { type: 'integer' },
    deleted_at: { type: 'time' },
  },
  refused: [],
  order: '-deleted_at',
  tie: '-id',
};

/** Along their time and in no other order: every other one would sort millions of rows for a page. */
export function listEntries(db: Db, clauses: Clauses, page: Page): Promise<LedgerRow[]> {
  const sort = parseSort(page.sort).find(({ key }) => snakeCase(key) === 'deleted_at');
  const direction = sort?.descending === false ? sql`asc` : sql`desc`;
  return db
    .selectFrom('collection_ledger')
    .selectAll()
    .where(filterOf(clauses, ledgerKeys))
    .orderBy(sql`deleted_at ${direction}, id ${direction}`)
    .modifyEnd(sliceOf(page))
    .execute();
}

export function entryCount(db: Db, clauses: Clauses) {
  return db
    .selectFrom('collection_ledger')
    .where(filterOf(clauses, ledgerKeys))
    .select(sql<number>`count(*)`.as('total'));
}
