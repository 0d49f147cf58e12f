import { mayInProject } from '#src/access/authorize.ts';
import type { Context } from '#src/context.ts';
import type { Database } from '#src/database/pool.ts';
import { findRepository } from '#src/features/repositories/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import * as store from './tag-history.store.ts';

export interface Entry extends store.EntryRow {
  readonly states: ReadonlyMap<string, 'present' | 'restorable'>;
  readonly current: string | undefined;
  readonly withName: boolean;
}

/** One page, newest first unless asked otherwise. Who did it is for those who may see who belongs to the project. */
export async function listHistory(
  ctx: Context,
  project: GuardedProject,
  given: string,
  page: Page,
): Promise<{ rows: Entry[]; total: number }> {
  const repository = await findRepository(ctx, project, given);
  const withName = mayInProject(ctx.who, project, 'member:list');
  const clauses = parseQuery(page.q);
  const { rows, total } = await store.list(ctx, repository, { clauses, page, withNames: withName });
  if (rows.length === 0) return { rows: [], total };
  const digests = rows.flatMap(({ digest_before, digest_after }) => [
    ...(digest_before === null ? [] : [digest_before]),
    ...(digest_after === null ? [] : [digest_after]),
  ]);
  const states = await store.statesOf(ctx.db, repository, [...new Set(digests)]);
  const tags = [...new Set(rows.map(({ tag }) => tag))];
  const current = await store.currentOf(ctx.db, repository.repository_id, tags);
  return { rows: rows.map((row) => ({ ...row, states, current: current.get(row.tag), withName })), total };
}

/** In one go: small enough that nobody waits for it, large enough that a year's worth is gone in minutes. */
const batch = 5_000;

/** What is older than this goes, in every repository. */
export async function removeOldHistory(database: Database, days: number, signal: AbortSignal): Promise<void> {
  while ((await store.removeOld(database, days, batch)) === batch) signal.throwIfAborted();
}
