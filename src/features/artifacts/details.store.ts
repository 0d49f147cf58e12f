import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';

export interface ConfigPlace {
  readonly artifact_id: number;
  /** Of the manifest. */
  readonly blob_id: number;
  /** Of the config; null where it is a child's. */
  readonly media_type: string | null;
  readonly digest: string;
  readonly size: number;
  readonly location: string;
}

/**
 * Where the configs of artifacts are. Only a config that is linked to the artifact counts: a manifest may name a
 * config of a foreign-layer type, which nobody had to push, and then any digest of another project. An index of the
 * kind CNAB has its config (the bundle.json) in a child of its own.
 */
export async function findConfigs(db: Db, artifacts: readonly number[]): Promise<ConfigPlace[]> {
  const { rows } = await sql<ConfigPlace>`
    select a.id as artifact_id, a.blob_id, a.config_media_type as media_type,
           c.digest, c.size, c.location
      from artifact a
      left join lateral (
        select child_id from artifact_child
         where parent_id = a.id and annotations->>'io.cnab.manifest.type' = 'config' order by position limit 1
      ) bundle on a.type = 'CNAB'
      join artifact h on h.id = coalesce(bundle.child_id, a.id)
      join manifest m on m.blob_id = h.blob_id
      join blob c on c.digest = convert_from(m.payload, 'UTF8')::json #>> '{config,digest}'
      join artifact_blob l on l.artifact_id = h.id and l.blob_id = c.id
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
