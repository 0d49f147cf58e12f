import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { record } from '#src/features/audit/index.ts';
import { carryOut, defineJob, type JobRun } from '#src/jobs/job.ts';
import { kindsIn } from './kinds.ts';
import * as store from './purge.store.ts';

export const auditPurge = defineJob({
  name: 'PURGE_AUDIT_LOG',
  payload: Type.Object({
    audit_retention_hour: Type.Integer(),
    include_event_types: Type.String(),
    dry_run: Type.Boolean(),
  }),
  keep: 10,
});

/** Rows that one transaction looks at: its locks are held for some tens of milliseconds. */
const batch = 5_000;
/** The lock on the whole log is asked for so long; meanwhile whoever writes into it waits behind. */
const lockMilliseconds = 250;
const mostTries = 40;

interface Purged {
  rows: number;
  months: number;
}

/** Takes what is older than the limit: whole months as tables, at once; the rest row by row, in batches. */
export const carryOutPurge = carryOut(
  auditPurge,
  async (run, { audit_retention_hour, include_event_types, dry_run }) => {
    const which = await store.whichRows(run.db, {
      hours: audit_retention_hour,
      types: kindsIn(include_event_types) ?? [],
      executionId: run.executionId,
    });
    const purged: Purged = { rows: 0, months: 0 };
    run.note(
      `${dry_run ? 'counting' : 'deleting'} entries before ${which.before} of the kinds ${include_event_types}`,
    );
    try {
      if (store.isEverything(which)) await dropMonths(run, which, dry_run, purged);
      await deleteRows(run, which, dry_run, purged);
    } finally {
      const { rows, months } = purged;
      const detail = { entries: rows, months, before: which.before, event_types: include_event_types };
      // G-72: a purge that is stopped or fails half-way leaves its entry, too.
      if (!dry_run && rows + months > 0) {
        await run.transaction((ctx) =>
          record(ctx, { operation: 'delete', resource_type: 'purge_audit', resource: 'audit log', detail }),
        );
      }
      await run.report({ purged_entries: rows, dropped_months: months });
    }
    run.note(
      `${dry_run ? 'a run now would delete' : 'deleted'} ${purged.rows} entries, ${purged.months} whole months among them`,
    );
  },
);

async function dropMonths(run: JobRun, which: store.Which, dryRun: boolean, purged: Purged): Promise<void> {
  for (const table of await store.listMonths(run.db, which)) {
    run.signal.throwIfAborted();
    // What is only counted is met again row by row.
    if (dryRun) {
      purged.months += 1;
      continue;
    }
    const { total, exact } = await store.countMonth(run.db, table);
    const began = performance.now();
    if (await drop(run, which, table)) {
      purged.rows += total;
      purged.months += 1;
      const took = Math.ceil(performance.now() - began);
      run.note(`dropped ${table} with ${exact ? '' : 'about '}${total} entries in ${took} ms`);
      await run.report({ purged_entries: purged.rows, dropped_months: purged.months });
    } else {
      run.note(`${table} stays: it has entries that were not forwarded yet`);
    }
  }
}

/** False when something in it must stay. */
async function drop(run: JobRun, which: store.Which, table: string): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await run
      .transaction((ctx) => store.dropMonth(ctx.db, which, table, lockMilliseconds))
      .catch((error: unknown) => {
        if (store.isLockTimeout(error) && tries < mostTries) return 'busy';
        throw error;
      });
    if (outcome !== 'busy') return outcome === 'dropped';
    // Readers and writers of the log get their turn.
    await delay(lockMilliseconds * (1 + Math.random()), undefined, { signal: run.signal });
  }
}

async function deleteRows(run: JobRun, which: store.Which, dryRun: boolean, purged: Purged): Promise<void> {
  let from: store.Position | undefined;
  let told = performance.now();
  for (;;) {
    run.signal.throwIfAborted();
    const began = performance.now();
    const to = await store.findEnd(run.db, which, from, batch);
    purged.rows += dryRun
      ? await store.countRows(run.db, which, from, to)
      : await run.transaction((ctx) => store.deleteRows(ctx.db, which, from, to));
    if (to === undefined) return;
    from = to;
    if (performance.now() - told > 2_000) {
      told = performance.now();
      run.note(`${purged.rows} entries so far`);
      await run.report({ purged_entries: purged.rows });
    }
    // Works at most half of the time, so that those who write the log get theirs.
    await delay(performance.now() - began, undefined, { signal: run.signal });
  }
}
