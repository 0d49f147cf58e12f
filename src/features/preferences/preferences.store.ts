import { sql } from 'kysely';
import { type Db, run, statement, type Tx } from '#src/database/pool.ts';

const preferences = statement<{ document: Record<string, unknown> }>(
  'preferences',
  'select document from user_preference where user_id = $1',
);

export async function findPreferences(db: Db, user_id: number): Promise<Record<string, unknown> | undefined> {
  const [row] = await run(db, preferences, [user_id]);
  return row?.document;
}

/** Holds the row until the end of the transaction, so that two tabs do not undo each other's choices. */
export async function lockPreferences(tx: Tx, user_id: number): Promise<Record<string, unknown>> {
  const { document } = await tx
    .insertInto('user_preference')
    .values({ user_id, document: '{}' })
    .onConflict((on) => on.column('user_id').doUpdateSet({ update_time: sql<Date>`now()` }))
    .returning('document')
    .executeTakeFirstOrThrow();
  return document;
}

export async function updatePreferences(tx: Tx, user_id: number, document: string): Promise<void> {
  await tx.updateTable('user_preference').set({ document }).where('user_id', '=', user_id).execute();
}
