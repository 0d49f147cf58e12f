import { EventStreams } from '#src/features/executions/index.ts';
import { Listed, type Route, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import { nextTimes } from '#src/jobs/cron.ts';
import { follow } from './events.ts';
import * as api from './job-admin.contract.ts';
import * as store from './job-admin.store.ts';
import * as jobs from './job-admin.ts';

export function jobAdminRoutes(): readonly Route[] {
  const streams = new EventStreams();
  return [
    route(api.getWorkerPools, async (ctx) => (await store.listPools(ctx.db)).map(presentPool)),

    route(api.getWorkers, async (ctx, { params }) =>
      (await jobs.listWorkers(ctx, params.pool_id)).map(presentWorker),
    ),

    route(api.stopRunningJob, (ctx, { params }) => jobs.stopJobs(ctx, params.job_id)),

    route(api.actionGetJobLog, (ctx, { params }) => jobs.readLog(ctx, params.job_id)),

    route(api.listJobQueues, async (ctx) => (await jobs.listQueues(ctx)).map(presentQueue)),

    route(api.actionPendingJobs, (ctx, { params, body }) =>
      jobs.changeQueue(ctx, params.job_type, body.action),
    ),

    route(api.getExecutionEvents, (ctx, { params }) => follow(ctx, streams, params.id)),

    route(api.listSchedules, async (ctx, { page }) => {
      const rows = await store.listSchedules(ctx.db, page);
      const total = await ctx.counts.total(page, rows.length, store.scheduleCount(ctx.db));
      return new Listed(rows.map(presentSchedule), total);
    }),

    route(api.previewSchedule, async (_, { query }) => {
      const { cron, next } = nextTimes(query.cron, new Date());
      return { cron, next: next.map((time) => time.toISOString()) };
    }),

    route(api.getSchedulePaused, async (ctx, { params }) => ({
      paused: await jobs.areSchedulesPaused(ctx, params.job_type),
    })),
  ];
}

function presentPool({ id, host, pid, slots, start_time, heartbeat_time }: store.PoolRow): api.WorkerPool {
  return {
    ...filled({ pid, worker_pool_id: id, concurrency: slots, host }),
    start_at: start_time.toISOString(),
    heartbeat_at: heartbeat_time.toISOString(),
  };
}

function presentWorker({ id, runner, job, start_time, update_time }: store.WorkerRow): api.Worker {
  return {
    id: `${runner}.${id}`,
    pool_id: runner,
    job_name: job,
    job_id: String(id),
    ...(start_time && { start_at: start_time.toISOString() }),
    checkin_at: update_time.toISOString(),
  };
}

function presentQueue({ job, waiting, latency, paused }: jobs.Queue): api.JobQueue {
  return { ...filled({ job_type: job, count: waiting, latency }), paused };
}

function presentSchedule({ update_time, next_time, ...row }: store.ScheduleRow): api.ScheduleTask {
  const times = { update_time: update_time.toISOString(), next_scheduled_time: next_time.toISOString() };
  return { ...filled(row), ...times };
}
