import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import { quote } from '#src/oci/quote.ts';
import { isDistinguishedName } from './distinguished-name.ts';
import * as store from './groups.store.ts';

const ldap = 1;

/** Where each type's groups come from: the setting auth_mode under which they are made as they are named. */
const modes: ReadonlyMap<number, string> = new Map([
  [ldap, 'ldap_auth'],
  [2, 'http_auth'],
  [3, 'oidc_auth'],
]);

export interface GivenGroup {
  readonly group_name?: string | null | undefined;
  readonly group_type?: number | null | undefined;
  readonly ldap_group_dn?: string | null | undefined;
}

export interface GroupFilter {
  readonly group_name?: string | undefined;
  readonly ldap_group_dn?: string | undefined;
}

/** Harbor: where people log in through LDAP or HTTP, only the groups from there. */
export function listGroups(ctx: Context, filter: GroupFilter, page: Page) {
  const mode = ctx.live.get('auth_mode');
  const type = mode === 'ldap_auth' || mode === 'http_auth' ? typeOf(mode) : undefined;
  const { group_name, ldap_group_dn } = filter;
  return store.listGroups(
    ctx.db,
    { name: group_name || undefined, dn: ldap_group_dn || undefined, type },
    page,
  );
}

function typeOf(mode: string): number | undefined {
  return [...modes].find(([, one]) => one === mode)?.[0];
}

export function searchGroups(ctx: Context, part: string, page: Page) {
  if (part === '') throw refuse('need to provide groupname to search user group');
  return store.listGroups(ctx.db, { name: part }, { ...page, size: page.size === 0 ? 100 : page.size });
}

export async function getGroup(ctx: Context, id: number): Promise<store.GroupRow> {
  if (id <= 0) throw refuse('the group id should be provided');
  const group = await store.findGroup(ctx.db, id);
  if (!group) throw new Failure('NOT_FOUND', `the user group with id ${id} is not found`);
  return group;
}

/** Returns the new id. Who is in the group is said by where people log in, never here. */
export async function createGroup(ctx: Context, given: GivenGroup): Promise<number> {
  const row = checkedGroup(given);
  return inTransaction(ctx, async (ctx) => {
    const group = await store.insertGroup(ctx.db, row);
    if (!group) {
      throw new Failure('CONFLICT', `user group ${row.group_name} or its LDAP DN already exists`);
    }
    await recordGroup(ctx, 'create', group, { group_type: group.group_type });
    return group.id;
  });
}

const refuse = (message: string) => new Failure('BAD_REQUEST', message);

/** Every failure at once. */
function checkedGroup(given: GivenGroup): store.NewGroupRow {
  const group_name = given.group_name ?? '';
  const group_type = given.group_type ?? 0;
  const ldap_group_dn = group_type === ldap ? (given.ldap_group_dn ?? '').trim() : '';
  const problems = [
    ...problemsOfName(group_name),
    ...(modes.has(group_type) ? [] : [`group_type is 1 (LDAP), 2 (HTTP) or 3 (OIDC), not ${group_type}`]),
    ...(group_type === ldap ? problemsOfDn(ldap_group_dn) : []),
  ];
  if (problems.length > 0) throw refuse(problems.join('; '));
  return { group_name, group_type, ldap_group_dn };
}

function problemsOfName(name: string): string[] {
  const length = [...name].length;
  return length >= 1 && length <= 255 ? [] : [`group_name has ${length} characters, 1 to 255 are allowed`];
}

function problemsOfDn(dn: string): string[] {
  return isDistinguishedName(dn)
    ? []
    : [`ldap_group_dn ${quote(dn)} is no distinguished name such as cn=builders,dc=example,dc=org`];
}

export async function renameGroup(ctx: Context, id: number, name: string): Promise<void> {
  const [problem] = problemsOfName(name);
  if (problem !== undefined) throw refuse(problem);
  const before = await getGroup(ctx, id);
  try {
    await inTransaction(ctx, async (ctx) => {
      if (!(await store.renameGroup(ctx.db, id, name))) {
        throw new Failure('NOT_FOUND', `the user group with id ${id} is not found`);
      }
      await recordGroup(ctx, 'update', before, { to: name });
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    throw new Failure('CONFLICT', `user group ${name} already exists`, { cause: error });
  }
}

/** Whoever had rights through it loses them with the commit. */
export async function deleteGroup(ctx: Context, id: number): Promise<void> {
  const group = await getGroup(ctx, id);
  await inTransaction(ctx, async (ctx) => {
    if (!(await store.removeGroup(ctx.db, id))) {
      throw new Failure('NOT_FOUND', `the user group with id ${id} is not found`);
    }
    await recordGroup(ctx, 'delete', group);
    await announce(ctx, 'everything');
  });
}

/**
 * The group that a membership names by distinguished name, or by name and type. Harbor: one that is not there yet is
 * made, when it is of the kind by which people log in here. Undefined when nothing names a group.
 */
export async function groupOf(ctx: TxContext, given: GivenGroup): Promise<store.GroupRow | undefined> {
  const dn = (given.ldap_group_dn ?? '').trim();
  const name = given.group_name ?? '';
  if (dn !== '') return groupOfDn(ctx, dn, name);
  if (name === '') return undefined;
  const row = checkedGroup(given);
  const find = () => store.findGroupNamed(ctx.db, row.group_type, name);
  return (await find()) ?? onboarded(ctx, row, find);
}

async function groupOfDn(ctx: TxContext, dn: string, name: string): Promise<store.GroupRow> {
  const find = () => store.findGroupOfDn(ctx.db, dn);
  const found = await find();
  if (found) return found;
  // Harbor: a group whose name another one has already is called by its distinguished name.
  const taken = name === '' || (await store.findGroupNamed(ctx.db, ldap, name)) !== undefined;
  const group_name = taken ? dn.slice(0, 255) : name;
  return onboarded(ctx, checkedGroup({ group_name, group_type: ldap, ldap_group_dn: dn }), find);
}

async function onboarded(
  ctx: TxContext,
  row: store.NewGroupRow,
  find: () => Promise<store.GroupRow | undefined>,
): Promise<store.GroupRow> {
  const mode = ctx.live.get('auth_mode');
  if (modes.get(row.group_type) !== mode) {
    throw refuse(
      `there is no such group, and under auth_mode ${mode} none of that type is made by naming it: create it first with POST /usergroups, or add the users one by one`,
    );
  }
  const group = await store.insertGroup(ctx.db, row);
  if (group) {
    await recordGroup(ctx, 'create', group, { group_type: group.group_type });
    return group;
  }
  // Somebody made it at this moment.
  const other = await find();
  if (!other) throw new Failure('CONFLICT', `user group ${row.group_name} already exists`);
  return other;
}

function recordGroup(
  ctx: TxContext,
  operation: 'create' | 'update' | 'delete',
  group: store.GroupRow,
  detail?: Record<string, unknown>,
): Promise<void> {
  return record(ctx, {
    operation,
    resource_type: 'user_group',
    resource: group.group_name,
    ...(detail && { detail }),
  });
}
