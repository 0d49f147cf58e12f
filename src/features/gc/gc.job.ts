import { Type } from 'typebox';
import type { Database } from '#src/database/pool.ts';
import { sizeText } from '#src/oci/size.ts';
import { carryOut, type CarriedOut, defineJob, type JobRun } from '#src/jobs/job.ts';
import { type Collected, type CollectionParts, collect } from './collect.ts';
import { collectable } from './collect.store.ts';
import { findOrphans } from './orphans.ts';
import { noteStaying } from './staying.ts';
import { deleteUntagged } from './untagged.ts';

export const garbageCollection = defineJob({
  name: 'GARBAGE_COLLECTION',
  payload: Type.Object({
    dry_run: Type.Boolean(),
    delete_untagged: Type.Boolean(),
    workers: Type.Integer({ minimum: 1, maximum: 10 }),
  }),
});

/** Collection on demand: the same decisions as those that are always made, with a log, a result and Harbor's options. */
export const carryOutCollection = (parts: CollectionParts & { database: Database }): CarriedOut =>
  carryOut(garbageCollection, async (run, { dry_run, delete_untagged, workers }) => {
    run.note(`garbage collection began${dry_run ? ' as a dry run: nothing will be deleted' : ''}`);
    const untagged = delete_untagged ? await deleteUntagged(run, parts, dry_run) : 0;
    if (dry_run) {
      await dryRun(run, parts.database, untagged);
      return noteStaying(run);
    }
    let told = performance.now();
    const isTime = () => {
      if (performance.now() - told < 2_000) return false;
      told = performance.now();
      return true;
    };
    const tell = (soFar: Collected) => {
      if (!isTime()) return;
      run.note(progressLine(soFar));
      void run.report(resultOf(untagged, soFar)).catch(() => undefined);
    };
    const soFar = await collect(parts.database, parts, {
      windowSeconds: 0,
      executionId: run.executionId,
      signal: run.signal,
      progress: tell,
      parallel: workers,
    });
    run.note(progressLine(soFar));
    const orphans = await findOrphans(parts.database, parts.storage, run.signal, (looked) => {
      if (isTime()) run.note(`storage: ${looked} objects compared with the database`);
    });
    run.note(
      `storage: ${orphans.removed} objects without a row given to removal, ${orphans.waiting} more are waited for`,
    );
    await run.report(resultOf(untagged, soFar));
    await noteStaying(run);
    run.note(`garbage collection ended: ${sizeText(soFar.bytes)} freed`);
  });

async function dryRun(run: JobRun, database: Database, untagged: number): Promise<void> {
  const blobs = await collectable(database);
  for (const { o_digest, o_size } of blobs.slice(0, 10_000))
    run.note(`would delete ${o_digest}, ${sizeText(o_size)}`);
  const bytes = blobs.reduce((sum, { o_size }) => sum + o_size, 0);
  await run.report({ purged_blobs: blobs.length, purged_manifests: untagged, freed_space: bytes });
  run.note(`a run now would delete ${blobs.length} blobs and free ${sizeText(bytes)}`);
}

/** Harbor's members of job_parameters after a run. */
const resultOf = (untagged: number, { blobs, bytes }: Collected) => ({
  purged_blobs: blobs,
  purged_manifests: untagged,
  freed_space: bytes,
});

const progressLine = ({ links, blobs, bytes, objects, failures }: Collected) =>
  `${blobs} blobs (${sizeText(bytes)}) and ${links} links let go, ${objects} objects removed, ${failures} could not be removed and will be tried again`;
