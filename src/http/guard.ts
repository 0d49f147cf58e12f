import type { IncomingHttpHeaders } from 'node:http';
import { mayInProject, maySystem, nameOf } from '#src/access/authorize.ts';
import type { ProjectPermission, SystemPermission } from '#src/access/permissions.ts';
import type { Principal } from '#src/access/principal.ts';
import { Failure } from '#src/failures.ts';
import type { Guard, GuardedProject } from './endpoint.ts';
import { truthOf } from './words.ts';

export type FindProject = (by: { name: string } | { id: number }) => Promise<GuardedProject | undefined>;

interface Guarded {
  readonly params: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** Throws when the caller may not; returns the project that a `project` guard found. */
export async function checkGuard(
  rule: Guard,
  who: Principal,
  request: Guarded,
  findProject: FindProject,
): Promise<GuardedProject | undefined> {
  if (rule === 'open' || (typeof rule === 'object' && 'service' in rule)) return undefined;
  if (rule === 'login') {
    if (who.kind === 'anonymous') throw deny(who);
    return undefined;
  }
  if ('system' in rule) {
    if (!maySystem(who, rule.system satisfies SystemPermission)) throw deny(who);
    return undefined;
  }
  return guardProject(rule.project, who, request, findProject);
}

/** Denied: 401 for callers who have not said who they are, 403 for those who have (rbac.md section 7). */
function deny(who: Principal): Failure {
  if (who.kind === 'anonymous') return new Failure('UNAUTHORIZED', 'unauthorized');
  return new Failure('FORBIDDEN', `forbidden: ${nameOf(who)} may not do this`);
}

async function guardProject(
  permission: ProjectPermission,
  who: Principal,
  request: Guarded,
  findProject: FindProject,
): Promise<GuardedProject> {
  const params = request.params as Record<string, string | number>;
  const value = String(params['project_name_or_id'] ?? params['project_name'] ?? '');
  const isName = truthOf(String(request.headers['x-is-resource-name'])) === true;
  const byName = 'project_name' in params || isName || !/^\d+$/.test(value);
  const id = Number(value);
  // Ids are PostgreSQL integers; a larger number is no project's.
  const by = byName ? { name: value } : id <= 2_147_483_647 ? { id } : undefined;
  const project = by && (await findProject(by));
  if (!project) {
    // Harbor: an unknown project is a 404 only for system administrators; for others it looks forbidden, so that
    // nobody learns what exists (S-010).
    if (who.kind === 'user' && who.sysadmin) throw new Failure('NOT_FOUND', `project ${value} not found`);
    throw deny(who);
  }
  if (!mayInProject(who, project, permission)) throw deny(who);
  return project;
}
