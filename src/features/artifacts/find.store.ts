import type { Selectable } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import type { Tables } from '#src/database/tables.ts';

export type ArtifactRow = Selectable<Tables['artifact']>;

export function findByDigest(db: Db, repositoryId: number, digest: string): Promise<ArtifactRow | undefined> {
  return db
    .selectFrom('artifact')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('digest', '=', digest)
    .executeTakeFirst();
}

export function findByTag(db: Db, repositoryId: number, tag: string): Promise<ArtifactRow | undefined> {
  return db
    .selectFrom('tag')
    .innerJoin('artifact', 'artifact.id', 'tag.artifact_id')
    .selectAll('artifact')
    .where('tag.repository_id', '=', repositoryId)
    .where('tag.name', '=', tag)
    .executeTakeFirst();
}
