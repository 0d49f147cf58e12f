/**
 * Decisions: pure, no I/O. Each one answers yes or no; whether no becomes 401, 403 or 404 is the caller's matter.
 */
import {
  isInternal,
  type ProjectPermission,
  projectRoleAllows,
  publicProjectAllows,
  robotMayHold,
  type SystemPermission,
} from './permissions.ts';
import type { Grant, Principal, Robot } from './principal.ts';

export interface GuardedProject {
  id: number;
  public: boolean;
}

export function mayInProject(
  who: Principal,
  project: GuardedProject,
  permission: ProjectPermission,
): boolean {
  const [resource, action] = split(permission);
  const asAnybody = project.public && publicProjectAllows(resource, action);
  switch (who.kind) {
    case 'anonymous':
      return asAnybody;
    case 'user':
      if (who.sysadmin) return !isInternal(permission);
      return (
        asAnybody ||
        (who.roles.get(project.id) ?? []).some((role) => projectRoleAllows(role, resource, action))
      );
    case 'robot':
      return decideForRobot(who, project.id, permission) ?? asAnybody;
  }
}

/** Robots of level project never have rights on the system, whatever their grants say. */
export function maySystem(who: Principal, permission: SystemPermission): boolean {
  if (who.kind === 'user') return who.sysadmin;
  if (who.kind === 'anonymous' || who.level !== 'system') return false;
  const [resource, action] = split(permission);
  if (!robotMayHold('system', resource, action)) return false;
  return verdict(who.grants.filter((grant) => isOfSystem(grant) && names(grant, resource, action))) === true;
}

/**
 * Whether a robot that makes another robot stays within what it may do itself (Harbor refuses more with DENIED).
 * A grant on every project needs a right on every project: one denial anywhere spoils it. People are not bound
 * by this: what they may grant is decided by robot:create.
 *
 * `level` is that of the new robot: with push, one of level project would get pull as well.
 */
export function mayHandOn(robot: Robot, grant: Grant, level: Robot['level']): boolean {
  if (grant.effect === 'deny') return true;
  if (level === 'project' && names(grant, 'repository', 'push')) {
    return holds(robot, grant) && holds(robot, { ...grant, action: 'pull' });
  }
  return holds(robot, grant);
}

/** For audit entries, log lines and messages. */
export function nameOf(who: Principal): string {
  return who.kind === 'anonymous' ? 'anonymous' : who.name;
}

/**
 * Allowed, denied, or undefined when no grant speaks about it. A grant outside the table of what robots may hold
 * counts for nothing, however it came into the database; so nothing but people reaches, say, the configuration.
 */
function decideForRobot(robot: Robot, projectId: number, permission: ProjectPermission): boolean | undefined {
  if (robot.level === 'project' && robot.projectId !== projectId) return undefined;
  const [resource, action] = split(permission);
  if (!robotMayHold('project', resource, action) && !isInternal(permission)) return undefined;
  const here = robot.grants.filter(
    (grant) => grant.kind === 'project' && (grant.namespace === projectId || grant.namespace === '*'),
  );
  const decided = verdict(here.filter((grant) => names(grant, resource, action)));
  if (decided !== undefined || permission !== 'repository:pull' || robot.level !== 'project') return decided;
  // Harbor: pushing implies pulling for a robot of level project, and only for it.
  return verdict(here.filter((grant) => names(grant, 'repository', 'push'))) === true ? true : undefined;
}

function holds(robot: Robot, grant: Grant): boolean {
  const { kind, namespace, resource, action } = grant;
  // The casts below hold because of this: the permission is in the table.
  if (!robotMayHold(kind, resource, action)) return false;
  if (kind === 'system') {
    return namespace === '/' && maySystem(robot, `${resource}:${action}` as SystemPermission);
  }
  const own = robot.grants.filter((held) => held.kind === 'project' && names(held, resource, action));
  if (namespace === '*') {
    const everywhere = own.some((held) => held.namespace === '*' && held.effect === 'allow');
    return robot.level === 'system' && everywhere && own.every((held) => held.effect === 'allow');
  }
  return (
    namespace !== '/' &&
    decideForRobot(robot, namespace, `${resource}:${action}` as ProjectPermission) === true
  );
}

function verdict(grants: readonly Grant[]): boolean | undefined {
  if (grants.length === 0) return undefined;
  return grants.every((grant) => grant.effect === 'allow');
}

function isOfSystem(grant: Grant): boolean {
  return grant.kind === 'system' && grant.namespace === '/';
}

function names(grant: Grant, resource: string, action: string): boolean {
  return grant.resource === resource && grant.action === action;
}

function split(permission: ProjectPermission | SystemPermission): [resource: string, action: string] {
  const colon = permission.indexOf(':');
  return [permission.slice(0, colon), permission.slice(colon + 1)];
}
