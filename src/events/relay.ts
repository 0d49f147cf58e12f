import { sql } from 'kysely';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { isDatabaseFault } from '#src/database/pool.ts';
import type { EventData, EventType } from './emit.ts';

/** An event on its way to those who listen. */
export interface HeardEvent {
  readonly id: number;
  /** Names the event for ever, for those who may hear of it twice. */
  readonly uuid: string;
  readonly listener: string;
  readonly listener_ids: readonly number[];
  readonly project_id: number;
  readonly event_type: EventType;
  readonly occurred_at: Date;
  readonly operator: string;
  readonly request_id: string;
  readonly data: EventData;
  readonly failures: number;
}

/** What a feature does about events. It only writes: the rows go with the same transaction, so nothing is done twice. */
export type Listener = (ctx: TxContext, events: readonly HeardEvent[]) => Promise<void>;

export interface RelayOptions {
  readonly ctx: Context;
  readonly listeners: Readonly<Record<string, Listener>>;
  /** Milliseconds between looks. */
  readonly idle?: number;
  readonly batch?: number;
}

/**
 * Takes events out of the outbox and hands them to whoever listens. It looks twice a second instead of being told:
 * NOTIFY lets only one transaction commit at a time, and every push would be one of them.
 */
export class EventRelay {
  readonly #options: RelayOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, this.#options.idle ?? 500);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      await this.drain();
    } catch (error) {
      const { log } = this.#options.ctx;
      if (isDatabaseFault(error)) log.warn({ reason: (error as Error).message }, 'events wait');
      else log.error({ err: error }, 'events could not be handed on; they are tried again');
    }
    if (!this.#closed) this.start();
  }

  /** Hands on everything that is due now. */
  async drain(): Promise<void> {
    const most = this.#options.batch ?? 200;
    let size = most;
    while (!this.#closed) {
      try {
        const taken = await this.#take(size);
        if (taken < size && size === most) return;
        size = taken === 0 ? most : size;
      } catch (error) {
        // One that cannot be handed on must not hold up the others: they are tried one by one, and it is put off.
        if (size === 1) await this.#putOff(error);
        else if (isDatabaseFault(error)) throw error;
        size = 1;
      }
    }
  }

  #take(limit: number): Promise<number> {
    return inTransaction(this.#options.ctx, async (ctx) => {
      const { rows } = await sql<HeardEvent>`
        select id, uuid, listener, listener_ids, project_id, event_type, occurred_at, operator, request_id, data, failures
          from event where due_at <= now() order by id limit ${limit} for update skip locked`.execute(ctx.db);
      if (rows.length === 0) return 0;
      for (const [name, listener] of Object.entries(this.#options.listeners)) {
        const heard = rows.filter((row) => row.listener === name);
        if (heard.length > 0) await listener(ctx, heard);
      }
      const ids = rows.map(({ id }) => id);
      await sql`delete from event where id = any(${ids}::bigint[])`.execute(ctx.db);
      return rows.length;
    });
  }

  async #putOff(reason: unknown): Promise<void> {
    if (isDatabaseFault(reason)) throw reason;
    const { rows } = await sql<{ id: number; failures: number }>`
      update event set failures = failures + 1, due_at = now() + make_interval(secs => least(2 ^ failures, 600))
       where id = (select id from event where due_at <= now() order by id limit 1 for update skip locked)
       returning id, failures`.execute(this.#options.ctx.db);
    this.#options.ctx.log.error(
      { err: reason, event: rows[0] },
      'an event could not be handed on; it is put off',
    );
  }
}
