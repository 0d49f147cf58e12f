import { sql } from 'kysely';
import { open, seal } from '#src/auth/sealing.ts';
import type { StoredSettings } from '#src/config/live.ts';
import { isSecret } from '#src/config/live-start.ts';
import type { Db, Tx } from '#src/database/pool.ts';

/** Every stored setting by name, passwords opened. */
export async function readConfiguration(db: Db, secretKey: Uint8Array): Promise<StoredSettings> {
  const rows = await db.selectFrom('configuration').select(['name', 'value']).execute();
  return Object.fromEntries(rows.map(({ name, value }) => [name, opened(secretKey, name, value)]));
}

/** Every stored setting but the passwords. */
export async function readShown(db: Db): Promise<StoredSettings> {
  const rows = await db.selectFrom('configuration').select(['name', 'value']).execute();
  return Object.fromEntries(
    rows.filter(({ name }) => !isSecret(name)).map(({ name, value }) => [name, value]),
  );
}

/** Keeps other changes of settings away until the end of the transaction; readers go on. */
export async function lockConfiguration(tx: Tx): Promise<void> {
  await sql`lock table configuration in share row exclusive mode`.execute(tx);
}

/** The settings that the environment or the file gave, and nobody has set since. */
export async function listGivenAtStart(db: Db): Promise<Set<string>> {
  const rows = await db
    .selectFrom('configuration')
    .select('name')
    .where('given_at_start', '=', true)
    .execute();
  return new Set(rows.map(({ name }) => name));
}

export async function saveSettings(
  tx: Tx,
  secretKey: Uint8Array,
  values: StoredSettings,
  given_at_start: boolean,
): Promise<void> {
  const rows = Object.entries(values).map(([name, value]) => ({
    name,
    value: JSON.stringify(sealed(secretKey, name, value)),
    given_at_start,
  }));
  if (rows.length === 0) return;
  await tx
    .insertInto('configuration')
    .values(rows)
    .onConflict((on) =>
      on.column('name').doUpdateSet({
        value: sql<string>`excluded.value`,
        given_at_start,
        update_time: sql<Date>`now()`,
      }),
    )
    .execute();
}

export async function removeSettings(tx: Tx, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await tx.deleteFrom('configuration').where('name', 'in', names).execute();
}

/** Whether there is anybody besides the first administrator. */
export async function hasPeople(db: Db): Promise<boolean> {
  const first = await db
    .selectFrom('user_account')
    .select('user_id')
    .where('deleted', '=', false)
    .where('user_id', '<>', 1)
    .limit(1)
    .executeTakeFirst();
  return first !== undefined;
}

/** Nobody joins until the end of the transaction. */
export async function lockPeople(tx: Tx): Promise<void> {
  await sql`lock table user_account in share mode`.execute(tx);
}

/** A few of the users whose folded name begins so. */
export async function findNamesBeginning(db: Db, folded: string): Promise<string[]> {
  const rows = await db
    .selectFrom('user_account')
    .select('username')
    .where('deleted', '=', false)
    .where(sql<boolean>`starts_with(username_folded, ${folded})`)
    .orderBy('user_id')
    .limit(3)
    .execute();
  return rows.map(({ username }) => username);
}

function sealed(secretKey: Uint8Array, name: string, value: unknown): unknown {
  if (!isSecret(name) || typeof value !== 'string' || value === '') return value;
  return seal(secretKey, { purpose: 'setting', name }, Buffer.from(value));
}

function opened(secretKey: Uint8Array, name: string, value: unknown): unknown {
  if (!isSecret(name) || typeof value !== 'string' || value === '') return value;
  return open(secretKey, { purpose: 'setting', name }, value).toString();
}
