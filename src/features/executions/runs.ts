import { sql } from 'kysely';
import type { Static, TSchema } from 'typebox';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { type AuditEntry, record } from '#src/features/audit/index.ts';
import { Failure } from '#src/failures.ts';
import type { Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import { enqueue, startExecution, stopExecution, type Trigger } from '#src/jobs/executions.ts';
import type { Job, Scheduled } from '#src/jobs/job.ts';
import { removeSchedule, setSchedule } from '#src/jobs/schedules.ts';
import type { ScheduleBody } from './executions.contract.ts';
import * as store from './executions.store.ts';

/** Work of the whole registry that has one schedule and runs once at a time, such as garbage collection. */
export interface RunKind<S extends TSchema = TSchema> {
  readonly job: Job<S>;
  /** As messages call it. */
  readonly noun: string;
  readonly resourceType: AuditEntry['resource_type'];
  /** Judges what a request or a schedule gives; throws what is wrong with it. */
  readonly read: (parameters: Readonly<Record<string, unknown>>) => Static<S>;
}

/**
 * Sets or removes the schedule, or runs the work now (type Manual), whichever the body says; POST and PUT alike
 * (wire.md section 14). Returns the id of the execution that it started, 0 when it started none.
 */
export async function applySchedule<S extends TSchema>(
  ctx: Context,
  kind: RunKind<S>,
  body: ScheduleBody,
): Promise<number> {
  const { type, cron } = body.schedule ?? {};
  // Harbor: in these words.
  if (!body.schedule) throw new Failure('BAD_REQUEST', "schedule cann't be empty");
  const parameters = kind.read(body.parameters ?? {});
  return inTransaction(ctx, async (ctx) => {
    switch (type) {
      case 'Manual':
        return startRun(ctx, kind, parameters, 'MANUAL');
      case 'None':
        if (await removeSchedule(ctx, kind.job.name)) await recordSchedule(ctx, kind, 'delete', {});
        return 0;
      case 'Hourly':
      case 'Daily':
      case 'Weekly':
      case 'Custom':
        await schedule(ctx, kind, { type, cron: cron ?? '' }, parameters);
        return 0;
      default:
        throw new Failure(
          'BAD_REQUEST',
          'the schedule needs a type: Hourly, Daily, Weekly or Custom with a cron, Manual to run it now, or None to remove it',
        );
    }
  });
}

async function schedule<S extends TSchema>(
  ctx: TxContext,
  kind: RunKind<S>,
  { type, cron }: { type: string; cron: string },
  parameters: Static<S>,
): Promise<void> {
  if (cron.trim() === '') {
    throw new Failure(
      'BAD_REQUEST',
      `empty cron string for the schedule of ${kind.noun}: ${type} does not imply one`,
    );
  }
  const payload = attributesOf(parameters);
  const set = await setSchedule(ctx, { vendorType: kind.job.name, cronType: type, cron, payload });
  await recordSchedule(ctx, kind, 'update', { type, cron: set.cron, ...payload });
}

function recordSchedule(
  ctx: TxContext,
  { resourceType, noun }: Pick<RunKind, 'resourceType' | 'noun'>,
  operation: 'update' | 'delete',
  detail: Record<string, unknown>,
): Promise<void> {
  return record(ctx, { operation, resource_type: resourceType, resource: `schedule of ${noun}`, detail });
}

/** One at a time: 409 while another one waits or runs. */
export async function startRun<S extends TSchema>(
  ctx: TxContext,
  { job, noun, resourceType }: RunKind<S>,
  parameters: Static<S>,
  trigger: Trigger,
): Promise<number> {
  // Two that come at once would both see that nothing runs.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`run ${job.name}`}, 0))`.execute(ctx.db);
  const running = await store.findRunning(ctx.db, job.name);
  if (running !== undefined) {
    throw new Failure('CONFLICT', `${noun} is already under way as ${running}: wait for its end, or stop it`);
  }
  const attributes = attributesOf(parameters);
  const executionId = await startExecution(ctx, { vendorType: job.name, trigger, attributes });
  await enqueue(ctx, job, parameters, { executionId });
  const detail = { trigger, ...attributes };
  await record(ctx, {
    operation: 'create',
    resource_type: resourceType,
    resource: `${noun} ${executionId}`,
    detail,
  });
  return executionId;
}

/** What the kind's schedule does when its time comes. While a run is under way it leaves it at that. */
export function scheduledRun<S extends TSchema>(kind: RunKind<S>): Scheduled {
  return {
    vendorType: kind.job.name,
    async fire(ctx, { payload }) {
      if ((await store.findRunning(ctx.db, kind.job.name)) !== undefined) {
        ctx.log.info({ job: kind.job.name }, 'the last run has not ended, so its schedule starts none');
        return;
      }
      await startRun(ctx, kind, kind.read(payload), 'SCHEDULE');
    },
  };
}

export async function listRuns(
  ctx: Context,
  { job }: Pick<RunKind, 'job'>,
  page: Page,
): Promise<{ rows: store.ExecutionRow[]; total: number }> {
  const clauses = parseQuery(page.q);
  const rows = await store.listExecutions(ctx.db, job.name, clauses, page);
  const total = await ctx.counts.total(page, rows.length, store.executionCount(ctx.db, job.name, clauses));
  return { rows, total };
}

export async function getRun(
  ctx: Context,
  { job, noun }: Pick<RunKind, 'job' | 'noun'>,
  id: number,
): Promise<store.ExecutionRow> {
  const run = await store.findExecution(ctx.db, id, [job.name]);
  if (run === undefined) throw new Failure('NOT_FOUND', `there is no ${noun} with the id ${id}`);
  return run;
}

/** Stopping what has ended does nothing. */
export async function stopRun(
  ctx: Context,
  kind: Pick<RunKind, 'job' | 'noun' | 'resourceType'>,
  id: number,
): Promise<void> {
  await getRun(ctx, kind, id);
  await inTransaction(ctx, async (ctx) => {
    if (!(await stopExecution(ctx, id))) return;
    await record(ctx, {
      operation: 'stop',
      resource_type: kind.resourceType,
      resource: `${kind.noun} ${id}`,
    });
  });
}

/** Any execution, whatever its kind. False when it had ended already. */
export async function stopAny(ctx: Context, id: number): Promise<boolean> {
  const found = await store.findExecution(ctx.db, id);
  if (found === undefined) throw new Failure('NOT_FOUND', `there is no execution with the id ${id}`);
  return inTransaction(ctx, async (ctx) => {
    const stopped = await stopExecution(ctx, id);
    const resource = `${found.vendor_type} ${id}`;
    if (stopped) await record(ctx, { operation: 'stop', resource_type: 'job', resource });
    return stopped;
  });
}

/** Kinds have objects for parameters. */
const attributesOf = (parameters: unknown): Record<string, unknown> => ({ ...(parameters as object) });
