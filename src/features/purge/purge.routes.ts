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
import * as api from './purge.contract.ts';
import { purgeRuns } from './purge.ts';

export const purgeRoutes = [
  route(api.getPurgeHistory, async (ctx, { page }) => {
    const { rows, total } = await listRuns(ctx, purgeRuns, page);
    return new Listed(rows.map(presentRun), total);
  }),

  route(api.getPurgeJob, async (ctx, { params }) =>
    presentRun(await getRun(ctx, purgeRuns, params.purge_id)),
  ),

  route(api.stopPurge, (ctx, { params }) => stopRun(ctx, purgeRuns, params.purge_id)),

  route(api.getPurgeJobLog, async (ctx, { params }) => {
    const { id } = await getRun(ctx, purgeRuns, params.purge_id);
    return executionLog(ctx.db, id);
  }),

  route(api.getPurgeSchedule, async (ctx) => {
    const schedule = await findSchedule(ctx.db, purgeRuns.job.name);
    // Harbor: 200 with an empty body when there is none (wire.md section 14).
    return new Answer(schedule && presentSchedule(schedule));
  }),

  route(api.createPurgeSchedule, async (ctx, { body }) =>
    created(`/api/v2.0/system/purgeaudit/${await applySchedule(ctx, purgeRuns, body)}`),
  ),

  route(api.updatePurgeSchedule, async (ctx, { body }) => {
    await applySchedule(ctx, purgeRuns, body);
  }),
];
