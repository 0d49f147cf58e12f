import type { Db } from '#src/database/pool.ts';
import { foldName } from '#src/auth/names.ts';
import { findLogin, findUserFolded, isHeld, type UserRow } from './users.store.ts';

export { findUser } from './users.store.ts';
export { renameAdministrator } from './users.ts';

/** Undefined when nobody has that name, however it is spelled. */
export function findUserNamed(db: Db, name: string): Promise<UserRow | undefined> {
  return findUserFolded(db, foldName(name));
}

/** The name of the account that logs in with that name or e-mail address. */
export function findLoginNamed(db: Db, name: string): Promise<string | undefined> {
  return findLogin(db, foldName(name));
}

/** Whether a new account could not have it. */
export function isTaken(db: Db, what: 'username' | 'email', value: string): Promise<boolean> {
  return isHeld(db, what, foldName(value));
}
