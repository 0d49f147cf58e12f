import { createHash, type Hash } from 'node:crypto';
import type { Db } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import { type DigestAlgorithm, parseDigest } from '#src/oci/digest.ts';
import { type BlobDriver, NoSuchObject, type StoredObject } from '#src/storage/driver.ts';
import * as store from './verify.store.ts';

/** One way in which database and storage do not agree. */
export interface Difference {
  readonly kind:
    | 'missing-object'
    | 'wrong-size'
    | 'wrong-digest'
    | 'unreadable-object'
    | 'unreferenced-object'
    | 'wrong-payload'
    | 'artifact-without-bytes'
    | 'quota'
    | 'charge';
  /** What it is about: a digest, a location, a repository, a project. */
  readonly subject: string;
  readonly detail: string;
  /** What --repair did about it. */
  readonly repaired?: string;
}

export interface VerifyOptions {
  readonly db: Db;
  readonly storage: BlobDriver;
  readonly signal: AbortSignal;
  /** Share of the blobs whose bytes are hashed, 0 to 1; sizes are compared for all. */
  readonly sample: number;
  readonly repair: boolean;
  /** Objects younger than this may belong to a push under way and are not reported (ms). */
  readonly graceMilliseconds: number;
  /** Told of each difference when it is found. */
  readonly found: (difference: Difference) => void;
  readonly progress?: (done: number, total: number, what: string) => void;
}

export interface VerifyReport {
  readonly blobs: number;
  readonly hashed: number;
  readonly bytes: number;
  readonly objects: number;
  readonly manifests: number;
  readonly differences: number;
}

interface Fault {
  readonly kind: 'missing-object' | 'wrong-size' | 'wrong-digest';
  readonly detail: string;
}

const batch = 500;

/**
 * Walks database and storage and compares them; works beside a running server. Reports every difference and, when
 * asked to repair, only adds or sets aside: wrong bytes go to quarantine and their blob counts as absent until it
 * is pushed again; an object that turns out to hold what a row lost is given to it. Nothing is ever deleted.
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const run = new Verification(options);
  if (options.repair) await refuseEmptyStorage(options);
  await run.payloads();
  await run.blobs();
  await run.objects();
  await run.references();
  return run.report;
}

/** A wrong setting or an unmounted volume looks as if every blob were lost; repairing that would hide them all. */
async function refuseEmptyStorage({ db, storage, signal }: VerifyOptions): Promise<void> {
  const blobs = await store.countBlobs(db);
  if (blobs === 0) return;
  for await (const _ of storage.list(signal)) return;
  throw new Failure(
    'PRECONDITION',
    `the storage is empty but the database names ${blobs} blobs in it: check the storage setting or mount; nothing was changed`,
  );
}

