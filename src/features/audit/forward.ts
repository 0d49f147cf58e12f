import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Endpoint, parseEndpoint } from '#src/config/live-rules.ts';
import type { LiveSettings } from '#src/config/live.ts';
import type { Database } from '#src/database/pool.ts';
import type { Logger } from '#src/log.ts';
import { openDelivery } from './delivery.ts';
import * as store from './forward.store.ts';

import { syslogMessage } from './syslog.ts';

export interface ForwarderParts {
  readonly database: Database;
  readonly live: Pick<LiveSettings, 'get'>;
  readonly log: Logger;
}

export interface ForwarderOptions {
  readonly trust?: readonly string[];
  readonly batch?: number;
  readonly silenceMilliseconds?: number;
}

const batchRows = 500;
/** One connection carries at most so many batches, so that a long backlog is noted as arrived piece by piece. */
const batchesOfRound = 20;
const roundMilliseconds = 60_000;
/** Longer than a round: two workers never send the same rows, unless one of them stood still. */
const leaseSeconds = 90;

/**
 * Sends the log to the receiver that administrators named. It reads behind those who write, who never wait for it:
 * what could not be sent is still there the next time, and is sent once more rather than not at all.
 */
export class Forwarder {
  readonly #parts: ForwarderParts;
  readonly #options: ForwarderOptions;
  readonly #worker = randomUUID();
  #on: boolean | undefined;

  constructor(parts: ForwarderParts, options: ForwarderOptions = {}) {
    this.#parts = parts;
    this.#options = options;
  }

  /** One round. `more` says that there was more than fits into one; throws when the receiver did not take it. */
  async round(stop: AbortSignal): Promise<{ sent: number; more: boolean }> {
    const { live, database } = this.#parts;
    const endpoint = live.get('audit_log_forward_endpoint');
    if (endpoint.trim() === '') {
      if (this.#on !== false) await store.forgetPlace(database.db);
      this.#on = false;
      return { sent: 0, more: false };
    }
    this.#on = true;
    const receiver = parseEndpoint(endpoint.trim());
    if (receiver === undefined) throw new Error('audit_log_forward_endpoint is not host:port');
    const claimed = await store.claim(database.db, this.#worker, leaseSeconds);
    if (claimed === undefined) return { sent: 0, more: false };
    if (claimed.moved) {
      await store.beginAnew(database.db);
      return { sent: 0, more: true };
    }
    return this.#forward(receiver, claimed, AbortSignal.any([stop, AbortSignal.timeout(roundMilliseconds)]));
  }

  /** Lets another worker go on at once. */
  async release(): Promise<void> {
    if (this.#on === true) await store.release(this.#parts.database.db, this.#worker);
  }

  async #forward(receiver: Endpoint, from: store.Claimed, signal: AbortSignal) {
    const { db } = this.#parts.database;
    const { batch: size = batchRows, ...options } = this.#options;
    let batch = await store.readBatch(db, from, from.since, size);
    if (batch.rows.length === 0) return { sent: 0, more: false };
    const delivery = await openDelivery(receiver, { ...options, signal });
    let sent = 0;
    let opTime = new Date(0);
    try {
      for (let i = 1; ; i++) {
        await delivery.send(batch.rows.map((row) => syslogMessage(row, hostname())));
        sent += batch.rows.length;
        opTime = batch.rows.at(-1)?.op_time ?? opTime;
        if (batch.rows.length < size || i >= batchesOfRound) break;
        const next = await store.readBatch(db, batch.next, from.since, size);
        if (next.rows.length === 0) break;
        batch = next;
      }
      await delivery.finish();
    } finally {
      delivery.close();
    }
    const keep = !this.#parts.live.get('skip_audit_log_database');
    const { since } = from;
    await store.advance(db, this.#worker, { from, to: batch.next, opTime, since, keep });
    return { sent, more: batch.rows.length === size };
  }
}
