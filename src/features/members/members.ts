import { projectRoles } from '#src/access/permissions.ts';
import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure, together } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { findGroup, type GivenGroup, groupOf } from '#src/features/groups/index.ts';
import { findUser, findUserNamed } from '#src/features/users/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import { quote } from '#src/oci/quote.ts';
import * as store from './members.store.ts';

export interface GivenMember {
  readonly role_id?: number | null | undefined;
  readonly member_user?: GivenUser | null | undefined;
  readonly member_group?: (GivenGroup & { readonly id?: number | null | undefined }) | null | undefined;
}

interface GivenUser {
  readonly user_id?: number | null | undefined;
  readonly username?: string | null | undefined;
}

export function listMembers(
  ctx: Context,
  project: GuardedProject,
  named: string | undefined,
  page: Page,
): Promise<{ rows: store.MemberRow[]; total: number }> {
  const filter = { named: named || undefined, clauses: parseQuery(page.q) };
  return store.listMembers(ctx.db, project.id, filter, page);
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

/** Returns the id of the membership. Rights change with the commit, in every process. */
export function addMember(ctx: Context, project: GuardedProject, given: GivenMember): Promise<number> {
  const [role] = together(
    () => checkedRole(given.role_id),
    () => requireSomebody(given),
  );
  return inTransaction(ctx, async (ctx) => {
    const { name, ...entity } = await memberEntity(ctx, given);
    const member = await store.insertMember(ctx.db, { ...entity, project_id: project.id, role: role.id });
    if (!member) throw new Failure('CONFLICT', 'The project member specified already exist');
    await recordMember(ctx, project, 'create', name, { to: role.name });
    await announceMember(ctx, entity);
    return member.id;
  });
}

type Entity = Pick<store.MemberRow, 'user_id' | 'group_id' | 'name'>;

// Harbor: an id goes before a name, a user before a group.
async function memberEntity(ctx: TxContext, given: GivenMember): Promise<Entity> {
  const { user_id, username } = given.member_user ?? {};
  const { id: group_id, ...group } = given.member_group ?? {};
  if (user_id && user_id > 0) {
    const user = await findUser(ctx.db, user_id);
    if (!user) throw new Failure('BAD_REQUEST', `User ${user_id} not found`);
    return ofUser(user);
  }
  if (group_id && group_id > 0) {
    const found = await findGroup(ctx.db, group_id);
    if (!found) throw new Failure('BAD_REQUEST', `Group ${group_id} not found`);
    return ofGroup(found);
  }
  if (username) {
    const user = await findUserNamed(ctx.db, username);
    if (!user) throw new Failure('NOT_FOUND', `user ${quote(username)} is not found`);
    return ofUser(user);
  }
  const named = await groupOf(ctx, group);
  if (!named) throw nobody();
  return ofGroup(named);
}

function requireSomebody({ member_user: user, member_group: group }: GivenMember): void {
  const given = [user?.user_id, user?.username, group?.id, group?.group_name, group?.ldap_group_dn];
  if (!given.some(Boolean)) throw nobody();
}

const nobody = (): Failure =>
  new Failure('BAD_REQUEST', 'at least one of member_user or member_group must be provided');

const ofUser = (user: { user_id: number; username: string }): Entity => ({
  user_id: user.user_id,
  group_id: null,
  name: user.username,
});

const ofGroup = (group: { id: number; group_name: string }): Entity => ({
  user_id: null,
  group_id: group.id,
  name: group.group_name,
});

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

/** Of a group anybody may be a member, so then nothing that is known of people is believed any more. */
function announceMember(ctx: TxContext, member: { readonly user_id: number | null }): Promise<void> {
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
