/**
 * THE table: who may do what. From it come the guard of every endpoint, the checks of the data plane, the robot
 * permission picker (GET /permissions), GET /users/current/permissions, and the action names that the portal
 * type-checks against. Rows equal Harbor's published matrix (permissions.test.ts); the resource `project` is the
 * project itself.
 */

/** Ids are Harbor's and do not order by power; strength does. */
export const projectRoles = [
  { id: 1, name: 'projectAdmin', strength: 50 },
  { id: 4, name: 'maintainer', strength: 40 },
  { id: 2, name: 'developer', strength: 30 },
  { id: 3, name: 'guest', strength: 20 },
  { id: 5, name: 'limitedGuest', strength: 10 },
] as const;

export type ProjectRole = (typeof projectRoles)[number];
type ProjectRoleName = ProjectRole['name'];

interface ProjectRow {
  /** The weakest role that holds it; every stronger one does too. Absent: no role does. */
  least?: ProjectRoleName;
  /** Anybody may, in a public project, also without an account. */
  public?: true;
  /** A robot may be granted it. */
  robot?: true;
  /** Held by robots that the registry makes for itself, never granted through the API nor implied by anything. */
  internal?: true;
}

interface SystemRow {
  /** A robot of level system may be granted it. */
  robot?: true;
  /** Listed by GET /users/current/permissions?scope=/system. A system administrator may do everything anyway. */
  reported?: true;
}

const projectTable = {
  'accessory:list': { least: 'limitedGuest', public: true, robot: true },
  'artifact:read': { least: 'limitedGuest', public: true, robot: true },
  'artifact:list': { least: 'limitedGuest', public: true, robot: true },
  'artifact:create': { least: 'developer', robot: true },
  'artifact:delete': { least: 'maintainer', robot: true },
  'artifact-addition:read': { least: 'limitedGuest', public: true, robot: true },
  'artifact-label:create': { least: 'developer', robot: true },
  'artifact-label:delete': { least: 'developer', robot: true },
  'configuration:read': { least: 'limitedGuest' },
  'configuration:update': { least: 'projectAdmin' },
  'export-cve:read': { least: 'developer', robot: true },
  'export-cve:list': { least: 'developer' },
  'export-cve:create': { least: 'developer', robot: true },
  'immutable-tag:list': { least: 'maintainer', robot: true },
  'immutable-tag:create': { least: 'maintainer', robot: true },
  'immutable-tag:update': { least: 'maintainer', robot: true },
  'immutable-tag:delete': { least: 'maintainer', robot: true },
  'label:read': { least: 'guest', public: true, robot: true },
  'label:list': { least: 'guest', public: true, robot: true },
  'label:create': { least: 'maintainer', robot: true },
  'label:update': { least: 'maintainer', robot: true },
  'label:delete': { least: 'maintainer', robot: true },
  'log:list': { least: 'projectAdmin', robot: true },
  'member:read': { least: 'guest', robot: true },
  'member:list': { least: 'guest', robot: true },
  'member:create': { least: 'projectAdmin', robot: true },
  'member:update': { least: 'projectAdmin', robot: true },
  'member:delete': { least: 'projectAdmin', robot: true },
  'metadata:read': { least: 'maintainer', robot: true },
  // Harbor: no role holds this, so the list of metadata is refused even to a projectAdmin.
  'metadata:list': { robot: true },
  'metadata:create': { least: 'projectAdmin', robot: true },
  'metadata:update': { least: 'projectAdmin', robot: true },
  'metadata:delete': { least: 'projectAdmin', robot: true },
  'notification-policy:read': { least: 'maintainer', robot: true },
  'notification-policy:list': { least: 'maintainer', robot: true },
  'notification-policy:create': { least: 'projectAdmin', robot: true },
  'notification-policy:update': { least: 'projectAdmin', robot: true },
  'notification-policy:delete': { least: 'projectAdmin', robot: true },
  'preheat-policy:read': { least: 'projectAdmin', robot: true },
  'preheat-policy:list': { least: 'projectAdmin', robot: true },
  'preheat-policy:create': { least: 'projectAdmin', robot: true },
  'preheat-policy:update': { least: 'projectAdmin', robot: true },
  'preheat-policy:delete': { least: 'projectAdmin', robot: true },
  'project:read': { least: 'limitedGuest', public: true, robot: true },
  'project:update': { least: 'projectAdmin', robot: true },
  'project:delete': { least: 'projectAdmin', robot: true },
  'quota:read': { least: 'limitedGuest', robot: true },
  'repository:read': { least: 'limitedGuest', robot: true },
  'repository:list': { least: 'limitedGuest', public: true, robot: true },
  // Kept for old portals, as artifact:create: pushing is decided by repository:push alone.
  'repository:create': { least: 'developer' },
  'repository:update': { least: 'developer', robot: true },
  'repository:delete': { least: 'maintainer', robot: true },
  'repository:pull': { least: 'limitedGuest', public: true, robot: true },
  'repository:push': { least: 'developer', robot: true },
  // Held by the robots that the registry makes for scanners; it passes the pull policies.
  'repository:scanner-pull': { internal: true },
  'robot:read': { least: 'guest', robot: true },
  'robot:list': { least: 'guest', robot: true },
  'robot:create': { least: 'projectAdmin', robot: true },
  'robot:update': { least: 'projectAdmin' },
  'robot:delete': { least: 'projectAdmin', robot: true },
  'sbom:read': { least: 'limitedGuest', robot: true },
  'sbom:create': { least: 'maintainer', robot: true },
  'sbom:stop': { least: 'maintainer', robot: true },
  'scan:read': { least: 'limitedGuest', public: true, robot: true },
  'scan:create': { least: 'maintainer', robot: true },
  'scan:stop': { least: 'maintainer', robot: true },
  'scanner:read': { least: 'limitedGuest', public: true, robot: true },
  'scanner:create': { least: 'projectAdmin', robot: true },
  'tag:list': { least: 'limitedGuest', public: true, robot: true },
  'tag:create': { least: 'developer', robot: true },
  'tag:delete': { least: 'maintainer', robot: true },
  'tag-retention:read': { least: 'developer', robot: true },
  'tag-retention:list': { least: 'developer', robot: true },
  'tag-retention:create': { least: 'developer', robot: true },
  'tag-retention:update': { least: 'developer', robot: true },
  'tag-retention:delete': { least: 'developer', robot: true },
  // Harbor: in the matrix, but running and stopping ask for tag-retention:update.
  'tag-retention:operate': { least: 'developer' },
} as const satisfies Record<string, ProjectRow>;

