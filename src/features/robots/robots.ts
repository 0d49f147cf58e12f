import { mayHandOn, mayInProject, maySystem } from '#src/access/authorize.ts';
import type { Principal } from '#src/access/principal.ts';
import {
  hashGeneratedSecret,
  hashPassword,
  isAcceptablePassword,
  newRobotSecret,
  passwordRule,
} from '#src/auth/passwords.ts';
import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure, together } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { findProjectIds } from '#src/features/projects/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import { type Match, parseQuery } from '#src/http/query.ts';
import { quote } from '#src/oci/quote.ts';
import * as rules from './rules.ts';
import * as store from './robots.store.ts';

export interface GivenRobot {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly level?: string | null | undefined;
  readonly duration?: number | null | undefined;
  readonly disable?: boolean | null | undefined;
  readonly permissions?: readonly (rules.GivenPermission | null)[] | null | undefined;
}

export interface RobotWithGrants {
  readonly row: store.RobotRow;
  readonly grants: readonly store.GrantRow[];
}

type Action = 'list' | 'create' | 'read' | 'update' | 'delete';

/** The displayed name: setting robot_name_prefix, then `project+` at level project, then the given name. */
export function fullName(prefix: string, robot: { name: string; project: string | null }): string {
  return `${prefix}${robot.project === null ? '' : `${robot.project}+`}${robot.name}`;
}

/**
 * The secret is shown this once; what is kept of it cannot be turned back. `until`, in seconds since the epoch, ends
 * the robot instead of a duration.
 */
export async function createRobot(ctx: Context, given: GivenRobot, prefix: string, until?: number) {
  requireLogin(ctx.who);
  const [name, lifetime, [level, wanted]] = together(
    () => rules.checkedName(given.name ?? ''),
    () => (until === undefined ? { days: rules.checkedDuration(given.duration ?? 0) } : { until }),
    () => rules.checkedReach(given),
  );
  const projects = await projectsOf(ctx, wanted);
  const project = level === 'project' ? { name: wanted[0]?.namespace ?? '' } : undefined;
  const project_id = project ? projects.get(project.name) : null;
  if (project_id === undefined) throw unknownProject(ctx.who, project?.name ?? '');
  if (!may(ctx.who, project_id, 'create')) throw forbidden(ctx.who, 'create');
  const grants = resolved(wanted, projects);
  requireSubset(ctx.who, level, grants);

  const secret = newRobotSecret();
  const display = fullName(prefix, { name, project: project?.name ?? null });
  const row = {
    name,
    level,
    project_id,
    description: given.description ?? '',
    secret_hash: hashGeneratedSecret(secret),
    ...creator(ctx.who),
  };
  const robot = await savingGrants(() =>
    inTransaction(ctx, async (ctx) => {
      const inserted = await store.insertRobot(ctx.db, row, lifetime);
      if (!inserted) throw new Failure('CONFLICT', `robot account ${display} already exists`);
      const { duration } = inserted;
      if (until !== undefined && duration < 1) {
        throw new Failure('BAD_REQUEST', `expires_at ${until} is past: it is -1 (never) or a second to come`);
      }
      await store.insertGrants(ctx.db, inserted.id, grants);
      await recordRobot(ctx, 'create', display, project_id, {
        level,
        duration,
        permissions: summary(grants),
      });
      return inserted;
    }),
  );
  return { ...robot, name: display, secret };
}

