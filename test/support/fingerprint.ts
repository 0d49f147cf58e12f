import { sql } from 'kysely';
import type { Database } from '#src/database/pool.ts';

/** By table, a number for what stands in it. */
export type Fingerprint = Readonly<Record<string, string>>;

/**
 * Reads all of a small database but `unwatched`: tables that change by themselves. Whoever changes a row writes to the
 * log: where that has not grown, what was read last still holds, so that most requests cost no reading of all rows.
 */
export async function fingerprinter(
  { db }: Database,
  unwatched: readonly string[] = [],
): Promise<() => Promise<Fingerprint>> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1`.execute(db);
  const sums = rows
    .filter(({ name }) => !unwatched.includes(name))
    .map(
      ({ name }) =>
        sql`(select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) from ${sql.table(name)} t)
          as ${sql.ref(name)}`,
    );
  const query = sql<Fingerprint>`select ${sql.join(sums)}`;
  let read: { log: string; found: Fingerprint } | undefined;
  return async () => {
    const { log } = only(
      await sql<{ log: string }>`select pg_current_wal_insert_lsn()::text as log`.execute(db),
    );
    if (read?.log !== log) read = { log, found: only(await query.execute(db)) };
    return read.found;
  };
}

function only<Row>({ rows: [one] }: { rows: Row[] }): Row {
  if (!one) throw new Error('a select without a table has one row');
  return one;
}

export function changedBetween(before: Fingerprint, after: Fingerprint): string[] {
  return Object.keys(after).filter((table) => before[table] !== after[table]);
}
