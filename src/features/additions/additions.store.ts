import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';

/**
 * Where a blob of an artifact is. Only what is linked to the artifact counts: a manifest may name layers of a foreign
 * type, which nobody had to push, and with them any digest of another project.
 */
export async function findBlob(
  db: Db,
  artifactId: number,
  digest: string,
): Promise<{ location: string; size: number } | undefined> {
  const { rows } = await sql<{ location: string; size: number }>`
    select b.location, b.size from artifact_blob l join blob b on b.id = l.blob_id
     where l.artifact_id = ${artifactId} and b.digest = ${digest} and b.location is not null`.execute(db);
  return rows[0];
}

export async function findPayload(db: Db, blobId: number): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('manifest')
    .select('payload')
    .where('blob_id', '=', blobId)
    .executeTakeFirst();
  return row?.payload;
}
