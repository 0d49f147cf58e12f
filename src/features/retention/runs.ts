import type { Context, TxContext } from '#src/context.ts';
import { inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import {
  endEmpty,
  enqueueAll,
  isUnderWay,
  startExecution,
  stopExecution,
  type Trigger,
} from '#src/jobs/executions.ts';
import type { Scheduled } from '#src/jobs/job.ts';
import { nameWithinProject } from '#src/oci/selector.ts';
import { quote } from '#src/oci/quote.ts';
import { retention } from './retention.job.ts';
import * as store from './retention.store.ts';
import type { ExecutionRow, PolicyRow, TaskRow } from './retention.store.ts';
import { permitted, vendorType } from './retention.ts';
import { repositoryFilter } from './selection.ts';

/** Starts a run by hand. Returns the execution's id. */
export async function triggerRun(ctx: Context, id: number, dryRun: boolean): Promise<number> {
  const policy = await permitted(ctx, id, 'update');
  return inTransaction(ctx, async (ctx) => {
    const execution = await startRun(ctx, policy, 'MANUAL', dryRun);
    await record(ctx, {
      operation: 'create',
      resource_type: 'retention_policy',
      resource: policy.project_name,
      project_id: policy.project_id,
      detail: { id, execution, dry_run: dryRun },
    });
    return execution;
  });
}

/** One task for each repository that an enabled rule is about; without any the execution ends at once. */
async function startRun(
  ctx: TxContext,
  policy: PolicyRow,
  trigger: Trigger,
  dryRun: boolean,
): Promise<number> {
  const isAddressed = repositoryFilter(policy.rules);
  const repositories = await store.listRepositories(ctx.db, policy.project_id);
  const executionId = await startExecution(ctx, {
    vendorType,
    vendorId: policy.id,
    trigger,
    attributes: { dry_run: dryRun },
  });
  const tasks = repositories
    .filter(({ name }) => isAddressed(name))
    .map(({ repository_id, name }) => ({
      payload: { policy_id: policy.id, repository_id, dry_run: dryRun },
      attributes: { repository: nameWithinProject(name), dry_run: dryRun, total: 0, retained: 0 },
    }));
  await enqueueAll(ctx, retention, tasks, executionId);
  if (tasks.length === 0) await endEmpty(ctx, executionId, retention);
  return executionId;
}

export async function listRuns(
  ctx: Context,
  id: number,
  page: Page,
): Promise<{ rows: ExecutionRow[]; total: number }> {
  await permitted(ctx, id, 'list');
  return store.listExecutions(ctx.db, id, page);
}

/** Harbor knows no other action than stop. One that has ended stays as it is. */
export async function stopRun(
  ctx: Context,
  { policy: id, execution, action }: { policy: number; execution: number; action: string },
): Promise<void> {
  const policy = await permitted(ctx, id, 'update');
  await findRun(ctx, id, execution);
  if (action !== 'stop') throw new Failure('BAD_REQUEST', `action should be stop, but got: ${quote(action)}`);
  await inTransaction(ctx, async (ctx) => {
    if (!(await stopExecution(ctx, execution))) return;
    await record(ctx, {
      operation: 'stop',
      resource_type: 'retention_policy',
      resource: policy.project_name,
      project_id: policy.project_id,
      detail: { id, execution },
    });
  });
}

async function findRun(ctx: Context, policy: number, id: number): Promise<ExecutionRow> {
  const execution = await store.findExecution(ctx.db, policy, id);
  if (!execution)
    throw new Failure('NOT_FOUND', `the execution ${id} of retention policy ${policy} not found`);
  return execution;
}

export async function listTasks(
  ctx: Context,
  { policy, execution }: { policy: number; execution: number },
  page: Page,
): Promise<{ rows: TaskRow[]; total: number }> {
  await permitted(ctx, policy, 'list');
  await findRun(ctx, policy, execution);
  return store.listTasks(ctx.db, execution, page);
}

/** Through policy and execution, so that no other log is reached by its id (S-020). */
export async function getTask(
  ctx: Context,
  { policy, execution, task }: { policy: number; execution: number; task: number },
): Promise<TaskRow> {
  await permitted(ctx, policy, 'read');
  await findRun(ctx, policy, execution);
  const row = await store.findTask(ctx.db, execution, task);
  if (!row) throw new Failure('NOT_FOUND', `the task ${task} of execution ${execution} not found`);
  return row;
}

/** A run that is due while the one before has not ended is left out: it would do the same. */
export const scheduledRetention: Scheduled = {
  vendorType,
  async fire(ctx, { vendor_id }) {
    const policy = await store.findPolicy(ctx.db, vendor_id);
    if (!policy || (await isUnderWay(ctx.db, vendorType, vendor_id))) return;
    await startRun(ctx, policy, 'SCHEDULE', false);
  },
};
