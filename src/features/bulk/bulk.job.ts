import type { Principal } from '#src/access/principal.ts';
import type { ContentParts } from '#src/features/repositories/index.ts';
import { type CarriedOut, carryOut, defineJob, FinalFailure, type JobRun } from '#src/jobs/job.ts';
import * as store from './bulk.store.ts';
import { carryOutItem, type Scene } from './items.ts';
import { Order } from './order.ts';
import { mayAct } from './rights.ts';

/** One at a time in a repository: the second would only wait for the locks of the first. */
export const bulk = defineJob({ name: 'BULK', payload: Order, attempts: 3, limit: 4 });

export interface BulkParts extends ContentParts {
  /** An account with the rights that it has now; undefined when it is gone, disabled or expired. */
  readonly findPrincipal: (of: {
    readonly kind: 'user' | 'robot';
    readonly id: number;
  }) => Promise<Principal | undefined>;
}

/** As many items as are looked at before the caller's rights are asked again, and the progress is told. */
const batch = 25;

export const carryOutBulk = (parts: BulkParts): CarriedOut =>
  carryOut(bulk, async (run, order) => {
    const place = await store.findPlace(run.db, order.repository_id, order.project_id);
    if (!place) throw new FinalFailure('the repository is gone');
    for (;;) {
      run.signal.throwIfAborted();
      const who = await parts.findPrincipal(order.caller);
      if (!who || !mayAct(who, place.project, order)) {
        throw new FinalFailure('whoever started it has no longer the right to do this');
      }
      const items = await store.nextItems(run.db, run.executionId, batch);
      const scene: Scene = { run, who, parts, place, order };
      for (const item of items) {
        run.signal.throwIfAborted();
        await carryOutItem(scene, item);
      }
      await report(run);
      if (items.length < batch && !(await again(run, items.length))) return;
    }
  });

async function report(run: JobRun): Promise<void> {
  await run.report({ ...(await store.countItems(run.db, run.executionId)) });
}

/** What an index held may be free now that the index went: it gets another turn as long as that helps. */
async function again(run: JobRun, handled: number): Promise<boolean> {
  return handled > 0 && (await run.transaction((ctx) => store.wakeHeld(ctx.db, run.executionId))) > 0;
}
