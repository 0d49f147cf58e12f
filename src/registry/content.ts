import { type Database, statement } from '#src/database/pool.ts';
import { Batch } from './batch.ts';
import { ContentMemory } from './content-memory.ts';
import { ByteCache } from './byte-cache.ts';

/** An artifact as a pull needs it. */
export interface FoundManifest {
  readonly artifactId: number;
  readonly repositoryId: number;
  readonly digest: string;
  readonly mediaType: string;
  readonly blobId: number;
}

/** A blob that may be read in a repository. */
export interface FoundBlob {
  readonly blobId: number;
  readonly size: number;
  /** Undefined while the bytes are only a manifest's row. */
  readonly location: string | undefined;
  /** Milliseconds since the epoch, by the database's clock. */
  readonly leasedUntil: number;
}

interface ManifestRow {
  artifact_id: number | null;
  repository_id: number;
  digest: string;
  media_type: string;
  blob_id: number;
}

interface BlobRow {
  blob_id: number | null;
  size: number;
  location: string | null;
  inline: boolean;
  leased_until: number;
}

// `lateral … limit 1` makes the planner take the indexes key by key, and a link is asked for in a scalar subquery,
// which cannot become a walk through all links of the repository, whatever is believed about table sizes.
const byTag = statement<ManifestRow>(
  'manifest-by-tag',
  `select a.artifact_id, a.repository_id, a.digest, a.media_type, a.blob_id
     from unnest($1::text[], $2::text[]) with ordinality as k(name, tag, ord)
     left join lateral (
       select a.id as artifact_id, a.repository_id, a.digest, a.media_type, a.blob_id
         from repository r
         join tag t on t.repository_id = r.repository_id and t.name = k.tag
         join artifact a on a.id = t.artifact_id
        where r.name = k.name limit 1) a on true
    order by k.ord`,
);

const byDigest = statement<ManifestRow>(
  'manifest-by-digest',
  `select a.artifact_id, a.repository_id, a.digest, a.media_type, a.blob_id
     from unnest($1::text[], $2::text[]) with ordinality as k(name, digest, ord)
     left join lateral (
       select a.id as artifact_id, a.repository_id, a.digest, a.media_type, a.blob_id
         from repository r
         join artifact a on a.repository_id = r.repository_id and a.digest = k.digest
        where r.name = k.name limit 1) a on true
    order by k.ord`,
);

const payloads = statement<{ payload: Buffer | null }>(
  'manifest-payload',
  `select m.payload from unnest($1::bigint[]) with ordinality as k(id, ord)
     left join manifest m on m.blob_id = k.id order by k.ord`,
);

const linkedBlobs = statement<BlobRow>(
  'linked-blob',
  `select b.blob_id, b.size, b.location, b.inline, b.leased_until
     from unnest($1::text[], $2::text[]) with ordinality as k(name, digest, ord)
     left join lateral (
       select b.id as blob_id, b.size, b.location, extract(epoch from b.leased_until)::float8 * 1000 as leased_until,
              exists (select from manifest m where m.blob_id = b.id) as inline
         from repository r, blob b
        where r.name = k.name and b.digest = k.digest
          and (select true from repository_blob l where l.repository_id = r.repository_id and l.blob_id = b.id)
        limit 1) b on true
    order by k.ord`,
);

const renewLeases = statement<{ o_position: number; o_leased_until: number }>(
  'renew-leases',
  'select o_position, o_leased_until from renew_leases($1, $2, $3)',
);

interface Key {
  name: string;
  reference: string;
}

/**
 * The look-ups of the data plane. With a single writer they are answered from memory when warm; otherwise by one
 * indexed statement per turn of the event loop. Payloads never change under their digest and are always cached.
 */
export class Content {
  readonly manifests: ContentMemory<FoundManifest>;
  readonly blobs: ContentMemory<FoundBlob>;
  readonly #payloads = new ByteCache(32 * 1024 * 1024);
  readonly #tag: Batch<Key, ManifestRow>;
  readonly #digest: Batch<Key, ManifestRow>;
  readonly #blob: Batch<Key, BlobRow>;
  readonly #payload: Batch<number, { payload: Buffer | null }>;
  readonly #lease: Batch<{ repository: string; blobId: number }, number>;
  readonly #leaseMs: number;

