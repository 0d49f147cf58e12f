import { type Static, Type } from 'typebox';
import { ExecutionId } from '#src/features/executions/index.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, ProjectParams, RowId } from '#src/http/shapes.ts';

const ExtraAttrs = Type.Record(Type.String(), Type.Unknown());

const count = () => Type.Optional(Type.Integer());
const Metrics = Type.Object({
  task_count: count(),
  success_task_count: count(),
  error_task_count: count(),
  pending_task_count: count(),
  running_task_count: count(),
  scheduled_task_count: count(),
  stopped_task_count: count(),
});

export const Execution = Type.Object({
  id: Type.Optional(Type.Integer()),
  vendor_type: Type.Optional(Type.String()),
  vendor_id: Type.Optional(Type.Integer()),
  status: Type.Optional(Type.String()),
  status_message: Type.Optional(Type.String()),
  metrics: Type.Optional(Metrics),
  trigger: Type.Optional(Type.String()),
  extra_attrs: Type.Optional(ExtraAttrs),
  start_time: Type.Optional(Type.String()),
  end_time: Type.Optional(Type.String()),
});
export type Execution = Static<typeof Execution>;

export const Task = Type.Object({
  id: Type.Optional(Type.Integer()),
  execution_id: Type.Optional(Type.Integer()),
  status: Type.Optional(Type.String()),
  status_message: Type.Optional(Type.String()),
  run_count: Type.Optional(Type.Integer()),
  extra_attrs: Type.Optional(ExtraAttrs),
  creation_time: Type.Optional(Type.String()),
  update_time: Type.Optional(Type.String()),
  start_time: Type.Optional(Type.String()),
  end_time: Type.Optional(Type.String()),
});
export type Task = Static<typeof Task>;

export const WebhookJob = Type.Object({
  id: Type.Optional(Type.Integer()),
  policy_id: Type.Optional(Type.Integer()),
  event_type: Type.Optional(Type.String()),
  notify_type: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  job_detail: Type.Optional(Type.String()),
  creation_time: DateTime(),
  update_time: DateTime(),
});
export type WebhookJob = Static<typeof WebhookJob>;

const tag = 'webhook';
const path = '/projects/:project_name_or_id/webhook';
const read = { project: 'notification-policy:read' } as const;
const PolicyParams = Type.Object({ ...ProjectParams.properties, webhook_policy_id: RowId() });
const ExecutionParams = Type.Object({ ...PolicyParams.properties, execution_id: ExecutionId() });

export const ListExecutionsOfWebhookPolicy = endpoint(`GET ${path}/policies/:webhook_policy_id/executions`, {
  id: 'ListExecutionsOfWebhookPolicy',
  tag,
  guard: read,
  params: PolicyParams,
  list: true,
  reply: Type.Array(Execution),
});

export const ListTasksOfWebhookExecution = endpoint(
  `GET ${path}/policies/:webhook_policy_id/executions/:execution_id/tasks`,
  {
    id: 'ListTasksOfWebhookExecution',
    tag,
    guard: read,
    params: ExecutionParams,
    list: true,
    reply: Type.Array(Task),
  },
);

export const GetLogsOfWebhookTask = endpoint(
  `GET ${path}/policies/:webhook_policy_id/executions/:execution_id/tasks/:task_id/log`,
  {
    id: 'GetLogsOfWebhookTask',
    tag,
    guard: read,
    params: Type.Object({ ...ExecutionParams.properties, task_id: ExecutionId() }),
    reply: Type.String(),
  },
);

export const ListWebhookJobs = endpoint(`GET ${path}/jobs`, {
  id: 'ListWebhookJobs',
  tag: 'webhookjob',
  guard: { project: 'notification-policy:list' },
  params: ProjectParams,
  list: true,
  query: Type.Object({
    policy_id: RowId(),
    status: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 20 })),
  }),
  reply: Type.Array(WebhookJob),
});
