import { type Database, statement } from '#src/database/pool.ts';
import type { Logger } from '#src/log.ts';
import type { BlobDriver, Draft, StoredDraft } from '#src/storage/driver.ts';

const expired = statement<{ draft: Draft }>(
  'expired-uploads',
  `with gone as (
     delete from upload where id in (
       select id from upload where expires_at < now() order by expires_at limit 100 for update skip locked)
     returning draft, repository_id, size
   ), noted as (
     insert into collection_ledger (kind, repository, size, reason)
       select 'upload', r.name, g.size, 'abandoned: nothing was added to it within ' || $1::text || ' hours'
         from gone g left join repository r using (repository_id)
   ) select draft from gone`,
);

const noteDrafts = statement<never>(
  'note-removed-drafts',
  `insert into collection_ledger (kind, reason)
     select 'upload', 'no upload named the draft ' || key from unnest($1::text[]) as key`,
);

const known = statement<{ key: string }>(
  'known-drafts',
  `select k.key from upload u, lateral (values (u.draft->>'key'), (u.draft#>>'{multipart,tail,key}')) as k(key)
    where k.key = any($1::text[])`,
);

const everyMilliseconds = 10 * 60_000;
const dayMilliseconds = 24 * 3_600_000;
const batchSize = 100;

/**
 * Removes what abandoned uploads leave: rows past their time with their drafts, and drafts that no row names (a
 * crash between bytes and row, a takeover) once they are a day older than any upload may become.
 */
export class UploadExpiry {
  readonly #database: Database;
  readonly #storage: BlobDriver;
  readonly #log: Logger;
  readonly #hours: number;
  readonly #orphanMilliseconds: number;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(database: Database, storage: BlobDriver, log: Logger, expiryHours: number) {
    this.#database = database;
    this.#storage = storage;
    this.#log = log;
    this.#hours = expiryHours;
    this.#orphanMilliseconds = expiryHours * 3_600_000 + dayMilliseconds;
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), everyMilliseconds);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort(new Error('the server is stopping'));
    await this.#running;
  }

  /** One pass. Never throws: what could not be removed is met again in the next one. */
  sweep(): Promise<void> {
    this.#running = this.#running
      .then(() => this.#removeExpired())
      .then(() => this.#removeOrphans())
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted)
          this.#log.warn({ err: error }, 'abandoned uploads could not be removed');
      });
    return this.#running;
  }

  async #removeExpired(): Promise<void> {
    for (;;) {
      const rows = await this.#database.query(expired, [String(this.#hours)]);
      await this.#discard(rows.map(({ draft }) => draft));
      if (rows.length > 0) this.#log.info({ uploads: rows.length }, 'removed expired uploads');
      if (rows.length < batchSize) return;
    }
  }

  async #removeOrphans(): Promise<void> {
    let old: StoredDraft[] = [];
    for await (const stored of this.#storage.listDrafts(this.#stop.signal)) {
      if (Date.now() - stored.modifiedAt < this.#orphanMilliseconds) continue;
      old.push(stored);
      if (old.length < batchSize) continue;
      await this.#removeUnknown(old);
      old = [];
    }
    await this.#removeUnknown(old);
  }

  async #removeUnknown(drafts: readonly StoredDraft[]): Promise<void> {
    if (drafts.length === 0) return;
    const rows = await this.#database.query(known, [drafts.map(({ draft }) => draft.key)]);
    const named = new Set(rows.map(({ key }) => key));
    const unnamed = drafts.map(({ draft }) => draft).filter(({ key }) => !named.has(key));
    const gone = await this.#discard(unnamed);
    if (gone.length > 0) await this.#database.query(noteDrafts, [gone.map(({ key }) => key)]);
  }

  /** Returns those that are gone. One that stays must not keep the others: it is met again as one without a row. */
  async #discard(drafts: readonly Draft[]): Promise<Draft[]> {
    const gone: Draft[] = [];
    for (const draft of drafts) {
      this.#stop.signal.throwIfAborted();
      try {
        const deadline = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(60_000)]);
        await this.#storage.discard(draft, deadline);
        gone.push(draft);
      } catch (error) {
        this.#log.warn({ err: error, draft: draft.key }, 'a draft could not be removed');
      }
    }
    return gone;
  }
}