const systemTable = {
  'audit-log:list': { robot: true, reported: true },
  'catalog:read': { robot: true, reported: true },
  'configuration:read': { reported: true },
  'configuration:update': { reported: true },
  'distribution:read': { reported: true },
  'distribution:list': { reported: true },
  'distribution:create': { reported: true },
  'distribution:update': { reported: true },
  'distribution:delete': { reported: true },
  'garbage-collection:read': { robot: true, reported: true },
  'garbage-collection:list': { robot: true, reported: true },
  'garbage-collection:create': { robot: true, reported: true },
  'garbage-collection:update': { robot: true, reported: true },
  'garbage-collection:delete': { reported: true },
  'garbage-collection:stop': { robot: true },
  'jobservice-monitor:read': { reported: true },
  'jobservice-monitor:list': { robot: true, reported: true },
  'jobservice-monitor:stop': { robot: true, reported: true },
  'label:read': { robot: true },
  'label:create': { robot: true },
  'label:update': { robot: true },
  'label:delete': { robot: true },
  'ldap-user:list': { robot: true, reported: true },
  'ldap-user:create': { robot: true, reported: true },
  'preheat-instance:read': { robot: true },
  'preheat-instance:list': { robot: true },
  'preheat-instance:create': { robot: true },
  'preheat-instance:update': { robot: true },
  'preheat-instance:delete': { robot: true },
  'project:read': { reported: true },
  'project:list': { robot: true, reported: true },
  'project:create': { robot: true, reported: true },
  'project:update': { reported: true },
  'project:delete': { reported: true },
  'purge-audit:read': { robot: true },
  'purge-audit:list': { robot: true },
  'purge-audit:create': { robot: true },
  'purge-audit:update': { robot: true },
  'purge-audit:stop': { robot: true },
  'quota:read': { robot: true },
  'quota:list': { robot: true },
  'quota:update': { robot: true },
  'registry:read': { robot: true, reported: true },
  'registry:list': { robot: true, reported: true },
  'registry:create': { robot: true, reported: true },
  'registry:update': { robot: true, reported: true },
  'registry:delete': { robot: true, reported: true },
  'replication:read': { robot: true, reported: true },
  'replication:list': { robot: true, reported: true },
  'replication:create': { robot: true, reported: true },
  'replication:update': { reported: true },
  'replication:delete': { reported: true },
  'replication-adapter:list': { robot: true },
  'replication-policy:read': { robot: true },
  'replication-policy:list': { robot: true },
  'replication-policy:create': { robot: true },
  'replication-policy:update': { robot: true },
  'replication-policy:delete': { robot: true },
  'robot:read': { robot: true },
  'robot:list': { robot: true },
  'robot:create': { robot: true },
  // No robot may hold this: changing robots stays with people.
  'robot:update': {},
  'robot:delete': { robot: true },
  'scan-all:read': { robot: true, reported: true },
  'scan-all:list': { reported: true },
  'scan-all:create': { robot: true, reported: true },
  'scan-all:update': { robot: true, reported: true },
  'scan-all:delete': { reported: true },
  'scan-all:stop': { robot: true, reported: true },
  'scanner:read': { robot: true },
  'scanner:list': { robot: true },
  'scanner:create': { robot: true },
  'scanner:update': { robot: true },
  'scanner:delete': { robot: true },
  'security-hub:read': { robot: true, reported: true },
  'security-hub:list': { robot: true, reported: true },
  'system-volumes:read': { robot: true, reported: true },
  'user:read': { robot: true, reported: true },
  'user:list': { robot: true, reported: true },
  'user:create': { robot: true, reported: true },
  'user:update': { robot: true, reported: true },
  'user:delete': { robot: true, reported: true },
  'user-group:read': { robot: true, reported: true },
  'user-group:list': { robot: true, reported: true },
  'user-group:create': { robot: true, reported: true },
  'user-group:update': { robot: true, reported: true },
  'user-group:delete': { robot: true, reported: true },
} as const satisfies Record<string, SystemRow>;

