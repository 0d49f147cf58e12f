import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { Principal } from '#src/access/principal.ts';
import { removeArtifact, removeTag, restoreArtifact } from '#src/features/artifacts/index.ts';
import { ruleNamedBy } from '#src/features/immutability/index.ts';
import { attachLabel, detachLabel } from '#src/features/labels/index.ts';
import type { ContentParts } from '#src/features/repositories/index.ts';
import type { JobRun } from '#src/jobs/job.ts';
import { nameWithinProject } from '#src/oci/selector.ts';
import type { Static } from 'typebox';
import * as store from './bulk.store.ts';
import type { Order } from './order.ts';

export interface Scene {
  readonly run: JobRun;
  /** In whose name, with the rights of this moment. */
  readonly who: Principal;
  readonly parts: ContentParts;
  readonly place: store.Place;
  readonly order: Static<typeof Order>;
}

const done = (reason: string | null = null): store.Outcome => ({ state: 'done', reason });
const skipped = (reason: string): store.Outcome => ({ state: 'skipped', reason });

/**
 * Does one thing through the door through which it goes alone, and writes down what became of it, in one transaction: a
 * job that is taken over knows exactly what is left. What a rule forbids is skipped with the rule's own words.
 */
export async function carryOutItem(scene: Scene, item: store.ItemRow): Promise<void> {
  const { run, parts, place } = scene;
  try {
    await parts.content.changing(place.name, () =>
      run.transaction(async (tx) => {
        const outcome = await act({ ...tx, who: scene.who }, scene, item);
        await store.finishItem(tx.db, run.executionId, item.id, outcome);
      }),
    );
  } catch (error) {
    const outcome = explain(error);
    if (!outcome) throw error;
    if (outcome.state === 'failed')
      run.log.warn({ err: error, item: item.id }, 'an item of a bulk job failed');
    await run.transaction((tx) => store.finishItem(tx.db, run.executionId, item.id, outcome));
  }
}

function act(ctx: Context, scene: Scene, item: store.ItemRow): Promise<store.Outcome> {
  switch (scene.order.action) {
    case 'delete':
      return remove(ctx, scene, item);
    case 'restore':
      return restore(ctx, scene, item);
    case 'add_label':
    case 'remove_label':
      return label(ctx, scene, item, scene.order.action);
  }
}

async function remove(
  ctx: Context,
  scene: Scene,
  { tag, digest, artifact_id }: store.ItemRow,
): Promise<store.Outcome> {
  const { parts, place, run } = scene;
  const why = `bulk job ${run.executionId}`;
  if (tag === null) {
    const gone = await removeArtifact(ctx, parts, place, digest, why);
    return gone ? done() : done('it went along with another one, or was gone already');
  }
  // Only from the image that was looked at: a tag that moved since then is another one (G-82).
  if (artifact_id !== null && (await removeTag(ctx, parts, place, tag, { id: artifact_id }, why)))
    return done();
  return skipped('it is gone, or names another image since');
}

async function restore(
  ctx: Context,
  { parts, place }: Scene,
  { tag, digest }: store.ItemRow,
): Promise<store.Outcome> {
  const path = { repository_name: nameWithinProject(place.name), reference: tag ?? digest };
  const back = await restoreArtifact(ctx, parts, place.project, path);
  return done(back.artifacts.length > 1 ? `${back.artifacts.length} artifacts came back` : null);
}

async function label(
  ctx: Context,
  { place, order }: Scene,
  { digest }: store.ItemRow,
  action: 'add_label' | 'remove_label',
): Promise<store.Outcome> {
  const path = { repository_name: nameWithinProject(place.name), reference: digest };
  await (action === 'add_label' ? attachLabel : detachLabel)(ctx, place.project, path, order.label_id ?? 0);
  return done();
}

/** Undefined: the job itself is at its end, or the database is. */
function explain(error: unknown): store.Outcome | undefined {
  if (error instanceof Failure) {
    const held = error.code === 'VIOLATE_FOREIGN_KEY_CONSTRAINT';
    const rule = ruleNamedBy(error);
    const reason = error.message.slice(0, 1_000);
    return { state: 'skipped', reason: rule === undefined ? reason : `${reason} (rule ${rule})`, held };
  }
  const code = (error as { code?: unknown }).code;
  // Of this one item: a deadlock that was lost too often, a rule of the schema.
  if (typeof code !== 'string' || !/^(23|40)/.test(code)) return undefined;
  return { state: 'failed', reason: `the database refused it (${code}); try it again` };
}
