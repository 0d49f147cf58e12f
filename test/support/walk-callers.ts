import {
  projectRoleAllows,
  publicProjectAllows,
  robotMayHold,
  robotPermissions,
} from '#src/access/permissions.ts';
import { basic, type TestApp } from './app.ts';
import type { HttpAnswer } from './http.ts';
import { type Call, callApi, prepare } from './walk-place.ts';

/** What is known of a caller from how it was made; nothing of this is asked of the program. */
export interface Caller {
  readonly name: string;
  readonly kind: 'nobody' | 'person' | 'robot';
  /** Of a person. */
  readonly userId?: number;
  readonly sysadmin?: true;
  /** Its role in the project of the walk. */
  readonly role?: number;
  /** What it was granted in the project of the walk, and in the system. */
  readonly granted?: { readonly here: 'everything' | 'pull' | 'nothing'; readonly system: boolean };
  /** Administers some project. */
  readonly administers?: true;
  send(call: Call): Promise<HttpAnswer>;
}

const split = (permission: string): [string, string] => {
  const [resource = '', action = ''] = permission.split(':');
  return [resource, action];
};

/** By the table alone: how a caller comes to its rights is decided here a second time. */
export function mayHere(who: Caller, permission: string): boolean {
  const [resource, action] = split(permission);
  if (who.sysadmin) return true;
  if (who.role !== undefined) return projectRoleAllows(who.role, resource, action);
  if (who.granted?.here === 'everything') return robotMayHold('project', resource, action);
  return who.granted?.here === 'pull' && permission === 'repository:pull';
}

export function maySystemwide(who: Caller, permission: string): boolean {
  if (who.sysadmin) return true;
  return who.granted?.system === true && robotMayHold('system', ...split(permission));
}

/** In a public project whose member nobody is. */
export function mayInPublic(who: Caller, permission: string): boolean {
  return who.sysadmin === true || publicProjectAllows(...split(permission));
}

const roles = { projectAdmin: 1, maintainer: 4, developer: 2, guest: 3, limitedGuest: 5 } as const;

/** One of every kind. `team` is the project of the walk, `foreign` another one. */
export async function assembleCallers(
  app: TestApp,
  team: { readonly id: number },
  foreign: { readonly id: number },
): Promise<Caller[]> {
  const send = (as: string | undefined) => (call: Call) => sendWithForms(app, as, call);
  const person = async (name: string, more: Partial<Caller> = {}): Promise<Caller> => {
    const userId = await app.createUser(name);
    return { name, kind: 'person', userId, send: send(name), ...more };
  };
  const callers: Caller[] = [{ name: 'nobody', kind: 'nobody', send: send(undefined) }];
  for (const [name, role] of Object.entries(roles)) {
    const one = await person(name.toLowerCase(), { role, ...(role === 1 && { administers: true }) });
    await app.addMember(team.id, one.userId ?? 0, role);
    callers.push(one);
  }
  const neighbour = await person('neighbour', { administers: true });
  await app.addMember(foreign.id, neighbour.userId ?? 0, 1);
  callers.push(neighbour, await person('stranger'), await throughGroup(app, team.id, person));
  callers.push(
    { name: 'admin', kind: 'person', userId: 1, sysadmin: true, send: send('admin') },
    await secondAdministrator(app, person),
    await withSession(app, await person('browser', { role: 2 }), team.id),
  );
  return [...callers, ...(await robots(app)), ...(await withoutAccount(app, person))];
}

type MakePerson = (name: string, more?: Partial<Caller>) => Promise<Caller>;

/** A maintainer only because a group is. */
async function throughGroup(app: TestApp, project: number, person: MakePerson): Promise<Caller> {
  const grouped = await person('grouped', { role: 4 });
  const { db } = app.database;
  const { id } = await db
    .insertInto('user_group')
    .values({ group_name: 'builders', group_type: 3 })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('user_account_group')
    .values({ user_id: grouped.userId ?? 0, group_id: id })
    .execute();
  await db.insertInto('project_member').values({ project_id: project, group_id: id, role: 4 }).execute();
  app.app.registry.forget('everything');
  return grouped;
}

async function secondAdministrator(app: TestApp, person: MakePerson): Promise<Caller> {
  const second = await person('second', { sysadmin: true });
  const { db } = app.database;
  await db
    .updateTable('user_account')
    .set({ sysadmin_flag: true })
    .where('user_id', '=', second.userId ?? 0)
    .execute();
  app.app.registry.forget(`user:${second.userId ?? 0}`);
  return second;
}

