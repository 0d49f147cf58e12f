import { sql } from 'kysely';
import { removeArtifact } from '#src/features/artifacts/deletion.ts';
import { insertManifest } from '#src/features/artifacts/insert-manifest.ts';
import { digestOf } from '#src/oci/digest.ts';
import { parseManifest } from '#src/oci/manifest.ts';
import { compileProtection } from '#src/oci/selector.ts';
import { uploadStore } from '#src/registry/upload-store.ts';
import { leaseSeconds } from './faults-interleave-server.ts';
import { collectIn } from './faults-interleave-collect.ts';
import type { World } from './faults-interleave-world.ts';

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export interface Image {
  readonly config: Buffer;
  readonly manifest: Buffer;
  readonly digest: string;
}

/** Of a config alone: the fewest steps in which a push can go wrong. */
function imageOf(config: Buffer, note: string): Image {
  const named = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(config),
    size: config.length,
  };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: named,
      layers: [],
      annotations: { note },
    }),
  );
  return { config, manifest, digest: digestOf(manifest) };
}

/** How much is left of the registry's word about the blobs. */
export type Lease = 'just over' | 'short' | 'long';

const secondsLeft: Record<Lease, number> = {
  'just over': -0.001,
  // Less than half: whoever is told that the blob exists renews it.
  short: leaseSeconds / 2 - 60,
  // More than half: it is promised again without a write.
  long: leaseSeconds - 60,
};

/** Where a run begins. All images have the same one blob. */
export interface Beginning {
  readonly lease: Lease;
  /** The image `old` of the repository: deleted some time ago, or there under the tag `old`. */
  readonly old?: 'deleted' | 'restorable' | 'just expired' | 'there' | 'never there';
  /** Another repository that holds the blob: in this project or another one, with its image `other` or without. */
  /** The blob is a candidate in the repository already, of an earlier deletion. */
  readonly isCandidate?: boolean;
  /** How long what a run deletes can be brought back. */
  readonly restoreHours?: number;
  readonly source?: { readonly project: 'one' | 'two'; readonly isThere: boolean };
}

export interface Scene {
  readonly begins: Beginning;
  readonly repository: string;
  readonly source: string;
  readonly old: Image;
  readonly other: Image;
  readonly fresh: Image;
}

interface Place {
  readonly project_id: number;
  readonly repository_id: number;
  readonly name: string;
}

/** Makes the scene; `rewind` brings it back as often as wanted. Its digests are those of no other scene. */
export async function makeScene(world: World, beginning: Beginning): Promise<Scene> {
  const { lease, old = 'deleted', source, restoreHours = 0 } = beginning;
  const { db } = world.database;
  await rewind(world, []);
  await restorableFor(world, 24);
  world.scenes += 1;
  const number = world.scenes;
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', number }));
  const place = await makeRepository(world, 'one', `one/r${number}`);
  const scene: Scene = {
    begins: beginning,
    repository: place.name,
    source: `${source?.project ?? 'one'}/s${number}`,
    old: imageOf(config, 'old'),
    other: imageOf(config, 'other'),
    fresh: imageOf(config, 'fresh'),
  };
  if (old !== 'never there') await putImage(world, place, scene.old, 'old');
  if (source) {
    const other = await makeRepository(world, source.project, scene.source);
    await putImage(world, other, scene.other, 'other');
    if (!source.isThere) await remove(world, other, scene.other);
  }
  if (old !== 'there' && old !== 'never there') await remove(world, place, scene.old);
  if (old === 'just expired') await sql`update trash set restorable_until = now()`.execute(db);
  else if (old !== 'restorable') await db.deleteFrom('trash').execute();
  if (old === 'deleted' || old === 'never there') await collectManifests(world);
  if (beginning.isCandidate) {
    await sql`insert into collection_due (repository_id, blob_id)
      select v.* from blob, lateral (values (${place.repository_id}::bigint, id), (0, id)) v
       where digest = ${digestOf(config)} on conflict do nothing`.execute(db);
  }
  await sql`update blob set leased_until = now() + make_interval(secs => ${secondsLeft[lease]})`.execute(db);
  await sql`update repository_blob set linked_at = now() - interval '1 day'`.execute(db);
  await restorableFor(world, restoreHours);
  await keep(world);
  return scene;
}

