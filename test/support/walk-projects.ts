import { idIn, immutableRule, makeRobot, prepare } from './walk-place.ts';
import { get, post, put, remove, type Scene, type Visits } from './walk-rules.ts';

const project = ({ place }: Scene) => `/projects/${place.name}`;
const nextName = (): string => Math.random().toString(36).slice(2);
const oneRobot = [{ resource: 'repository', action: 'pull' }];

async function someRule(scene: Scene) {
  const path = `${project(scene)}/immutabletagrules`;
  return { number: idIn(await prepare(scene.app, 'POST', path, immutableRule(nextName()))) };
}

/** Projects, their metadata, members, labels, robots and logs. */
export const projectVisits: Visits = {
  listProjects: { rule: 'open', call: () => get('/projects') },
  headProject: {
    rule: 'login',
    call: ({ place }) => ({ method: 'HEAD', path: `/projects?project_name=${place.name}` }),
  },
  createProject: {
    // Any person while project_creation_restriction is `everyone`; of the robots those of the system.
    rule: (who) => who.kind === 'person' || who.granted?.system === true,
    status: 201,
    call: ({ number }) => post('/projects', { project_name: `walk-${number}` }),
    // Who made one administers it, and would be let in elsewhere.
    restore: async ({ app, number }) => {
      await prepare(app, 'DELETE', `/projects/walk-${number}`);
      app.app.registry.forget('everything');
    },
  },
  getProject: { rule: 'project project:read', call: (scene) => get(project(scene)) },
  getScannerOfProject: { rule: 'project scanner:read', call: (scene) => get(`${project(scene)}/scanner`) },
  updateProject: {
    rule: 'project project:update',
    call: (scene) => put(project(scene), { metadata: { auto_scan: 'true' } }),
  },
  // Its content stands in the way, so that every caller meets the same project.
  deleteProject: {
    rule: 'project project:delete',
    status: 412,
    call: (scene) => remove(project(scene)),
  },
  getProjectDeletable: {
    rule: 'project project:delete',
    call: (scene) => get(`${project(scene)}/_deletable`),
  },
  getProjectSummary: { rule: 'project project:read', call: (scene) => get(`${project(scene)}/summary`) },
  getLogs: { rule: 'project log:list', call: (scene) => get(`${project(scene)}/logs`) },
  getLogExts: { rule: 'project log:list', call: (scene) => get(`${project(scene)}/auditlog-exts`) },
  exportLogExts: {
    rule: 'project log:list',
    call: (scene) => get(`${project(scene)}/auditlog-exts/export?q=resource=none`),
  },

  listProjectMetadatas: {
    rule: 'project metadata:list',
    call: (scene) => get(`${project(scene)}/metadatas/`),
  },
  addProjectMetadatas: {
    rule: 'project metadata:create',
    prepare: async (scene) => {
      await prepare(scene.app, 'PUT', project(scene), { metadata: { severity: '' } });
    },
    call: (scene) => post(`${project(scene)}/metadatas/`, { severity: 'high' }),
  },
  getProjectMetadata: {
    rule: 'project metadata:read',
    call: (scene) => get(`${project(scene)}/metadatas/public`),
  },
  updateProjectMetadata: {
    rule: 'project metadata:update',
    call: (scene) => put(`${project(scene)}/metadatas/auto_scan`, { auto_scan: 'true' }),
  },
  deleteProjectMetadata: {
    rule: 'project metadata:delete',
    prepare: async (scene) => {
      await prepare(scene.app, 'PUT', project(scene), { metadata: { prevent_vul: 'true' } });
    },
    call: (scene) => remove(`${project(scene)}/metadatas/prevent_vul`),
  },

  listProjectMembers: { rule: 'project member:list', call: (scene) => get(`${project(scene)}/members`) },
  createProjectMember: {
    rule: 'project member:create',
    status: 201,
    prepare: async ({ app }) => ({ number: await app.createUser(`joins-${Math.random()}`) }),
    call: (scene) =>
      post(`${project(scene)}/members`, { role_id: 3, member_user: { user_id: scene.number } }),
  },
  getProjectMember: {
    rule: 'project member:read',
    call: (scene) => get(`${project(scene)}/members/${scene.place.member}`),
  },
  updateProjectMember: {
    rule: 'project member:update',
    call: (scene) => put(`${project(scene)}/members/${scene.place.member}`, { role_id: 5 }),
  },
  deleteProjectMember: {
    rule: 'project member:delete',
    prepare: async (scene) => {
      const user_id = await scene.app.createUser(`leaves-${Math.random()}`);
      const body = { role_id: 3, member_user: { user_id } };
      return { number: idIn(await prepare(scene.app, 'POST', `${project(scene)}/members`, body)) };
    },
    call: (scene) => remove(`${project(scene)}/members/${scene.number}`),
  },

  ListImmuRules: {
    rule: 'project immutable-tag:list',
    call: (scene) => get(`${project(scene)}/immutabletagrules`),
  },
  CreateImmuRule: {
    rule: 'project immutable-tag:create',
    status: 201,
    call: (scene) => post(`${project(scene)}/immutabletagrules`, immutableRule(`rule-${scene.number}`)),
  },
  UpdateImmuRule: {
    rule: 'project immutable-tag:update',
    prepare: someRule,
    call: (scene) =>
      put(`${project(scene)}/immutabletagrules/${scene.number}`, immutableRule(`changed-${scene.number}`)),
  },
  DeleteImmuRule: {
    rule: 'project immutable-tag:delete',
    prepare: someRule,
    call: (scene) => remove(`${project(scene)}/immutabletagrules/${scene.number}`),
  },

  ListRobotV1: { rule: 'project robot:list', call: (scene) => get(`${project(scene)}/robots`) },
  CreateRobotV1: {
    rule: 'project robot:create',
    status: 201,
    call: (scene) =>
      post(`${project(scene)}/robots`, { name: `old-${scene.number}`, duration: 1, access: oneRobot }),
  },
  GetRobotByIDV1: {
    rule: 'project robot:read',
    call: (scene) => get(`${project(scene)}/robots/${scene.place.robot}`),
  },
  UpdateRobotV1: {
    rule: 'project robot:update',
    call: (scene) => put(`${project(scene)}/robots/${scene.place.robot}`, { description: 'walked' }),
  },
  DeleteRobotV1: {
    rule: 'project robot:delete',
    prepare: async ({ app, place }) => ({
      number: await makeRobot(app, place.name, `v1-${nextName()}`),
    }),
    call: (scene) => remove(`${project(scene)}/robots/${scene.number}`),
  },
};

