import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayInProject, maySystem } from '#src/access/authorize.ts';
import { type ProjectPermission, robotPermissions, type SystemPermission } from '#src/access/permissions.ts';
import type { Principal } from '#src/access/principal.ts';
import { type Client, createTestApi, type Reply, type TestApi } from '#test/support/api.ts';
import { routes } from '#test/support/routes.ts';

/**
 * Every operation × every kind of caller. The rules are those of Harbor's handlers, written down here a second
 * time; roles and robots are judged by the permission table, which a test of its own compares with Harbor's. An
 * operation without an entry fails.
 */
type Rule =
  | 'open'
  | 'login'
  | { project: ProjectPermission }
  | { system: SystemPermission }
  | { those: (who: Walker) => boolean };

interface Visit {
  rule: Rule;
  /** Makes what the call needs, anew for each caller, and calls. */
  call: (who: Client) => Promise<Reply>;
  /** Denied callers are told that there is nothing (ids whose owner is found out from the object). */
  hidden?: true;
}

interface Walker {
  name: string;
  client: Client;
  principal: Principal;
}

let api: TestApi;
let walkers: Walker[];
let made = 0;
beforeAll(async () => {
  api = await createTestApi();
  walkers = await assemble();
});
afterAll(() => api.close());

async function assemble(): Promise<Walker[]> {
  const { users, directory } = api;
  const people = [
    'projectAdmin',
    'maintainer',
    'developer',
    'guest',
    'limitedGuest',
    'stranger',
    'admin',
  ] as const;
  const found: Walker[] = [
    { name: 'anonymous', client: api.as('anonymous'), principal: { kind: 'anonymous' } },
  ];
  for (const name of people) {
    const principal = await directory.user(users[name] ?? 0);
    if (principal) found.push({ name, client: api.as(name), principal });
  }
  const pull = [{ resource: 'repository', action: 'pull' }];
  const robots = [
    [
      'full project robot',
      'project',
      [{ kind: 'project', namespace: 'team', access: robotPermissions.project }],
    ],
    ['pull robot', 'project', [{ kind: 'project', namespace: 'team', access: pull }]],
    [
      'robot of another project',
      'project',
      [{ kind: 'project', namespace: 'foreign', access: robotPermissions.project }],
    ],
    [
      'full system robot',
      'system',
      [
        { kind: 'system', namespace: '/', access: robotPermissions.system },
        { kind: 'project', namespace: '*', access: robotPermissions.project },
      ],
    ],
  ] as const;
  for (const [name, level, permissions] of robots) {
    const given = { name: name.replaceAll(' ', '-'), duration: -1, level, permissions };
    const { body } = await api.as('admin').post('/robots', given);
    const principal = await directory.robot(body.id);
    if (principal) found.push({ name, client: api.as(body.name, body.secret), principal });
  }
  for (const [name, change] of [
    ['disabled robot', { disabled: true }],
    ['expired robot', { expires_at: 1 }],
  ] as const) {
    const given = { name: name.replace(' ', '-'), duration: 1, level: 'system', permissions: robots[3][2] };
    const { body: robot } = await api.as('admin').post('/robots', given);
    await api.database.db.updateTable('robot').set(change).where('id', '=', robot.id).execute();
    directory.forget(`robot:${robot.id}`);
    found.push({ name, client: api.as(robot.name, robot.secret), principal: { kind: 'anonymous' } });
  }
  return found;
}

const isPerson = ({ principal }: Walker) => principal.kind === 'user';
const isAdmin = ({ name }: Walker) => name === 'admin';
const holds = (permission: SystemPermission) => (who: Walker) => maySystem(who.principal, permission);
const team = '/projects/team';

/** A member `guest-N` of team, for the calls that change or remove one. */
async function someMember(): Promise<number> {
  const user = await api.createUser(`walker-${(made += 1)}`);
  return api.addMember(api.projects['team'] ?? 0, user, 3);
}

async function someRobot(): Promise<number> {
  const access = [{ resource: 'repository', action: 'pull' }];
  const permissions = [{ kind: 'project', namespace: 'team', access }];
  const given = { name: `walk-${(made += 1)}`, duration: 1, level: 'project', permissions };
  return (await api.as('admin').post('/robots', given)).body.id;
}

const someUser = () => api.createUser(`walked-${(made += 1)}`);

const robotOf = (action: 'read' | 'update' | 'delete' | 'create'): Rule => ({
  those: ({ principal }) =>
    mayInProject(principal, { id: api.projects['team'] ?? 0, public: false }, `robot:${action}`),
});

