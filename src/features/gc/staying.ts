import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import type { JobRun } from '#src/jobs/job.ts';
import { sizeText } from '#src/oci/size.ts';
import { readSummary } from './ledger.store.ts';

interface Promised {
  readonly blobs: number;
  readonly bytes: number;
  readonly until: Date | null;
}

/** The disk is as full as before: whoever deleted something and collected is told why. */
export async function noteStaying({ db, note }: Pick<JobRun, 'db' | 'note'>): Promise<void> {
  const { blobs, bytes, until } = await readPromised(db);
  if (until !== null) {
    const those = `${blobs} ${blobs === 1 ? 'blob' : 'blobs'} (${sizeText(bytes)}) that nothing needs`;
    note(
      `${those} ${blobs === 1 ? 'stays' : 'stay'} until ${until.toISOString()}: pushes were promised them`,
    );
  }
  const { kept_artifacts: kept, kept_space, kept_until } = await readSummary(db);
  if (kept_until === null) return;
  const artifacts = `${kept} deleted ${kept === 1 ? 'artifact' : 'artifacts'} can be restored`;
  note(`${artifacts} until ${kept_until.toISOString()}; ${sizeText(kept_space)} come back after that`);
}

/** What would go if its lease were over. */
async function readPromised(db: Db): Promise<Promised> {
  const { rows } = await sql<Promised>`
    select count(*) as blobs, coalesce(sum(b.size), 0)::bigint as bytes, max(b.leased_until) as until from blob b
     where b.leased_until > now() and b.id in (select blob_id from collection_due)
       and not exists (select from trash_blob t where t.blob_id = b.id)
       and not exists (select from repository_blob l where l.blob_id = b.id
                         and exists (select from artifact_blob a where a.repository_id = l.repository_id and a.blob_id = b.id))`.execute(
    db,
  );
  return rows[0] ?? { blobs: 0, bytes: 0, until: null };
}
