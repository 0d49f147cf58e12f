import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure, together } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import { type Match, parseQuery } from '#src/http/query.ts';
import { quote } from '#src/oci/quote.ts';
import * as store from './quotas.store.ts';

const unlimited = -1;
/** 1 PiB, Harbor's largest storage limit. */
const largestLimit = 1024 ** 5;

/** Charges of a project that are summed up each time its use is read; more are first made one. */
const mostCharges = 1_000;

/** In bytes, or -1 for no limit. */
export function checkedLimit(field: string, asked: number): number {
  if (asked === unlimited || (asked > 0 && asked <= largestLimit)) return asked;
  throw new Failure('BAD_REQUEST', `${field} is -1 (no limit) or 1..${largestLimit} bytes, not ${asked}`);
}

export async function listQuotas(
  ctx: Context,
  given: { reference?: string; reference_id?: string },
  page: Page,
): Promise<{ rows: store.QuotaRow[]; total: number }> {
  const clauses = new Map<string, Match>(parseQuery(page.q));
  if (given.reference) clauses.set('reference', { kind: 'equal', value: given.reference });
  if (given.reference_id) clauses.set('reference_id', { kind: 'equal', value: given.reference_id });
  // Harbor: these two names hold a dot, which no other list has.
  const sort = page.sort
    ?.replaceAll('used.storage', 'used_storage')
    .replaceAll('hard.storage', 'hard_storage');
  const listed = await store.list(ctx, clauses, { ...page, sort });
  await foldMany(ctx, listed.rows);
  return listed;
}

export async function getQuota(ctx: Context, id: number): Promise<store.QuotaRow> {
  const row = await store.find(ctx.db, id);
  if (!row) throw new Failure('NOT_FOUND', `quota ${id} not found`);
  await foldMany(ctx, [row]);
  return row;
}

/**
 * Pushes to a project without a limit only append what they use. Where many such charges came together they become
 * one here, after they were read; the sum is the same before, within and after.
 */
async function foldMany(ctx: Context, rows: readonly store.QuotaRow[]): Promise<void> {
  const many = rows.filter(({ charges }) => charges > mostCharges).map(({ project_id }) => project_id);
  if (many.length > 0) await store.fold(ctx.db, many);
}

/** Harbor: a limit below what is used already is taken, and only refuses what comes from now on. */
export async function updateQuota(
  ctx: Context,
  id: number,
  hard: Readonly<Record<string, number>>,
): Promise<void> {
  const [limit] = together(
    () => givenLimit(hard),
    () => requireStorageAlone(hard),
  );
  await inTransaction(ctx, async (ctx) => {
    const before = await store.lock(ctx.db, { id });
    if (!before) throw new Failure('NOT_FOUND', `quota ${id} not found`);
    await setLimit(ctx, before, limit);
  });
}

function givenLimit({ storage }: Readonly<Record<string, number>>): number {
  if (storage !== undefined) return checkedLimit('hard.storage', storage);
  throw new Failure('BAD_REQUEST', 'hard.storage is missing in the body');
}

function requireStorageAlone(hard: Readonly<Record<string, number>>): void {
  const others = Object.keys(hard).filter((resource) => resource !== 'storage');
  if (others.length === 0) return;
  const named = others.slice(0, 10).map(quote).join(', ');
  throw new Failure('BAD_REQUEST', `there is no quota for ${named}: storage is the only resource`);
}

/** The limit of a project by the project, for those who do not know the quota's id. */
export async function setProjectLimit(ctx: TxContext, project_id: number, limit: number): Promise<void> {
  const before = await store.lock(ctx.db, { project_id });
  if (before && before.hard !== limit) await setLimit(ctx, before, limit);
}

async function setLimit(ctx: TxContext, before: store.LockedQuota, limit: number): Promise<void> {
  const { id, project_id, name } = before;
  await store.update(ctx.db, id, limit);
  const detail = { from: before.hard, to: limit };
  await record(ctx, { operation: 'update', resource_type: 'quota', resource: name, project_id, detail });
}
