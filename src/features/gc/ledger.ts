import type { Context } from '#src/context.ts';
import type { Database } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import * as store from './ledger.store.ts';

/** One page of what was deleted, newest first unless asked otherwise. */
export async function listLedger(
  ctx: Context,
  page: Page,
): Promise<{ rows: store.LedgerRow[]; total: number }> {
  const clauses = parseQuery(page.q);
  const rows = await store.listEntries(ctx.db, clauses, page);
  const total = await ctx.counts.total(page, rows.length, store.entryCount(ctx.db, clauses));
  return { rows, total };
}

/** What collection has done lately, and what it has not done yet. */
export function summarise(ctx: Context): Promise<store.SummaryRow> {
  return store.readSummary(ctx.db);
}

/** In one go: small enough that nobody waits for it. */
const batch = 5_000;

/** Forgets what went so long ago. What can still be brought back is told of as long as that. */
export async function removeOldEntries(database: Database, days: number, signal: AbortSignal): Promise<void> {
  while ((await store.removeOld(database, days, batch)) === batch) signal.throwIfAborted();
}