const visits: Record<string, Visit> = {
  listProjects: { rule: 'open', call: (who) => who.get('/projects') },
  headProject: { rule: 'login', call: (who) => who.head('/projects?project_name=team') },
  createProject: {
    rule: { those: (who) => isPerson(who) || maySystem(who.principal, 'project:create') },
    // A name that is refused: who creates a project administers one, and would be let in below.
    call: (who) => who.post('/projects', { project_name: 'Upper' }),
  },
  getProject: { rule: { project: 'project:read' }, call: (who) => who.get(team) },
  updateProject: { rule: { project: 'project:update' }, call: (who) => who.put(team, {}) },
  deleteProject: {
    rule: { project: 'project:delete' },
    // A repository stands in the way, so that every caller meets the same project.
    call: async (who) => {
      await keepTeam();
      return who.delete(team);
    },
  },
  getProjectDeletable: { rule: { project: 'project:delete' }, call: (who) => who.get(`${team}/_deletable`) },
  getProjectSummary: { rule: { project: 'project:read' }, call: (who) => who.get(`${team}/summary`) },

  listProjectMembers: { rule: { project: 'member:list' }, call: (who) => who.get(`${team}/members`) },
  createProjectMember: {
    rule: { project: 'member:create' },
    call: async (who) => {
      const body = { role_id: 3, member_user: { user_id: await someUser() } };
      return who.post(`${team}/members`, body);
    },
  },
  getProjectMember: {
    rule: { project: 'member:read' },
    call: async (who) => who.get(`${team}/members/${await someMember()}`),
  },
  updateProjectMember: {
    rule: { project: 'member:update' },
    call: async (who) => who.put(`${team}/members/${await someMember()}`, { role_id: 2 }),
  },
  deleteProjectMember: {
    rule: { project: 'member:delete' },
    call: async (who) => who.delete(`${team}/members/${await someMember()}`),
  },

  listUsers: { rule: { system: 'user:list' }, call: (who) => who.get('/users') },
  createUser: { rule: { system: 'user:create' }, call: (who) => who.post('/users', {}) },
  getCurrentUserInfo: { rule: 'login', call: (who) => who.get('/users/current') },
  getCurrentUserPermissions: { rule: 'login', call: (who) => who.get('/users/current/permissions') },
  searchUsers: { rule: 'login', call: (who) => who.get('/users/search?username=a') },
  getUser: {
    rule: { those: holds('user:read') },
    call: async (who) => who.get(`/users/${await someUser()}`),
  },
  updateUserProfile: {
    rule: { those: holds('user:update') },
    call: async (who) => who.put(`/users/${await someUser()}`, {}),
  },
  deleteUser: {
    rule: { system: 'user:delete' },
    call: async (who) => who.delete(`/users/${await someUser()}`),
  },
  setUserSysAdmin: {
    rule: { those: isAdmin },
    call: async (who) => who.put(`/users/${await someUser()}/sysadmin`, { sysadmin_flag: false }),
  },
  updateUserPassword: {
    rule: { those: holds('user:update') },
    call: async (who) => who.put(`/users/${await someUser()}/password`, {}),
  },
  // Everybody is told that there is none, whoever it would be for.
  setCliSecret: { rule: 'login', call: (who) => who.put('/users/1/cli_secret', {}) },

  ListRobot: { rule: { system: 'robot:list' }, call: (who) => who.get('/robots') },
  CreateRobot: {
    rule: robotOf('create'),
    call: (who) => {
      const access = [{ resource: 'repository', action: 'pull' }];
      const permissions = [{ kind: 'project', namespace: 'team', access }];
      return who.post('/robots', { name: `walk-${(made += 1)}`, duration: 1, level: 'project', permissions });
    },
  },
  GetRobotByID: {
    rule: robotOf('read'),
    call: async (who) => who.get(`/robots/${await someRobot()}`),
    hidden: true,
  },
  UpdateRobot: {
    rule: robotOf('update'),
    call: async (who) => who.put(`/robots/${await someRobot()}`, {}),
    hidden: true,
  },
  RefreshSec: {
    rule: robotOf('update'),
    call: async (who) => who.patch(`/robots/${await someRobot()}`, {}),
    hidden: true,
  },
  DeleteRobot: {
    rule: robotOf('delete'),
    call: async (who) => who.delete(`/robots/${await someRobot()}`),
    hidden: true,
  },

  getSystemInfo: { rule: 'open', call: (who) => who.get('/systeminfo') },
  getHealth: { rule: 'open', call: (who) => who.get('/health') },
  getPing: { rule: 'open', call: (who) => who.get('/ping') },
  getVersion: { rule: 'open', call: (who) => who.get('/api/version') },
  getPermissions: {
    rule: { those: ({ name }) => ['admin', 'projectAdmin', 'stranger'].includes(name) },
    call: (who) => who.get('/permissions'),
  },
};

async function keepTeam(): Promise<void> {
  const project_id = api.projects['team'] ?? 0;
  await api.database.db
    .insertInto('repository')
    .values({ project_id, name: 'team/keep' })
    .onConflict((on) => on.doNothing())
    .execute();
}

function allowed(rule: Rule, who: Walker): boolean {
  if (rule === 'open') return true;
  if (rule === 'login') return who.principal.kind !== 'anonymous';
  if ('system' in rule) return maySystem(who.principal, rule.system);
  if ('those' in rule) return rule.those(who);
  return mayInProject(who.principal, { id: api.projects['team'] ?? 0, public: false }, rule.project);
}

const operations = routes.map(({ endpoint }) => endpoint.options.id);

test('every operation is visited, and nothing else', () => {
  expect(Object.keys(visits).sort((a, b) => a.localeCompare(b))).toEqual(
    [...operations].sort((a, b) => a.localeCompare(b)),
  );
});

describe('the walk', () => {
  test.each(operations)('%s lets in whom it should, and nobody else', async (operation) => {
    const visit = visits[operation];
    if (!visit) throw new Error(`${operation} has no entry`);

    const answers: string[] = [];
    for (const who of walkers) {
      const { status } = await visit.call(who.client);
      const denied = status === 401 || status === 403 || (visit.hidden === true && status === 404);
      if (status >= 500) answers.push(`${who.name}: ${status}`);
      else answers.push(`${who.name}: ${denied ? (status === 401 ? 'unknown' : 'denied') : 'allowed'}`);
    }

    expect(answers).toEqual(
      walkers.map((who) => {
        if (allowed(visit.rule, who)) return `${who.name}: allowed`;
        return `${who.name}: ${who.principal.kind === 'anonymous' ? 'unknown' : 'denied'}`;
      }),
    );
  });
});
