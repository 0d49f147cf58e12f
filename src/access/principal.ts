/** Who is asking, as authentication found it. Roles include those that come through groups. */
export type Principal = Anonymous | User | Robot;

interface Anonymous {
  kind: 'anonymous';
}

export interface User {
  kind: 'user';
  id: number;
  name: string;
  /** By its flag or by an administrators' group. */
  sysadmin: boolean;
  /** Project id → role ids. */
  roles: ReadonlyMap<number, readonly number[]>;
}

export interface Robot {
  kind: 'robot';
  id: number;
  /** In full: prefix, project and given name. */
  name: string;
  level: 'system' | 'project';
  /** The project of a project-level robot, outside which it has no right that a stranger lacks. */
  projectId: number | null;
  grants: readonly Grant[];
}

export interface Grant {
  kind: 'system' | 'project';
  /** A project's id, `*` for every project, `/` for the system. */
  namespace: number | '*' | '/';
  resource: string;
  action: string;
  /** One denial beats every allowance. */
  effect: 'allow' | 'deny';
}

/** Who has not said who it is. */
export const nobody: Principal = Object.freeze({ kind: 'anonymous' });

/** Who acts when the registry does something by itself, retention for instance; no account, so nobody logs in as it. */
export const theRegistry: User = {
  kind: 'user',
  id: 0,
  name: 'moorage',
  sysadmin: true,
  roles: new Map(),
};
