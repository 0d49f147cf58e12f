import { type Database, statement } from '#src/database/pool.ts';
import type { Holder } from './directory.ts';

export interface Credential {
  readonly holder: Holder;
  /** Undefined for accounts that log in elsewhere. */
  readonly stored: string | undefined;
}

interface Row {
  id: number;
  stored: string | null;
  epoch: number;
}

// A name wins over somebody else's e-mail address.
const user = statement<Row>(
  'credential_user',
  `select user_id as id, password_hash as stored, epoch from user_account
   where (username_folded = $1 or email_folded = $1) and not deleted
   order by username_folded = $1 desc limit 1`,
);

/** `folded` is a user name or an e-mail address (Harbor accepts both), folded. */
export async function findUserCredential(
  database: Database,
  folded: string,
): Promise<Credential | undefined> {
  const [row] = await database.query(user, [folded]);
  return credentialOf('user', row);
}

const robot = statement<Row>(
  'credential_robot',
  `select r.id, r.secret_hash as stored, r.epoch from robot r left join project p using (project_id)
   where r.name = $1 and p.name is not distinct from $2::text`,
);

/** `name` is without the prefix: `name` of a system robot, `project+name` of a project's. */
export async function findRobotCredential(database: Database, name: string): Promise<Credential | undefined> {
  const plus = name.indexOf('+');
  const [row] = await database.query(robot, [name.slice(plus + 1), plus < 0 ? null : name.slice(0, plus)]);
  return credentialOf('robot', row);
}

function credentialOf(kind: Holder['kind'], row: Row | undefined): Credential | undefined {
  if (row === undefined) return undefined;
  return { holder: { kind, id: row.id, epoch: row.epoch }, stored: row.stored ?? undefined };
}

const upgradeUser = statement<never>(
  'credential_upgrade_user',
  'update user_account set password_hash = $3 where user_id = $1 and password_hash = $2',
);

const upgradeRobot = statement<never>(
  'credential_upgrade_robot',
  'update robot set secret_hash = $3 where id = $1 and secret_hash = $2',
);

/** Replaces a hash of the same password; does nothing when the password was changed meanwhile. */
export async function upgradeCredential(
  database: Database,
  holder: Holder,
  from: string,
  to: string,
): Promise<void> {
  await database.query(holder.kind === 'user' ? upgradeUser : upgradeRobot, [holder.id, from, to]);
}
