import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { enqueue, hasten, startExecution } from '#src/jobs/executions.ts';
import * as store from './deliveries.store.ts';
import { type DeliveryPath, requireDelivery } from './deliveries.ts';
import { findTarget, laneOf } from './delivery.store.ts';
import { type DeliveryPayload, jobsOf } from './delivery.ts';
import type { TargetRow } from './webhooks.store.ts';
import { getPolicy, type WebhookParts } from './webhooks.ts';

interface TaskPath extends DeliveryPath {
  readonly task_id: number;
}

export interface Delivery {
  readonly task: store.TaskDetail;
  readonly payload: DeliveryPayload;
  /** Undefined once it was taken out of the policy. */
  readonly target: TargetRow | undefined;
}

export async function getDelivery(ctx: Context, project: GuardedProject, path: TaskPath): Promise<Delivery> {
  await requireDelivery(ctx, project, path);
  const task = await store.findTask(ctx.db, path.execution_id, path.task_id);
  if (task === undefined) {
    throw new Failure('NOT_FOUND', `task ${path.task_id} not found in execution ${path.execution_id}`);
  }
  // The payload was written by announce.ts and by the function below, in this shape.
  const payload = task.payload as DeliveryPayload;
  return { task, payload, target: await findTarget(ctx.db, payload.target_id) };
}

/**
 * Tells the target of the same event once more, under the same delivery id, as an execution of its own: what came of
 * the first one stays as it was. One that waits for another try gets it now. Where the new task stands is returned.
 */
export async function redeliver(
  ctx: Context,
  parts: WebhookParts,
  project: GuardedProject,
  path: TaskPath,
): Promise<{ execution: number; task: number }> {
  const policy = await getPolicy(ctx, project, path.webhook_policy_id);
  const { task, payload, target } = await getDelivery(ctx, project, path);
  if (target === undefined) {
    throw new Failure('PRECONDITION', 'the target was taken out of the policy: there is nobody to tell');
  }
  if (!policy.enabled) {
    throw new Failure('PRECONDITION', `the policy ${policy.name} is switched off: switch it on first`);
  }
  return inTransaction(ctx, async (ctx) => {
    const again = (await hasten(ctx, task.id))
      ? { execution: path.execution_id, task: task.id }
      : await startAgain(ctx, parts, { path, task, payload });
    await record(ctx, {
      operation: 'update',
      resource_type: 'webhook',
      resource: `${project.name}/${policy.name}`,
      project_id: project.id,
      detail: { redelivered: path.execution_id, execution: again.execution, event_type: payload.event_type },
    });
    return again;
  });
}

async function startAgain(
  ctx: TxContext,
  parts: WebhookParts,
  { path, task, payload }: { path: TaskPath; task: store.TaskDetail; payload: DeliveryPayload },
): Promise<{ execution: number; task: number }> {
  if (task.status === 'Running') {
    throw new Failure('PRECONDITION', 'the delivery is on its way at this moment');
  }
  const before = await store.holdDelivery(ctx.db, path.execution_id);
  if (before === undefined) throw new Failure('NOT_FOUND', `execution ${path.execution_id} not found`);
  const { http, slack } = jobsOf(parts);
  const execution = await startExecution(ctx, {
    vendorType: before.vendor_type,
    vendorId: path.webhook_policy_id,
    trigger: 'MANUAL',
    attributes: { ...before.extra_attrs, redelivery_of: path.execution_id },
  });
  const id = await enqueue(ctx, task.job === slack.name ? slack : http, payload, {
    executionId: execution,
    lane: laneOf(payload.target_id),
    attributes: { event_type: payload.event_type },
  });
  return { execution, task: id };
}
