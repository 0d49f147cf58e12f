import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type Database, statement } from './pool.ts';
import { endWithin } from './silence.ts';

export interface ListenHandlers {
  /** A payload that some process sent to the channel, this one included. */
  heard(payload: string): void;
  /** From now on nothing that is sent is missed. */
  up(): void;
  /** From now on something may be missed. Called at most once per `up`, and for a first connection that fails. */
  down(reason: unknown): void;
}

export interface Listening {
  close(): Promise<void>;
}

export interface ListenTimes {
  /** How often a message of our own must come back (ms). */
  readonly ping: number;
  /** How long it may take (ms). */
  readonly answer: number;
  /** Longest pause before another connection is tried (ms); the first is a hundredth of it. */
  readonly retry: number;
}

const usual: ListenTimes = { ping: 15_000, answer: 5_000, retry: 5_000 };

const notify = statement<never>('listen_ping', 'select pg_notify($1, $2)');

/**
 * Listens to a channel on a connection of its own and keeps it alive. The connection counts as up only once a
 * message sent through the pool came back on it, and counts as down when a later one does not: that also finds a
 * half-open connection, and a pooler between us and PostgreSQL that swallows notifications.
 */
export function listen(
  database: Database,
  channel: string,
  handlers: ListenHandlers,
  times: ListenTimes = usual,
): Listening {
  const line = new Line(database, channel, handlers, times);
  const running = line.run();
  return {
    close: async () => {
      line.stop();
      await running;
    },
  };
}

class Line {
  readonly #database: Database;
  readonly #channel: string;
  readonly #handlers: ListenHandlers;
  readonly #times: ListenTimes;
  readonly #stopped = new AbortController();
  #told: 'nothing' | 'up' | 'down' = 'nothing';

  constructor(database: Database, channel: string, handlers: ListenHandlers, times: ListenTimes) {
    this.#database = database;
    this.#channel = channel;
    this.#handlers = handlers;
    this.#times = times;
  }

  stop(): void {
    this.#stopped.abort(new Error('listening was ended'));
  }

  async run(): Promise<void> {
    let wait = this.#times.retry / 100;
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#connection(() => {
          wait = this.#times.retry / 100;
        });
      } catch (reason) {
        this.#tellDown(reason);
      }
      await pause(wait * (0.5 + Math.random()), this.#stopped.signal);
      wait = Math.min(wait * 2, this.#times.retry);
    }
  }

  #tellDown(reason: unknown): void {
    if (this.#told === 'down') return;
    this.#told = 'down';
    this.#handlers.down(reason);
  }

  /** One connection from its beginning to its end, which is always a throw unless listening was ended. */
  async #connection(up: () => void): Promise<void> {
    const broken = new AbortController();
    const end = AbortSignal.any([broken.signal, this.#stopped.signal]);
    const pings = new Map<string, () => void>();
    const client = new pg.Client({
      connectionString: this.#database.url,
      application_name: 'moorage listener',
      connectionTimeoutMillis: this.#times.answer,
      query_timeout: this.#times.answer,
      keepAlive: true,
    });
    client.on('error', (reason) => broken.abort(reason));
    client.on('end', () => broken.abort(new Error('the listening connection was closed')));
    client.on('notification', ({ payload = '' }) => {
      if (payload.startsWith(pingMark)) pings.get(payload)?.();
      else this.#handlers.heard(payload);
    });
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(this.#channel)}`);
      await this.#ping(pings, end);
      up();
      this.#told = 'up';
      this.#handlers.up();
      for (;;) {
        await pause(this.#times.ping, end);
        if (this.#stopped.signal.aborted) return;
        end.throwIfAborted();
        await this.#ping(pings, end);
      }
    } catch (reason) {
      if (!this.#stopped.signal.aborted) throw reason;
    } finally {
      await endWithin(client, this.#times.answer);
    }
  }

  async #ping(pings: Map<string, () => void>, end: AbortSignal): Promise<void> {
    const name = pingMark + randomUUID();
    const late = AbortSignal.timeout(this.#times.answer);
    const given = AbortSignal.any([end, late]);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (): void => {
      reject(late.aborted ? new Error('no notification came through in time') : (end.reason as Error));
    };
    pings.set(name, resolve);
    given.addEventListener('abort', fail);
    try {
      given.throwIfAborted();
      this.#database.query(notify, [this.#channel, name]).catch(reject);
      await promise;
    } finally {
      given.removeEventListener('abort', fail);
      pings.delete(name);
    }
  }
}

const pingMark = 'ping:';

/** Waits, or returns early when the signal says so. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
