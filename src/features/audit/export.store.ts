import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import { along, type AuditRow, columns, filterFor, limited, type Question, seen } from './audit.store.ts';

/** Where the next rows begin. The time as text: the database keeps microseconds, which a Date does not. */
export interface Mark {
  readonly at: string;
  readonly id: number;
}

export type MarkedRow = AuditRow & { at: string };

const exactly = sql`to_char(op_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The database's time, as exact as it keeps it. */
export async function findMoment(db: Db): Promise<string> {
  const { rows } = await sql<{
    at: string;
  }>`select ${exactly} as at from (select now() as op_time) clock`.execute(db);
  return rows[0]?.at ?? '';
}

/**
 * The rows after a mark, of what was there before a moment: a step along an index, whatever came before it.
 * Undefined when finding them took too long.
 */
export function listRowsAfter(
  db: Db,
  question: Question,
  slice: { readonly before: string; readonly after: Mark | undefined; readonly size: number },
  milliseconds: number,
): Promise<MarkedRow[] | undefined> {
  const { visible, order } = question;
  if (typeof visible === 'object' && 'only' in visible && visible.only.length === 0)
    return Promise.resolve([]);
  const { before, after, size } = slice;
  // The time once more by itself: by it, months that are done with are left out of the plan.
  const rest =
    after === undefined
      ? sql`true`
      : order === 'newest'
        ? sql`op_time <= ${after.at}::timestamptz and (op_time, id) < (${after.at}::timestamptz, ${after.id}::bigint)`
        : sql`op_time >= ${after.at}::timestamptz and (op_time, id) > (${after.at}::timestamptz, ${after.id}::bigint)`;
  return limited<MarkedRow>(
    db,
    sql`select ${columns}, ${exactly} as at from audit_log
         where ${seen(visible)} and ${filterFor(question)} and op_time < ${before}::timestamptz and ${rest}
         order by ${along(order)} limit ${sql.raw(String(Math.trunc(size)))}`,
    milliseconds,
  );
}
