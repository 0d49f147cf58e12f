import { type Static, Type } from 'typebox';
import { ExecutionId } from '#src/features/executions/index.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime } from '#src/http/shapes.ts';

const tag = 'jobservice';
const text = () => Type.Optional(Type.String());
const name = () => Type.String({ minLength: 1, maxLength: 255 });

const WorkerPool = Type.Object({
  pid: Type.Optional(Type.Integer()),
  worker_pool_id: text(),
  start_at: DateTime(),
  heartbeat_at: DateTime(),
  concurrency: Type.Optional(Type.Integer()),
  host: text(),
});
export type WorkerPool = Static<typeof WorkerPool>;

const Worker = Type.Object({
  id: text(),
  pool_id: text(),
  job_name: text(),
  job_id: text(),
  start_at: Type.Optional(DateTime()),
  check_in: text(),
  checkin_at: Type.Optional(DateTime()),
});
export type Worker = Static<typeof Worker>;

const JobQueue = Type.Object({
  job_type: text(),
  count: Type.Optional(Type.Integer()),
  latency: Type.Optional(Type.Integer({ description: 'seconds that the oldest one has waited' })),
  paused: Type.Boolean(),
});
export type JobQueue = Static<typeof JobQueue>;

const ScheduleTask = Type.Object({
  id: Type.Optional(Type.Integer()),
  vendor_type: text(),
  vendor_id: Type.Optional(Type.Integer()),
  cron: text(),
  update_time: DateTime(),
  next_scheduled_time: DateTime(),
});
export type ScheduleTask = Static<typeof ScheduleTask>;

const actions = ['stop', 'pause', 'resume'] as const;
const ActionRequest = Type.Object({
  action: Type.Unsafe<(typeof actions)[number]>({ type: 'string', enum: [...actions] }),
});

export const getWorkerPools = endpoint('GET /jobservice/pools', {
  id: 'getWorkerPools',
  tag,
  guard: { system: 'jobservice-monitor:list' },
  reply: Type.Array(WorkerPool),
});

export const getWorkers = endpoint('GET /jobservice/pools/:pool_id/workers', {
  id: 'getWorkers',
  tag,
  guard: { system: 'jobservice-monitor:list' },
  params: Type.Object({ pool_id: name() }),
  reply: Type.Array(Worker),
});

export const stopRunningJob = endpoint('PUT /jobservice/jobs/:job_id', {
  id: 'stopRunningJob',
  tag,
  guard: { system: 'jobservice-monitor:stop' },
  params: Type.Object({ job_id: name() }),
});

export const actionGetJobLog = endpoint('GET /jobservice/jobs/:job_id/log', {
  id: 'actionGetJobLog',
  tag,
  guard: { system: 'jobservice-monitor:list' },
  params: Type.Object({ job_id: name() }),
  reply: Type.String(),
});

export const listJobQueues = endpoint('GET /jobservice/queues', {
  id: 'listJobQueues',
  tag,
  guard: { system: 'jobservice-monitor:list' },
  reply: Type.Array(JobQueue),
});

export const actionPendingJobs = endpoint('PUT /jobservice/queues/:job_type', {
  id: 'actionPendingJobs',
  tag,
  guard: { system: 'jobservice-monitor:stop' },
  params: Type.Object({ job_type: name() }),
  body: ActionRequest,
});

export const getExecutionEvents = endpoint('GET /jobservice/executions/:id/events', {
  id: 'getExecutionEvents',
  tag,
  summary: 'Server-sent events of a run until it ends: status, counters, results and new log lines',
  guard: { service: 'whoever may read the log of this kind of run' },
  params: Type.Object({ id: ExecutionId() }),
  reply: Type.String(),
  failures: [429],
});

export const listSchedules = endpoint('GET /schedules', {
  id: 'listSchedules',
  tag: 'schedule',
  guard: { system: 'jobservice-monitor:list' },
  list: true,
  reply: Type.Array(ScheduleTask),
});

const SchedulerStatus = Type.Object({ paused: Type.Boolean() });

export const getSchedulePaused = endpoint('GET /schedules/:job_type/paused', {
  id: 'getSchedulePaused',
  tag: 'schedule',
  guard: 'login',
  params: Type.Object({ job_type: name() }),
  reply: SchedulerStatus,
});

export const previewSchedule = endpoint('GET /schedules/preview', {
  id: 'previewSchedule',
  tag: 'schedule',
  summary: 'The next times of a cron, or what is wrong with it',
  guard: 'login',
  query: Type.Object({ cron: Type.String({ maxLength: 255 }) }),
  reply: Type.Object({ cron: Type.String(), next: Type.Array(DateTime()) }),
});
