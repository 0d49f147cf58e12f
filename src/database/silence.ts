import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import pg from 'pg';

/**
 * Ends a connection whose server has gone silent in the middle of a statement: a machine that stands still, a network
 * that swallows packets, a failover that took the old address along. No deadline of the server's ends such a wait, and
 * TCP gives up after a quarter of an hour.
 *
 * A statement may be long, so nothing is ended that the server still works on: it is asked, on a connection of its own,
 * whether it does. Whoever waited gets a fault of the database (isDatabaseFault).
 */
export function endingWhenSilent(
  Client: typeof pg.Client,
  config: pg.ClientConfig,
  milliseconds: number,
): typeof pg.Client {
  return class extends Client {
    /** Statements that have no answer yet; PostgreSQL ends each answer, a refusal too, with a message of its own. */
    #waiting = 0;
    /** When the oldest of them had its turn. */
    #since = 0;
    #look: NodeJS.Timeout | undefined;

    constructor(given?: string | pg.ClientConfig) {
      super(given);
      this.once('connect', () => {
        connectionOf(this).on('readyForQuery', () => {
          this.#waiting -= 1;
          this.#since = performance.now();
        });
      });
      this.once('end', () => clearTimeout(this.#look));
    }

    // The parent's overloads cannot be restated; arguments pass through unchanged.
    override query(...args: unknown[]): never {
      if (this.#waiting === 0) this.#since = performance.now();
      this.#waiting += 1;
      this.#look ??= this.#lookIn(milliseconds);
      return (super.query as (...args: unknown[]) => unknown)(...args) as never;
    }

    #lookIn(wait: number): NodeJS.Timeout {
      return setTimeout(() => void this.#lookNow(), wait).unref();
    }

    async #lookNow(): Promise<void> {
      if (this.#waiting === 0) {
        this.#look = undefined;
        return;
      }
      const since = this.#since;
      const silent = performance.now() - since;
      if (silent < milliseconds) {
        this.#look = this.#lookIn(milliseconds - silent);
      } else if ((await isAtWork(config, processOf(this), milliseconds)) || this.#since !== since) {
        this.#look = this.#lookIn(milliseconds);
      } else {
        connectionOf(this).stream.destroy(new Error('Connection terminated: the database has gone silent'));
      }
    }
  };
}

async function isAtWork(config: pg.ClientConfig, pid: number, milliseconds: number): Promise<boolean> {
  const limit = Math.min(milliseconds, 5_000);
  const client = new pg.Client({ ...config, connectionTimeoutMillis: limit, query_timeout: limit });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query(
      `select from pg_stat_activity where pid = $1 and datname = current_database() and state = 'active'`,
      [pid],
    );
    return rowCount === 1;
  } catch {
    return false;
  } finally {
    await endWithin(client, limit);
  }
}

/** Ends the connection; one whose other side is silent is cut after a while. */
export async function endWithin(client: pg.Client, milliseconds: number): Promise<void> {
  const cut = setTimeout(() => connectionOf(client).stream.destroy(), milliseconds);
  await client.end().catch(() => undefined);
  clearTimeout(cut);
}

/** pg has no public way to drop a connection without the other side's consent. */
const connectionOf = (client: pg.Client) =>
  (client as unknown as { connection: EventEmitter & { stream: Duplex } }).connection;

const processOf = (client: pg.Client) => (client as unknown as { processID: number }).processID;
