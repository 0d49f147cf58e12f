import { mayInProject, nameOf } from '#src/access/authorize.ts';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { requireLabel } from '#src/features/labels/index.ts';
import { findRepository, type Repository } from '#src/features/repositories/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { enqueue, startExecution, stopExecution } from '#src/jobs/executions.ts';
import { bulk } from './bulk.job.ts';
import * as store from './bulk.store.ts';
import { type Action, requireRight, type Target } from './rights.ts';
import * as runs from './runs.store.ts';
import { select, type Wanted } from './selection.ts';

export interface Run extends runs.RunRow {
  readonly counted: store.Counted;
  /** Undefined for those who may not see who belongs to the project. */
  readonly username: string | undefined;
}

/** Starts a job over what the filter finds now; what comes later is not touched. Returns its id. */
export async function startBulk(
  ctx: Context,
  project: GuardedProject,
  given: string,
  wanted: Wanted & { readonly expected: number | undefined },
): Promise<number> {
  await check(ctx, project, wanted);
  const repository = await findRepository(ctx, project, given);
  return inTransaction(ctx, async (ctx) => {
    const items = await select(ctx, repository, wanted);
    if (wanted.expected !== undefined && wanted.expected !== items.length) {
      throw new Failure(
        'CONFLICT',
        `${items.length} match now, not ${wanted.expected}: look at them again before you decide`,
      );
    }
    const { action, target, q, label_id } = wanted;
    return start(ctx, repository, { action, target, label_id, q, of: undefined }, items);
  });
}

/** What the job itself would find out for each item, but late. */
export async function check(ctx: Context, project: GuardedProject, wanted: Wanted): Promise<void> {
  requireRight(ctx, project, wanted);
  const isLabel = wanted.action !== 'delete';
  if (isLabel !== (wanted.label_id !== undefined)) {
    throw new Failure('BAD_REQUEST', 'label_id goes with add_label and remove_label, and with nothing else');
  }
  if (wanted.label_id !== undefined) await requireLabel(ctx, project, wanted.label_id);
}

interface Started {
  readonly action: Action;
  readonly target: Target;
  readonly label_id: number | undefined;
  readonly q: string | undefined;
  /** Of what it undoes or tries again. */
  readonly of: number | undefined;
}

