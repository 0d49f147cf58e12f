import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import pg from 'pg';

/**
 * Ends a connection whose server has gone silent in the middle of a statement: a machine that stands still, a network
 * that swallows packets, a failover that took the old address along. No deadline of the server's ends such a wait, and
 * TCP gives up after a quarter of an hour.
 *
 * A statement may be long, so nothing is ended that the server still works on: it is asked, on a connection of its own,
 * whether it does. Whoever waited gets a fault of the database (isDatabaseFault), and idle connections that have not been
 * heard of lately go along, so that nobody else has to find out the same.
 */
export function endingWhenSilent(
  Client: typeof pg.Client,
  config: pg.ClientConfig,
  milliseconds: number,
): typeof pg.Client {
  const watched: Watched = { config, milliseconds, open: new Set() };
  return class extends Client {
    readonly #watch = new Watch(this, watched);

    // The parent's overloads cannot be restated; arguments pass through unchanged.
    override query(...args: unknown[]): never {
      this.#watch.asked();
      return (super.query as (...args: unknown[]) => unknown)(...args) as never;
    }
  };
}

/** What the connections of a database have in common. */
interface Watched {
  readonly config: pg.ClientConfig;
  readonly milliseconds: number;
  readonly open: Set<Watch>;
}

class Watch {
  readonly #client: pg.Client;
  readonly #watched: Watched;
  /** Statements that have no answer yet; PostgreSQL ends each answer, a refusal too, with a message of its own. */
  #waiting = 0;
  /** When the oldest of them had its turn; without one, when the last answer came. */
  #since = 0;
  #look: NodeJS.Timeout | undefined;

  constructor(client: pg.Client, watched: Watched) {
    this.#client = client;
    this.#watched = watched;
    client.once('connect', () => {
      this.#since = performance.now();
      watched.open.add(this);
      connectionOf(client).on('readyForQuery', () => {
        this.#waiting -= 1;
        this.#since = performance.now();
      });
    });
    client.once('end', () => {
      clearTimeout(this.#look);
      watched.open.delete(this);
    });
  }

  asked(): void {
    if (this.#waiting === 0) this.#since = performance.now();
    this.#waiting += 1;
    this.#look ??= this.#lookIn(this.#watched.milliseconds);
  }

  #lookIn(wait: number): NodeJS.Timeout {
    return setTimeout(() => void this.#lookNow(), wait).unref();
  }

  async #lookNow(): Promise<void> {
    if (this.#waiting === 0) {
      this.#look = undefined;
      return;
    }
    const { config, milliseconds, open } = this.#watched;
    const since = this.#since;
    const silent = performance.now() - since;
    if (silent < milliseconds) {
      this.#look = this.#lookIn(milliseconds - silent);
    } else if ((await isAtWork(config, processOf(this.#client), milliseconds)) || this.#since !== since) {
      this.#look = this.#lookIn(milliseconds);
    } else {
      const lately = performance.now() - milliseconds / 2;
      for (const other of open) if (other.#waiting === 0 && other.#since < lately) other.#end();
      this.#end();
    }
  }

  #end(): void {
    const error = new Error('Connection terminated: the database has gone silent');
    connectionOf(this.#client).stream.destroy(error);
  }
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
