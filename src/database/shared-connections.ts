import type pg from 'pg';
import type { Prepared } from './prepared.ts';

interface Connection {
  readonly client: pg.Client;
  readonly idle: NodeJS.Timeout;
  waiting: number;
  /** When the last answer came: the statement behind it began then, not when it was sent. */
  answered: number;
}

/**
 * Connections on which many requests read at once: each sends its statement without waiting for the answers of those
 * before it, and what is sent in one turn of the event loop is one write. Waking PostgreSQL and being woken costs 20 to
 * 50 us a statement, as much as most look-ups; here sixteen requests share one waking (a third of PostgreSQL's CPU for
 * a page of artifacts).
 *
 * Nobody waits here for long: who may come (`Prepared.shares`) takes milliseconds, and when `mostWaiting` stand on
 * every connection the next one goes elsewhere.
 */
export class SharedConnections {
  readonly #open: () => pg.Client;
  readonly #most: number;
  readonly #connections: Connection[] = [];
  #opening: Promise<void> | undefined;
  #ended = false;

  /** `open` makes a client with `pipeline` set, not yet connected. */
  constructor(open: () => pg.Client, most: number) {
    this.#open = open;
    this.#most = most;
  }

  /** Undefined when no connection is free or there yet: ask another one. */
  query(prepared: Prepared, values: readonly unknown[]): Promise<pg.QueryResult> | undefined {
    const connection = this.#leastBusy();
    if (connection === undefined || connection.waiting > 0) this.#openAnother();
    if (connection === undefined || connection.waiting >= mostWaiting) return undefined;
    return send(connection, prepared, values);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#opening;
    await Promise.all(this.#connections.splice(0).map(close));
  }

  #leastBusy(): Connection | undefined {
    let least: Connection | undefined;
    for (const connection of this.#connections) {
      if (least === undefined || connection.waiting < least.waiting) least = connection;
    }
    return least;
  }

  /** One at a time and without being waited for. Why it failed, whoever goes elsewhere meanwhile hears. */
  #openAnother(): void {
    if (this.#ended || this.#opening !== undefined || this.#connections.length >= this.#most) return;
    this.#opening = this.#connect()
      .catch(() => undefined)
      .finally(() => {
        this.#opening = undefined;
      });
  }

  async #connect(): Promise<void> {
    const client = this.#open();
    const connection: Connection = {
      client,
      idle: setTimeout(() => this.#leave(connection), idleMilliseconds).unref(),
      waiting: 0,
      answered: 0,
    };
    // Whoever waits for an answer hears of a broken connection himself.
    client.on('error', () => this.#forget(connection));
    client.on('end', () => this.#forget(connection));
    try {
      await client.connect();
    } catch (error) {
      clearTimeout(connection.idle);
      throw error;
    }
    if (this.#ended) await close(connection);
    else this.#connections.push(connection);
  }

  #leave(connection: Connection): void {
    if (connection.waiting > 0) {
      connection.idle.refresh();
      return;
    }
    this.#forget(connection);
    void close(connection);
  }

  #forget(connection: Connection): void {
    clearTimeout(connection.idle);
    const at = this.#connections.indexOf(connection);
    if (at >= 0) this.#connections.splice(at, 1);
  }
}

async function send(connection: Connection, prepared: Prepared, values: readonly unknown[]) {
  const { client } = connection;
  if (connection.waiting === 0) connection.answered = performance.now();
  connection.waiting += 1;
  connection.idle.refresh();
  holdUntilTurnEnds(client);
  try {
    return await client.query({ name: prepared.name, text: prepared.text, values: [...values] });
  } finally {
    const now = performance.now();
    prepared.ran(now - connection.answered);
    connection.answered = now;
    connection.waiting -= 1;
  }
}

/** The client corks its stream for a statement already; this does it for all of one turn. */
function holdUntilTurnEnds(client: pg.Client): void {
  const { stream } = (client as unknown as { connection: { stream: import('node:stream').Writable } })
    .connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

async function close({ client, idle }: Connection): Promise<void> {
  clearTimeout(idle);
  await client.end();
}

const mostWaiting = 8;
const idleMilliseconds = 30_000;
