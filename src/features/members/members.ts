import { projectRoles } from '#src/access/permissions.ts';
import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { findUser, findUserNamed } from '#src/features/users/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { quote } from '#src/oci/quote.ts';
import * as store from './members.store.ts';

export interface GivenMember {
  readonly role_id?: number | null | undefined;
  readonly member_user?: GivenUser | null | undefined;
  readonly member_group?: GivenGroup | null | undefined;
}

interface GivenUser {
  readonly user_id?: number | null | undefined;
  readonly username?: string | null | undefined;
}

interface GivenGroup {
  readonly id?: number | null | undefined;
  readonly group_name?: string | null | undefined;
  readonly ldap_group_dn?: string | null | undefined;
}

export function listMembers(
  ctx: Context,
  project: GuardedProject,
  named: string | undefined,
  page: Page,
): Promise<{ rows: store.MemberRow[]; total: number }> {
  return store.listMembers(ctx.db, project.id, named || undefined, page);
}

export async function getMember(ctx: Context, project: GuardedProject, id: number): Promise<store.MemberRow> {
  // Harbor: 0 stands for "not given".
  if (id === 0) throw new Failure('BAD_REQUEST', 'the member id can not be empty!');
  const member = await store.findMember(ctx.db, project.id, id);
  if (!member) {
    throw new Failure(
      'NOT_FOUND',
      `the project member is not found, project id ${project.id}, member id ${id}`,
    );
  }
  return member;
}

/** Returns the id of the membership. The user's rights change with the commit, in every process. */
export function addMember(ctx: Context, project: GuardedProject, given: GivenMember): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    const user = await memberUser(ctx, given);
    const role = checkedRole(given.role_id);
    const member = await store.insertMember(ctx.db, {
      project_id: project.id,
      user_id: user.user_id,
      role: role.id,
    });
    if (!member) throw new Failure('CONFLICT', 'The project member specified already exist');
    await recordMember(ctx, project, 'create', user.username, { to: role.name });
    await announce(ctx, `user:${user.user_id}`);
    return member.id;
  });
}

async function memberUser(
  ctx: TxContext,
  given: GivenMember,
): Promise<{ user_id: number; username: string }> {
  const { user_id, username } = given.member_user ?? {};
  if (user_id && user_id > 0) {
    const user = await findUser(ctx.db, user_id);
    if (!user) throw new Failure('BAD_REQUEST', `User ${user_id} not found`);
    return user;
  }
  refuseGroups(given.member_group, username);
  if (!username) {
    throw new Failure('BAD_REQUEST', 'at least one of member_user or member_group must be provided');
  }
  const user = await findUserNamed(ctx.db, username);
  if (!user) throw new Failure('NOT_FOUND', `user ${quote(username)} is not found`);
  return user;
}

// Harbor: a group's id goes before a user's name, a user's name before a group's.
function refuseGroups(group: GivenGroup | null | undefined, username: string | null | undefined): void {
  if (group?.id && group.id > 0) throw new Failure('BAD_REQUEST', `Group ${group.id} not found`);
  if (!username && (group?.group_name || group?.ldap_group_dn)) {
    throw new Failure(
      'BAD_REQUEST',
      'groups come from LDAP, OIDC or an authentication proxy; this installation keeps its users itself (auth_mode db_auth): add the users one by one',
    );
  }
}

function checkedRole(id: number | null | undefined): (typeof projectRoles)[number] {
  const role = projectRoles.find((one) => one.id === id);
  if (!role) {
    const known = projectRoles.map((one) => `${one.id} ${one.name}`).join(', ');
    throw new Failure('BAD_REQUEST', `role_id ${id ?? 'is missing and'} is not one of ${known}`);
  }
  return role;
}

export function changeRole(
  ctx: Context,
  project: GuardedProject,
  id: number,
  roleId: number | null | undefined,
): Promise<void> {
  const role = checkedRole(roleId);
  return inTransaction(ctx, async (ctx) => {
    const member = await getMember(ctx, project, id);
    await store.updateRole(ctx.db, project.id, id, role.id);
    const from = projectRoles.find((one) => one.id === member.role)?.name;
    await recordMember(ctx, project, 'update', member.name, { from, to: role.name });
    await announceMember(ctx, member);
  });
}

export function removeMember(ctx: Context, project: GuardedProject, id: number): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const member = await getMember(ctx, project, id);
    await store.removeMember(ctx.db, project.id, id);
    const from = projectRoles.find((one) => one.id === member.role)?.name;
    await recordMember(ctx, project, 'delete', member.name, { from });
    await announceMember(ctx, member);
  });
}

function announceMember(ctx: TxContext, member: store.MemberRow): Promise<void> {
  return announce(ctx, member.user_id === null ? 'everything' : `user:${member.user_id}`);
}

function recordMember(
  ctx: TxContext,
  project: GuardedProject,
  operation: 'create' | 'update' | 'delete',
  name: string,
  detail: Record<string, unknown>,
): Promise<void> {
  const resource = `${project.name}/${name}`;
  return record(ctx, { operation, resource_type: 'member', resource, project_id: project.id, detail });
}
