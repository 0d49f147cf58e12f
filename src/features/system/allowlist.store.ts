import type { CveAllowlist } from '#src/database/tables.ts';
import type { Db, Tx } from '#src/database/pool.ts';

/** Undefined until it is set for the first time. */
export async function findAllowlist(db: Db): Promise<CveAllowlist | undefined> {
  const row = await db.selectFrom('system_cve_allowlist').select('list').executeTakeFirst();
  return row?.list;
}

export async function lockAllowlist(tx: Tx): Promise<CveAllowlist | undefined> {
  const row = await tx.selectFrom('system_cve_allowlist').select('list').forUpdate().executeTakeFirst();
  return row?.list;
}

export async function saveAllowlist(tx: Tx, list: CveAllowlist): Promise<void> {
  const text = JSON.stringify(list);
  await tx
    .insertInto('system_cve_allowlist')
    .values({ list: text })
    .onConflict((on) => on.column('id').doUpdateSet({ list: text }))
    .execute();
}
