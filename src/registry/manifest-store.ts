import { type Database, statement } from '#src/database/pool.ts';
import type { Descriptor, ParsedManifest } from '#src/oci/manifest.ts';

/** Why a manifest was not written; only what is wrong is set. */
export interface ManifestProblem {
  /** Digests of blobs that are not in the repository. */
  readonly blobs?: readonly string[];
  /** Digests of an index's children that are not in the repository. */
  readonly children?: readonly string[];
  readonly sizes?: readonly { digest: string; named: number; stored: number }[];
}

export interface NewManifest {
  readonly projectId: number;
  readonly repositoryId: number;
  readonly repository: string;
  readonly digest: string;
  readonly bytes: Buffer;
  readonly manifest: ParsedManifest;
  /** Bytes of everything it names and of itself. */
  readonly size: number;
  /** What must be in the repository, sorted by digest: every push locks in the same order. */
  readonly blobs: readonly Descriptor[];
  /** Sorted. */
  readonly tags: readonly string[];
  readonly lease: string;
  /** Null when nobody wants an audit entry. */
  readonly username: string | null;
  readonly clientAddress: string;
}

const put = statement<{ problem: ManifestProblem | null }>(
  'put-manifest',
  `select put_manifest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19::interval,
                       $20, $21) as problem`,
);

const json = (value: object | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value);

/** Writes a manifest and its tags, or says what it lacks; one statement (see put_manifest in the schema). */
export async function insertManifest(
  database: Database,
  one: NewManifest,
): Promise<ManifestProblem | undefined> {
  const { manifest, blobs } = one;
  const entries = manifest.manifests;
  const [row] = await database.query(put, [
    one.projectId,
    one.repositoryId,
    one.repository,
    one.digest,
    one.bytes,
    manifest.mediaType,
    manifest.artifactType ?? null,
    manifest.config?.mediaType ?? null,
    manifest.subject?.digest ?? null,
    JSON.stringify(manifest.annotations),
    one.size,
    blobs.map(({ digest }) => digest),
    blobs.map(({ size }) => size),
    [...new Set(entries.map(({ digest }) => digest))].sort(),
    entries.map(({ digest }) => digest),
    entries.map(({ platform }) => json(platform)),
    entries.map(({ annotations }) => json(annotations)),
    one.tags,
    one.lease,
    one.username,
    one.clientAddress,
  ]);
  return row?.problem ?? undefined;
}