/** What is found by its id alone: the project whose it is says who may. */
export const ownedVisits: Visits = {
  ListRobot: { rule: 'system robot:list', call: () => get('/robots') },
  'ListRobot of a project': {
    rule: 'project robot:list',
    call: ({ place }) => get(`/robots?q=Level%3Dproject,ProjectID%3D${place.id}`),
  },
  CreateRobot: {
    rule: 'system robot:create',
    status: 201,
    call: ({ number }) => post('/robots', robotBody(`system-${number}`, 'system', 'catalog', 'read')),
  },
  'CreateRobot of a project': {
    rule: 'project robot:create',
    status: 201,
    call: ({ number, place }) =>
      post('/robots', robotBody(`made-${number}`, 'project', 'repository', 'pull', place.name)),
  },
  GetRobotByID: {
    rule: 'project robot:read',
    hiddenWithout: 'project robot:read',
    call: ({ place }) => get(`/robots/${place.robot}`),
  },
  UpdateRobot: {
    rule: 'project robot:update',
    hiddenWithout: 'project robot:read',
    call: ({ place }) => put(`/robots/${place.robot}`, changedRobot(place.name)),
  },
  RefreshSec: {
    rule: 'project robot:update',
    hiddenWithout: 'project robot:read',
    call: ({ place }) => ({ method: 'PATCH', path: `/robots/${place.robot}`, body: {} }),
  },
  DeleteRobot: {
    rule: 'project robot:delete',
    hiddenWithout: 'project robot:read',
    prepare: async ({ app, place }) => ({ number: await makeRobot(app, place.name, nextName()) }),
    call: ({ number }) => remove(`/robots/${number}`),
  },

  ListLabels: {
    rule: 'project label:list',
    call: ({ place }) => get(`/labels?scope=p&project_id=${place.id}`),
  },
  'ListLabels of everybody': { rule: 'login', call: () => get('/labels?scope=g') },
  CreateLabel: {
    rule: 'project label:create',
    status: 201,
    call: ({ number, place }) => post('/labels', { name: `l-${number}`, scope: 'p', project_id: place.id }),
  },
  'CreateLabel of everybody': {
    rule: 'system label:create',
    status: 201,
    call: ({ number }) => post('/labels', { name: `g-${number}`, scope: 'g' }),
  },
  GetLabelByID: {
    rule: 'project label:read',
    hiddenWithout: 'project label:read',
    call: ({ place }) => get(`/labels/${place.label}`),
  },
  UpdateLabel: {
    rule: 'project label:update',
    hiddenWithout: 'project label:read',
    call: ({ place }) => put(`/labels/${place.label}`, { name: 'own', description: 'walked' }),
  },
  DeleteLabel: {
    rule: 'project label:delete',
    hiddenWithout: 'project label:read',
    prepare: async ({ app, place }) => {
      const body = { name: nextName(), scope: 'p', project_id: place.id };
      return { number: idIn(await prepare(app, 'POST', '/labels', body)) };
    },
    call: ({ number }) => remove(`/labels/${number}`),
  },
};

function robotBody(name: string, level: string, resource: string, action: string, project?: string) {
  const kind = project === undefined ? 'system' : 'project';
  const permissions = [{ kind, namespace: project ?? '/', access: [{ resource, action }] }];
  return { name, level, duration: 1, permissions };
}

const changedRobot = (project: string) => ({
  ...robotBody(`robot$${project}+own`, 'project', 'repository', 'pull', project),
  description: 'walked',
});
