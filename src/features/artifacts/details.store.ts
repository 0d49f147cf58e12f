import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';

export interface ConfigPlace {
  readonly artifact_id: number;
  /** Of the manifest. */
  readonly blob_id: number;
  readonly media_type: string;
  readonly size: number;
  readonly location: string;
}

/**
 * Where the configs of artifacts are. Only a config that is linked to the artifact counts: a manifest may name a
 * config of a foreign-layer type, which nobody had to push, and then any digest of another project.
 */
export async function findConfigs(db: Db, artifacts: readonly number[]): Promise<ConfigPlace[]> {
  const { rows } = await sql<ConfigPlace>`
    select a.id as artifact_id, a.blob_id, a.config_media_type as media_type, c.size, c.location
      from artifact a
      join manifest m on m.blob_id = a.blob_id
      join blob c on c.digest = convert_from(m.payload, 'UTF8')::json #>> '{config,digest}'
      join artifact_blob l on l.artifact_id = a.id and l.blob_id = c.id
     where a.id = any(${artifacts}::bigint[]) and c.location is not null`.execute(db);
  return rows;
}

/** Rows of manifests that went away meanwhile are not written. */
export async function rememberDetails(db: Db, details: ReadonlyMap<number, string>): Promise<void> {
  await sql`
    insert into artifact_detail (blob_id, attributes)
    select n.blob_id, n.attributes
      from unnest(${[...details.keys()]}::bigint[], ${[...details.values()]}::text[]) n(blob_id, attributes)
      join blob b on b.id = n.blob_id
    on conflict do nothing`.execute(db);
}