/** A person who logged in, with a cookie and a token against forged requests instead of a password. */
async function withSession(app: TestApp, who: Caller, project: number): Promise<Caller> {
  await app.addMember(project, who.userId ?? 0, who.role ?? 0);
  const csrf = await csrfHeaders(app);
  const [, password = ''] = Buffer.from(basic(who.name)['authorization']?.slice(6) ?? '', 'base64')
    .toString()
    .split(':');
  const form = { principal: who.name, password };
  const { status, headers } = await callApi(app, undefined, { method: 'POST', path: '/c/login', form }, csrf);
  const sid = /\bsid=[^;]+/.exec(headers['set-cookie'] ?? '')?.[0];
  if (status !== 200 || sid === undefined) throw new Error(`the login answered ${status}`);
  const session = { ...csrf, cookie: `${csrf['cookie']}; ${sid}` };
  return { ...who, name: 'a session', send: (call) => callApi(app, undefined, call, session) };
}

async function csrfHeaders(app: TestApp): Promise<Record<string, string>> {
  const { headers } = await app.send(undefined, { path: '/c/log_out' });
  const [cookie = ''] = (headers['set-cookie'] ?? '').split(';');
  return { cookie, 'x-harbor-csrf-token': headers['x-harbor-csrf-token'] ?? '' };
}

/** Forms are taken from pages only, whoever sends them. */
async function sendWithForms(app: TestApp, as: string | undefined, call: Call): Promise<HttpAnswer> {
  return callApi(app, as, call, call.form && (await csrfHeaders(app)));
}

const everything = (namespace: string) => ({ kind: 'project', namespace, access: robotPermissions.project });
const ofSystem = { kind: 'system', namespace: '/', access: robotPermissions.system };
const pull = { kind: 'project', namespace: 'team', access: [{ resource: 'repository', action: 'pull' }] };

async function robots(app: TestApp): Promise<Caller[]> {
  const made = async (
    name: string,
    level: 'project' | 'system',
    permissions: readonly object[],
    granted: NonNullable<Caller['granted']>,
  ): Promise<Caller> => {
    const { as } = await robot(app, name, level, permissions);
    return { name, kind: 'robot', granted, send: (call) => sendWithForms(app, as, call) };
  };
  const nothing = { here: 'nothing', system: false } as const;
  return [
    await made('full-robot-of-the-project', 'project', [everything('team')], {
      ...nothing,
      here: 'everything',
    }),
    await made('pulling-robot-of-the-project', 'project', [pull], { ...nothing, here: 'pull' }),
    await made('full-robot-of-another-project', 'project', [everything('foreign')], nothing),
    await made('full-system-robot', 'system', [ofSystem, everything('*')], {
      here: 'everything',
      system: true,
    }),
    await made('system-robot-of-the-project', 'system', [everything('team')], {
      ...nothing,
      here: 'everything',
    }),
    await made('system-robot-of-another-project', 'system', [ofSystem, everything('foreign')], {
      here: 'nothing',
      system: true,
    }),
  ];
}

async function robot(app: TestApp, name: string, level: string, permissions: readonly object[]) {
  const answer = await prepare(app, 'POST', '/robots', { name, level, duration: 1, permissions });
  const { id, name: full, secret } = answer.json<{ id: number; name: string; secret: string }>();
  return { id, as: `${full}:${secret}` };
}

/** Who had every right once, and is nobody now. */
async function withoutAccount(app: TestApp, person: MakePerson): Promise<Caller[]> {
  const { db } = app.database;
  const nobody = (name: string, as: string): Caller => ({
    name,
    kind: 'nobody',
    send: (call) => sendWithForms(app, as, call),
  });
  const found: Caller[] = [];
  for (const [name, change] of [
    ['disabled-robot', { disabled: true }],
    ['expired-robot', { expires_at: 1 }],
  ] as const) {
    const { id, as } = await robot(app, name, 'system', [ofSystem, everything('*')]);
    await db.updateTable('robot').set(change).where('id', '=', id).execute();
    app.app.registry.forget(`robot:${id}`);
    found.push(nobody(name, as));
  }
  const gone = await person('gone');
  await prepare(app, 'PUT', `/users/${gone.userId}/sysadmin`, { sysadmin_flag: true });
  await gone.send({ method: 'GET', path: '/users/current' });
  await prepare(app, 'DELETE', `/users/${gone.userId}`);
  return [...found, nobody('deleted user', 'gone')];
}
