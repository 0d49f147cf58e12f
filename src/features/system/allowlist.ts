import { type Context, inTransaction } from '#src/context.ts';
import { record } from '#src/features/audit/index.ts';
import { allowlistAfter, checkedAllowlist, type GivenAllowlist } from '#src/features/projects/index.ts';
import * as store from './allowlist.store.ts';

/** For the projects that use the system's list instead of one of their own. */
export function getAllowlist(ctx: Context) {
  return store.findAllowlist(ctx.db);
}

export async function updateAllowlist(ctx: Context, given: GivenAllowlist): Promise<void> {
  // Harbor: it belongs to no project, whatever the body says.
  const items = checkedAllowlist({ ...given, project_id: null }, 0);
  await inTransaction(ctx, async (ctx) => {
    const before = await store.lockAllowlist(ctx.db);
    const after = allowlistAfter(items, given, before ?? null);
    await store.saveAllowlist(ctx.db, after);
    await record(ctx, {
      operation: 'update',
      resource_type: 'configuration',
      resource: 'CVE allowlist',
      detail: { from: contentOf(before), to: contentOf(after) },
    });
  });
}

function contentOf(list: Awaited<ReturnType<typeof getAllowlist>>) {
  return { items: list?.items ?? [], expires_at: list?.expires_at ?? null };
}
