import { maySystem } from '#src/access/authorize.ts';
import type { SystemPermission } from '#src/access/permissions.ts';
import type { Principal } from '#src/access/principal.ts';
import { checkUserName, foldName } from '#src/auth/names.ts';
import { hashPassword, verifyPassword } from '#src/auth/passwords.ts';
import { removeSessionsOf } from '#src/auth/sessions.ts';
import { announce, type Context, inTransaction } from '#src/context.ts';
import { Failure, together } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import { type Match, parseQuery } from '#src/http/query.ts';
import { checkedProfile, type GivenProfile, requireAcceptable } from './profile.ts';
import * as store from './users.store.ts';

/** The first administrator: always one, never deleted (rbac.md section 1). */
const firstAdministrator = 1;

export interface GivenUser extends GivenProfile {
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
}

/**
 * Returns the new id. Nothing in the body can give rights (S-002). `carried`: the request has the session of a page,
 * be it one that nobody logged in to.
 */
export async function createUser(ctx: Context, given: GivenUser, carried: boolean): Promise<number> {
  requireCreatable(ctx, carried);
  const robotPrefix = ctx.live.get('robot_name_prefix');
  const password = given.password ?? '';
  const username = given.username ?? '';
  const [profile] = together(
    () => checkedProfile(given),
    () => requireAcceptable(password),
    () => checkUserName(username, robotPrefix),
  );
  // Before the transaction: a hash takes as long as all of its statements.
  const password_hash = await hashPassword(password);
  return inTransaction(ctx, async (ctx) => {
    const user = await store.insertUser(ctx.db, {
      ...profile,
      username,
      username_folded: foldName(username),
      email_folded: foldName(profile.email),
      password_hash,
    });
    if (!user) {
      throw new Failure('CONFLICT', `user ${username} or email ${profile.email} already exists`);
    }
    await record(ctx, { operation: 'create', resource_type: 'user', resource: username });
    return user.user_id;
  });
}

/** Harbor: who may not create users may sign up, from a page and not by a script, while self_registration is on. */
function requireCreatable(ctx: Context, carried: boolean): void {
  const mode = ctx.live.get('auth_mode');
  const open = mode === 'db_auth' && ctx.live.get('self_registration');
  if (!maySystem(ctx.who, 'user:create')) {
    if (!open) requireSystem(ctx.who, 'user:create');
    if (!carried) throw new Failure('FORBIDDEN', 'self-registration cannot be triggered via API');
  }
  if (mode !== 'db_auth') {
    throw new Failure('FORBIDDEN', `creating local user is not allowed under auth mode: ${mode}`);
  }
}

export interface UserFilter {
  readonly username?: string | undefined;
  readonly email?: string | undefined;
}

export function listUsers(ctx: Context, filter: UserFilter, page: Page) {
  const clauses = new Map<string, Match>(parseQuery(page.q));
  if (filter.username) clauses.set('username', { kind: 'contains', value: filter.username });
  if (filter.email) clauses.set('email', { kind: 'contains', value: filter.email });
  return store.listUsers(ctx.db, clauses, page);
}

/** S-004: whoever is logged in sees ids and names, never a page of everybody. */
export function searchUsers(ctx: Context, part: string, page: Page) {
  return store.searchUsers(ctx.db, part, { ...page, size: page.size === 0 ? 100 : page.size });
}

/** Whoever asks for somebody else learns that he may not before he learns whether there is anybody (R2). */
export async function getUser(ctx: Context, id: number): Promise<store.UserRow> {
  if (!isSelf(ctx.who, id)) requireSystem(ctx.who, 'user:read');
  return existing(ctx, id);
}

export async function getCurrentUser(ctx: Context): Promise<store.UserRow> {
  if (ctx.who.kind !== 'user') {
    // Harbor: there is no user behind a robot.
    throw new Failure('PRECONDITION', `get current user not available for security context: ${ctx.who.kind}`);
  }
  return existing(ctx, ctx.who.id);
}

async function existing(ctx: Context, id: number): Promise<store.UserRow> {
  const user = await store.findUser(ctx.db, id);
  if (!user) throw new Failure('NOT_FOUND', `user ${id} not found`);
  return user;
}

export async function updateProfile(ctx: Context, id: number, given: GivenProfile): Promise<void> {
  const before = await requireModifiable(ctx, id);
  const profile = checkedProfile(given);
  await changeUser(
    ctx,
    before,
    { ...profile, email_folded: foldName(profile.email) },
    { profile: 'changed' },
  );
}

