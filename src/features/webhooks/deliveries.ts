import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import * as store from './deliveries.store.ts';
import { findPolicy } from './webhooks.store.ts';
import { notFound } from './webhooks.ts';

export interface DeliveryPath {
  readonly webhook_policy_id: number;
  readonly execution_id: number;
}

/** What was told to a policy's targets, newest first. */
export async function listDeliveries(
  ctx: Context,
  project: GuardedProject,
  policyId: number,
  page: Page,
  statuses?: readonly string[],
): Promise<{ rows: store.DeliveryRow[]; total: number }> {
  await requirePolicy(ctx, project, policyId);
  return store.listDeliveries(ctx.db, policyId, { clauses: parseQuery(page.q), statuses }, page);
}

export async function listTasksOf(
  ctx: Context,
  project: GuardedProject,
  path: DeliveryPath,
  page: Page,
): Promise<{ rows: store.TaskRow[]; total: number }> {
  await requireDelivery(ctx, project, path);
  return store.listTasks(ctx.db, path.execution_id, parseQuery(page.q), page);
}

/** The task's id, once everything above it turned out to be the project's own (S-020). */
export async function findTaskOf(
  ctx: Context,
  project: GuardedProject,
  path: DeliveryPath & { readonly task_id: number },
): Promise<number> {
  await requireDelivery(ctx, project, path);
  if (!(await store.isTaskOf(ctx.db, path.execution_id, path.task_id))) {
    throw new Failure('NOT_FOUND', `task ${path.task_id} not found in execution ${path.execution_id}`);
  }
  return path.task_id;
}

/** Everything above a task is the project's own, or nothing is there (S-020). */
export async function requireDelivery(
  ctx: Context,
  project: GuardedProject,
  path: DeliveryPath,
): Promise<void> {
  await requirePolicy(ctx, project, path.webhook_policy_id);
  if (!(await store.isDeliveryOf(ctx.db, path.webhook_policy_id, path.execution_id))) {
    throw new Failure(
      'NOT_FOUND',
      `execution ${path.execution_id} not found in policy ${path.webhook_policy_id}`,
    );
  }
}

async function requirePolicy(ctx: Context, project: GuardedProject, id: number): Promise<void> {
  if ((await findPolicy(ctx.db, project.id, id)) === undefined) throw notFound(id);
}