async function start(
  ctx: TxContext,
  { repository_id, project_id, name }: Repository,
  { action, target, label_id, q, of }: Started,
  items: readonly { tag: string | null; digest: string; artifact_id: number | null }[],
): Promise<number> {
  if (items.length === 0) throw new Failure('BAD_REQUEST', 'there is nothing to do: nothing matches');
  // Nobody else gets past the check of rights.
  if (ctx.who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  const what = {
    action,
    target,
    ...(label_id !== undefined && { label_id }),
    ...(q !== undefined && { q }),
    ...(of !== undefined && { of }),
  };
  const executionId = await startExecution(ctx, {
    vendorType: bulk.name,
    vendorId: repository_id,
    trigger: 'MANUAL',
    attributes: { ...what, project_id, total: items.length },
  });
  await store.insertItems(ctx.db, executionId, items);
  const { kind, id } = ctx.who;
  const caller = { kind, id, name: nameOf(ctx.who) };
  const order = {
    repository_id,
    project_id,
    action,
    target,
    ...(label_id !== undefined && { label_id }),
    caller,
  };
  await enqueue(ctx, bulk, order, { executionId, lane: String(repository_id) });
  await record(ctx, {
    operation: 'create',
    resource_type: 'job',
    resource: `${bulk.name} ${executionId} in ${name}`,
    project_id,
    detail: { ...what, total: items.length },
  });
  return executionId;
}

export async function listRuns(
  ctx: Context,
  project: GuardedProject,
  given: string,
  page: Page,
): Promise<{ rows: Run[]; total: number }> {
  const { repository_id } = await findRepository(ctx, project, given);
  const { rows, total } = await runs.list(ctx, bulk.name, repository_id, page);
  return { rows: await withCounts(ctx, project, rows), total };
}

/** Through its repository, so that no other one is reached by its id (S-020). */
export async function getRun(
  ctx: Context,
  project: GuardedProject,
  path: { readonly repository_name: string; readonly execution_id: number },
): Promise<Run> {
  const { run } = await findRun(ctx, project, path);
  const [whole] = await withCounts(ctx, project, [run]);
  if (!whole) throw unknown(path.execution_id);
  return whole;
}

async function findRun(
  ctx: Context,
  project: GuardedProject,
  { repository_name, execution_id }: { readonly repository_name: string; readonly execution_id: number },
): Promise<{ repository: Repository; run: runs.RunRow }> {
  const repository = await findRepository(ctx, project, repository_name);
  const run = await runs.find(ctx.db, bulk.name, repository.repository_id, execution_id);
  if (!run) throw unknown(execution_id);
  return { repository, run };
}

const unknown = (id: number) => new Failure('NOT_FOUND', `there is no bulk job ${id} of this repository`);

async function withCounts(
  ctx: Context,
  project: GuardedProject,
  rows: readonly runs.RunRow[],
): Promise<Run[]> {
  const counted = await store.countEach(
    ctx.db,
    rows.map(({ id }) => id),
  );
  const named = mayInProject(ctx.who, project, 'member:list');
  return rows.map((row) => ({
    ...row,
    counted: counted.get(row.id) ?? store.nothing,
    username: named ? row.caller : undefined,
  }));
}

export async function listItems(
  ctx: Context,
  project: GuardedProject,
  path: { readonly repository_name: string; readonly execution_id: number },
  page: Page,
): Promise<{ rows: store.ItemRow[]; total: number }> {
  const { run } = await findRun(ctx, project, path);
  return store.listItems(ctx, run.id, page);
}

type RunPath = Parameters<typeof findRun>[2];

/** What was not reached stays as it is. One that has ended is left alone. */
export async function stopRun(ctx: Context, project: GuardedProject, path: RunPath): Promise<void> {
  const { run, repository } = await findRun(ctx, project, path);
  requireRight(ctx, project, run);
  await inTransaction(ctx, async (ctx) => {
    if (!(await stopExecution(ctx, run.id))) return;
    await record(ctx, {
      operation: 'stop',
      resource_type: 'job',
      resource: `${bulk.name} ${run.id} in ${repository.name}`,
      project_id: project.id,
    });
  });
}

/** Another job for what failed or was not reached. */
export async function retryRun(ctx: Context, project: GuardedProject, path: RunPath): Promise<number> {
  const { run, repository } = await findRun(ctx, project, path);
  requireRight(ctx, project, run);
  requireEnd(run);
  return inTransaction(ctx, async (ctx) => {
    const items = await store.itemsIn(ctx.db, run.id, ['failed', 'waiting']);
    const { action, target, label_id } = run;
    return start(ctx, repository, { action, target, label_id, q: undefined, of: run.id }, items);
  });
}

const opposites = { delete: 'restore', add_label: 'remove_label', remove_label: 'add_label' } as const;

/** Another job that takes back what was done, the last first; of all items or of these. */
export async function undoRun(
  ctx: Context,
  project: GuardedProject,
  path: RunPath,
  ids: readonly number[] | undefined,
): Promise<number> {
  const { run, repository } = await findRun(ctx, project, path);
  if (run.action === 'restore') {
    throw new Failure('BAD_REQUEST', 'what came back can be deleted, but not undone');
  }
  const action = opposites[run.action];
  requireRight(ctx, project, { action, target: run.target });
  requireEnd(run);
  return inTransaction(ctx, async (ctx) => {
    const items = await store.itemsIn(ctx.db, run.id, ['done'], ids);
    const { target, label_id } = run;
    return start(ctx, repository, { action, target, label_id, q: undefined, of: run.id }, items.toReversed());
  });
}

function requireEnd({ id, status }: runs.RunRow): void {
  if (status !== 'Running') return;
  throw new Failure('CONFLICT', `bulk job ${id} has not ended: wait for it, or stop it`);
}
