import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { quotaExceeded } from '#src/features/quotas/index.ts';
import { type ContentParts, newRepositoryNameOf } from '#src/features/repositories/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { ensureRepository } from './copy.store.ts';
import { type Restored, restoreTree } from './restore.ts';
import * as store from './restore-repository.store.ts';

/** Artifacts with what belongs to them, brought back by one call: a few seconds' work. Whoever wants more calls again. */
const mostAtOnce = 300;

export interface RestoredRepository {
  readonly artifacts: number;
  readonly tags: number;
  /** What is still in the trash: another call goes on with it. */
  readonly left: number;
}

/** The last deletion of the whole repository, while it can be undone. */
export async function getRestorableRepository(
  ctx: Context,
  project: GuardedProject,
  given: string,
): Promise<store.Deleted> {
  const name = newRepositoryNameOf(project, given);
  const deleted = await store.findDeleted(ctx.db, project.id, name);
  if (deleted) return deleted;
  throw new Failure(
    'NOT_FOUND',
    `no deletion of the whole repository ${name} can be undone: there was none, it is undone already, or its time (setting restore_hours) is over`,
  );
}

/**
 * Undoes the deletion of a whole repository: each artifact comes back as it would by itself, with its tags, labels and
 * times, so what is interrupted, or meets the end of the quota, goes on with the next call. The repository's description
 * and its count of pulls went with it.
 */
export async function restoreRepository(
  ctx: Context,
  { content }: ContentParts,
  project: GuardedProject,
  given: string,
): Promise<RestoredRepository> {
  const name = newRepositoryNameOf(project, given);
  const { deletion } = await getRestorableRepository(ctx, project, given);
  const sum = { artifacts: 0, tags: 0 };
  try {
    while (sum.artifacts < mostAtOnce) {
      const restored = await content.changing(name, () =>
        inTransaction(ctx, (ctx) => restoreNext(ctx, project, { name, deletion })),
      );
      if (!restored) break;
      sum.artifacts += restored.artifacts.length;
      sum.tags += restored.tags.length;
    }
  } catch (error) {
    throw quotaExceeded(error) ?? error;
  }
  return { ...sum, left: await store.countLeft(ctx.db, deletion) };
}

/** Undefined when nothing of the deletion is left, or others are bringing it back. */
async function restoreNext(
  ctx: TxContext,
  project: GuardedProject,
  { name, deletion }: { name: string; deletion: string },
): Promise<Restored | undefined> {
  const repository_id = await ensureRepository(ctx.db, project.id, name);
  if (repository_id === undefined) throw new Failure('NOT_FOUND', `project ${project.name} not found`);
  const root = await store.findNext(ctx.db, deletion);
  if (!root) return undefined;
  await announce(ctx, `repository:${name}`);
  return restoreTree(ctx, { repository_id, project_id: project.id, name }, root);
}
