import type { TxContext } from '#src/context.ts';
import { run, statement } from '#src/database/pool.ts';
import type { ChildDescriptor, ParsedManifest } from '#src/oci/manifest.ts';

export interface Referenced {
  /** Set when the repository already has this manifest: then everything it names is here too. */
  readonly artifactId: number | undefined;
  readonly blobs: ReadonlyMap<string, { id: number; size: number }>;
  readonly children: ReadonlyMap<string, number>;
}

interface ReferencedRow {
  kind: 'artifact' | 'blob' | 'child';
  id: number;
  digest: string;
  size: number;
}

// Key-share locks keep what is named from being deleted until the references to it are committed. Blobs are
// locked in digest order by everybody, so two pushes and a collection cannot wait for each other in a circle.
const referenced = statement<ReferencedRow>(
  'manifest-referenced',
  `with a as (
     select a.id, a.digest, a.size from artifact a where a.repository_id = $1 and a.digest = $2 for key share
   ), b as (
     select b.id, b.digest, b.size from blob b join repository_blob l on l.repository_id = $1 and l.blob_id = b.id
      where b.digest = any($3::text[]) and (b.location is not null or exists (select from manifest m where m.blob_id = b.id))
      order by b.digest for key share of b
   ), c as (
     select a.id, a.digest, a.size from artifact a
      where a.repository_id = $1 and a.digest = any($4::text[]) order by a.digest for key share
   )
   select 'artifact' as kind, a.* from a union all select 'blob', b.* from b union all select 'child', c.* from c`,
);

export async function findReferenced(
  ctx: TxContext,
  repositoryId: number,
  digest: string,
  blobs: readonly string[],
  children: readonly string[],
): Promise<Referenced> {
  const rows = await run(ctx.db, referenced, [repositoryId, digest, blobs, children]);
  const of = (kind: ReferencedRow['kind']) => rows.filter((row) => row.kind === kind);
  return {
    artifactId: of('artifact')[0]?.id,
    blobs: new Map(of('blob').map(({ digest: name, id, size }) => [name, { id, size }])),
    children: new Map(of('child').map(({ digest: name, id }) => [name, id])),
  };
}

// The manifest's own bytes are a blob too: the quota counts them, and they are readable as one.
const payload = statement<{ o_blob: number }>(
  'insert-payload',
  `with linked as (select o_blob from link_blob($1, $2, $3, $4, null, $6::interval)),
        stored as (insert into manifest (blob_id, payload) select o_blob, $5 from linked on conflict do nothing)
   select o_blob from linked`,
);

const artifact = statement<{ id: number }>(
  'insert-artifact',
  `with a as (
     insert into artifact (repository_id, blob_id, digest, media_type, artifact_type, config_media_type, subject_digest, size, annotations)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (repository_id, digest) do update set push_time = artifact.push_time
       returning id, xmax = 0 as fresh
   ), blobs as (
     insert into artifact_blob (artifact_id, repository_id, blob_id)
       select a.id, $1, b from a, unnest(array_append($10::bigint[], $2)) b where a.fresh on conflict do nothing
   ), children as (
     insert into artifact_child (parent_id, child_id, repository_id, position, platform, annotations)
       select a.id, c.id, $1, c.ord, c.platform, c.annotations
         from a, unnest($11::bigint[], $12::jsonb[], $13::jsonb[]) with ordinality as c(id, platform, annotations, ord)
        where a.fresh
   )
   select id from a`,
);

export interface NewArtifact {
  projectId: number;
  repositoryId: number;
  digest: string;
  bytes: Buffer;
  manifest: ParsedManifest;
  lease: string;
  blobIds: readonly number[];
  children: readonly (ChildDescriptor & { id: number })[];
  /** Bytes of everything it names. */
  size: number;
}

/** Writes an artifact with its references. Two pushes of the same manifest end with one. Returns its id. */
export async function insertArtifact(ctx: TxContext, one: NewArtifact): Promise<number> {
  const { manifest, children } = one;
  const [linked] = await run(ctx.db, payload, [
    one.projectId,
    one.repositoryId,
    one.digest,
    one.bytes.length,
    one.bytes,
    one.lease,
  ]);
  if (!linked) throw new Error(`the payload of ${one.digest} was not stored`);
  const [row] = await run(ctx.db, artifact, [
    one.repositoryId,
    linked.o_blob,
    one.digest,
    manifest.mediaType,
    manifest.artifactType ?? null,
    manifest.config?.mediaType ?? null,
    manifest.subject?.digest ?? null,
    one.size,
    JSON.stringify(manifest.annotations),
    one.blobIds,
    children.map(({ id }) => id),
    children.map(({ platform }) => (platform === undefined ? null : JSON.stringify(platform))),
    children.map(({ annotations }) => (annotations === undefined ? null : JSON.stringify(annotations))),
  ]);
  if (!row) throw new Error(`artifact ${one.digest} was neither inserted nor found`);
  return row.id;
}

// A tag that already names the artifact only renews its time. The audit rows commit with the tags or not at all.
const tags = statement<never>(
  'insert-tags',
  `with t as (
     insert into tag (repository_id, name, artifact_id)
       select $1, name, $2 from unnest($3::text[]) name order by name
       on conflict (repository_id, name) do update set artifact_id = excluded.artifact_id, push_time = now()
   )
   insert into audit_log (username, operation, resource_type, resource, project_id, client_address, detail)
     select $5, 'create', 'artifact', $6::text || ':' || name, $4::int, $7, jsonb_build_object('digest', $8::text) from unnest($3::text[]) name
     union all
     select $5, 'create', 'artifact', $6::text || '@' || $8::text, $4::int, $7, null::jsonb where cardinality($3::text[]) = 0`,
);

export interface NewTags {
  repositoryId: number;
  artifactId: number;
  tags: readonly string[];
  projectId: number;
  repository: string;
  username: string;
  clientAddress: string;
  digest: string;
}

export async function insertTags(ctx: TxContext, one: NewTags): Promise<void> {
  await run(ctx.db, tags, [
    one.repositoryId,
    one.artifactId,
    one.tags,
    one.projectId,
    one.username,
    one.repository,
    one.clientAddress,
    one.digest,
  ]);
}
