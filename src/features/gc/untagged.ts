import { sql } from 'kysely';
import { removeArtifact } from '#src/features/artifacts/index.ts';
import type { Repository } from '#src/features/repositories/index.ts';
import { Failure } from '#src/failures.ts';
import type { JobRun } from '#src/jobs/job.ts';
import type { CollectionParts } from './collect.ts';

interface Untagged extends Repository {
  readonly id: number;
  readonly digest: string;
}

/**
 * Harbor's option delete_untagged: artifacts without a tag that are no child of an index and no accessory. Harbor takes
 * them whatever their age, so a manifest pushed by digest is lost before its tag or index arrives; here one pushed
 * within the lease stays. Returns how many went, or would.
 */
export async function deleteUntagged(run: JobRun, parts: CollectionParts, dryRun: boolean): Promise<number> {
  let gone = 0;
  let after = 0;
  for (;;) {
    const batch = await listUntagged(run, after, parts.leaseSeconds);
    for (const one of batch) {
      run.signal.throwIfAborted();
      after = one.id;
      run.note(`${dryRun ? 'would delete' : 'deleting'} ${one.name}@${one.digest}: it has no tag`);
      if (dryRun || (await remove(run, parts, one))) gone += 1;
    }
    if (batch.length === 0) break;
  }
  await summarise(run, parts, dryRun, gone);
  return gone;
}

/** Bytes do not come back while what they belong to can: whoever looks for them is told so. */
async function summarise(run: JobRun, { leaseSeconds }: CollectionParts, dryRun: boolean, gone: number) {
  const hours = run.live.get('restore_hours');
  const kept = `for ${hours} hours ${gone === 1 ? 'it' : 'they'} can be restored, and the bytes come back after that`;
  const verb = dryRun ? 'would be deleted' : 'deleted';
  run.note(`${counted(gone)} without a tag ${verb}${gone > 0 && hours > 0 ? `; ${kept}` : ''}`);
  const young = await countYoung(run, leaseSeconds);
  if (young === 0) return;
  const since = `pushed within the last ${Math.ceil(leaseSeconds / 60)} minutes`;
  run.note(`${young} more ${young === 1 ? 'was' : 'were'} ${since} and ${young === 1 ? 'stays' : 'stay'}`);
}

const counted = (count: number) => `${count} artifact${count === 1 ? '' : 's'}`;

async function remove(run: JobRun, parts: CollectionParts, one: Untagged): Promise<boolean> {
  try {
    return await removeArtifact(run, parts, one, one.digest, 'garbage collection: it had no tag');
  } catch (error) {
    // An index or a tag that came meanwhile, or a rule, holds it.
    if (!(error instanceof Failure)) throw error;
    run.note(`kept ${one.name}@${one.digest}: ${error.message}`);
    return false;
  }
}

/** Of an artifact `a`. */
const isUntagged = sql<boolean>`a.accessory_of is null
       and not exists (select from tag t where t.artifact_id = a.id)
       and not exists (select from artifact_child c where c.child_id = a.id)`;

async function countYoung(run: JobRun, settledSeconds: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from artifact a
     where a.push_time >= now() - make_interval(secs => ${settledSeconds}) and ${isUntagged}`.execute(run.db);
  return rows[0]?.count ?? 0;
}

async function listUntagged(run: JobRun, after: number, settledSeconds: number): Promise<Untagged[]> {
  const { rows } = await sql<Untagged>`
    select a.id, a.digest, r.repository_id, r.project_id, r.name
      from artifact a join repository r on r.repository_id = a.repository_id
     where a.id > ${after} and a.push_time < now() - make_interval(secs => ${settledSeconds})
       and ${isUntagged}
     order by a.id limit 200`.execute(run.db);
  return rows;
}