/** Ends every session and token of the user. */
export async function updatePassword(
  ctx: Context,
  id: number,
  passwords: { readonly old: string; readonly new: string },
): Promise<void> {
  const before = await requireModifiable(ctx, id);
  const stored = await store.findPassword(ctx.db, id);
  if (isSelf(ctx.who, id) && !(await matches(passwords.old, stored))) {
    throw new Failure('FORBIDDEN', 'Current password is incorrect');
  }
  requireAcceptable(passwords.new);
  // S-006: an account that logs in elsewhere gets no second way in.
  if (stored === null) {
    throw new Failure('FORBIDDEN', `user ${id} does not log in with a password kept here`);
  }
  if (await matches(passwords.new, stored)) {
    throw new Failure('BAD_REQUEST', 'New password is identical to old password');
  }
  const password_hash = await hashPassword(passwords.new);
  await changeUser(ctx, before, { password_hash }, { password: 'changed' });
}

async function matches(password: string, stored: string | null | undefined): Promise<boolean> {
  return typeof stored === 'string' && (await verifyPassword(password, stored)).ok;
}

/** Only people: a robot with user:update must not make administrators (S-032). */
export async function setSysAdmin(ctx: Context, id: number, flag: boolean): Promise<void> {
  requireSystem(ctx.who, 'user:update');
  if (ctx.who.kind !== 'user') {
    throw new Failure('FORBIDDEN', 'robots cannot change who is a system administrator');
  }
  if (id === firstAdministrator && !flag) {
    throw new Failure('FORBIDDEN', 'user 1 is always a system administrator');
  }
  const before = await existing(ctx, id);
  const detail = { sysadmin_flag: { from: before.sysadmin_flag, to: flag } };
  await changeUser(ctx, before, { sysadmin_flag: flag }, detail);
}

export async function deleteUser(ctx: Context, id: number): Promise<void> {
  if (isSelf(ctx.who, id) || id === firstAdministrator) {
    throw new Failure('FORBIDDEN', `User with ID ${id} cannot be deleted`);
  }
  await inTransaction(ctx, async (ctx) => {
    const user = await existing(ctx, id);
    await removeSessionsOf(ctx.db, id);
    if (!(await store.removeUser(ctx.db, id))) throw new Failure('NOT_FOUND', `user ${id} not found`);
    await record(ctx, { operation: 'delete', resource_type: 'user', resource: user.username });
    await announce(ctx, `user:${id}`);
  });
}

/**
 * Harbor: user 1 gets another name, for installations whose directory has an `admin` of its own, and is logged out.
 * Only user 1 itself may.
 */
export async function renameAdministrator(ctx: Context): Promise<void> {
  if (!isSelf(ctx.who, firstAdministrator)) {
    throw new Failure('FORBIDDEN', `only user ${firstAdministrator} itself may be renamed so`);
  }
  const before = await existing(ctx, firstAdministrator);
  const username = 'admin@harbor.local';
  const change = { username, username_folded: foldName(username) };
  await changeUser(ctx, before, change, { username: { from: before.username, to: username } });
}

/** Harbor: a secret for the command line is only for those who log in through OIDC. */
export function refuseCliSecret({ who, live }: Context): never {
  if (who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  throw new Failure('PRECONDITION', `unable to update CLI secret under authmode: ${live.get('auth_mode')}`);
}

async function changeUser(
  ctx: Context,
  before: store.UserRow,
  change: store.UserChange,
  detail: Record<string, unknown>,
): Promise<void> {
  const { user_id: id, username: resource } = before;
  try {
    await inTransaction(ctx, async (ctx) => {
      if (!(await store.updateUser(ctx.db, id, change)))
        throw new Failure('NOT_FOUND', `user ${id} not found`);
      if (change.password_hash !== undefined || change.username !== undefined) {
        await removeSessionsOf(ctx.db, id);
      }
      await record(ctx, { operation: 'update', resource_type: 'user', resource, detail });
      await announce(ctx, `user:${id}`);
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === '23505') {
      const taken = change.username === undefined ? `email ${change.email}` : `user ${change.username}`;
      throw new Failure('CONFLICT', `${taken} already exists`, { cause: error });
    }
    throw error;
  }
}

/** The user itself, or whoever holds user:update; but no robot touches an administrator (S-032). */
async function requireModifiable(ctx: Context, id: number): Promise<store.UserRow> {
  if (!isSelf(ctx.who, id)) requireSystem(ctx.who, 'user:update');
  const user = await existing(ctx, id);
  const administrator = user.sysadmin_flag || id === firstAdministrator;
  if (ctx.who.kind === 'robot' && administrator) {
    throw new Failure('FORBIDDEN', 'robots cannot change the account of a system administrator');
  }
  return user;
}

function isSelf(who: Principal, id: number): boolean {
  return who.kind === 'user' && who.id === id;
}

function requireSystem(who: Principal, permission: SystemPermission): void {
  if (who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  if (!maySystem(who, permission)) {
    throw new Failure('FORBIDDEN', `forbidden: ${who.name} may not ${permission}`);
  }
}
