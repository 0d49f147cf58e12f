import { type Selectable, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import type { Tables } from '#src/database/tables.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

export type TagRow = Selectable<Tables['tag']>;

const tagKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    repository_id: { type: 'integer' },
    artifact_id: { type: 'integer' },
    name: { type: 'text' },
    push_time: { type: 'time' },
    pull_time: { type: 'time' },
  },
  refused: [],
  order: 'id',
  tie: 'id',
};

export async function list(
  ctx: Context,
  artifactId: number,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: TagRow[]; total: number }> {
  const listed = ctx.db
    .selectFrom('tag')
    .where('artifact_id', '=', artifactId)
    .where(filterOf(clauses, tagKeys));
  const rows = await listed.selectAll().orderBy(orderOf(page, tagKeys)).modifyEnd(sliceOf(page)).execute();
  const total = await ctx.counts.total(page, rows.length, listed.select(sql<number>`count(*)`.as('total')));
  return { rows, total };
}
