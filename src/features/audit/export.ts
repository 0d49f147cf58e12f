import { type Context, inTransaction } from '#src/context.ts';
import type { Db } from '#src/database/pool.ts';
import { Streamed } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import { record } from './audit.ts';
import { orderOf, type Question, type Visible } from './audit.store.ts';
import * as store from './export.store.ts';
import { tooWide } from './log.ts';
import { asCsv, asJson } from './table.ts';

/** At most 1.5 MB as text: what an export holds in memory, however long it is. */
const batch = 1_000;
/** For the first rows the caller waits; a filter that matches one row in millions may need as long for the next. */
const firstMilliseconds = 10_000;
const nextMilliseconds = 30_000;
/** Eleven million rows at the speed of two busy cores. */
const longestMilliseconds = 30 * 60_000;

const formats = {
  csv: { type: 'text/csv; charset=utf-8; header=present', write: asCsv },
  json: { type: 'application/json; charset=utf-8', write: asJson },
} as const;

export interface Wanted {
  readonly format: keyof typeof formats;
  readonly q?: string;
  readonly sort?: string;
}

/**
 * Every row that matches, batch by batch, each found where the one before ended: no connection and no snapshot is held
 * while the client reads. What happens meanwhile is not part of it, nor is the row that tells of the export itself.
 */
export async function exportLog(
  ctx: Context,
  visible: Visible,
  wanted: Wanted,
  project?: { readonly id: number; readonly name: string },
): Promise<Streamed> {
  const { format, q, sort } = wanted;
  const question = { visible, clauses: parseQuery(q), order: orderOf(sort) };
  const before = await store.findMoment(ctx.db);
  const slice = { before, after: undefined, size: batch };
  const first = await store.listRowsAfter(ctx.db, question, slice, firstMilliseconds);
  if (first === undefined) throw tooWide();
  await inTransaction(ctx, (ctx) =>
    record(ctx, {
      operation: 'export',
      resource_type: 'audit_log',
      resource: project?.name ?? 'audit-log',
      ...(project && { project_id: project.id }),
      detail: { format, ...(q !== undefined && { q }) },
    }),
  );
  const { type, write } = formats[format];
  const name = `audit-log-${project ? `project-${project.id}-` : ''}${before.slice(0, 19).replaceAll(':', '')}Z.${format}`;
  return new Streamed(type, (signal) => write(batches(ctx.db, question, first, { before, signal })), {
    'content-disposition': `attachment; filename="${name}"`,
  });
}

/** Throws when it takes too long: the answer breaks off, and no client takes a part for the whole. */
async function* batches(
  db: Db,
  question: Question,
  first: store.MarkedRow[],
  { before, signal }: { readonly before: string; readonly signal: AbortSignal },
): AsyncGenerator<store.MarkedRow[]> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(longestMilliseconds)]);
  let rows: store.MarkedRow[] | undefined = first;
  while (rows !== undefined && rows.length > 0) {
    yield rows;
    end.throwIfAborted();
    const after = rows.at(-1);
    if (after === undefined || rows.length < batch) return;
    rows = await store.listRowsAfter(db, question, { before, after, size: batch }, nextMilliseconds);
  }
  if (rows === undefined) throw new Error('the next rows of the audit log were not found in time');
}
