import { setTimeout as delay } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#src/database/embedded.ts';
import type { Logger } from '#src/log.ts';

/** After this many crashes within a minute something is broken that a restart does not mend. */
const mostCrashes = 5;
const crashWindowMilliseconds = 60_000;
/** Backends of a killed PostgreSQL may need some seconds to notice; a start before that is refused. */
const pauses = [100, 500, 2_000, 5_000, 10_000];

/** Runs the embedded PostgreSQL and starts it again when it ends by itself. */
export class PostgresKeeper {
  readonly #data: string;
  readonly #log: Logger;
  readonly #failed = Promise.withResolvers<never>();
  #current: EmbeddedPostgres;
  #crashes: number[] = [];
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;

  private constructor(data: string, log: Logger, first: EmbeddedPostgres) {
    this.#data = data;
    this.#log = log;
    this.#current = first;
    this.#failed.promise.catch(() => undefined);
    this.#watching = this.#watch();
  }

  static async start(data: string, log: Logger, signal: AbortSignal): Promise<PostgresKeeper> {
    return new PostgresKeeper(data, log, await startEmbeddedPostgres({ data, log, signal }));
  }

  get url(): string {
    return this.#current.url;
  }

  /** Rejects when it has given up. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  async #watch(): Promise<void> {
    for (;;) {
      const how = await this.#current.exited;
      if (this.#stopping.signal.aborted) return;
      this.#log.error(`PostgreSQL ended by itself (${how}); requests get 503 until it is back`);
      try {
        await this.#restart();
      } catch (error) {
        this.#failed.reject(error);
        return;
      }
    }
  }

  async #restart(): Promise<void> {
    const { url } = this.#current;
    let lastError: unknown;
    while (!this.#stopping.signal.aborted) {
      this.#crashes = this.#crashes.filter((at) => performance.now() - at < crashWindowMilliseconds);
      const pause = pauses[this.#crashes.length];
      if (pause === undefined) {
        throw new Error(
          `PostgreSQL ended more than ${mostCrashes} times within a minute; its last lines are above`,
          {
            cause: lastError,
          },
        );
      }
      this.#crashes.push(performance.now());
      await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      try {
        this.#current = await startEmbeddedPostgres({
          data: this.#data,
          log: this.#log,
          signal: this.#stopping.signal,
        });
        if (this.#current.url !== url)
          throw new Error('the socket folder of PostgreSQL is taken by somebody else');
        this.#log.warn('PostgreSQL is back');
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        lastError = error;
        this.#log.error(error, 'PostgreSQL could not be started again');
      }
    }
  }

  /** Ends PostgreSQL; also one that is just being started again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current.stop();
    await this.#watching;
    await this.#current.stop();
  }
}
