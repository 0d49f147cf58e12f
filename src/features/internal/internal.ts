import { type Context, inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { renameAdministrator } from '#src/features/users/index.ts';
import { listProjectIds, recountQuota } from './internal.store.ts';

export async function renameAdmin(ctx: Context): Promise<void> {
  requireAdministrator(ctx);
  await renameAdministrator(ctx);
}

/**
 * Counts anew what every project uses. A transaction for each project, so pushes go on meanwhile: Harbor sets the
 * whole system read-only and answers before it has begun.
 */
export async function syncQuota(ctx: Context): Promise<void> {
  requireAdministrator(ctx);
  if (!ctx.live.get('quota_per_project_enable')) {
    throw new Failure('FORBIDDEN', 'quota per project is deactivated');
  }
  let projects = 0;
  let corrected = 0;
  for (let after = 0; ; ) {
    const ids = await listProjectIds(ctx.db, after, 500);
    for (const id of ids) {
      const changed = await inTransaction(ctx, (ctx) => recountQuota(ctx.db, id));
      projects += 1;
      if (changed) corrected += 1;
    }
    const last = ids.at(-1);
    if (last === undefined) break;
    after = last;
  }
  const detail = { recounted: { projects, corrected } };
  await inTransaction(ctx, (ctx) =>
    record(ctx, { operation: 'update', resource_type: 'quota', resource: 'all projects', detail }),
  );
}

/** Harbor: robots never, whatever they were granted. */
function requireAdministrator(ctx: Context): void {
  if (ctx.who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  if (ctx.who.kind !== 'user' || !ctx.who.sysadmin) {
    throw new Failure('FORBIDDEN', `forbidden: ${ctx.who.name} is no system administrator`);
  }
}