  constructor(database: Database, options: { soleWriter: boolean; leaseSeconds: number }) {
    this.manifests = new ContentMemory({ enabled: options.soleWriter, limit: 50_000 });
    this.blobs = new ContentMemory({ enabled: options.soleWriter, limit: 100_000 });
    this.#leaseMs = options.leaseSeconds * 1000;
    const split = (keys: Key[]) => [keys.map(({ name }) => name), keys.map(({ reference }) => reference)];
    this.#tag = new Batch((keys) => database.query(byTag, split(keys)));
    this.#digest = new Batch((keys) => database.query(byDigest, split(keys)));
    this.#blob = new Batch((keys) => database.query(linkedBlobs, split(keys)));
    this.#payload = new Batch((ids) => database.query(payloads, [ids]));
    this.#lease = new Batch(async (keys) => {
      const rows = await database.query(renewLeases, [
        keys.map(({ repository }) => repository),
        keys.map(({ blobId }) => blobId),
        `${options.leaseSeconds} seconds`,
      ]);
      const found = new Map(rows.map((row) => [row.o_position, row.o_leased_until]));
      return keys.map((_, index) => found.get(index + 1) ?? 0);
    });
  }

  knownManifest(repository: string, reference: string): FoundManifest | undefined {
    return this.manifests.get(repository, reference);
  }

  async findManifest(
    repository: string,
    reference: string,
    isDigest: boolean,
  ): Promise<FoundManifest | undefined> {
    const expected = this.manifests.expect(repository);
    const row = await (isDigest ? this.#digest : this.#tag).find({ name: repository, reference });
    if (row.artifact_id === null) return undefined;
    const found: FoundManifest = {
      artifactId: row.artifact_id,
      repositoryId: row.repository_id,
      digest: row.digest,
      mediaType: row.media_type,
      blobId: row.blob_id,
    };
    expected?.keep(reference, found);
    return found;
  }

  knownPayload(manifest: FoundManifest): Buffer | undefined {
    return this.#payloads.get(manifest.digest);
  }

  async payload(manifest: { blobId: number; digest: string }): Promise<Buffer> {
    const cached = this.#payloads.get(manifest.digest);
    if (cached) return cached;
    const { payload } = await this.#payload.find(manifest.blobId);
    if (!payload) throw new Error(`the payload of ${manifest.digest} is missing`);
    this.#payloads.set(manifest.digest, payload);
    return payload;
  }

  knownBlob(repository: string, digest: string): FoundBlob | undefined {
    return this.blobs.get(repository, digest);
  }

  async findBlob(repository: string, digest: string): Promise<FoundBlob | undefined> {
    const expected = this.blobs.expect(repository);
    const row = await this.#blob.find({ name: repository, reference: digest });
    // Without a location and without a payload the bytes were found damaged and moved aside: a push heals them.
    if (row.blob_id === null || (row.location === null && !row.inline)) return undefined;
    const found: FoundBlob = {
      blobId: row.blob_id,
      size: row.size,
      location: row.location ?? undefined,
      leasedUntil: row.leased_until,
    };
    expected?.keep(digest, found);
    return found;
  }

  /** As `findBlob`, and the blob stays for a lease. */
  async promiseBlob(repository: string, digest: string): Promise<FoundBlob | undefined> {
    const found = await this.findBlob(repository, digest);
    if (!found || this.leased(found)) return found;
    return (await this.renewLease(repository, digest, found)) ? found : undefined;
  }

  /** True when the lease is long enough to be promised again without a write. */
  leased(blob: FoundBlob): boolean {
    return blob.leasedUntil - Date.now() > this.#leaseMs / 2;
  }

  /**
   * Promises that the blob stays for a lease, in the row lock that garbage collection takes. False when the blob, or
   * its place in this repository, went away in the meantime. Writes at most once in half a lease and blob.
   */
  async renewLease(repository: string, digest: string, blob: FoundBlob): Promise<boolean> {
    const expected = this.blobs.expect(repository);
    const leasedUntil = await this.#lease.find({ repository, blobId: blob.blobId });
    if (leasedUntil > 0) expected?.keep(digest, { ...blob, leasedUntil });
    return leasedUntil > 0;
  }

  /** Runs a write that changes what a repository holds. */
  changing<T>(repository: string, write: () => Promise<T>): Promise<T> {
    return this.manifests.changing(repository, () => this.blobs.changing(repository, write));
  }

  /** Another process changed what this one may remember. */
  forgetAll(): void {
    this.manifests.forgetAll();
    this.blobs.forgetAll();
  }

  /** Runs a write that only sets tags or adds artifacts: blob links known before stay true. */
  tagging<T>(repository: string, write: () => Promise<T>): Promise<T> {
    return this.manifests.changing(repository, write);
  }
}
