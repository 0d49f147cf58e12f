import { nameOf } from '#src/access/authorize.ts';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import type { TagOperation } from '#src/database/tables-tag-history.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { protectionOf, tagRefusal } from '#src/features/immutability/index.ts';
import { noteTags } from '#src/features/trash/index.ts';
import type { ContentParts, Repository } from '#src/features/repositories/index.ts';
import { quote } from '#src/oci/quote.ts';
import { isTag } from '#src/oci/reference.ts';
import type { ArtifactRow } from './find.ts';
import * as store from './tag-changes.store.ts';

export interface TagChange {
  readonly name: string;
  /** The artifact that the tag is to name; undefined takes the tag away. */
  readonly to: number | undefined;
  /** Only if the tag names this artifact now: what was looked at is what goes (G-82). */
  readonly from?: number;
}

export interface ChangedTag {
  readonly name: string;
  /** The digest it named; undefined when the tag is new. */
  readonly before: string | undefined;
}

/**
 * The one door for every tag that is set, moved or taken away outside of a push (G-86). Returns what really changed:
 * a tag that names its artifact already, or is not there to be taken away, is left as it is. `operation` is what the
 * history of tags calls it.
 */
export async function changeTags(
  ctx: TxContext,
  place: Repository,
  changes: readonly TagChange[],
  operation: TagOperation,
): Promise<ChangedTag[]> {
  const repository = place.repository_id;
  const done: ChangedTag[] = [];
  let open = changes;
  while (open.length > 0) {
    const names = open.map(({ name }) => name);
    const held = new Map((await store.lockTags(ctx.db, repository, names)).map((row) => [row.name, row]));
    const { fresh, moved, gone } = sorted(open, held);
    await refuseImmutable(ctx, place, { updated: moved.names, deleted: gone });
    if (gone.length > 0) await store.removeTags(ctx.db, repository, gone);
    if (moved.names.length > 0) await store.moveTags(ctx.db, repository, moved);
    const inserted =
      fresh.names.length > 0 ? await store.insertTags(ctx.db, repository, fresh) : new Set<string>();
    for (const name of [...gone, ...moved.names]) done.push({ name, before: held.get(name)?.digest });
    for (const name of inserted) done.push({ name, before: undefined });
    // Somebody else set a tag that was not there to be locked: now it is.
    const lost = new Set(fresh.names.filter((name) => !inserted.has(name)));
    open = open.filter(({ name }) => lost.has(name));
  }
  if (done.length === 0) return done;
  const targets = new Map(changes.map(({ name, to }) => [name, to]));
  const noted = done.map(({ name, before }) => ({ name, before, to: targets.get(name) }));
  await store.noteHistory(ctx.db, place, noted, { operation, username: nameOf(ctx.who) });
  return done;
}

/** `held` tags stay what they are until the commit, and so do the rules: what is let through here is let through. */
async function refuseImmutable(
  ctx: TxContext,
  { project_id, name }: Repository,
  tags: Readonly<Record<'updated' | 'deleted', readonly string[]>>,
): Promise<void> {
  if (tags.updated.length + tags.deleted.length === 0) return;
  const protection = await protectionOf(ctx, project_id);
  for (const what of ['updated', 'deleted'] as const) {
    const [tag] = protection.protects(name, tags[what]);
    if (tag !== undefined) throw tagRefusal({ repository: name, tag, protection }, what);
  }
}

function sorted(changes: readonly TagChange[], held: ReadonlyMap<string, store.NamedArtifact>) {
  const fresh = { names: [] as string[], artifacts: [] as number[] };
  const moved = { names: [] as string[], artifacts: [] as number[] };
  const gone: string[] = [];
  for (const { name, to, from } of changes) {
    const now = held.get(name)?.artifact_id;
    if (from !== undefined && now !== from) continue;
    if (to === undefined) {
      if (now !== undefined) gone.push(name);
    } else if (now === undefined) {
      fresh.names.push(name);
      fresh.artifacts.push(to);
    } else if (now !== to) {
      moved.names.push(name);
      moved.artifacts.push(to);
    }
  }
  return { fresh, moved, gone };
}

/** Makes the tag name the artifact. Harbor: a tag of another artifact moves, one of this artifact is left alone. */
export async function setTag(
  ctx: Context,
  { content }: ContentParts,
  repository: Repository,
  artifact: ArtifactRow,
  name: string,
): Promise<void> {
  if (!isTag(name)) {
    throw new Failure(
      'BAD_REQUEST',
      `${quote(name)} is not a tag: at most 128 of letters, digits, "_", "." and "-", not beginning with "." or "-"`,
    );
  }
  await content.tagging(repository.name, () =>
    inTransaction(ctx, async (ctx) => {
      if (!(await store.lockArtifact(ctx.db, artifact.id))) {
        throw new Failure('NOT_FOUND', `artifact ${repository.name}@${artifact.digest} not found`);
      }
      const [changed] = await changeTags(ctx, repository, [{ name, to: artifact.id }], 'tag');
      if (!changed) return;
      const { before } = changed;
      const detail = { digest: artifact.digest, ...(before !== undefined && { from: before }) };
      await recordTag(ctx, 'create', repository, name, detail);
    }),
  );
}

/** Takes a tag away and leaves its artifact. False when there is no such tag, or not on the artifact asked for. */
export function removeTag(
  ctx: Context,
  { content }: ContentParts,
  repository: Repository,
  name: string,
  artifact?: Pick<ArtifactRow, 'id'>,
  why?: string,
): Promise<boolean> {
  return content.tagging(repository.name, () =>
    inTransaction(ctx, async (ctx) => {
      const change = { name, to: undefined, ...(artifact && { from: artifact.id }) };
      const [changed] = await changeTags(ctx, repository, [change], 'delete');
      if (changed?.before === undefined) return false;
      await recordTag(ctx, 'delete', repository, name, { digest: changed.before });
      await noteTags(ctx, repository, [{ name, digest: changed.before }], why);
      return true;
    }),
  );
}

function recordTag(
  ctx: TxContext,
  operation: 'create' | 'delete',
  { name, project_id }: Repository,
  tag: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return record(ctx, { operation, resource_type: 'tag', resource: `${name}:${tag}`, project_id, detail });
}
