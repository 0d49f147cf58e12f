import type { Database } from '#src/database/pool.ts';
import { removeOldHistory } from '#src/features/tag-history/index.ts';
import type { Logger } from '#src/log.ts';
import { type CollectionParts, collect } from './collect.ts';
import { removeOldEntries } from './ledger.ts';

export interface LoopOptions {
  readonly everySeconds: number;
  readonly historyDays: number;
  readonly ledgerDays: number;
}

/** Collection that is always on: a pass now and then, in every process; they share the work without meeting. */
export class CollectionLoop {
  readonly #database: Database;
  readonly #parts: CollectionParts;
  readonly #log: Logger;
  readonly #everyMilliseconds: number;
  readonly #historyDays: number;
  readonly #ledgerDays: number;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    database: Database,
    parts: CollectionParts,
    log: Logger,
    { everySeconds, historyDays, ledgerDays }: LoopOptions,
  ) {
    this.#database = database;
    this.#parts = parts;
    this.#log = log;
    this.#everyMilliseconds = everySeconds * 1000;
    this.#historyDays = historyDays;
    this.#ledgerDays = ledgerDays;
  }

  start(): void {
    // Processes that start together do not collect together.
    const wait = this.#everyMilliseconds * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => {
      this.#running = this.#pass().finally(() => {
        if (!this.#stop.signal.aborted) this.start();
      });
    }, wait);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stop.abort(new Error('the server is stopping'));
    await this.#running;
  }

  /** Never throws: what could not be collected is met again in the next pass. */
  async #pass(): Promise<void> {
    try {
      const { signal } = this.#stop;
      await removeOldHistory(this.#database, this.#historyDays, signal);
      await removeOldEntries(this.#database, this.#ledgerDays, signal);
      const gone = await collect(this.#database, this.#parts, {
        windowSeconds: 0,
        executionId: null,
        signal,
      });
      if (gone.blobs > 0 || gone.links > 0 || gone.objects > 0) this.#log.info(gone, 'collected garbage');
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#log.warn({ err: error }, 'garbage could not be collected');
    }
  }
}
