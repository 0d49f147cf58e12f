import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { run } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { protectionOf } from '#src/features/immutability/index.ts';
import { quotaExceeded } from '#src/features/quotas/index.ts';
import { type ContentParts, type Repository, newRepositoryNameOf } from '#src/features/repositories/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { parseManifest } from '#src/oci/manifest.ts';
import { isTag } from '#src/oci/reference.ts';
import { isDigest } from '#src/oci/digest.ts';
import { ensureRepository, linkBlobs, lockCopies } from './copy.store.ts';
import type { ArtifactPath } from './find.ts';
import { insertManifest } from './insert-manifest.ts';
import * as store from './restore.store.ts';
import { changeTags } from './tag-changes.ts';
import { findId } from './deletion.store.ts';

/** What came back: artifacts by digest, tags by name. Tags that something else took meanwhile stay where they are. */
export interface Restored {
  readonly artifacts: readonly string[];
  readonly tags: readonly string[];
}

/**
 * Brings back what was deleted, as long as it is kept: by digest, or by tag (one that was taken away alone, or that the
 * artifact had). What went with it comes with it: children of an index, signatures. The project is charged again.
 */
export async function restoreArtifact(
  ctx: Context,
  { content }: ContentParts,
  project: GuardedProject,
  { repository_name, reference }: ArtifactPath,
): Promise<Restored> {
  const name = newRepositoryNameOf(project, repository_name);
  if (!isDigest(reference) && !isTag(reference)) {
    throw new Failure('BAD_REQUEST', `${JSON.stringify(reference)} is neither a digest nor a tag`);
  }
  try {
    return await content.changing(name, () =>
      inTransaction(ctx, async (ctx) => {
        const repository_id = await ensureRepository(ctx.db, project.id, name);
        if (repository_id === undefined) throw new Failure('NOT_FOUND', `project ${project.name} not found`);
        await announce(ctx, `repository:${name}`);
        return restoreIn(ctx, { repository_id, project_id: project.id, name }, reference);
      }),
    );
  } catch (error) {
    throw quotaExceeded(error) ?? error;
  }
}

async function restoreIn(ctx: TxContext, repository: Repository, reference: string): Promise<Restored> {
  const by = isDigest(reference) ? { digest: reference } : { tag: reference };
  if ('tag' in by) {
    const tag = await restoreTag(ctx, repository, by.tag);
    if (tag) return tag;
  }
  const root = await store.findKept(ctx.db, repository.project_id, repository.name, by);
  if (root) return restoreTree(ctx, repository, root);
  throw new Failure(
    'NOT_FOUND',
    `nothing that was deleted from ${repository.name} as ${reference} can be brought back: it was never there, is back already, or its time (setting restore_hours) is over`,
  );
}

/**
 * For a caller that has locked the repository's row, wraps this in `content.changing`, and explains an exceeded quota.
 * Undefined when the artifact is not in the trash, or no longer.
 */
export async function restoreDigest(
  ctx: TxContext,
  repository: Repository,
  digest: string,
): Promise<Restored | undefined> {
  const root = await store.findKept(ctx.db, repository.project_id, repository.name, { digest });
  return root && restoreTree(ctx, repository, root);
}

/** For a caller as that of `restoreDigest`, who has the root locked. */
export async function restoreTree(
  ctx: TxContext,
  repository: Repository,
  root: store.Kept,
): Promise<Restored> {
  const tree = await treeOf(ctx, root);
  const ids = tree.map(({ id }) => id);
  await linkBlobs(ctx.db, repository, await store.lockKeptBlobs(ctx.db, ids));
  const wanted = tree.flatMap(({ tags }) => tags);
  const taken = await store.takenTags(ctx.db, repository.repository_id, wanted);
  for (const kept of tree) await insert(ctx, repository, kept);
  await setTags(ctx, repository, tree, taken);
  await store.setTimes(ctx.db, repository.repository_id, tree);
  await store.setLabels(ctx.db, repository, ids);
  await store.forget(ctx.db, ids);
  const restored = {
    artifacts: tree.map(({ digest }) => digest),
    tags: wanted.filter((tag) => !taken.has(tag)),
  };
  await audit(ctx, repository, `@${root.digest}`, restored);
  return restored;
}

