import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { emit, emitAll, type Happening, resourcesOf } from '#src/events/emit.ts';
import type { TagOperation } from '#src/database/tables-tag-history.ts';
import { Failure } from '#src/failures.ts';
import { record, recordAll } from '#src/features/audit/index.ts';
import type { ContentParts, Repository } from '#src/features/repositories/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { keepArtifacts } from '#src/features/trash/index.ts';
import { goingWith, type TreeNode } from './deletion-tree.ts';
import * as store from './deletion.store.ts';
import { type ArtifactPath, findArtifact } from './find.ts';
import { changeTags } from './tag-changes.ts';

/** Tags, and digests of what went along, that an audit entry names. */
const mostNamed = 20;

export async function deleteArtifact(
  ctx: Context,
  parts: ContentParts,
  project: GuardedProject,
  path: ArtifactPath,
): Promise<void> {
  const { repository, artifact } = await findArtifact(ctx, project, path);
  const { digest } = artifact;
  if (!(await removeArtifact(ctx, parts, repository, digest))) {
    throw new Failure('NOT_FOUND', `artifact ${repository.name}@${digest} not found`);
  }
}

/**
 * The one way in which an artifact goes, for the API and for /v2: with all its tags, its accessories, and the
 * children of an index that nothing else needs (wire.md section 14), or nothing goes. False when it is not there. `why`
 * is the reason that the ledger gives.
 */
export function removeArtifact(
  ctx: Context,
  { content }: ContentParts,
  repository: Repository,
  digest: string,
  why?: string,
): Promise<boolean> {
  return content.changing(repository.name, () =>
    inTransaction(ctx, async (ctx) => {
      const id = await store.findId(ctx.db, repository.repository_id, digest);
      if (id === undefined) return false;
      const going = await lockTree(ctx, repository, { id, digest });
      if (going.length === 0) return false;
      await keepArtifacts(
        ctx,
        repository,
        going.map((node) => node.id),
        why,
      );
      const tags = await removeRows(ctx, repository, going, 'delete');
      await recordDeletion(ctx, repository, { id, digest }, { going, tags });
      return true;
    }),
  );
}

export interface Removal {
  /** The reason that the ledger and the audit log give. */
  readonly why: string;
  /** What the history of their tags calls it. */
  readonly operation: 'delete' | 'retention';
  /** Of those artifacts, locked with their tags, the ones that are still what they were when they were chosen (G-82). */
  unchanged(ctx: TxContext, ids: readonly number[]): Promise<ReadonlySet<number>>;
}

/**
 * The same for several at once, in the caller's transaction, which is wrapped in `content.changing`. What changed, or
 * is held by something that stays, is left. Returns what went of those asked for.
 */
export async function removeArtifacts(
  ctx: TxContext,
  repository: Repository,
  roots: readonly Root[],
  { why, operation, unchanged }: Removal,
): Promise<Root[]> {
  const asked = roots.map(({ id }) => id);
  const planned = goingWith(asked, await store.listTree(ctx.db, repository.repository_id, asked));
  const locked = await store.lock(ctx.db, [...planned]);
  await store.lockTags(ctx.db, [...locked]);
  const same = [
    ...(await unchanged(
      ctx,
      asked.filter((id) => locked.has(id)),
    )),
  ];
  const tree = (await store.listTree(ctx.db, repository.repository_id, same)).filter(({ id }) =>
    locked.has(id),
  );
  const going = goingWith(same, tree);
  if (going.size === 0) return [];
  await keepArtifacts(ctx, repository, [...going], why);
  const tags = await removeRows(
    ctx,
    repository,
    tree.filter(({ id }) => going.has(id)),
    operation,
  );
  const gone = roots.filter(({ id }) => going.has(id));
  const named = Map.groupBy(tags, (tag) => tag.artifact_id);
  const namesOf = ({ id }: Root) => (named.get(id) ?? []).map(({ name }) => name);
  await recordAll(
    ctx,
    gone.map((root) => ({
      operation: 'delete',
      resource_type: 'artifact',
      resource: `${repository.name}@${root.digest}`,
      project_id: repository.project_id,
      detail: { reason: why, tags: namesOf(root).slice(0, mostNamed) },
    })),
  );
  await emitAll(
    ctx,
    gone.map((root) => deletionOf(repository, root.digest, namesOf(root))),
  );
  return gone;
}

