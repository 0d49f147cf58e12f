import { sql } from 'kysely';
import { accessChannel } from '#src/context.ts';
import type { Db } from '#src/database/pool.ts';

export interface BlobRow {
  id: number;
  digest: string;
  size: number;
  location: string;
}

/** Blobs with bytes in storage, in the order of their ids; `after` is the last id seen. */
export function listBlobs(db: Db, after: number, limit: number): Promise<BlobRow[]> {
  return db
    .selectFrom('blob')
    .select(['id', 'digest', 'size', 'location'])
    .$narrowType<{ location: string }>()
    .where('id', '>', after)
    .where('location', 'is not', null)
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function countBlobs(db: Db): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*) as count from blob where location is not null`.execute(db);
  return rows[0]?.count ?? 0;
}

/** True while the row still says so: what was collected or replaced meanwhile is no difference. */
export async function isCurrent(db: Db, blob: BlobRow): Promise<boolean> {
  const row = await db.selectFrom('blob').select('location').where('id', '=', blob.id).executeTakeFirst();
  return row?.location === blob.location;
}

/** Those that a row names, or that collection has let go and is about to remove. */
export function knownLocations(db: Db, locations: readonly string[]): Promise<{ location: string | null }[]> {
  return db
    .selectFrom('blob')
    .select('location')
    .where('location', 'in', locations)
    .unionAll(db.selectFrom('collection_object').select('location').where('location', 'in', locations))
    .execute();
}

export function listPayloads(db: Db, after: number, limit: number) {
  return db
    .selectFrom('manifest as m')
    .innerJoin('blob as b', 'b.id', 'm.blob_id')
    .select(['b.id', 'b.digest', 'b.size', 'm.payload'])
    .where('b.id', '>', after)
    .orderBy('b.id')
    .limit(limit)
    .execute();
}

/** Tags and artifacts whose bytes are nowhere: the foreign keys allow only quarantine to make them. */
export async function listUnreadable(
  db: Db,
): Promise<{ repository: string; digest: string; blob: string }[]> {
  const { rows } = await sql<{ repository: string; digest: string; blob: string }>`
    select r.name as repository, a.digest, b.digest as blob
      from blob b
      join artifact_blob ab on ab.blob_id = b.id
      join artifact a on a.id = ab.artifact_id
      join repository r on r.repository_id = a.repository_id
     where b.location is null and not exists (select from manifest m where m.blob_id = b.id)
     order by 1, 2`.execute(db);
  return rows;
}

/** Projects whose counter differs from the sum of their distinct blobs (house invariant 7), in one snapshot. */
export async function listQuotaDifferences(
  db: Db,
): Promise<{ name: string; counted: number; actual: number }[]> {
  const { rows } = await sql<{ name: string; counted: number; actual: number }>`
    select p.name, q.used_storage + coalesce(c.bytes, 0) as counted, coalesce(s.bytes, 0)::bigint as actual
      from project p
      join quota q using (project_id)
      left join (select project_id, sum(bytes)::bigint as bytes from quota_charge group by 1) c using (project_id)
      left join (select project_id, sum(b.size) as bytes from project_blob pb join blob b on b.id = pb.blob_id group by 1) s
        using (project_id)
     where q.used_storage + coalesce(c.bytes, 0) <> coalesce(s.bytes, 0)
     order by 1`.execute(db);
  return rows;
}

/** Projects charged for other blobs than their repositories hold. */
export async function listChargeDifferences(
  db: Db,
): Promise<{ name: string; digest: string; charged: boolean }[]> {
  const { rows } = await sql<{ name: string; digest: string; charged: boolean }>`
    with held as (
      select distinct r.project_id, l.blob_id from repository_blob l join repository r using (repository_id)
    )
    select p.name, b.digest, h.blob_id is null as charged
      from held h
      full join project_blob c on c.project_id = h.project_id and c.blob_id = h.blob_id
      join project p on p.project_id = coalesce(h.project_id, c.project_id)
      join blob b on b.id = coalesce(h.blob_id, c.blob_id)
     where h.blob_id is null or c.blob_id is null
     order by 1, 2`.execute(db);
  return rows;
}

/** Servers hear of it and read anew; called after the change, or they might read what was before it. */
function announceChange(db: Db): Promise<unknown> {
  return sql`select pg_notify(${accessChannel}, 'everything')`.execute(db);
}

/** The row keeps its links; without a location the blob counts as absent until somebody pushes it again. */
export async function detach(db: Db, blob: BlobRow): Promise<void> {
  await db
    .updateTable('blob')
    .set({ location: null })
    .where('id', '=', blob.id)
    .where('location', '=', blob.location)
    .execute();
  await announceChange(db);
}

/**
 * Gives a row that lost its bytes an object that has them. False when it has bytes again already, or when collection
 * has meanwhile taken the object to remove it: both write to the note of its being without a row, so one waits.
 */
export async function attach(db: Db, digest: string, size: number, location: string): Promise<boolean> {
  const given = await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('collection_orphan').where('location', '=', location).execute();
    const due = tx.selectFrom('collection_object').select('location').where('location', '=', location);
    if (await due.executeTakeFirst()) return false;
    const result = await tx
      .updateTable('blob')
      .set({ location })
      .where('digest', '=', digest)
      .where('size', '=', size)
      .where('location', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  });
  if (given) await announceChange(db);
  return given;
}

export async function needsBytes(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('blob as b')
    .select('b.id')
    .where('b.location', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('manifest as m').select('m.blob_id').whereRef('m.blob_id', '=', 'b.id'))),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
