import { createHash, type Hash, randomUUID } from 'node:crypto';
import type { Database } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import type { DigestAlgorithm } from '#src/oci/digest.ts';
import { type BlobDriver, type Draft, DraftLost } from '#src/storage/driver.ts';
import { type UploadRow, uploadStore } from './upload-store.ts';

/** An upload that this worker writes: the row as confirmed, and the hash of exactly those bytes. */
export interface Session {
  row: UploadRow;
  hash: Hash;
  /** The draft may still be written by a worker that does not know it lost the session. */
  takeover: boolean;
  /** The database has a row of it. */
  stored: boolean;
  /** While `row.draft` is a copy made by a takeover, the draft that the stored row still names. */
  former?: Draft;
}

export const unknownUpload = (id: string, cause?: unknown): Failure =>
  new Failure(
    'BLOB_UPLOAD_UNKNOWN',
    `upload ${id} is not known: it ended, was cancelled, expired, or is not yours; start a new one`,
    { cause },
  );

/** Sessions that wait for their next request keep a hash each (about 1 KiB); more than this are re-read instead. */
const liveLimit = 10_000;

/**
 * The uploads that this worker owns. One request at a time works on a session; a session that another worker
 * began is taken over by writing our name into its row and hashing again what is stored.
 */
export class UploadSessions {
  /** Names this worker in the rows; new with each start, so that nothing of a former life is trusted. */
  readonly owner = randomUUID();
  readonly #database: Database;
  readonly #storage: BlobDriver;
  readonly #expiry: string;
  readonly #live = new Map<string, Session>();
  readonly #busy = new Map<string, Promise<void>>();

  readonly #soleWriter: boolean;

  constructor(
    database: Database,
    storage: BlobDriver,
    options: { expiryHours: number; soleWriter: boolean },
  ) {
    this.#database = database;
    this.#storage = storage;
    this.#expiry = `${options.expiryHours} hours`;
    this.#soleWriter = options.soleWriter;
  }

  /** A session of this request alone; `keep` lets it live on. */
  begin(repositoryId: number, starter: string, algorithm: DigestAlgorithm): Session {
    const row: UploadRow = {
      id: randomUUID(),
      repository_id: repositoryId,
      starter,
      owner: this.owner,
      size: 0,
      draft: this.#storage.begin(),
      algorithm,
      digest: null,
    };
    return { row, hash: createHash(algorithm), takeover: false, stored: false };
  }

