import { idIn, prepare } from './walk-place.ts';
import type { Caller } from './walk-callers.ts';
import { get, post, put, remove, type Scene, type Visits } from './walk-rules.ts';

const aSysadmin = (who: Caller) => who.sysadmin === true;
const nextName = (): string => `walked-${Math.random().toString(36).slice(2)}`;

const someUser = async ({ app }: Scene) => ({ number: await app.createUser(nextName()) });
const someGroup = async ({ app }: Scene) => ({
  number: idIn(await prepare(app, 'POST', '/usergroups', { group_name: nextName(), group_type: 3 })),
});
const profile = ({ number }: Scene) => ({ email: `${number}@example.test`, realname: 'Walked' });

/** Accounts of people, and groups. */
export const peopleVisits: Visits = {
  listUsers: { rule: 'system user:list', call: () => get('/users') },
  createUser: {
    // A stranger without a page may not, whatever self_registration says.
    rule: 'system user:create',
    status: 201,
    call: (scene) =>
      post('/users', { ...profile(scene), username: `made-${scene.number}`, password: 'Sesame-0pen' }),
  },
  getCurrentUserInfo: {
    rule: 'login',
    status: (who) => (who.kind === 'robot' ? 412 : 200),
    call: () => get('/users/current'),
  },
  getCurrentUserPermissions: { rule: 'login', call: () => get('/users/current/permissions') },
  // Robots have no account, and so neither choices nor stars.
  getPreferences: {
    rule: 'login',
    status: (who) => (who.kind === 'robot' ? 412 : 200),
    call: () => get('/users/current/preferences'),
  },
  updatePreferences: {
    rule: 'login',
    status: (who) => (who.kind === 'robot' ? 412 : 200),
    call: () => put('/users/current/preferences', { page_size: 25 }),
  },
  getOverview: {
    rule: 'login',
    status: (who) => (who.kind === 'robot' ? 412 : 200),
    call: () => get('/users/current/overview'),
  },
  searchUsers: { rule: 'login', call: () => get('/users/search?username=a') },
  getUser: { rule: 'system user:read', prepare: someUser, call: ({ number }) => get(`/users/${number}`) },
  // Robots have no account; they ask for somebody else's.
  'getUser of oneself': {
    rule: (who) => who.kind === 'person' || who.granted?.system === true,
    call: ({ who }) => get(`/users/${who.userId ?? 1}`),
  },
  updateUserProfile: {
    rule: 'system user:update',
    prepare: someUser,
    call: (scene) => put(`/users/${scene.number}`, profile(scene)),
  },
  deleteUser: {
    rule: 'system user:delete',
    prepare: someUser,
    call: ({ number }) => remove(`/users/${number}`),
  },
  setUserSysAdmin: {
    rule: aSysadmin,
    prepare: someUser,
    call: ({ number }) => put(`/users/${number}/sysadmin`, { sysadmin_flag: false }),
  },
  updateUserPassword: {
    rule: 'system user:update',
    prepare: someUser,
    call: ({ number }) => put(`/users/${number}/password`, { new_password: 'Sesame-0pen' }),
  },
  // Everybody is told that there is none with accounts kept here, whoever it would be for.
  setCliSecret: {
    rule: 'login',
    status: 412,
    call: () => put('/users/1/cli_secret', { secret: 'Sesame-0pen' }),
  },

  listUserGroups: { rule: 'system user-group:list', call: () => get('/usergroups') },
  searchUserGroups: { rule: 'login', call: () => get('/usergroups/search?groupname=a') },
  createUserGroup: {
    rule: 'system user-group:create',
    status: 201,
    call: ({ number }) => post('/usergroups', { group_name: `group-${number}`, group_type: 3 }),
  },
  getUserGroup: {
    rule: 'system user-group:read',
    prepare: someGroup,
    call: ({ number }) => get(`/usergroups/${number}`),
  },
  updateUserGroup: {
    rule: 'system user-group:update',
    prepare: someGroup,
    call: ({ number }) => put(`/usergroups/${number}`, { group_name: `renamed-${number}` }),
  },
  deleteUserGroup: {
    rule: 'system user-group:delete',
    prepare: someGroup,
    call: ({ number }) => remove(`/usergroups/${number}`),
  },
};

