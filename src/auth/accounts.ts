import { sql } from 'kysely';
import { type AccessChange, accessChannel } from '#src/context.ts';
import type { Database, Db, Tx } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import { foldName } from './names.ts';
import { removeSessionsOf } from './sessions.store.ts';
import { hashPassword, isAcceptablePassword, newRobotSecret, passwordRule } from './passwords.ts';

export interface FirstStart {
  /** Setting admin_initial_password (harbor.yml: harbor_admin_password); absent or empty: a random one is made. */
  readonly adminPassword?: string;
  /** Setting storage_per_project: bytes, -1 for no limit. */
  readonly storagePerProject?: number;
}

export interface Initialised {
  /** False when the installation had been set up before; nothing was changed then. */
  readonly first: boolean;
  /** The admin's random password, to be printed once and kept nowhere; absent when one was given. */
  readonly generatedPassword?: string;
  /** The given password breaks the rule for passwords. Harbor takes it all the same, so do we, with a warning. */
  readonly weakPassword: boolean;
}

const adminName = 'admin';
const adminId = 1;
const projectAdmin = 1;

/** 'moorageinit' cut to a bigint: replicas that start together set up one after the other. */
const setupLock = 7885083110213673;

/**
 * What Harbor has after a fresh start (settings.md section 5): user 1 `admin`, user 2 `anonymous` (deleted, so that
 * the first person is 3), project 1 `library`, public and owned by admin. Done once: that user 1 exists says so, and
 * whatever was renamed or deleted since stays as it is.
 */
export async function initialise(database: Database, settings: FirstStart): Promise<Initialised> {
  if (await isSetUp(database.db)) return { first: false, weakPassword: false };
  const given = settings.adminPassword === '' ? undefined : settings.adminPassword;
  const password = given ?? newRobotSecret();
  // Before the transaction: a hash takes as long as all of its statements.
  const hash = await hashPassword(password);
  const first = await database.db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${setupLock})`.execute(tx);
    if (await isSetUp(tx)) return false;
    await insertAccounts(tx, hash);
    await insertLibrary(tx, settings.storagePerProject ?? -1);
    return true;
  });
  if (!first) return { first, weakPassword: false };
  if (given === undefined) return { first, generatedPassword: password, weakPassword: false };
  return { first, weakPassword: !isAcceptablePassword(given) };
}

/** Gives user 1 a new password, ends its sessions and tokens, and gives its account back if it was deleted. For the command line: asks nobody's right. */
export async function resetAdminPassword(database: Database, password: string): Promise<void> {
  if (!isAcceptablePassword(password)) {
    throw new Failure('BAD_REQUEST', `the password must have ${passwordRule}`);
  }
  const hash = await hashPassword(password);
  await database.db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('user_account')
      .set({
        password_hash: hash,
        epoch: sql`epoch + 1`,
        deleted: false,
        update_time: sql`now()`,
      })
      .where('user_id', '=', adminId)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) {
      throw new Failure('NOT_FOUND', 'there is no admin account yet: start the registry once, it makes one');
    }
    await removeSessionsOf(tx, adminId);
    // No feature is reached from here, so its audit entry is written as they would write it.
    await sql`
      insert into audit_log (username, operation, resource_type, resource, detail)
        select 'moorage', 'update', 'user', username, '{"password": "changed", "by": "moorage admin reset-password"}'
          from user_account where user_id = ${adminId}`.execute(tx);
    const change: AccessChange = `user:${adminId}`;
    await sql`select pg_notify(${accessChannel}, ${change})`.execute(tx);
  });
}

async function isSetUp(db: Db): Promise<boolean> {
  const admin = await db
    .selectFrom('user_account')
    .select('user_id')
    .where('user_id', '=', adminId)
    .executeTakeFirst();
  return admin !== undefined;
}

async function insertAccounts(tx: Tx, hash: string): Promise<void> {
  await tx
    .insertInto('user_account')
    .values([
      {
        user_id: adminId,
        username: adminName,
        username_folded: foldName(adminName),
        realname: 'system admin',
        password_hash: hash,
        sysadmin_flag: true,
        deleted: false,
      },
      {
        user_id: 2,
        username: 'anonymous',
        username_folded: foldName('anonymous'),
        realname: 'anonymous user',
        password_hash: null,
        sysadmin_flag: false,
        deleted: true,
      },
    ])
    .execute();
  await sql`select setval(pg_get_serial_sequence('user_account', 'user_id'), 2)`.execute(tx);
}

async function insertLibrary(tx: Tx, storage: number): Promise<void> {
  await tx
    .insertInto('project')
    .values({
      project_id: 1,
      name: 'library',
      owner_id: adminId,
      metadata: JSON.stringify({ public: 'true' }),
    })
    .execute();
  await sql`select setval(pg_get_serial_sequence('project', 'project_id'), 1)`.execute(tx);
  await tx.insertInto('quota').values({ project_id: 1, hard_storage: storage }).execute();
  await tx
    .insertInto('project_member')
    .values({ project_id: 1, user_id: adminId, role: projectAdmin })
    .execute();
}
