import { taskLog } from '#src/features/executions/index.ts';
import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import { metadata } from './metadata.ts';
import { presentPolicy, presentPreview, presentRun, presentTask } from './present.ts';
import { preview } from './preview.ts';
import * as api from './retention.contract.ts';
import * as retention from './retention.ts';
import * as runs from './runs.ts';

export const retentionRoutes: readonly Route[] = [
  route(api.getRentenitionMetadata, async () => metadata),

  route(api.createRetention, async (ctx, { body, path }) =>
    created(`${path.replace(/\/$/, '')}/${await retention.createPolicy(ctx, body)}`),
  ),

  route(api.getRetention, async (ctx, { params }) => {
    const { policy, schedule } = await retention.getPolicy(ctx, params.id);
    return presentPolicy(policy, schedule);
  }),

  route(api.updateRetention, (ctx, { params, body }) => retention.updatePolicy(ctx, params.id, body)),

  route(api.deleteRetention, (ctx, { params }) => retention.deletePolicy(ctx, params.id)),

  route(api.listRetentionExecutions, async (ctx, { params, page }) => {
    const { rows, total } = await runs.listRuns(ctx, params.id, page);
    return new Listed(rows.map(presentRun), total);
  }),

  route(api.triggerRetentionExecution, async (ctx, { params, body, path }) => {
    const id = await runs.triggerRun(ctx, params.id, body.dry_run ?? false);
    return created(`${path.replace(/\/$/, '')}/${id}`);
  }),

  route(api.operateRetentionExecution, (ctx, { params, body }) =>
    runs.stopRun(ctx, { policy: params.id, execution: params.eid, action: body.action ?? '' }),
  ),

  route(api.listRetentionTasks, async (ctx, { params, page }) => {
    const { rows, total } = await runs.listTasks(ctx, { policy: params.id, execution: params.eid }, page);
    return new Listed(rows.map(presentTask), total);
  }),

  route(api.getRetentionTaskLog, async (ctx, { params }) => {
    const { id, eid, tid } = params;
    const task = await runs.getTask(ctx, { policy: id, execution: eid, task: tid });
    return taskLog(ctx.db, task.id);
  }),

  route(api.previewRetention, async (ctx, { body, query }) => {
    const { repositories, total } = await preview(ctx, body, {
      repository: query.repository,
      page: query.page,
      pageSize: query.page_size,
      skip: query.artifact_offset,
      most: query.artifact_limit,
    });
    return { total, repositories: repositories.map(presentPreview) };
  }),
];
