import { setTimeout as pause } from 'node:timers/promises';
import { nameOf } from '#src/access/authorize.ts';
import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { emitRepositoryGone } from '#src/events/emit.ts';
import { record } from '#src/features/audit/index.ts';
import { protectionOf, tagRefusal } from '#src/features/immutability/index.ts';
import { keepRepository } from '#src/features/trash/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import * as store from './delete.store.ts';
import { findRepository, notFound, type Repository } from './find.ts';
import type { ContentParts } from './index.ts';

/** How long pushes may keep a deletion from its locks before the client is told to come back (ms). */
const patience = 20_000;

/**
 * Takes the repository away with everything in it, or changes nothing. A push of the same moment is either whole
 * before it, and goes too, or finds no repository and fails (G-75).
 */
export async function deleteRepository(
  ctx: Context,
  { content }: ContentParts,
  project: GuardedProject,
  given: string,
): Promise<void> {
  const repository = await findRepository(ctx, project, given);
  await content.changing(repository.name, () =>
    yielding(() => inTransaction(ctx, (ctx) => remove(ctx, repository))),
  );
}

async function remove(ctx: TxContext, repository: Repository): Promise<void> {
  const { repository_id: id, project_id, name } = repository;
  const artifacts = await store.lock(ctx.db, id);
  if (artifacts === undefined) throw notFound(name);
  await refuseImmutable(ctx, repository);
  await keepRepository(ctx, repository);
  await emitRepositoryGone(ctx, repository);
  await store.noteTags(ctx.db, { id, project_id, name }, nameOf(ctx.who));
  await store.remove(ctx.db, { id, project_id });
  const detail = { artifacts };
  await record(ctx, { operation: 'delete', resource_type: 'repository', resource: name, project_id, detail });
  await announce(ctx, `repository:${name}`);
}

/** Nobody can add to the repository or move a tag from now on, nor change the rules (S-098). */
async function refuseImmutable(
  ctx: TxContext,
  { repository_id, project_id, name }: Repository,
): Promise<void> {
  const protection = await protectionOf(ctx, project_id);
  if (protection.isEmpty) return;
  let after = '';
  for (;;) {
    const tags = await store.listTags(ctx.db, repository_id, after);
    const [immutable] = protection.protects(name, tags);
    if (immutable !== undefined)
      throw tagRefusal({ repository: name, tag: immutable, protection }, 'deleted');
    const last = tags.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/**
 * A push locks what it names before its repository, a deletion the other way round. So the deletion waits for no
 * lock as long as PostgreSQL takes to find a deadlock (1 s), where the push might lose; it lets go and tries again.
 */
async function yielding(work: () => Promise<void>): Promise<void> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if ((code !== '55P03' && code !== '40P01') || performance.now() > end) throw error;
      await pause(10 + Math.random() * 50);
    }
  }
}
