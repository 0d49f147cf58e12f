import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { containing, filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

/** Without the password: only `findPassword` reads it. */
export interface UserRow {
  user_id: number;
  username: string;
  email: string | null;
  realname: string;
  comment: string;
  sysadmin_flag: boolean;
  creation_time: Date;
  update_time: Date;
}

const columns = [
  'user_id',
  'username',
  'email',
  'realname',
  'comment',
  'sysadmin_flag',
  'creation_time',
  'update_time',
] as const;

const userKeys: ListKeys = {
  keys: {
    user_id: { type: 'integer' },
    username: { type: 'text' },
    email: { type: 'text' },
    realname: { type: 'text' },
    comment: { type: 'text' },
    sysadmin_flag: { type: 'boolean' },
    creation_time: { type: 'time' },
    update_time: { type: 'time' },
  },
  refused: [
    'password',
    'password_hash',
    'password_version',
    'salt',
    'reset_uuid',
    'username_folded',
    'email_folded',
    'epoch',
    'deleted',
  ],
  order: 'username',
  tie: 'user_id',
};

/** Harbor: the list leaves out user 1. */
export async function listUsers(
  db: Db,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: UserRow[]; total: number }> {
  const wanted = filterOf(clauses, userKeys);
  const { total } = await listed(db)
    .select(sql<number>`count(*)`.as('total'))
    .where(wanted)
    .executeTakeFirstOrThrow();
  const rows = await listed(db)
    .select(columns)
    .where(wanted)
    .orderBy(orderOf(page, userKeys))
    .modifyEnd(sliceOf(page))
    .execute();
  return { rows, total };
}

const listed = (db: Db) =>
  db.selectFrom('user_account').where('deleted', '=', false).where('user_id', '>', 1);

/** Names that contain the text, the shortest first; never more than `size`. */
export async function searchUsers(
  db: Db,
  part: string,
  page: Page,
): Promise<{ rows: { user_id: number; username: string }[]; total: number }> {
  const found = db
    .selectFrom('user_account')
    .where('deleted', '=', false)
    .where('username', 'like', containing(part));
  const { total } = await found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await found
    .select(['user_id', 'username'])
    .orderBy(sql`length(username)`)
    .orderBy('username')
    .orderBy('user_id')
    .modifyEnd(sliceOf(page))
    .execute();
  return { rows, total };
}

export function findUser(db: Db, id: number): Promise<UserRow | undefined> {
  return db
    .selectFrom('user_account')
    .select(columns)
    .where('user_id', '=', id)
    .where('deleted', '=', false)
    .executeTakeFirst();
}

/** By the folded name: `Ada` finds `ada`. */
export function findUserFolded(db: Db, folded: string): Promise<UserRow | undefined> {
  return db
    .selectFrom('user_account')
    .select(columns)
    .where('username_folded', '=', folded)
    .where('deleted', '=', false)
    .executeTakeFirst();
}

/** The account that logs in with that name or e-mail address, folded; a name wins over somebody else's address. */
export async function findLogin(db: Db, folded: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('user_account')
    .select('username')
    .where((is) => is.or([is('username_folded', '=', folded), is('email_folded', '=', folded)]))
    .where('deleted', '=', false)
    .orderBy((is) => is('username_folded', '=', folded), 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.username;
}

/** Whether a new account could not have that name or e-mail address; deleted ones may stand in the way too. */
export async function isHeld(db: Db, column: 'username' | 'email', folded: string): Promise<boolean> {
  const row = await db
    .selectFrom('user_account')
    .select('user_id')
    .where(`${column}_folded`, '=', folded)
    .executeTakeFirst();
  return row !== undefined;
}

/** Null for an account that logs in elsewhere, undefined for none. */
export async function findPassword(db: Db, id: number): Promise<string | null | undefined> {
  const row = await db
    .selectFrom('user_account')
    .select('password_hash')
    .where('user_id', '=', id)
    .where('deleted', '=', false)
    .executeTakeFirst();
  return row?.password_hash;
}

export interface NewUserRow {
  username: string;
  username_folded: string;
  email: string;
  email_folded: string;
  realname: string;
  comment: string;
  password_hash: string;
}

/** Undefined when the name or the e-mail address is taken. */
export function insertUser(tx: Tx, row: NewUserRow): Promise<{ user_id: number } | undefined> {
  return tx
    .insertInto('user_account')
    .values(row)
    .onConflict((on) => on.doNothing())
    .returning('user_id')
    .executeTakeFirst();
}

export interface UserChange {
  username?: string;
  username_folded?: string;
  email?: string;
  email_folded?: string;
  realname?: string;
  comment?: string;
  password_hash?: string;
  sysadmin_flag?: boolean;
}

/** A taken name or address fails on its unique index. A new password voids what was given out for the old one. */
export async function updateUser(tx: Tx, id: number, row: UserChange): Promise<boolean> {
  const result = await tx
    .updateTable('user_account')
    .set({
      ...row,
      ...(row.password_hash !== undefined && { epoch: sql<number>`epoch + 1` }),
      update_time: sql<Date>`now()`,
    })
    .where('user_id', '=', id)
    .where('deleted', '=', false)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Harbor: the row stays, `#id` is appended to name and address, which are free again. The password goes, and
 * memberships and flag too, so that nothing comes back with a new account of that name (G-80).
 */
export async function removeUser(tx: Tx, id: number): Promise<boolean> {
  const mark = `#${id}`;
  const marked = (column: 'username' | 'username_folded' | 'email' | 'email_folded') =>
    sql<string>`left(${sql.ref(column)}, ${255 - mark.length}) || ${mark}`;
  const result = await tx
    .updateTable('user_account')
    .set({
      username: marked('username'),
      username_folded: marked('username_folded'),
      email: marked('email'),
      email_folded: marked('email_folded'),
      password_hash: null,
      sysadmin_flag: false,
      deleted: true,
      update_time: sql<Date>`now()`,
    })
    .where('user_id', '=', id)
    .where('deleted', '=', false)
    .executeTakeFirst();
  await tx.deleteFrom('project_member').where('user_id', '=', id).execute();
  return result.numUpdatedRows > 0n;
}
