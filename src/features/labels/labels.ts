import { mayInProject, maySystem, nameOf } from '#src/access/authorize.ts';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { findVisibility } from '#src/features/projects/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import { type Match, parseQuery } from '#src/http/query.ts';
import { quote } from '#src/oci/quote.ts';
import * as store from './labels.store.ts';
import { checkedLabel, type GivenLabel } from './rules.ts';

export interface NewLabel extends GivenLabel {
  readonly scope?: string | null | undefined;
  readonly project_id?: number | null | undefined;
}

export interface LabelFilter {
  readonly name?: string | undefined;
  readonly scope?: string | undefined;
  readonly project_id?: number | undefined;
}

type Action = 'read' | 'create' | 'update' | 'delete';

/** Harbor: the scope must be said; those of a project are for whoever may list them, the rest for every login. */
export async function listLabels(
  ctx: Context,
  filter: LabelFilter,
  page: Page,
): Promise<{ rows: store.LabelRow[]; total: number }> {
  const clauses = new Map<string, Match>(parseQuery(page.q));
  if (filter.name) clauses.set('name', { kind: 'contains', value: filter.name });
  if (checkedScope(filter.scope ?? '') === 'g') {
    if (ctx.who.kind === 'anonymous') throw denied(ctx, 'list');
    return store.listLabels(ctx.db, null, clauses, page);
  }
  if (!filter.project_id) {
    throw new Failure('BAD_REQUEST', 'must with project ID when to query project labels');
  }
  const project = await visibleProject(ctx, filter.project_id);
  if (!mayInProject(ctx.who, project, 'label:list')) throw denied(ctx, 'list');
  return store.listLabels(ctx.db, project.id, clauses, page);
}

function checkedScope(scope: string): 'g' | 'p' {
  if (scope === 'g' || scope === 'p') return scope;
  throw new Failure('BAD_REQUEST', `invalid scope: ${quote(scope)}, it is g (global) or p (of a project)`);
}

function denied(ctx: Context, action: Action | 'list'): Failure {
  if (ctx.who.kind === 'anonymous') return new Failure('UNAUTHORIZED', 'unauthorized');
  return new Failure('FORBIDDEN', `forbidden: ${nameOf(ctx.who)} may not label:${action} here`);
}

/** Harbor: only system administrators learn that a project does not exist (S-010). */
async function visibleProject(ctx: Context, id: number): Promise<{ id: number; public: boolean }> {
  const project = await findVisibility(ctx.db, id);
  if (project) return project;
  if (ctx.who.kind === 'user' && ctx.who.sysadmin) {
    throw new Failure('NOT_FOUND', `project ${id} not found`);
  }
  return { id, public: false };
}

export async function createLabel(ctx: Context, given: NewLabel): Promise<number> {
  const scope = checkedScope(given.scope ?? '');
  const project_id = scope === 'p' ? await projectFor(ctx, given.project_id ?? 0) : null;
  if (project_id === null && !maySystem(ctx.who, 'label:create')) throw denied(ctx, 'create');
  const label = checkedLabel(given);
  try {
    return await inTransaction(ctx, async (ctx) => {
      const inserted = await store.insertLabel(ctx.db, { ...label, scope, project_id });
      if (!inserted) throw taken(label.name);
      await recordLabel(ctx, 'create', { ...label, project_id });
      return inserted.id;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23503') throw error;
    throw new Failure('NOT_FOUND', `project ${project_id} was deleted at this moment`, { cause: error });
  }
}

async function projectFor(ctx: Context, projectId: number): Promise<number> {
  const project = await visibleProject(ctx, projectId);
  if (!mayInProject(ctx.who, project, 'label:create')) throw denied(ctx, 'create');
  return project.id;
}

const taken = (name: string, cause?: unknown) =>
  new Failure('CONFLICT', `label ${name} already exists`, { cause });

export function getLabel(ctx: Context, id: number): Promise<store.LabelRow> {
  return permitted(ctx, id, 'read');
}

/**
 * The label behind an id, judged by the scope and the project that its row names (S-019). Whoever may not even read
 * a project's label is told that there is none (R1). Global ones are no secret: every login may list them.
 */
async function permitted(ctx: Context, id: number, action: Action): Promise<store.LabelRow> {
  const label = await store.findLabel(ctx.db, id);
  if (label?.project_id === null) {
    if (maySystem(ctx.who, `label:${action}`)) return label;
    throw denied(ctx, action);
  }
  const project = label && (await findVisibility(ctx.db, label.project_id));
  if (label && project && mayInProject(ctx.who, project, `label:${action}`)) return label;
  if (ctx.who.kind === 'anonymous') throw denied(ctx, action);
  if (project && mayInProject(ctx.who, project, 'label:read')) throw denied(ctx, action);
  throw new Failure('NOT_FOUND', `label ${id} not found`);
}

/** Name, description and colour; scope and project stay what they are. */
export async function updateLabel(ctx: Context, id: number, given: GivenLabel): Promise<void> {
  const before = await permitted(ctx, id, 'update');
  const label = checkedLabel(given);
  try {
    await inTransaction(ctx, async (ctx) => {
      if (!(await store.updateLabel(ctx.db, id, label))) {
        throw new Failure('NOT_FOUND', `label ${id} not found`);
      }
      const { name, description, color } = before;
      await recordLabel(ctx, 'update', before, { from: { name, description, color }, to: label });
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === '23505') throw taken(label.name, error);
    throw error;
  }
}

/** Detaches it from every artifact. */
export async function deleteLabel(ctx: Context, id: number): Promise<void> {
  const label = await permitted(ctx, id, 'delete');
  await inTransaction(ctx, async (ctx) => {
    if (!(await store.removeLabel(ctx.db, id))) throw new Failure('NOT_FOUND', `label ${id} not found`);
    await recordLabel(ctx, 'delete', label);
  });
}

function recordLabel(
  ctx: TxContext,
  operation: 'create' | 'update' | 'delete',
  { name, project_id }: { readonly name: string; readonly project_id: number | null },
  detail?: Record<string, unknown>,
): Promise<void> {
  return record(ctx, {
    operation,
    resource_type: 'label',
    resource: name,
    ...(project_id !== null && { project_id }),
    ...(detail && { detail }),
  });
}
