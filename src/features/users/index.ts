import type { Db } from '#src/database/pool.ts';
import { foldName } from '#src/auth/names.ts';
import { findUserFolded, type UserRow } from './users.store.ts';

export { findUser } from './users.store.ts';

/** Undefined when nobody has that name, however it is spelled. */
export function findUserNamed(db: Db, name: string): Promise<UserRow | undefined> {
  return findUserFolded(db, foldName(name));
}
