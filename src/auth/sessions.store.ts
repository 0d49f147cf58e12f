import { sql } from 'kysely';
import { type Database, type Db, statement, type Tx } from '#src/database/pool.ts';

export interface SessionRow {
  readonly user_id: number;
  readonly epoch: number;
  /** It was renewed a minute ago or longer. */
  readonly due: boolean;
}

// A lifetime that was shortened holds for older sessions too; one that was prolonged brings none back.
const find = statement<SessionRow>(
  'session_find',
  `select user_id, epoch, renewal_time <= now() - interval '1 minute' as due from session
   where id_hash = $1 and expires_at > now() and renewal_time > now() - make_interval(mins => $2)`,
);

export async function findSession(
  database: Database,
  idHash: Buffer,
  minutes: number,
): Promise<SessionRow | undefined> {
  const [row] = await database.query(find, [idHash, minutes]);
  return row;
}

// Once a minute for all processes together; a session that was ended meanwhile stays ended.
const renew = statement<never>(
  'session_renew',
  `update session set renewal_time = now(), expires_at = now() + make_interval(mins => $2)
   where id_hash = $1 and renewal_time <= now() - interval '1 minute'`,
);

export async function renewSession(database: Database, idHash: Buffer, minutes: number): Promise<void> {
  await database.query(renew, [idHash, minutes]);
}

export async function insertSession(
  tx: Tx,
  idHash: Buffer,
  user: { readonly id: number; readonly epoch: number },
  minutes: number,
): Promise<void> {
  await tx
    .insertInto('session')
    .values({
      id_hash: idHash,
      user_id: user.id,
      epoch: user.epoch,
      expires_at: sql<Date>`now() + make_interval(mins => ${minutes})`,
    })
    .execute();
}

/** Whose session it was; undefined when there was none, or one that had ended by itself. */
export async function removeSession(tx: Tx, idHash: Buffer): Promise<number | undefined> {
  const row = await tx
    .deleteFrom('session')
    .where('id_hash', '=', idHash)
    .returning(['user_id', sql<boolean>`expires_at > now()`.as('alive')])
    .executeTakeFirst();
  return row?.alive === true ? row.user_id : undefined;
}

export async function removeSessionsOf(tx: Tx, userId: number): Promise<void> {
  await tx.deleteFrom('session').where('user_id', '=', userId).execute();
}

/** At most `limit`, the oldest first, without waiting for anybody who removes the same. */
export async function removeExpiredSessions(db: Db, limit: number): Promise<void> {
  await db
    .deleteFrom('session')
    .where('id_hash', 'in', (from) =>
      from
        .selectFrom('session')
        .select('id_hash')
        .where('expires_at', '<', sql<Date>`now()`)
        .orderBy('expires_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .execute();
}
