import { randomUUID } from 'node:crypto';
import { nameOf } from '#src/access/authorize.ts';
import type { TxContext } from '#src/context.ts';
import * as store from './trash.store.ts';

const byHand = 'deleted on request';
/** Why things went that went with their whole repository. */
export const repositoryDeleted = 'repository deleted';

/**
 * Called in the transaction that deletes these artifacts, while they still have their tags and references: writes the
 * ledger, and keeps what is needed to bring them back for as long as the setting restore_hours says.
 */
export async function keepArtifacts(
  ctx: TxContext,
  place: store.Place,
  ids: readonly number[],
  why = byHand,
): Promise<void> {
  await store.keepArtifacts(ctx.db, place, ids, deletionOf(ctx, why));
}

/** As `keepArtifacts`, for everything in a repository. */
export async function keepRepository(
  ctx: TxContext,
  place: store.Place,
  why = repositoryDeleted,
): Promise<void> {
  await store.keepRepository(ctx.db, place, deletionOf(ctx, why));
}

/** Tags that were taken away while their artifacts stay. */
export async function noteTags(
  ctx: TxContext,
  place: store.Place,
  tags: readonly store.Gone[],
  why = byHand,
): Promise<void> {
  if (tags.length > 0) await store.keepTags(ctx.db, place, tags, deletionOf(ctx, why));
}

/** Nothing of a deleted project comes back, nor what its tags were, not even in a later one of its name (G-80). */
export async function removeOfProject(ctx: TxContext, projectId: number): Promise<void> {
  await ctx.db.deleteFrom('trash').where('project_id', '=', projectId).execute();
  await ctx.db.deleteFrom('tag_history').where('project_id', '=', projectId).execute();
}

function deletionOf(ctx: TxContext, reason: string): store.Deletion {
  return {
    deletion: randomUUID(),
    reason,
    username: nameOf(ctx.who),
    executionId: ctx.executionId ?? null,
    hours: ctx.live.get('restore_hours'),
  };
}