/** The installation: settings, quotas, logs, what it says of itself; and the ways in. */
export const systemVisits: Visits = {
  listScanners: { rule: 'system scanner:list', call: () => get('/scanners') },
  listRegistries: { rule: 'system registry:list', call: () => get('/registries') },
  listAuditLogs: { rule: 'login', call: () => get('/audit-logs') },
  listAuditLogExts: { rule: 'login', call: () => get('/auditlog-exts') },
  exportAuditLogExts: { rule: 'login', call: () => get('/auditlog-exts/export?q=resource=none') },
  listAuditLogEventTypes: { rule: 'system audit-log:list', call: () => get('/auditlog-exts/events') },
  listQuotas: { rule: 'system quota:list', call: () => get('/quotas') },
  getQuota: { rule: 'system quota:read', call: ({ place }) => get(`/quotas/${place.quota}`) },
  updateQuota: {
    rule: 'system quota:update',
    call: ({ place }) => put(`/quotas/${place.quota}`, { hard: { storage: -1 } }),
  },
  getConfigurations: { rule: 'system configuration:read', call: () => get('/configurations') },
  updateConfigurations: {
    rule: 'system configuration:update',
    call: () => put('/configurations', { session_timeout: 60 }),
  },
  getInternalconfig: { rule: () => false, call: () => get('/internalconfig') },
  getSystemCVEAllowlist: { rule: 'login', call: () => get('/system/CVEAllowlist') },
  putSystemCVEAllowlist: {
    rule: 'system configuration:update',
    call: () => put('/system/CVEAllowlist', { items: [] }),
  },
  getPermissions: {
    rule: (who) => who.sysadmin === true || who.administers === true,
    call: () => get('/permissions'),
  },
  syncQuota: { rule: aSysadmin, call: () => post('/api/internal/syncquota') },
  renameAdmin: {
    rule: (who) => who.userId === 1,
    call: () => post('/api/internal/renameadmin'),
    restore: async ({ app }) => {
      const change = { username: 'admin', username_folded: 'admin' };
      await app.database.db.updateTable('user_account').set(change).where('user_id', '=', 1).execute();
      app.app.registry.forget('user:1');
    },
  },

  search: { rule: 'open', call: () => get('/search?q=a') },
  quickSearch: { rule: 'open', call: () => get('/search/quick?q=a') },
  getStorageUse: { rule: 'system quota:list', call: () => get('/statistics/storage') },
  getStatistic: { rule: 'login', call: () => get('/statistics') },
  getSystemInfo: { rule: 'open', call: () => get('/systeminfo') },
  getVolumes: { rule: 'system system-volumes:read', call: () => get('/systeminfo/volumes') },
  // No operator put a certificate here.
  getCert: { rule: 'open', status: 404, call: () => get('/systeminfo/getcert') },
  getHealth: { rule: 'open', call: () => get('/health') },
  getPing: { rule: 'open', call: () => get('/ping') },
  getVersion: { rule: 'open', call: () => get('/api/version') },
  getApiDocument: { rule: 'open', call: () => get('/openapi.json') },

  login: {
    rule: 'open',
    status: 401,
    call: () => ({ method: 'POST', path: '/c/login', form: { principal: 'no such', password: 'x' } }),
  },
  userExists: {
    rule: aSysadmin,
    refusal: 412,
    call: () => ({ method: 'POST', path: '/c/userExists', form: { target: 'username', value: 'x' } }),
  },
  // Ends the session of whoever asks, so it comes last.
  logout: { rule: 'open', call: () => get('/c/log_out') },
};