  /**
   * Lets the next request find the session. Where no other worker can get that request, the row waits for the
   * first bytes: a crash before them is a clear 404, and a push of a small blob takes two statements, not three.
   */
  async keep(session: Session): Promise<void> {
    if (!this.#soleWriter) await this.#insert(session);
    this.#remember(session);
  }

  async #insert(session: Session): Promise<void> {
    await uploadStore.insert(this.#database, session.row, this.#expiry);
    session.stored = true;
  }

  /** Runs `work` alone on the session; a second request on the same session waits for the first. */
  async with<T>(
    id: string,
    repositoryId: number,
    starter: string,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const before = this.#busy.get(id);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#busy.set(id, promise);
    try {
      await before;
      return await work(await this.#open(id, repositoryId, starter));
    } catch (error) {
      if (!(error instanceof DraftLost)) throw error;
      // A power cut may take a draft that was not yet a blob, or its end; a bad disk may change it.
      this.#live.delete(id);
      await uploadStore.remove(this.#database, { id, owner: this.owner });
      throw unknownUpload(id, error);
    } finally {
      resolve();
      if (this.#busy.get(id) === promise) this.#busy.delete(id);
    }
  }

  /** Stores what the session has confirmed. Throws when it was cancelled or taken over meanwhile. */
  async confirm(session: Session, draft: Draft, hash: Hash): Promise<void> {
    const row: UploadRow = {
      ...session.row,
      draft,
      size: draft.size,
      digest: digestOf(session.row.algorithm, hash),
    };
    const former = session.row.draft;
    const isCopy = draft.key !== former.key;
    if (!session.stored) await this.#insert({ ...session, row });
    else if (!(await uploadStore.confirm(this.#database, row, this.#expiry))) {
      this.#live.delete(row.id);
      await this.#abandon(row);
      throw unknownUpload(row.id);
    }
    session.stored = true;
    session.row = row;
    session.hash = hash;
    session.takeover = false;
    if (isCopy) await this.#discard(former);
  }

  forget(id: string): void {
    this.#live.delete(id);
  }

  /** After the session has become a blob: what a takeover copied from is of no use any more. */
  async finished({ former }: Session): Promise<void> {
    if (former) await this.#discard(former);
  }

  /**
   * Ends a session and removes its bytes. False when another worker has taken it over.
   */
  async drop({ row, former, stored }: Session): Promise<boolean> {
    this.#live.delete(row.id);
    const ours = !stored || (await uploadStore.remove(this.#database, { id: row.id, owner: this.owner }));
    if (!ours) await this.#abandon(row);
    else for (const draft of former ? [row.draft, former] : [row.draft]) await this.#discard(draft);
    return ours;
  }

  /** The session is another worker's, or has ended: our bytes go, unless the other one is about to copy them. */
  async #abandon({ id, repository_id: repositoryId, draft }: UploadRow): Promise<void> {
    const row = await uploadStore.find(this.#database, id, repositoryId);
    if (row?.draft.key !== draft.key) await this.#discard(draft);
  }

  /** No row names it any more: if this fails it is one of the drafts that UploadExpiry finds. */
  async #discard(draft: Draft): Promise<void> {
    await this.#storage.discard(draft, AbortSignal.timeout(60_000)).catch(() => undefined);
  }

  async #open(id: string, repositoryId: number, starter: string): Promise<Session> {
    const live = this.#live.get(id);
    // Another worker may have gone on with it, or ended it; a sole writer need not ask.
    const row =
      live && this.#soleWriter
        ? live.row
        : uuid.test(id)
          ? await uploadStore.find(this.#database, id, repositoryId)
          : undefined;
    if (live && row?.owner !== this.owner) this.#live.delete(id);
    if (!row || row.starter !== starter || row.repository_id !== repositoryId) throw unknownUpload(id);
    if (live && row.owner === this.owner) return live;
    const taken = await uploadStore.takeOver(this.#database, row, this.owner, this.#expiry);
    if (!taken) throw unknownUpload(id);
    const hash = await this.#reread(taken, taken.algorithm);
    const session: Session = { row: taken, hash, takeover: true, stored: true };
    this.#remember(session);
    return session;
  }

  /** The hash so far, to go on with; for another algorithm than the session's the confirmed bytes are read again. */
  async hashFor(session: Session, algorithm: DigestAlgorithm): Promise<Hash> {
    if (session.row.algorithm !== algorithm) {
      const hash = await this.#reread(session.row, algorithm);
      session.row = { ...session.row, algorithm, digest: digestOf(algorithm, hash) };
      session.hash = hash;
    }
    return session.hash.copy();
  }

  /**
   * Reads the confirmed bytes and compares them with what was confirmed. Wrong ones are the storage's fault and
   * never the client's: twice the same are what is stored, and the upload is lost; else it was the reading, which
   * may be tried again.
   */
  async #reread(row: UploadRow, algorithm: DigestAlgorithm): Promise<Hash> {
    const first = await this.#read(row, algorithm);
    if (first.digest === row.digest) return first.hash;
    const second = await this.#read(row, algorithm);
    if (second.digest === row.digest) return second.hash;
    const reason = `its ${row.size} bytes are ${second.digest}, and ${row.digest} was confirmed`;
    if (first.digest === second.digest) throw new DraftLost(row.draft, reason);
    throw new Error(`upload ${row.id} was read twice and differs: first ${first.digest}, then ${reason}`);
  }

  async #read(row: UploadRow, algorithm: DigestAlgorithm): Promise<{ hash: Hash; digest: string | null }> {
    const hash = createHash(algorithm);
    if (row.size === 0) return { hash, digest: row.digest };
    const confirmed = algorithm === row.algorithm ? undefined : createHash(row.algorithm);
    for await (const chunk of this.#storage.readDraft(row.draft, AbortSignal.timeout(30 * 60_000))) {
      hash.update(chunk);
      confirmed?.update(chunk);
    }
    return { hash, digest: digestOf(row.algorithm, confirmed ?? hash) };
  }

  #remember(session: Session): void {
    if (this.#live.size >= liveLimit) this.#live.delete(this.#live.keys().next().value ?? '');
    this.#live.set(session.row.id, session);
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function digestOf(algorithm: DigestAlgorithm, hash: Hash): string {
  return `${algorithm}:${hash.copy().digest('hex')}`;
}
