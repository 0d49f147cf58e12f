import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import type { Db } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { sliceOf } from '#src/http/list.ts';
import type { Action, Target } from './rights.ts';

export interface RunRow {
  readonly id: number;
  readonly action: Action;
  readonly target: Target;
  readonly label_id: number | undefined;
  readonly q: string | undefined;
  readonly of: number | undefined;
  readonly status: string;
  readonly status_message: string;
  /** The name of whoever started it. */
  readonly caller: string;
  readonly start_time: Date;
  readonly end_time: Date | null;
}

interface Stored
  extends Pick<RunRow, 'id' | 'status' | 'status_message' | 'caller' | 'start_time' | 'end_time'> {
  /** As `startBulk` wrote it. */
  readonly extra_attrs: Pick<RunRow, 'action' | 'target' | 'label_id' | 'q' | 'of'>;
}

const query = (vendorType: string, repositoryId: number, which: RawBuilder<SqlBool>) => sql<Stored>`
  select e.id, e.extra_attrs, e.status, e.status_message, e.start_time, e.end_time,
         coalesce((select t.payload->'caller'->>'name' from task t where t.execution_id = e.id order by t.id limit 1), '') as caller
    from execution e
   where e.vendor_type = ${vendorType} and e.vendor_id = ${repositoryId} and ${which} order by e.id desc`;

function rowOf({ extra_attrs, ...row }: Stored): RunRow {
  const { action, target, label_id, q, of } = extra_attrs;
  return { ...row, action, target, label_id, q, of };
}

/** Newest first. */
export async function list(
  ctx: Context,
  vendorType: string,
  repositoryId: number,
  page: Page,
): Promise<{ rows: RunRow[]; total: number }> {
  const { rows } =
    await sql<Stored>`${query(vendorType, repositoryId, sql<SqlBool>`true`)} ${sliceOf(page)}`.execute(
      ctx.db,
    );
  const all = ctx.db
    .selectFrom('execution')
    .where('vendor_type', '=', vendorType)
    .where('vendor_id', '=', repositoryId)
    .select(sql<number>`count(*)`.as('total'));
  return { rows: rows.map(rowOf), total: await ctx.counts.total(page, rows.length, all) };
}

export async function find(
  db: Db,
  vendorType: string,
  repositoryId: number,
  id: number,
): Promise<RunRow | undefined> {
  const { rows } = await query(vendorType, repositoryId, sql<SqlBool>`e.id = ${id}`).execute(db);
  return rows[0] && rowOf(rows[0]);
}
