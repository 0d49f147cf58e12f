import {
  applySchedule,
  executionLog,
  getRun,
  listRuns,
  presentRun,
  presentSchedule,
  stopRun,
} from '#src/features/executions/index.ts';
import { Answer, created, Listed, route } from '#src/http/endpoint.ts';
import { findSchedule } from '#src/jobs/schedules.ts';
import { collectionRuns } from './gc.ts';
import * as api from './gc.contract.ts';
import { listLedger, summarise } from './ledger.ts';
import type { LedgerRow, SummaryRow } from './ledger.store.ts';

export const collectionRoutes = [
  route(api.getGCHistory, async (ctx, { page }) => {
    const { rows, total } = await listRuns(ctx, collectionRuns, page);
    return new Listed(rows.map(presentRun), total);
  }),

  route(api.getGC, async (ctx, { params }) => presentRun(await getRun(ctx, collectionRuns, params.gc_id))),

  route(api.stopGC, (ctx, { params }) => stopRun(ctx, collectionRuns, params.gc_id)),

  route(api.getGCLog, async (ctx, { params }) => {
    const { id } = await getRun(ctx, collectionRuns, params.gc_id);
    return executionLog(ctx.db, id);
  }),

  route(api.getGCSchedule, async (ctx) => {
    const schedule = await findSchedule(ctx.db, collectionRuns.job.name);
    // Harbor: 200 with an empty body when there is none (wire.md section 14).
    return new Answer(schedule && presentSchedule(schedule));
  }),

  route(api.createGCSchedule, async (ctx, { body }) =>
    created(`/api/v2.0/system/gc/${await applySchedule(ctx, collectionRuns, body)}`),
  ),

  route(api.updateGCSchedule, async (ctx, { body }) => {
    await applySchedule(ctx, collectionRuns, body);
  }),

  route(api.getGCSummary, async (ctx) => presentSummary(await summarise(ctx))),

  route(api.listGCLedger, async (ctx, { page }) => {
    const { rows, total } = await listLedger(ctx, page);
    return new Listed(rows.map(present), total);
  }),
];

function present({
  deleted_at,
  repository,
  digest,
  tags,
  execution_id,
  restorable_until: until,
  reference,
  ...rest
}: LedgerRow): api.LedgerEntry {
  return {
    ...rest,
    deleted_at: deleted_at.toISOString(),
    ...(repository !== null && { repository }),
    ...(digest !== null && { digest }),
    ...(tags !== null && { tags }),
    ...(execution_id !== null && { execution_id }),
    ...(until !== null && reference !== null && { restore: { reference, until: until.toISOString() } }),
  };
}

function presentSummary({ since, kept_until, last_error, ...rest }: SummaryRow): api.CollectionSummary {
  return {
    ...rest,
    since: since.toISOString(),
    ...(last_error !== null && { last_error }),
    ...(kept_until !== null && { kept_until: kept_until.toISOString() }),
  };
}