export interface Root {
  readonly id: number;
  readonly digest: string;
}

/** Everything that goes with the root, locked; empty when it went away meanwhile. */
async function lockTree(ctx: TxContext, repository: Repository, root: Root): Promise<TreeNode[]> {
  const planned = goingOf(
    await store.listTree(ctx.db, repository.repository_id, [root.id]),
    root,
    repository,
  );
  const locked = await store.lock(
    ctx.db,
    planned.map(({ id }) => id),
  );
  if (!locked.has(root.id)) return [];
  // Before the locks a tag or an index may have come that holds some of it. What came to be in the tree since then
  // is not locked and stays: a signature that arrives after its image was deleted.
  const tree = await store.listTree(ctx.db, repository.repository_id, [root.id]);
  return goingOf(
    tree.filter(({ id }) => locked.has(id)),
    root,
    repository,
  );
}

function goingOf(tree: readonly TreeNode[], root: Root, repository: Repository): TreeNode[] {
  const going = goingWith([root.id], tree);
  if (tree.some(({ id }) => id === root.id) && !going.has(root.id)) {
    // Harbor: 412 with this beginning while an index names the artifact (test/wire/push.test.ts).
    throw new Failure(
      'VIOLATE_FOREIGN_KEY_CONSTRAINT',
      `the deleting artifact is referenced by others: an index in ${repository.name} names ${root.digest}; delete the index first`,
    );
  }
  return tree.filter(({ id }) => going.has(id));
}

/** Returns the tags that went. */
async function removeRows(
  ctx: TxContext,
  repository: Repository,
  going: readonly TreeNode[],
  operation: TagOperation,
): Promise<{ name: string; artifact_id: number }[]> {
  const ids = going.map(({ id }) => id);
  const tags = await store.listTags(ctx.db, ids);
  await changeTags(
    ctx,
    repository,
    tags.map(({ name, artifact_id }) => ({ name, to: undefined, from: artifact_id })),
    operation,
  );
  const blobs = await store.remove(ctx.db, ids);
  await store.releaseBlobs(ctx.db, repository, blobs);
  return tags;
}

async function recordDeletion(
  ctx: TxContext,
  { name, project_id }: Repository,
  root: Root,
  {
    going,
    tags: gone,
  }: { going: readonly TreeNode[]; tags: readonly { name: string; artifact_id: number }[] },
): Promise<void> {
  const tags = gone.map((tag) => tag.name);
  const own = gone.filter(({ artifact_id }) => artifact_id === root.id).map((tag) => tag.name);
  await emit(ctx, deletionOf({ name, project_id }, root.digest, own));
  const others = going.filter(({ id }) => id !== root.id).map(({ digest }) => digest);
  const detail = {
    tags: tags.slice(0, mostNamed),
    ...(tags.length > mostNamed && { tag_count: tags.length }),
    ...(others.length > 0 && { along: others.length, digests: others.slice(0, mostNamed) }),
  };
  const resource = `${name}@${root.digest}`;
  await record(ctx, { operation: 'delete', resource_type: 'artifact', resource, project_id, detail });
}

/** Harbor: of what goes along nobody is told. */
function deletionOf(
  { name: repository, project_id: projectId }: Pick<Repository, 'name' | 'project_id'>,
  digest: string,
  tags: readonly string[],
): Happening {
  return { projectId, type: 'DELETE_ARTIFACT', data: { repository, resources: resourcesOf(digest, tags) } };
}
