import { mayInProject } from '#src/access/authorize.ts';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { emit, emitQuotaWarning, resourcesOf } from '#src/events/emit.ts';
import { Failure } from '#src/failures.ts';
import { changeTags, lockDigest, restoreDigest, type Restored } from '#src/features/artifacts/index.ts';
import { record } from '#src/features/audit/index.ts';
import { quotaExceeded, tellQuotaExceeded } from '#src/features/quotas/index.ts';
import { type ContentParts, findRepository, type Repository } from '#src/features/repositories/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { isDigest } from '#src/oci/digest.ts';
import { quote } from '#src/oci/quote.ts';
import { isTag } from '#src/oci/reference.ts';
import * as store from './tag-history.store.ts';

export interface Wanted {
  readonly repository_name: string;
  readonly tag_name: string;
  readonly digest: string;
  /** What the caller believes that the tag names; '' for no tag. */
  readonly expected: string | undefined;
}

export interface RolledBack {
  readonly previous: string | undefined;
  readonly restored: Restored;
}

const nothing: Restored = { artifacts: [], tags: [] };

/**
 * Makes a tag name what it named before. An artifact that was deleted meanwhile comes back in the same transaction,
 * with its other tags as far as nothing else has them. Going back to what `previous` says undoes it.
 */
export async function rollBack(
  ctx: Context,
  { content }: ContentParts,
  project: GuardedProject,
  wanted: Wanted,
): Promise<RolledBack> {
  check(ctx, project, wanted);
  const repository = await findRepository(ctx, project, wanted.repository_name);
  try {
    return await content.changing(repository.name, () =>
      inTransaction(ctx, (ctx) => rollBackIn(ctx, project, repository, wanted)),
    );
  } catch (error) {
    await tellQuotaExceeded(ctx, { projectId: project.id, repository: repository.name }, error);
    throw quotaExceeded(error) ?? error;
  }
}

function check(ctx: Context, project: GuardedProject, { tag_name, digest, expected }: Wanted): void {
  // As Harbor sees it: a tag that moves is taken from one artifact and set on another.
  if (!mayInProject(ctx.who, project, 'tag:delete')) {
    throw new Failure(
      'FORBIDDEN',
      'forbidden: moving a tag back takes it from what has it now, which needs tag:delete in the project',
    );
  }
  if (!isTag(tag_name)) throw new Failure('BAD_REQUEST', `${quote(tag_name)} is not a tag`);
  for (const one of [digest, ...(expected ? [expected] : [])]) {
    if (!isDigest(one)) throw new Failure('BAD_REQUEST', `${quote(one)} is not a digest`);
  }
}

async function rollBackIn(
  ctx: TxContext,
  project: GuardedProject,
  repository: Repository,
  { tag_name: name, digest, expected }: Wanted,
): Promise<RolledBack> {
  const tag = `${repository.name}:${name}`;
  if (!(await store.lockRepository(ctx.db, repository.repository_id))) {
    throw new Failure('NOT_FOUND', `repository ${repository.name} not found`);
  }
  if (!(await store.hasNamed(ctx.db, repository, name, digest))) {
    throw new Failure('NOT_FOUND', `${tag} has never named ${digest}, as far as its history goes back`);
  }
  const { artifact, restored } = await bringBack(ctx, project, repository, digest);
  const [changed] = await changeTags(ctx, repository, [{ name, to: artifact }], 'rollback');
  const cameBack = restored.tags.includes(name);
  const previous = changed ? changed.before : cameBack ? undefined : digest;
  if (expected !== undefined && expected !== (previous ?? '')) {
    throw new Failure(
      'CONFLICT',
      `${tag} was changed meanwhile: it ${previous === undefined ? 'is not there any more' : `names ${previous}`}; look again and decide anew`,
    );
  }
  if (changed || cameBack) await tell(ctx, repository, { name, digest, previous });
  return { previous, restored };
}

/** The artifact, kept from deletion until the transaction ends; out of the trash where it must be. */
async function bringBack(
  ctx: TxContext,
  project: GuardedProject,
  repository: Repository,
  digest: string,
): Promise<{ artifact: number; restored: Restored }> {
  const there = await lockDigest(ctx.db, repository.repository_id, digest);
  if (there !== undefined) return { artifact: there, restored: nothing };
  const restored = mayInProject(ctx.who, project, 'artifact:create')
    ? await restoreDigest(ctx, repository, digest)
    : undefined;
  // Not in the trash: somebody else may have brought it back at this moment.
  const artifact = await lockDigest(ctx.db, repository.repository_id, digest);
  if (artifact === undefined) {
    throw new Failure(
      'PRECONDITION',
      `${repository.name}@${digest} was deleted and can not be brought back: its time (setting restore_hours) is over, or the caller lacks artifact:create`,
    );
  }
  if (restored) await emitQuotaWarning(ctx, repository.project_id, repository.name);
  return { artifact, restored: restored ?? nothing };
}

/** To those who listen it is a push of the tag: what the name stands for is another image now. */
async function tell(
  ctx: TxContext,
  { name: repository, project_id }: Repository,
  { name, digest, previous }: { name: string; digest: string; previous: string | undefined },
): Promise<void> {
  await record(ctx, {
    operation: 'create',
    resource_type: 'tag',
    resource: `${repository}:${name}`,
    project_id,
    detail: { digest, ...(previous !== undefined && { from: previous }), rollback: true },
  });
  await emit(ctx, {
    projectId: project_id,
    type: 'PUSH_ARTIFACT',
    data: { repository, resources: resourcesOf(digest, [name]) },
  });
}