/** `resource:action` inside one project. */
export type ProjectPermission = keyof typeof projectTable;
/** `resource:action` of the whole installation. */
export type SystemPermission = keyof typeof systemTable;
/** The two scopes of a robot's grants. */
export type PermissionScope = 'system' | 'project';

/** A permission as Harbor's API writes it. */
export interface Access {
  resource: string;
  action: string;
}

const projectRows: ReadonlyMap<string, ProjectRow> = new Map(Object.entries(projectTable));
const systemRows: ReadonlyMap<string, SystemRow> = new Map(Object.entries(systemTable));

const roleById: ReadonlyMap<number, ProjectRole> = new Map(projectRoles.map((role) => [role.id, role]));
const strengthOf: ReadonlyMap<string, number> = new Map(
  projectRoles.map((role) => [role.name, role.strength]),
);

/** An unknown role id, resource or action is simply not allowed. */
export function projectRoleAllows(roleId: number, resource: string, action: string): boolean {
  const role = roleById.get(roleId);
  const least = projectRows.get(`${resource}:${action}`)?.least;
  if (role === undefined || least === undefined) return false;
  return role.strength >= (strengthOf.get(least) ?? Number.POSITIVE_INFINITY);
}

export function publicProjectAllows(resource: string, action: string): boolean {
  return projectRows.get(`${resource}:${action}`)?.public === true;
}

/** Whether the API lets a robot be granted this. */
export function robotMayHold(scope: PermissionScope, resource: string, action: string): boolean {
  const rows = scope === 'system' ? systemRows : projectRows;
  return rows.get(`${resource}:${action}`)?.robot === true;
}

/** Whether only the registry's own robots hold it: not even a system administrator does. */
export function isInternal(permission: ProjectPermission): boolean {
  return projectRows.get(permission)?.internal === true;
}

/** Harbor's `current_user_role_id`: the strongest of the roles that somebody has in a project. */
export function strongestRole(roleIds: readonly number[]): ProjectRole | undefined {
  return projectRoles.find((role) => roleIds.includes(role.id));
}

/** What GET /permissions offers for a robot's grants. */
export const robotPermissions: Readonly<Record<PermissionScope, readonly Access[]>> = {
  system: accesses(systemRows, (row) => row.robot === true),
  project: accesses(projectRows, (row) => row.robot === true),
};

/** The permissions of which GET /users/current/permissions names those that the caller has in a project. */
export const reportedProjectPermissions: readonly Access[] = accesses(
  projectRows,
  (row) => row.least !== undefined,
);

/** What GET /users/current/permissions?scope=/system names for a system administrator. */
export const reportedSystemPermissions: readonly Access[] = accesses(
  systemRows,
  (row) => row.reported === true,
);

function accesses<Row>(rows: ReadonlyMap<string, Row>, wanted: (row: Row) => boolean): Access[] {
  return [...rows]
    .filter(([, row]) => wanted(row))
    .map(([permission]) => {
      const [resource = '', action = ''] = permission.split(':');
      return { resource, action };
    });
}