/** Of what is deleted the manifests went long ago: a run is about the one blob. */
async function collectManifests(world: World): Promise<void> {
  const { db } = world.database;
  await sql`update blob set leased_until = case when location is null then now() else now() + interval '1 day' end`.execute(
    db,
  );
  await collectIn(world, world.main.server.registry);
  await sql`update collection_due set due_at = now()`.execute(db);
  await sql`update collection_mark set linked_until = '-infinity'`.execute(db);
}

async function restorableFor({ database, live }: World, hours: number): Promise<void> {
  await sql`update configuration set value = ${JSON.stringify(hours)}::jsonb where name = 'restore_hours'`.execute(
    database.db,
  );
  await live.reload();
}

/** What a run may change. */
const tables = [
  'repository',
  'blob',
  'manifest',
  'repository_blob',
  'project_blob',
  'quota_charge',
  'quota',
  'artifact',
  'artifact_blob',
  'artifact_child',
  'tag',
  'trash',
  'trash_blob',
  'upload',
  'collection_due',
  'collection_object',
  'collection_mark',
  'collection_ledger',
];

async function keep({ database }: World): Promise<void> {
  await sql`drop schema if exists kept cascade`.execute(database.db);
  await sql`create schema kept`.execute(database.db);
  for (const table of tables)
    await sql`create table ${sql.table(`kept.${table}`)} as table ${sql.table(table)}`.execute(database.db);
}

/** Rows as they were, in one round trip; the bytes of the blob under a new name, since a name is used once. */
export async function rewind(world: World, scenes: readonly Scene[]): Promise<void> {
  const { storage, database } = world;
  const signal = AbortSignal.timeout(30_000);
  for await (const { location } of storage.list(signal)) await storage.remove(location, signal);
  let script = 'set local session_replication_role = replica; delete from audit_log;';
  for (const table of tables) script += `delete from ${table};`;
  if (scenes.length === 0)
    script += `insert into collection_mark default values;
      insert into quota (project_id) select project_id from project;`;
  else {
    for (const table of tables)
      script += `insert into ${table} (${world.columns[table]}) overriding system value select ${world.columns[table]} from kept.${table};`;
  }
  for (const { old } of scenes) {
    script += `update blob set location = '${await store(world, old.config)}' where location is not null;`;
  }
  await sql.raw(script).execute(database.db);
  for (const { server } of world.processes) server.registry.content.forgetAll();
}

async function store({ storage }: World, bytes: Buffer): Promise<string> {
  const signal = AbortSignal.timeout(30_000);
  const writer = await storage.append(storage.begin(), { takeover: false, signal });
  await writer.write(Buffer.from(bytes));
  return storage.commit(await writer.close(), digestOf(bytes), signal);
}

async function makeRepository(world: World, project: 'one' | 'two', name: string): Promise<Place> {
  const row = await world.database.db
    .insertInto('repository')
    .values({ project_id: world.projects[project], name })
    .returning(['repository_id', 'project_id', 'name'])
    .executeTakeFirstOrThrow();
  return row;
}

async function putImage(world: World, place: Place, image: Image, tag: string): Promise<void> {
  const { storage, database } = world;
  const digest = digestOf(image.config);
  const location = await store(world, image.config);
  const to = { projectId: place.project_id, repositoryId: place.repository_id, lease: '1 hour' };
  const stored = await uploadStore.link(database, { ...to, digest, size: image.config.length, location });
  if (stored?.location !== location) await storage.remove(location, AbortSignal.timeout(30_000));
  const problem = await insertManifest(database.query, {
    ...to,
    repository: place.name,
    digest: image.digest,
    bytes: image.manifest,
    manifest: parseManifest(image.manifest, manifestType),
    tags: [tag],
    username: null,
    auditedFrom: null,
    protection: compileProtection(0, []),
  });
  if (problem) throw new Error(`the scene could not be made: ${JSON.stringify(problem)}`);
}

async function remove({ main: { server } }: World, place: Place, { digest }: Image): Promise<void> {
  await removeArtifact(server.context(), server.registry, place, digest);
}
