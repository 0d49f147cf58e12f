import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';

export interface SourceRow {
  readonly repository_id: number;
  readonly project_id: number;
  readonly name: string;
  readonly public: boolean;
}

export async function findSource(db: Db, name: string): Promise<SourceRow | undefined> {
  return db
    .selectFrom('repository')
    .innerJoin('project', 'project.project_id', 'repository.project_id')
    .select(['repository.repository_id', 'repository.project_id', 'repository.name', 'project.public'])
    .where('repository.name', '=', name)
    .executeTakeFirst();
}

/**
 * The repository's id, made unless it is there, and locked against its deletion. Before any blob is locked: the
 * deletion of a repository locks in this order too. Undefined when its name belongs to another project of that name.
 */
export async function ensureRepository(tx: Tx, projectId: number, name: string): Promise<number | undefined> {
  for (;;) {
    await sql`insert into repository (project_id, name) values (${projectId}, ${name}) on conflict do nothing`.execute(
      tx,
    );
    const { rows } = await sql<{ repository_id: number; project_id: number }>`
      select repository_id, project_id from repository where name = ${name} for key share`.execute(tx);
    // None: it was deleted while the lock was waited for.
    if (rows[0]) return rows[0].project_id === projectId ? rows[0].repository_id : undefined;
  }
}

export interface CopiedRow {
  readonly id: number;
  readonly digest: string;
}

/** The artifact and everything below it, locked against deletion in the order in which a deletion locks. */
export async function lockTree(tx: Tx, repositoryId: number, root: number): Promise<CopiedRow[]> {
  const { rows } = await sql<CopiedRow>`
    select id, digest from artifact
     where id in (select o_id from artifact_tree(${repositoryId}, array[${root}]::bigint[]))
     order by digest for key share`.execute(tx);
  return rows;
}

/** The blobs of artifacts, locked against garbage collection in the order in which a push locks. */
export async function lockBlobs(tx: Tx, artifacts: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from blob where id in (select blob_id from artifact_blob where artifact_id = any(${artifacts}::bigint[]))
     order by digest for key share`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Fails with the code MRQ01 when the project's quota does not allow it. */
export async function linkBlobs(
  tx: Tx,
  { project_id, repository_id }: { project_id: number; repository_id: number },
  blobs: readonly number[],
): Promise<void> {
  await sql`select link_blobs(${project_id}, ${repository_id}, ${blobs}::bigint[])`.execute(tx);
}

/** Returns the digests of those that the repository did not have. */
export async function insertCopies(
  tx: Tx,
  repositoryId: number,
  sources: readonly number[],
): Promise<string[]> {
  const { rows } = await sql<{ digest: string }>`
    insert into artifact (repository_id, blob_id, digest, media_type, artifact_type, config_media_type, subject_digest,
                          size, annotations, accessory_of, accessory_type)
    select ${repositoryId}, blob_id, digest, media_type, artifact_type, config_media_type, subject_digest,
           size, annotations, accessory_of, accessory_type
      from artifact where id = any(${sources}::bigint[]) order by digest
    on conflict (repository_id, digest) do nothing returning digest`.execute(tx);
  return rows.map(({ digest }) => digest);
}

/** Ids by digest of those artifacts of the repository; they stay until the transaction ends. */
export async function lockCopies(
  tx: Tx,
  repositoryId: number,
  digests: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<CopiedRow>`
    select id, digest from artifact where repository_id = ${repositoryId} and digest = any(${digests}::text[])
     order by digest for key share`.execute(tx);
  return new Map(rows.map(({ id, digest }) => [digest, id]));
}

/** What the copies need and name, as their sources do. Their children must be there. */
export async function insertReferences(
  tx: Tx,
  repositoryId: number,
  pairs: readonly { source: number; copy: number }[],
): Promise<void> {
  const sources = pairs.map(({ source }) => source);
  const copies = pairs.map(({ copy }) => copy);
  await sql`
    insert into artifact_blob (artifact_id, repository_id, blob_id)
    select p.copy, ${repositoryId}, b.blob_id
      from unnest(${sources}::bigint[], ${copies}::bigint[]) p(source, copy) join artifact_blob b on b.artifact_id = p.source`.execute(
    tx,
  );
  await sql`
    insert into artifact_child (parent_id, child_id, repository_id, position, platform, annotations)
    select p.copy, (select id from artifact n where n.repository_id = ${repositoryId} and n.digest = a.digest),
           ${repositoryId}, c.position, c.platform, c.annotations
      from unnest(${sources}::bigint[], ${copies}::bigint[]) p(source, copy)
      join artifact_child c on c.parent_id = p.source
      join artifact a on a.id = c.child_id`.execute(tx);
}

export async function listTagsOf(
  tx: Tx,
  artifacts: readonly number[],
): Promise<{ name: string; digest: string }[]> {
  const { rows } = await sql<{ name: string; digest: string }>`
    select t.name, a.digest from tag t join artifact a on a.id = t.artifact_id
     where t.artifact_id = any(${artifacts}::bigint[]) order by t.name`.execute(tx);
  return rows;
}
