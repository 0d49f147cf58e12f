import type { Context, TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { newRepositoryNameOf } from '#src/features/repositories/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { isDigest } from '#src/oci/digest.ts';
import { listTags, listTree } from './deletion.store.ts';
import { goingWith } from './deletion-tree.ts';
import { type ArtifactPath, findArtifact } from './find.ts';
import * as store from './foresight.store.ts';

/** What a preview names; there may be 100,000 tags. */
const mostNamed = 100;

/** The same that `removeArtifact` would do at this moment, without locks: nothing is promised. */
export async function previewDeletion(ctx: Context, project: GuardedProject, path: ArtifactPath) {
  const { repository, artifact: root } = await findArtifact(ctx, project, path);
  const tree = await listTree(ctx.db, repository.repository_id, [root.id]);
  const going = goingWith([root.id], tree);
  const parents = tree.find(({ id }) => id === root.id)?.parents ?? [];
  const along = tree.filter(({ id }) => going.has(id) && id !== root.id).map(({ id }) => id);
  const [tags, artifacts, holders] = await Promise.all([
    listTags(ctx.db, going.size > 0 ? [...going] : [root.id]),
    store.listDigests(ctx.db, along, mostNamed),
    store.listDigests(ctx.db, going.size > 0 ? [] : parents, mostNamed),
  ]);
  return {
    artifacts,
    artifact_count: along.length,
    tags: tags.slice(0, mostNamed).map(({ name }) => name),
    tag_count: tags.length,
    held_by: holders.map(({ digest }) => digest),
    restore_hours: ctx.live.get('restore_hours'),
  };
}

/** What deleting several would take, all at once: what goes, by its id, and the tags of all that. */
export async function foreseeRemoval(ctx: TxContext, repositoryId: number, asked: readonly number[]) {
  const tree = await listTree(ctx.db, repositoryId, asked);
  const going = goingWith(asked, tree);
  return { going: tree.filter(({ id }) => going.has(id)), tags: await listTags(ctx.db, [...going]) };
}

/** What `restoreArtifact` would bring back. The repository may be gone with all that was in it. */
export async function getRestorable(
  ctx: Context,
  project: GuardedProject,
  { repository_name, reference }: ArtifactPath,
) {
  const name = newRepositoryNameOf(project, repository_name);
  const by = isDigest(reference) ? { digest: reference } : { tag: reference };
  const kept = await store.findRestorable(ctx.db, project.id, name, by);
  if (!kept) {
    throw new Failure(
      'NOT_FOUND',
      `nothing that was deleted from ${name} as ${reference} can be brought back: it was never there, is back already, or its time (setting restore_hours) is over`,
    );
  }
  return kept;
}
