import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { foreseeRemoval } from '#src/features/artifacts/index.ts';
import { protectionOf } from '#src/features/immutability/index.ts';
import { findRepository, type Repository } from '#src/features/repositories/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { check } from './bulk.ts';
import * as store from './bulk.store.ts';
import { select, type Wanted } from './selection.ts';

export interface Preview {
  readonly matching: number;
  readonly immutable: number;
  readonly held: number;
  readonly untagged: number;
  readonly tags: string[];
  readonly tag_count: number;
  readonly accessories: number;
  readonly children: number;
  readonly restore_hours: number;
}

/** Tags that it names; there may be 100,000. */
const mostNamed = 100;

/** What a job would do at this moment, without locks: nothing is promised. */
export async function previewBulk(
  ctx: Context,
  project: GuardedProject,
  given: string,
  wanted: Wanted,
): Promise<Preview> {
  await check(ctx, project, wanted);
  const repository = await findRepository(ctx, project, given);
  return inTransaction(ctx, async (ctx) => {
    const items = await select(ctx, repository, wanted);
    const nothing = {
      matching: items.length,
      immutable: 0,
      held: 0,
      untagged: 0,
      tags: [],
      tag_count: 0,
      accessories: 0,
      children: 0,
      restore_hours: ctx.live.get('restore_hours'),
    };
    if (wanted.action !== 'delete') return nothing;
    const more =
      wanted.target === 'tags'
        ? await ofTags(ctx, repository, items)
        : await ofArtifacts(ctx, repository, items);
    return { ...nothing, ...more };
  });
}

async function ofTags(
  ctx: TxContext,
  { project_id, name }: Repository,
  items: readonly store.Selected[],
): Promise<Partial<Preview>> {
  const names = items.flatMap(({ tag }) => (tag === null ? [] : [tag]));
  const immutable = new Set((await protectionOf(ctx, project_id)).protects(name, names));
  const going = items.filter(({ tag }) => tag !== null && !immutable.has(tag));
  return { immutable: immutable.size, untagged: await store.countUntagged(ctx.db, going) };
}

async function ofArtifacts(
  ctx: TxContext,
  { repository_id, project_id, name }: Repository,
  items: readonly store.Selected[],
): Promise<Partial<Preview>> {
  const asked = new Set(items.map(({ artifact_id }) => artifact_id));
  const { going, tags } = await foreseeRemoval(ctx, repository_id, [...asked]);
  const protection = await protectionOf(ctx, project_id);
  const immutable = new Set(
    protection.protects(
      name,
      tags.map((tag) => tag.name),
    ),
  );
  const kept = new Set(tags.filter((tag) => immutable.has(tag.name)).map((tag) => tag.artifact_id));
  const along = going.filter(({ id }) => !asked.has(id));
  const accessories = along.filter(({ subject }) => subject !== null).length;
  return {
    immutable: kept.size,
    held: asked.size - (going.length - along.length),
    tags: tags.slice(0, mostNamed).map((tag) => tag.name),
    tag_count: tags.length,
    accessories,
    children: along.length - accessories,
  };
}
