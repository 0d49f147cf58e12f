import { sql } from 'kysely';
import type { Database } from '#src/database/pool.ts';
import type { BlobDriver } from '#src/storage/driver.ts';

/** A commit puts its object in place before its row: an object this young may be waiting for one. */
const settledMilliseconds = 24 * 3_600_000;
/**
 * After an older database was restored, all that was pushed since looks like orphans: nothing is removed before
 * people had the time to notice (house invariant 12).
 */
const graceDays = 7;
const batch = 500;

export interface Orphans {
  /** Objects that no row names, known for shorter than the grace. */
  waiting: number;
  /** Handed to removal. */
  removed: number;
  bytes: number;
}

/**
 * Walks the storage for objects that no row names, neither a blob's nor an upload's: bytes of a commit whose
 * transaction never came, copies that turned out superfluous. They are noted when first met, and removed when they
 * are still unnamed after the grace.
 */
export async function findOrphans(
  database: Database,
  storage: BlobDriver,
  signal: AbortSignal,
  /** Told now and then how many objects were looked at: a bucket may hold millions. */
  progress: (looked: number) => void = () => undefined,
): Promise<Orphans> {
  const found: Orphans = { waiting: 0, removed: 0, bytes: 0 };
  let chunk: { location: string; size: number }[] = [];
  let looked = 0;
  for await (const { location, size, modifiedAt } of storage.list(signal)) {
    looked += 1;
    if (looked % batch === 0) progress(looked);
    if (Date.now() - modifiedAt < settledMilliseconds) continue;
    chunk.push({ location, size });
    if (chunk.length < batch) continue;
    await judge(database, chunk, found);
    chunk = [];
  }
  await judge(database, chunk, found);
  await sql`delete from collection_orphan o where exists (select from blob b where b.location = o.location)`.execute(
    database.db,
  );
  return found;
}

async function judge(
  database: Database,
  objects: readonly { location: string; size: number }[],
  found: Orphans,
): Promise<void> {
  if (objects.length === 0) return;
  const { rows } = await sql<{ location: string; size: number; expired: boolean }>`
    insert into collection_orphan (location, size)
      select k.location, k.size from unnest(${objects.map((one) => one.location)}::text[], ${objects.map((one) => one.size)}::bigint[])
          as k(location, size)
       where not exists (select from blob b where b.location = k.location)
         and not exists (select from collection_object c where c.location = k.location)
         and not exists (select from upload u where u.draft->>'key' = k.location)
       order by 1
      on conflict (location) do update set size = excluded.size
      returning location, size, seen_at < now() - make_interval(days => ${graceDays}) as expired`.execute(
    database.db,
  );
  const gone = rows.filter(({ expired }) => expired).map(({ location }) => location);
  found.waiting += rows.length - gone.length;
  if (gone.length === 0) return;
  const removed = await database.db.transaction().execute(async (tx) => {
    const taken = await sql<{ size: number }>`
      with gone as (delete from collection_orphan where location = any(${gone}::text[])
                       and not exists (select from blob b where b.location = collection_orphan.location) returning location, size),
           noted as (insert into collection_ledger (kind, size, reason)
                       select 'orphan', size, 'no row has named ' || location || ' for the time of grace' from gone)
      insert into collection_object (location, digest, size) select location, '', size from gone
        on conflict do nothing returning size`.execute(tx);
    return taken.rows;
  });
  found.removed += removed.length;
  found.bytes += removed.reduce((sum, { size }) => sum + size, 0);
}
