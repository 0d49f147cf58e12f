import { type Static, Type } from 'typebox';
import { ExecutionId } from '#src/features/executions/index.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { GivenTarget } from './webhooks.contract.ts';
import { DateTime, Maybe, ProjectParams, RowId } from '#src/http/shapes.ts';

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

const Answer = Type.Object({
  /** Absent when there was no answer. */
  status: count(),
  /** Of its content, which is not kept: it may be somebody else's. */
  bytes: count(),
  complete: Type.Optional(Type.Boolean()),
  milliseconds: Type.Integer(),
  error: Type.Optional(Type.String()),
});

const Request = Type.Object({
  method: Type.String(),
  address: Type.String(),
  /** Credentials and signature are stars. */
  headers: Type.Record(Type.String(), Type.String()),
  body: Type.String(),
});

export const WebhookDelivery = Type.Object({
  task: Task,
  request: Request,
  /** What the last try came to; absent before the first. */
  answer: Type.Optional(Answer),
});
export type WebhookDelivery = Static<typeof WebhookDelivery>;

export const WebhookTest = Type.Object({ request: Request, answer: Answer, accepted: Type.Boolean() });
export type WebhookTest = Static<typeof WebhookTest>;

const tag = 'webhook';
const path = '/projects/:project_name_or_id/webhook';
const read = { project: 'notification-policy:read' } as const;
const PolicyParams = Type.Object({ ...ProjectParams.properties, webhook_policy_id: RowId() });
const ExecutionParams = Type.Object({ ...PolicyParams.properties, execution_id: ExecutionId() });
const TaskParams = Type.Object({ ...ExecutionParams.properties, task_id: ExecutionId() });
const taskPath = `${path}/policies/:webhook_policy_id/executions/:execution_id/tasks/:task_id` as const;

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

export const GetLogsOfWebhookTask = endpoint(`GET ${taskPath}/log`, {
  id: 'GetLogsOfWebhookTask',
  tag,
  guard: read,
  params: TaskParams,
  reply: Type.String(),
});

export const GetDeliveryOfWebhookTask = endpoint(`GET ${taskPath}`, {
  id: 'GetDeliveryOfWebhookTask',
  tag,
  summary: 'What a task sent, and what the target made of it (extension)',
  guard: read,
  params: TaskParams,
  reply: WebhookDelivery,
});

export const RedeliverWebhookTask = endpoint(`POST ${taskPath}/redeliver`, {
  id: 'RedeliverWebhookTask',
  tag,
  summary:
    'Tells a target of the same event once more, as a new execution; what still waits for a try gets it now (extension)',
  guard: { project: 'notification-policy:update' },
  params: TaskParams,
  status: 201,
  failures: [412],
});

export const TestWebhookTarget = endpoint(`POST ${path}/test`, {
  id: 'TestWebhookTarget',
  tag,
  summary: 'Sends a sample event to a target, saved or not, and says what came back (extension)',
  guard: { project: 'notification-policy:update' },
  params: ProjectParams,
  body: Type.Object({
    /** Its secrets are used where the target leaves them out or shows stars, and the address is one of its own. */
    policy_id: Maybe(RowId()),
    event_type: Maybe(Type.String({ maxLength: 64 })),
    target: GivenTarget,
  }),
  reply: WebhookTest,
  failures: [429],
});

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
