import { type Statement, statement } from '#src/database/pool.ts';
import { type Descriptor, isForeignLayer, type ParsedManifest } from '#src/oci/manifest.ts';
import type { Protection } from '#src/oci/selector.ts';

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
  /** Sorted. */
  readonly tags: readonly string[];
  readonly lease: string;
  /** Null when this is no push: then neither the audit log nor the history of tags hears of it. */
  readonly username: string | null;
  /** The client's address; null when nobody wants an audit entry. */
  readonly auditedFrom: string | null;
  /**
   * The rules of immutable tags as the caller knows them. It fails with MRI01 over an immutable tag, with MRI02 when
   * these are no longer the rules; both are the immutability feature's to explain.
   */
  readonly protection: Protection;
  /** Who is told to have pushed it, to those who listen; without it nobody is told. */
  readonly told?: { readonly operator: string; readonly requestId: string };
}

const put = statement<{ problem: ManifestProblem | null }>(
  'put-manifest',
  `with put as materialized (
     select put_manifest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19::interval,
                         $20, $21, $22, $23) as problem
   )
   select problem, case when problem is null and $24::text is not null
                     then emit_push($1, $3, $4, $18, $24::text, $25::text) end from put`,
);

const json = (value: object | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value);

/** Sends a prepared statement: on a connection of its own, or inside a transaction. */
type Ask = <Row>(statement: Statement<Row>, values: readonly unknown[]) => Promise<Row[]>;

/** Writes a manifest and its tags, or says what it lacks; one statement (see put_manifest in the schema). */
export async function insertManifest(ask: Ask, one: NewManifest): Promise<ManifestProblem | undefined> {
  const { manifest } = one;
  const entries = manifest.manifests;
  const blobs = blobsOf(manifest);
  const [row] = await ask(put, [
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
    sizeOf(one),
    blobs.map(({ digest }) => digest),
    blobs.map(({ size }) => size),
    [...new Set(entries.map(({ digest }) => digest))].sort(),
    entries.map(({ digest }) => digest),
    entries.map(({ platform }) => json(platform)),
    entries.map(({ annotations }) => json(annotations)),
    one.tags,
    one.lease,
    one.username,
    one.auditedFrom,
    one.protection.protects(one.repository, one.tags),
    one.protection.epoch,
    one.told?.operator ?? null,
    one.told?.requestId ?? null,
  ]);
  return row?.problem ?? undefined;
}

/**
 * Config and layers, sorted by digest, since every push locks in the same order; what Windows and others keep elsewhere
 * (`urls`) need not be here.
 */
function blobsOf({ config, layers }: ParsedManifest): Descriptor[] {
  const named = [...(config ? [config] : []), ...layers].filter((one) => !isForeignLayer(one));
  return [...new Map(named.map((one) => [one.digest, one])).values()].sort((a, b) =>
    a.digest < b.digest ? -1 : 1,
  );
}

/** Bytes of everything it names and of itself. */
function sizeOf({ bytes, manifest }: NewManifest): number {
  const parts = [...(manifest.config ? [manifest.config] : []), ...manifest.layers, ...manifest.manifests];
  return parts.reduce((sum, { size }) => sum + size, bytes.length);
}
