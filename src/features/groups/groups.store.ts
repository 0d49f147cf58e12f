import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { containing, sliceOf } from '#src/http/list.ts';

export interface GroupRow {
  id: number;
  group_name: string;
  /** 1 LDAP, 2 HTTP, 3 OIDC. */
  group_type: number;
  /** Empty unless the type is LDAP. */
  ldap_group_dn: string;
}

export interface GroupFilter {
  /** Part of the name, in whatever case. */
  readonly name?: string | undefined;
  /** The whole distinguished name, in whatever case. */
  readonly dn?: string | undefined;
  readonly type?: number | undefined;
}

const columns = ['id', 'group_name', 'group_type', 'ldap_group_dn'] as const;

export async function listGroups(
  db: Db,
  { name, dn, type }: GroupFilter,
  page: Page,
): Promise<{ rows: GroupRow[]; total: number }> {
  const listed = db
    .selectFrom('user_group')
    .$if(name !== undefined, (query) => query.where('group_name', 'ilike', containing(name ?? '')))
    .$if(dn !== undefined, (query) => query.where(ofDn(dn ?? '')))
    .$if(type !== undefined, (query) => query.where('group_type', '=', type ?? 0));
  const { total } = await listed.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await listed.select(columns).orderBy('id').modifyEnd(sliceOf(page)).execute();
  return { rows, total };
}

const ofDn = (dn: string) => sql<boolean>`group_type = 1 and lower(ldap_group_dn) = lower(${dn}::text)`;

export function findGroup(db: Db, id: number): Promise<GroupRow | undefined> {
  return db.selectFrom('user_group').select(columns).where('id', '=', id).executeTakeFirst();
}

export function findGroupNamed(db: Db, type: number, name: string): Promise<GroupRow | undefined> {
  return db
    .selectFrom('user_group')
    .select(columns)
    .where('group_type', '=', type)
    .where('group_name', '=', name)
    .executeTakeFirst();
}

export function findGroupOfDn(db: Db, dn: string): Promise<GroupRow | undefined> {
  return db.selectFrom('user_group').select(columns).where(ofDn(dn)).executeTakeFirst();
}

export type NewGroupRow = Omit<GroupRow, 'id'>;

/** Undefined when there is one of that type and name, or of that distinguished name. */
export function insertGroup(tx: Tx, row: NewGroupRow): Promise<GroupRow | undefined> {
  return tx
    .insertInto('user_group')
    .values(row)
    .onConflict((on) => on.doNothing())
    .returning(columns)
    .executeTakeFirst();
}

/** A taken name fails on its unique index. */
export async function renameGroup(tx: Tx, id: number, group_name: string): Promise<boolean> {
  const result = await tx
    .updateTable('user_group')
    .set({ group_name, update_time: sql<Date>`now()` })
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Its memberships in projects, and who is in it, go with the row. */
export async function removeGroup(tx: Tx, id: number): Promise<boolean> {
  const result = await tx.deleteFrom('user_group').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