/** A tag that was taken away alone, back on the artifact that it named; undefined when there is no such tag. */
async function restoreTag(
  ctx: TxContext,
  repository: Repository,
  name: string,
): Promise<Restored | undefined> {
  const kept = await store.findKeptTag(ctx.db, repository.project_id, repository.name, name);
  const artifact = kept && (await findId(ctx.db, repository.repository_id, kept.digest));
  if (!kept || artifact === undefined) return undefined;
  const taken = await store.takenTags(ctx.db, repository.repository_id, [name]);
  if (taken.has(name)) {
    throw new Failure(
      'CONFLICT',
      `tag ${name} exists again in ${repository.name}; delete or rename that one first`,
    );
  }
  await changeTags(ctx, repository, [{ name, to: artifact }], 'restore');
  await store.forget(ctx.db, [kept.id]);
  await audit(ctx, repository, `:${name}`, { artifacts: [], tags: [name] });
  return { artifacts: [], tags: [name] };
}

/** Children before the indexes that name them, and an artifact before its signatures. */
async function treeOf(ctx: TxContext, root: store.Kept): Promise<store.Kept[]> {
  const found = new Map<string, store.Kept>([[root.digest, root]]);
  let open = [root];
  while (open.length > 0) {
    const digests = open.flatMap((kept) => childrenOf(kept)).filter((digest) => !found.has(digest));
    const subjects = open.map(({ digest }) => digest);
    const next = await store.listKept(ctx.db, root, { digests, subjects });
    open = next.filter(({ digest }) => !found.has(digest));
    for (const kept of open) found.set(kept.digest, kept);
  }
  const ordered = new Map<string, store.Kept>();
  const visit = (kept: store.Kept): void => {
    if (ordered.has(kept.digest)) return;
    for (const digest of childrenOf(kept)) {
      const child = found.get(digest);
      if (child) visit(child);
    }
    ordered.set(kept.digest, kept);
  };
  for (const kept of found.values()) visit(kept);
  return [...ordered.values()];
}

const childrenOf = (kept: store.Kept): string[] =>
  parseManifest(kept.payload, kept.media_type).manifests.map(({ digest }) => digest);

/** What each of them was called, unless something else is called that now. */
async function setTags(
  ctx: TxContext,
  repository: Repository,
  tree: readonly store.Kept[],
  taken: ReadonlySet<string>,
): Promise<void> {
  const named = tree.flatMap(({ digest, tags }) => tags.map((name) => ({ name, digest })));
  const free = named.filter(({ name }) => !taken.has(name));
  if (free.length === 0) return;
  const digests = [...new Set(free.map(({ digest }) => digest))];
  const ids = await lockCopies(ctx.db, repository.repository_id, digests);
  const changes = free.map(({ name, digest }) => ({ name, to: ids.get(digest) }));
  await changeTags(ctx, repository, changes, 'restore');
}

async function insert(ctx: TxContext, repository: Repository, kept: store.Kept): Promise<void> {
  const problem = await insertManifest((statement, values) => run(ctx.db, statement, values), {
    projectId: repository.project_id,
    repositoryId: repository.repository_id,
    repository: repository.name,
    digest: kept.digest,
    bytes: kept.payload,
    manifest: parseManifest(kept.payload, kept.media_type),
    tags: [],
    lease: '0',
    // One entry tells of the whole restoration.
    username: null,
    auditedFrom: null,
    protection: await protectionOf(ctx, repository.project_id),
  });
  if (!problem) return;
  throw new Failure(
    'PRECONDITION',
    `${repository.name}@${kept.digest} cannot come back: something that it names was deleted by itself; restore that first`,
    { detail: problem },
  );
}

async function audit(
  ctx: TxContext,
  repository: Repository,
  what: string,
  restored: Restored,
): Promise<void> {
  await record(ctx, {
    operation: 'create',
    resource_type: restored.artifacts.length > 0 ? 'artifact' : 'tag',
    resource: `${repository.name}${what}`,
    project_id: repository.project_id,
    detail: { restored: restored.artifacts.slice(0, 20), tags: restored.tags.slice(0, 20) },
  });
}