function requireLogin(who: Principal): void {
  if (who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
}

function forbidden(who: Principal, action: Action): Failure {
  const name = who.kind === 'anonymous' ? 'anonymous' : who.name;
  return new Failure('FORBIDDEN', `forbidden: ${name} may not robot:${action} here`);
}

/** Harbor: only system administrators learn that a project does not exist. */
function unknownProject(who: Principal, name: string): Failure {
  if (who.kind === 'user' && who.sysadmin) {
    return new Failure('NOT_FOUND', `project ${quote(name)} not found`);
  }
  return forbidden(who, 'create');
}

function may(who: Principal, projectId: number | null, action: Action): boolean {
  if (projectId === null) return maySystem(who, `robot:${action}`);
  // No permission on robots comes with a public project.
  return mayInProject(who, { id: projectId, public: false }, `robot:${action}`);
}

function projectsOf(ctx: Context, grants: readonly rules.NamedGrant[]): Promise<Map<string, number>> {
  const names = grants
    .filter((grant) => grant.kind === 'project' && grant.namespace !== '*')
    .map((grant) => grant.namespace);
  return findProjectIds(ctx.db, [...new Set(names)]);
}

function resolved(grants: readonly rules.NamedGrant[], projects: Map<string, number>): store.GrantRow[] {
  return grants.map((grant) => {
    if (grant.kind === 'system' || grant.namespace === '*') return { ...grant, project_id: null };
    const project_id = projects.get(grant.namespace);
    if (project_id === undefined) {
      throw new Failure('NOT_FOUND', `project ${quote(grant.namespace)} not found`);
    }
    return { ...grant, project_id };
  });
}

/** Harbor: a robot hands on at most what it holds itself. */
function requireSubset(who: Principal, level: 'system' | 'project', grants: readonly store.GrantRow[]): void {
  if (who.kind !== 'robot') return;
  const beyond = grants.find((grant) => {
    const namespace = grant.kind === 'system' ? '/' : (grant.project_id ?? '*');
    return !mayHandOn(who, { ...grant, namespace }, level);
  });
  if (!beyond) return;
  throw new Failure(
    'DENIED',
    `permission scope is invalid. It must be equal to or more restrictive than the creator robot's permissions: ${who.name} may not hand on ${beyond.resource}:${beyond.action}`,
  );
}

function creator(who: Principal): { creator_type: 'local' | 'robot'; creator_ref: number } {
  if (who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  return { creator_type: who.kind === 'robot' ? 'robot' : 'local', creator_ref: who.id };
}

async function savingGrants<T>(save: () => Promise<T>): Promise<T> {
  try {
    return await save();
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23503') throw error;
    throw new Failure('NOT_FOUND', 'a project that the permissions name was deleted at this moment', {
      cause: error,
    });
  }
}

/** Harbor: robots of level system, or with `q=Level=project,ProjectID=N` those of that project. */
export async function listRobots(
  ctx: Context,
  page: Page,
): Promise<{ robots: RobotWithGrants[]; total: number }> {
  requireLogin(ctx.who);
  const clauses = new Map<string, Match>(parseQuery(page.q));
  const projectId = projectAsked(clauses);
  if (!may(ctx.who, projectId ?? null, 'list')) throw forbidden(ctx.who, 'list');
  clauses.delete('Level');
  clauses.delete('ProjectID');
  const { rows, total } = await store.listRobots(ctx, projectId, clauses, page);
  const grants = await store.listGrants(
    ctx.db,
    rows.map((row) => row.id),
  );
  return { robots: rows.map((row) => ({ row, grants: grants.get(row.id) ?? [] })), total };
}

function projectAsked(clauses: ReadonlyMap<string, Match>): number | undefined {
  const asked = clauses.get('Level');
  if (asked === undefined) return undefined;
  const level = rules.checkedLevel(asked.kind === 'equal' ? asked.value : '');
  if (level === 'system') return undefined;
  const project = clauses.get('ProjectID');
  if (project === undefined) {
    throw new Failure('BAD_REQUEST', 'must with project ID when to query project robots');
  }
  if (project.kind !== 'equal' || !/^0*[1-9]\d{0,8}$/.test(project.value)) {
    throw new Failure('BAD_REQUEST', 'ProjectID must be a positive integer');
  }
  return Number(project.value);
}

export async function getRobot(ctx: Context, id: number): Promise<RobotWithGrants> {
  const row = await permitted(ctx, id, 'read');
  const grants = await store.listGrants(ctx.db, [id]);
  return { row, grants: grants.get(id) ?? [] };
}

/** Whoever may not even read the robot is told that there is none (R1, S-016). */
async function permitted(ctx: Context, id: number, action: Action): Promise<store.RobotRow> {
  requireLogin(ctx.who);
  const row = await store.findRobot(ctx.db, id);
  if (row && may(ctx.who, row.project_id, action)) return row;
  if (row && may(ctx.who, row.project_id, 'read')) throw forbidden(ctx.who, action);
  throw new Failure('NOT_FOUND', `robot ${id} not found`);
}

export async function updateRobot(
  ctx: Context,
  id: number,
  given: GivenRobot,
  prefix: string,
): Promise<void> {
  const before = await permitted(ctx, id, 'update');
  const [duration, [level, wanted]] = together(
    () => rules.checkedDuration(given.duration ?? before.duration),
    () => rules.checkedReach(given),
  );
  const display = fullName(prefix, before);
  if (level !== before.level || given.name !== display) {
    throw new Failure('BAD_REQUEST', `cannot update the level or name of robot ${display}`);
  }
  if (level === 'project' && wanted[0]?.namespace !== before.project) {
    throw new Failure('BAD_REQUEST', 'cannot update the project id of robot');
  }
  const grants = resolved(wanted, await projectsOf(ctx, wanted));
  const row = { description: given.description ?? '', disabled: given.disable ?? false, duration };
  await savingGrants(() =>
    inTransaction(ctx, async (ctx) => {
      if (!(await store.lockRobot(ctx.db, id))) throw new Failure('NOT_FOUND', `robot ${id} not found`);
      await store.updateRobot(ctx.db, id, row);
      await store.removeGrants(ctx.db, id);
      await store.insertGrants(ctx.db, id, grants);
      const detail = { disabled: row.disabled, duration, permissions: summary(grants) };
      await recordRobot(ctx, 'update', display, before.project_id, detail);
      await announce(ctx, `robot:${id}`);
    }),
  );
}

/** Returns the new secret when it was generated. The old one stops working with the commit. */
export async function refreshSecret(
  ctx: Context,
  id: number,
  chosen: string,
  prefix: string,
): Promise<string | undefined> {
  const robot = await permitted(ctx, id, 'update');
  if (chosen !== '' && !isAcceptablePassword(chosen)) {
    throw new Failure('BAD_REQUEST', `the secret must have ${passwordRule}`);
  }
  const generated = chosen === '' ? newRobotSecret() : undefined;
  const hash = generated === undefined ? await hashPassword(chosen) : hashGeneratedSecret(generated);
  await inTransaction(ctx, async (ctx) => {
    if (!(await store.replaceSecret(ctx.db, id, hash)))
      throw new Failure('NOT_FOUND', `robot ${id} not found`);
    await recordRobot(ctx, 'update', fullName(prefix, robot), robot.project_id, { secret: 'refreshed' });
    await announce(ctx, `robot:${id}`);
  });
  return generated;
}

export async function deleteRobot(ctx: Context, id: number, prefix: string): Promise<void> {
  const robot = await permitted(ctx, id, 'delete');
  await inTransaction(ctx, async (ctx) => {
    if (!(await store.removeRobot(ctx.db, id))) throw new Failure('NOT_FOUND', `robot ${id} not found`);
    await recordRobot(ctx, 'delete', fullName(prefix, robot), robot.project_id, undefined);
    await announce(ctx, `robot:${id}`);
  });
}

function summary(grants: readonly store.GrantRow[]): string[] {
  return grants.map((grant) => `${grant.namespace} ${grant.resource}:${grant.action} ${grant.effect}`);
}

function recordRobot(
  ctx: TxContext,
  operation: 'create' | 'update' | 'delete',
  resource: string,
  projectId: number | null,
  detail: Record<string, unknown> | undefined,
): Promise<void> {
  return record(ctx, {
    operation,
    resource_type: 'robot',
    resource,
    ...(projectId !== null && { project_id: projectId }),
    ...(detail && { detail }),
  });
}
