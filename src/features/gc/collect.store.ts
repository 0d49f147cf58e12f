import { type Database, statement } from '#src/database/pool.ts';

/** One thing that collection decided to let go. */
export interface Decision {
  readonly o_decision: 'link' | 'blob';
  readonly o_digest: string;
  readonly o_size: number;
  /** Of a link: whose. */
  readonly o_repository: string | null;
}

const abandoned = statement<{ found: number }>(
  'find-abandoned-links',
  'select find_abandoned_links(make_interval(secs => $1)) as found',
);

const due = statement<Decision>(
  'collect-due',
  'select o_decision, o_digest, o_size, o_repository from collect_due($1, make_interval(secs => $2), $3)',
);

// What another process is deciding about, or a deletion has not yet committed, is not waited for.
const waiting = statement<{ waiting: boolean }>(
  'collection-waiting',
  'select exists (select from collection_due where due_at <= now() limit 1 for update skip locked) as waiting',
);

const takeObjects = statement<{ location: string; digest: string; size: number }>(
  'take-objects',
  `update collection_object set due_at = now() + interval '1 minute' * least(60, power(2, failures)), failures = failures + 1
    where location in (select location from collection_object where due_at <= now() order by due_at limit $1 for update skip locked)
    returning location, digest, size`,
);

const objectsGone = statement<never>(
  'objects-gone',
  'delete from collection_object where location = any($1::text[])',
);

const objectsFailed = statement<never>(
  'objects-failed',
  `update collection_object o set last_error = k.reason from unnest($1::text[], $2::text[]) k(location, reason)
    where o.location = k.location`,
);

const emptyTrash = statement<{ gone: number }>(
  'empty-trash',
  `with gone as (delete from trash where id in (
     select id from trash where restorable_until <= now() order by restorable_until limit $1 for update skip locked) returning id)
   select count(*) as gone from gone`,
);

/** Links that no artifact uses and that were made long enough ago become candidates. Returns how many did. */
export async function findAbandoned(database: Database, settledSeconds: number): Promise<number> {
  const [row] = await database.query(abandoned, [settledSeconds]);
  return row?.found ?? 0;
}

/** Decides about the next candidates, all in one transaction. */
export function collectDue(
  database: Database,
  limit: number,
  windowSeconds: number,
  executionId: number | null,
): Promise<Decision[]> {
  return database.query(due, [limit, windowSeconds, executionId]);
}

export async function isWaiting(database: Database): Promise<boolean> {
  const [row] = await database.query(waiting, []);
  return row?.waiting === true;
}

/** The next objects to remove; they are offered again later, ever more rarely, until they are said to be gone. */
export function takeDueObjects(database: Database, limit: number) {
  return database.query(takeObjects, [limit]);
}

export async function forgetObjects(database: Database, locations: readonly string[]): Promise<void> {
  await database.query(objectsGone, [locations]);
}

/** Why each of them could not be removed. */
export async function noteFailures(database: Database, failed: ReadonlyMap<string, string>): Promise<void> {
  const reasons = [...failed.values()].map((reason) => reason.slice(0, 1_000));
  await database.query(objectsFailed, [[...failed.keys()], reasons]);
}

/** What can no longer be restored lets its blobs go. Returns how many deletions became final. */
export async function removeExpiredTrash(database: Database, limit: number): Promise<number> {
  const [row] = await database.query(emptyTrash, [limit]);
  return row?.gone ?? 0;
}

const wouldGo = statement<{ o_digest: string; o_size: number }>(
  'collectable',
  `select o_digest, o_size from collectable(interval '0') order by o_size desc`,
);

/** The blobs that a run now would delete, largest first. */
export function collectable(database: Database): Promise<{ o_digest: string; o_size: number }[]> {
  return database.query(wouldGo, []);
}
