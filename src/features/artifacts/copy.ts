import { mayInProject } from '#src/access/authorize.ts';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { emitAll, emitQuotaWarning, resourcesOf } from '#src/events/emit.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { quotaExceeded, tellQuotaExceeded } from '#src/features/quotas/index.ts';
import {
  checkedRepositoryName,
  type ContentParts,
  newRepositoryNameOf,
  type Repository,
} from '#src/features/repositories/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { isDigest } from '#src/oci/digest.ts';
import { quote } from '#src/oci/quote.ts';
import { isTag } from '#src/oci/reference.ts';
import * as store from './copy.store.ts';
import { type ArtifactRow, findArtifactIn } from './find.ts';
import { changeTags } from './tag-changes.ts';

interface Source {
  readonly repository: string;
  readonly reference: string;
}

/**
 * Copies an artifact with everything that belongs to it: children of an index, accessories, and all of its tags
 * (Harbor), which move in the target where they name something else. No bytes move: the blobs are linked and charged
 * in the same transaction. What the target has already stays as it is. Returns the reference of `from`.
 */
export async function copyArtifact(
  ctx: Context,
  { content }: ContentParts,
  project: GuardedProject,
  given: { repository_name: string; from: string },
): Promise<string> {
  const name = newRepositoryNameOf(project, given.repository_name);
  const from = parseSource(given.from);
  const source = await findReadable(ctx, from);
  const { artifact } = await findArtifactIn(ctx, source, from.reference);
  if (artifact.accessory_of !== null && (await isThere(ctx, source, artifact.accessory_of))) {
    throw new Failure(
      'DENIED',
      `${from.reference} belongs to ${artifact.accessory_of} and is copied with it`,
    );
  }
  try {
    await content.changing(name, () =>
      inTransaction(ctx, async (ctx) => {
        const repository_id = await store.ensureRepository(ctx.db, project.id, name);
        if (repository_id === undefined) throw gone(`the project ${project.name}`);
        const target = { repository_id, project_id: project.id, name };
        await copyTree(ctx, { repository: source, artifact }, target);
      }),
    );
  } catch (error) {
    await tellQuotaExceeded(ctx, { projectId: project.id, repository: name }, error);
    throw explain(error, name);
  }
  return from.reference;
}

/** `project/repository:tag`, `project/repository@digest`, or both, of which the digest counts. */
function parseSource(from: string): Source {
  const at = from.indexOf('@');
  const named = at < 0 ? from : from.slice(0, at);
  const colon = named.lastIndexOf(':');
  const repository = colon < 0 ? named : named.slice(0, colon);
  const reference = at < 0 ? (colon < 0 ? '' : named.slice(colon + 1)) : from.slice(at + 1);
  if (at < 0 ? !isTag(reference) : !isDigest(reference)) {
    throw new Failure(
      'BAD_REQUEST',
      `from is ${quote(from)}: it must be project/repository:tag or project/repository@digest`,
    );
  }
  return { repository: checkedRepositoryName(repository), reference };
}

/** A repository that the caller may not read is answered as one that is not there (R1). */
async function findReadable(ctx: Context, { repository, reference }: Source): Promise<Repository> {
  const row = await store.findSource(ctx.db, repository);
  const found = row && { id: row.project_id, public: row.public };
  // Reading an artifact is not pulling it: with the second alone a robot would get at blobs that it may not pull (S-080).
  if (
    !row ||
    !found ||
    !mayInProject(ctx.who, found, 'artifact:read') ||
    !mayInProject(ctx.who, found, 'repository:pull')
  ) {
    const mark = isDigest(reference) ? '@' : ':';
    throw new Failure('NOT_FOUND', `artifact ${repository}${mark}${reference} not found`);
  }
  return row;
}

async function isThere(ctx: Context, repository: Repository, digest: string): Promise<boolean> {
  try {
    await findArtifactIn(ctx, repository, digest);
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

async function copyTree(
  ctx: TxContext,
  source: { repository: Repository; artifact: ArtifactRow },
  target: Repository,
): Promise<void> {
  const { id, digest } = source.artifact;
  const tree = await store.lockTree(ctx.db, source.repository.repository_id, id);
  const ids = tree.map((one) => one.id);
  if (!ids.includes(id)) throw gone(`${source.repository.name}@${digest}`);
  await store.linkBlobs(ctx.db, target, await store.lockBlobs(ctx.db, ids));
  const added = new Set(await store.insertCopies(ctx.db, target.repository_id, ids));
  const copies = await store.lockCopies(
    ctx.db,
    target.repository_id,
    tree.map((one) => one.digest),
  );
  const copyOf = (wanted: string): number => {
    const copy = copies.get(wanted);
    if (copy === undefined) throw gone(`${target.name}@${wanted}`);
    return copy;
  };
  const fresh = tree.filter((one) => added.has(one.digest));
  await store.insertReferences(
    ctx.db,
    target.repository_id,
    fresh.map((one) => ({ source: one.id, copy: copyOf(one.digest) })),
  );
  // Harbor: what is there already keeps the tags it has, but for the artifact that was asked for.
  const tagged = await store.listTagsOf(ctx.db, [...fresh.map((one) => one.id), id]);
  const tags = await changeTags(
    ctx,
    target,
    tagged.map(({ name, digest: named }) => ({ name, to: copyOf(named) })),
    'copy',
  );
  if (fresh.length + tags.length === 0) return;
  await tell(ctx, target, new Set([...fresh.map((one) => one.digest), digest]), tagged);
  await record(ctx, {
    operation: 'create',
    resource_type: 'artifact',
    resource: `${target.name}@${digest}`,
    project_id: target.project_id,
    detail: {
      copied_from: `${source.repository.name}@${digest}`,
      artifacts: fresh.length,
      tags: tags
        .slice(0, 20)
        .map(({ name, before }) => ({ name, ...(before !== undefined && { from: before }) })),
    },
  });
}

/** Harbor: a copy is a push of everything that is copied. */
async function tell(
  ctx: TxContext,
  { project_id: projectId, name: repository }: Repository,
  digests: ReadonlySet<string>,
  tagged: readonly { name: string; digest: string }[],
): Promise<void> {
  const tagsOf = (digest: string) => tagged.filter((tag) => tag.digest === digest).map(({ name }) => name);
  await emitAll(
    ctx,
    [...digests].map((digest) => ({
      projectId,
      type: 'PUSH_ARTIFACT',
      data: { repository, resources: resourcesOf(digest, tagsOf(digest)) },
    })),
  );
  await emitQuotaWarning(ctx, projectId, repository);
}

const gone = (what: string, cause?: unknown): Failure =>
  new Failure('NOT_FOUND', `${what} was deleted at this moment; nothing was copied`, { cause });

function explain(error: unknown, name: string): unknown {
  // A child or the project was deleted between look and write.
  if ((error as { code?: unknown }).code === '23503') return gone(`something that ${name} needs`, error);
  return quotaExceeded(error) ?? error;
}
