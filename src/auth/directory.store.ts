import type { Grant, Robot, User } from '#src/access/principal.ts';
import { type Database, statement } from '#src/database/pool.ts';
import { compileProtection, type ProtectingRule, type Protection } from '#src/oci/selector.ts';

interface UserRow {
  id: number;
  name: string;
  sysadmin: boolean;
  epoch: number;
  roles: [projectId: number, role: number][];
}

// Harbor: user 1 is always a system administrator. Roles come from memberships of the user and of the user's groups.
const user = statement<UserRow>(
  'directory_user',
  `select u.user_id as id, u.username as name, (u.sysadmin_flag or u.user_id = 1) as sysadmin,
     u.epoch,
     (select coalesce(json_agg(json_build_array(m.project_id, m.role) order by m.role), '[]') from (
        select project_id, role from project_member where user_id = u.user_id
        union
        select project_id, role from user_account_group join project_member using (group_id)
          where user_account_group.user_id = u.user_id) m) as roles
   from user_account u where u.user_id = $1 and not u.deleted`,
);

/** `epoch` is that of the password: what was given out at an earlier one is void. */
export async function findUser(
  database: Database,
  userId: number,
): Promise<{ user: User; epoch: number } | undefined> {
  const [row] = await database.query(user, [userId]);
  if (row === undefined) return undefined;
  const roles = new Map<number, number[]>();
  for (const [project, role] of row.roles) roles.set(project, [...(roles.get(project) ?? []), role]);
  const { id, name, sysadmin, epoch } = row;
  return { user: { kind: 'user', id, name, sysadmin, roles }, epoch };
}

interface GrantRow {
  kind: 'system' | 'project';
  namespace: string;
  project_id: number | null;
  resource: string;
  action: string;
  effect: 'allow' | 'deny';
}

interface RobotRow {
  id: number;
  name: string;
  level: 'system' | 'project';
  project_id: number | null;
  project: string | null;
  epoch: number;
  lifetime: number | null;
  grants: GrantRow[];
}

const robot = statement<RobotRow>(
  'directory_robot',
  `select r.id, r.name, r.level, r.project_id, p.name as project, r.epoch,
     case when r.expires_at >= 0 then (r.expires_at - extract(epoch from clock_timestamp()))::float8 end as lifetime,
     (select coalesce(json_agg(g), '[]') from robot_grant g where g.robot_id = r.id) as grants
   from robot r left join project p using (project_id) where r.id = $1 and not r.disabled`,
);

/** `lifetime` is how many milliseconds it still has, by the database's clock; not above zero when it expired. */
export async function findRobot(
  database: Database,
  id: number,
  prefix: string,
): Promise<{ robot: Robot; epoch: number; lifetime: number } | undefined> {
  const [row] = await database.query(robot, [id]);
  if (row === undefined) return undefined;
  const name = prefix + (row.project === null ? '' : `${row.project}+`) + row.name;
  const grants = row.grants.map(grantOf).filter((grant) => grant !== undefined);
  return {
    robot: { kind: 'robot', id: row.id, name, level: row.level, projectId: row.project_id, grants },
    epoch: row.epoch,
    lifetime: row.lifetime === null ? Number.POSITIVE_INFINITY : row.lifetime * 1000,
  };
}

function grantOf(row: GrantRow): Grant | undefined {
  const { kind, resource, action, effect } = row;
  const general = row.namespace === '/' || row.namespace === '*' ? row.namespace : undefined;
  const namespace = general ?? row.project_id;
  return namespace === null ? undefined : { kind, namespace, resource, action, effect };
}

export interface Project {
  readonly id: number;
  readonly name: string;
  readonly public: boolean;
  /** Milliseconds since 1970: a token issued before belongs to an earlier project of that name. */
  readonly createdAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly ownerId: number;
  /** Its rules of immutable tags. */
  readonly protection: Protection;
}

interface ProjectRow {
  id: number;
  name: string;
  public: boolean;
  creation_time: Date;
  metadata: Record<string, string>;
  owner_id: number;
  epoch: number;
  rules: ProtectingRule[];
}

const project = statement<ProjectRow>(
  'directory_project',
  `select p.project_id as id, p.name, p.public, p.creation_time, p.metadata, p.owner_id, coalesce(e.epoch, 0) as epoch,
     case when e.epoch is null then '[]' else (
       select coalesce(json_agg(json_build_object(
                'id', r.id, 'tag', json_build_object('decoration', r.tag_decoration, 'pattern', r.tag_pattern),
                'repository', json_build_object('decoration', r.repository_decoration, 'pattern', r.repository_pattern)) order by r.id), '[]')
         from immutable_rule r where r.project_id = p.project_id and not r.disabled) end as rules
   from project p left join immutable_epoch e using (project_id) where p.name = $1`,
);

export async function findProject(database: Database, name: string): Promise<Project | undefined> {
  const [row] = await database.query(project, [name]);
  if (row === undefined) return undefined;
  return {
    id: row.id,
    name: row.name,
    public: row.public,
    createdAt: row.creation_time.getTime(),
    metadata: row.metadata,
    ownerId: row.owner_id,
    protection: compileProtection(row.epoch, row.rules),
  };
}

const projectName = statement<{ name: string }>(
  'directory_project_name',
  'select name from project where project_id = $1',
);

export async function findProjectName(database: Database, id: number): Promise<string | undefined> {
  const [row] = await database.query(projectName, [id]);
  return row?.name;
}
