import { sql } from 'kysely';
import { verify } from '#src/features/verify/index.ts';
import { digestOf } from '#src/oci/digest.ts';
import { basic } from './app.ts';
import { collectIn } from './faults-interleave-collect.ts';
import type { Image, Scene } from './faults-interleave-scene.ts';
import type { World } from './faults-interleave-world.ts';
import { request } from './http.ts';

/** An image that must be there now, or one that may be there and must then be whole. */
export interface Expectation {
  readonly repository: string;
  readonly image: Image;
  readonly isThere: boolean | 'perhaps';
}

/**
 * What is wrong after a run: an image that was acknowledged and is not whole, before or after everything that can be
 * collected was; a difference between rows and bytes; a quota that is not what a count finds; anything that nobody
 * needs and that collection does not find.
 */
export async function judge(world: World, scene: Scene, expected: readonly Expectation[]): Promise<string[]> {
  const problems: string[] = [];
  await pullAll(world, expected, problems);
  await collectAll(world);
  await pullAll(world, expected, problems);
  await verify({
    db: world.database.db,
    storage: world.storage,
    signal: AbortSignal.timeout(30_000),
    sample: 1,
    repair: false,
    graceMilliseconds: 0,
    found: ({ kind, subject, detail }) => problems.push(`verify: ${kind} ${subject}: ${detail}`),
  });
  problems.push(...(await listLeftOvers(world)), ...(await listUnexplained(world, scene)));
  // Pulls are counted a moment later, which must not be in the next run.
  for (const { server } of [world.main, ...world.processes]) await server.registry.pulls.flush();
  return problems;
}

async function pullAll(world: World, expected: readonly Expectation[], problems: string[]): Promise<void> {
  // What it remembers must be right, too.
  const [first] = world.processes;
  for (const { repository, image, isThere } of expected) {
    for (const { url } of first === undefined ? [world.main] : [first, world.main]) {
      const found = await pull(url, repository, image);
      if (found === 'whole' ? isThere === false : isThere === true || found !== 'nothing')
        problems.push(`${repository}@${image.digest} is ${found}, expected to be there: ${isThere}`);
    }
  }
}

async function pull(url: string, repository: string, { digest, config }: Image): Promise<string> {
  const get = (path: string) => request(url, { path: `/v2/${repository}/${path}`, headers: basic('admin') });
  const manifest = await get(`manifests/${digest}`);
  if (manifest.status === 404) return 'nothing';
  if (manifest.status !== 200 || digestOf(manifest.body) !== digest) return `answered ${manifest.status}`;
  const blob = await get(`blobs/${digestOf(config)}`);
  return blob.status === 200 && blob.body.equals(config) ? 'whole' : `there, its blob ${blob.status}`;
}

/** No promise holds any more, nothing can be restored, and collection runs until it finds nothing. */
async function collectAll(world: World): Promise<void> {
  await sql`delete from trash`.execute(world.database.db);
  await sql`update blob set leased_until = '-infinity'`.execute(world.database.db);
  await sql`update repository_blob set linked_at = now() - interval '1 day'`.execute(world.database.db);
  await sql`update collection_due set due_at = '-infinity'`.execute(world.database.db);
  await sql`update collection_object set due_at = '-infinity'`.execute(world.database.db);
  await collectIn(world, world.main.server.registry);
}

async function listLeftOvers({ database }: World): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'blob ' || digest || ' that nobody holds' as what from blob b
     where not exists (select from repository_blob l where l.blob_id = b.id)
    union all
    select 'blob ' || blob_id || ' in repository ' || repository_id || ', where no artifact needs it' from repository_blob l
     where not exists (select from artifact_blob a where a.repository_id = l.repository_id and a.blob_id = l.blob_id)
    union all
    select 'candidate ' || blob_id || ' of repository ' || repository_id from collection_due
    union all
    select 'object ' || location from collection_object`.execute(database.db);
  return rows.map(({ what }) => `left over: ${what}`);
}

/** Whatever is gone is in the ledger. */
async function listUnexplained({ database }: World, { old, begins }: Scene): Promise<string[]> {
  const digests = [...(begins.old === 'never there' ? [] : [old.digest]), digestOf(old.config)];
  const { rows } = await sql<{ digest: string }>`
    select k.digest from unnest(${digests}::text[]) k(digest)
     where not exists (select from blob b where b.digest = k.digest)
       and not exists (select from collection_ledger l where l.digest = k.digest and l.kind = 'blob')`.execute(
    database.db,
  );
  return rows.map(({ digest }) => `${digest} is gone, and no ledger says why`);
}

/**
 * All that `judge` looks at, in words that are the same for the same end of two runs: what they agree in need be judged
 * only once. Leases and times are left out, since it ends them all.
 */
export async function endOf({ database, storage }: World): Promise<string> {
  const { rows } = await sql<{ end: unknown }>`
    with b as (select id, digest from blob), r as (select repository_id, name from repository),
      a as (select id, name, digest from artifact join r using (repository_id))
    select jsonb_build_array(
      (select jsonb_agg((name) order by 1) from r),
      (select jsonb_agg((digest, location is null) order by 1) from blob),
      (select jsonb_agg((name, digest) order by 1) from repository_blob l join r using (repository_id) join b on b.id = blob_id),
      (select jsonb_agg((project_id, digest) order by 1) from project_blob join b on b.id = blob_id),
      (select jsonb_agg((project_id, used_storage + coalesce((select sum(bytes) from quota_charge c
          where c.project_id = q.project_id), 0)) order by 1) from quota q),
      (select jsonb_agg((name, digest) order by 1) from a),
      (select jsonb_agg((a.name, a.digest, b.digest) order by 1) from artifact_blob l join a on a.id = artifact_id join b on b.id = blob_id),
      (select jsonb_agg((a.name, t.name, a.digest) order by 1) from tag t join a on a.id = t.artifact_id),
      (select jsonb_agg(digest order by 1) from manifest join b on b.id = blob_id),
      (select jsonb_agg((d.repository_id = 0, name, digest) order by 1) from collection_due d
         left join r using (repository_id) left join b on b.id = blob_id),
      (select jsonb_agg(digest order by 1) from collection_object),
      (select jsonb_agg((digest, kind) order by 1) from trash),
      (select jsonb_agg(digest order by 1) from trash_blob join b on b.id = blob_id),
      (select jsonb_agg(distinct (digest, kind)) from collection_ledger)) as end`.execute(database.db);
  const objects: string[] = [];
  for await (const { location } of storage.list(AbortSignal.timeout(30_000)))
    objects.push(location.replace(/\.[0-9a-f]+$/, ''));
  return JSON.stringify([rows[0]?.end, objects.sort()]);
}