class Verification {
  readonly report = { blobs: 0, hashed: 0, bytes: 0, objects: 0, manifests: 0, differences: 0 };
  readonly #options: VerifyOptions;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  #differ(kind: Difference['kind'], subject: string, detail: string, repaired?: string): void {
    this.report.differences += 1;
    this.#options.found({ kind, subject, detail, ...(repaired === undefined ? {} : { repaired }) });
  }

  async payloads(): Promise<void> {
    const { db, signal } = this.#options;
    for (let after = 0; ; ) {
      const rows = await store.listPayloads(db, after, batch);
      for (const { digest, size, payload } of rows) {
        signal.throwIfAborted();
        this.report.manifests += 1;
        const found = `${algorithmOf(digest)}:${createHash(algorithmOf(digest)).update(payload).digest('hex')}`;
        if (found !== digest)
          this.#differ('wrong-payload', digest, `the manifest's row holds bytes of ${found}`);
        else if (size !== payload.length)
          this.#differ(
            'wrong-size',
            digest,
            `the row says ${size} bytes, the manifest has ${payload.length}`,
          );
      }
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  async blobs(): Promise<void> {
    const { db, signal, progress } = this.#options;
    const total = await store.countBlobs(db);
    for (let after = 0; ; ) {
      const rows = await store.listBlobs(db, after, batch);
      for (const row of rows) {
        signal.throwIfAborted();
        await this.#blob(row);
        this.report.blobs += 1;
        progress?.(this.report.blobs, total, 'blobs');
      }
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  async #blob(blob: store.BlobRow): Promise<void> {
    const hashed = Math.random() < this.#options.sample;
    try {
      const first = await this.#fault(blob, hashed);
      if (hashed) this.report.hashed += 1;
      if (!first) return;
      // What is set aside is absent for everybody, so one reading that went wrong on its way is not enough.
      const second = await this.#fault(blob, hashed);
      if (second?.detail === first.detail) return await this.#settle(blob, first);
      const then = second?.detail ?? 'it was right';
      this.#differ('unreadable-object', blob.digest, `read twice: at first ${first.detail}, then ${then}`);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      this.#differ(
        'unreadable-object',
        blob.digest,
        `${blob.location} cannot be read: ${(error as Error).message}`,
      );
    }
  }

  /** What is wrong with the bytes of a blob, as storage gives them this time. */
  async #fault({ location, size, digest }: store.BlobRow, hashed: boolean): Promise<Fault | undefined> {
    try {
      const stored = await this.#options.storage.size(location, this.#deadline());
      if (stored !== size)
        return { kind: 'wrong-size', detail: `the row says ${size} bytes, ${location} has ${stored}` };
      if (!hashed) return undefined;
      const [found] = await this.#hash(location, size, [algorithmOf(digest)]);
      if (found === digest) return undefined;
      return { kind: 'wrong-digest', detail: `${location} holds the bytes of ${found}` };
    } catch (error) {
      if (!(error instanceof NoSuchObject)) throw error;
      return { kind: 'missing-object', detail: `${location} is not in storage` };
    }
  }

  async #settle(blob: store.BlobRow, { kind, detail }: Fault): Promise<void> {
    const { db, repair, storage } = this.#options;
    if (!(await store.isCurrent(db, blob))) return;
    if (!repair) return this.#differ(kind, blob.digest, detail);
    // The row first: a blob that counts as absent is uploaded again, one whose bytes are gone is a fault.
    await store.detach(db, blob);
    const place = kind === 'missing-object' ? '' : await storage.quarantine(blob.location, this.#deadline());
    const aside = place === '' ? '' : `set aside as ${place}; `;
    this.#differ(kind, blob.digest, detail, `${aside}counts as absent until it is pushed again`);
  }

  async #hash(location: string, size: number, algorithms: readonly DigestAlgorithm[]): Promise<string[]> {
    const hashes = algorithms.map((name): [string, Hash] => [name, createHash(name)]);
    if (size > 0) {
      const reader = await this.#options.storage.read(
        location,
        { start: 0, end: size - 1 },
        this.#options.signal,
      );
      try {
        for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
          for (const [, hash] of hashes) hash.update(chunk);
          this.report.bytes += chunk.length;
        }
      } finally {
        await reader.close();
      }
    }
    return hashes.map(([name, hash]) => `${name}:${hash.digest('hex')}`);
  }

  async objects(): Promise<void> {
    const { storage, signal, progress } = this.#options;
    const report = (what: unknown) => this.#differ('unreadable-object', 'storage', String(what));
    let waiting: StoredObject[] = [];
    for await (const object of storage.list(signal, report)) {
      this.report.objects += 1;
      waiting.push(object);
      if (waiting.length < batch) continue;
      await this.#unreferenced(waiting);
      waiting = [];
      progress?.(this.report.objects, Math.max(this.report.objects, this.report.blobs), 'objects');
    }
    await this.#unreferenced(waiting);
  }

  async #unreferenced(objects: readonly StoredObject[]): Promise<void> {
    const { db, repair, graceMilliseconds } = this.#options;
    const old = objects.filter(({ modifiedAt }) => Date.now() - modifiedAt >= graceMilliseconds);
    if (old.length === 0) return;
    const known = new Set(
      (
        await store.knownLocations(
          db,
          old.map(({ location }) => location),
        )
      ).map(({ location }) => location),
    );
    const orphans = old.filter(({ location }) => !known.has(location));
    const wanted = repair && orphans.length > 0 && (await store.needsBytes(db));
    for (const orphan of orphans) {
      const given = wanted ? await this.#giveBack(orphan) : undefined;
      this.#differ(
        'unreferenced-object',
        orphan.location,
        `${orphan.size} bytes that no blob's row names`,
        given,
      );
    }
  }

  async #giveBack({ location, size }: StoredObject): Promise<string | undefined> {
    const digests = await this.#hash(location, size, ['sha256', 'sha512']);
    for (const digest of digests) {
      if (await store.attach(this.#options.db, digest, size, location))
        return `given to ${digest}, which had lost its bytes`;
    }
    return undefined;
  }

  async references(): Promise<void> {
    const { db } = this.#options;
    for (const { repository, digest, blob } of await store.listUnreadable(db)) {
      this.#differ(
        'artifact-without-bytes',
        `${repository}@${digest}`,
        `${blob} has no bytes; push it again`,
      );
    }
    for (const { name, counted, actual } of await store.listQuotaDifferences(db)) {
      this.#differ('quota', name, `${counted} bytes are charged, its distinct blobs have ${actual}`);
    }
    for (const { name, digest, charged } of await store.listChargeDifferences(db)) {
      this.#differ(
        'charge',
        name,
        charged ? `charged for ${digest}, which none of its repositories holds` : `not charged for ${digest}`,
      );
    }
  }

  #deadline(): AbortSignal {
    return AbortSignal.any([this.#options.signal, AbortSignal.timeout(60_000)]);
  }
}

const algorithmOf = (digest: string): DigestAlgorithm => parseDigest(digest).algorithm;
