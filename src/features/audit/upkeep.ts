import { sql } from 'kysely';
import { Forwarder, type ForwarderOptions, type ForwarderParts } from './forward.ts';

const monthsMilliseconds = 6 * 3_600_000;
const forwardMilliseconds = 1_000;
const longestPause = 60_000;

/** What the audit log needs done while the registry runs: tables of the coming months, and being forwarded. */
export class AuditUpkeep {
  readonly #parts: ForwarderParts;
  readonly #forwarder: Forwarder;
  readonly #stop = new AbortController();
  #months: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  #failures = 0;
  #making: Promise<void> = Promise.resolve();
  #forwarding: Promise<void> = Promise.resolve();

  constructor(parts: ForwarderParts, options: ForwarderOptions = {}) {
    this.#parts = parts;
    this.#forwarder = new Forwarder(parts, options);
  }

  start(): void {
    const make = (): void => {
      this.#making = this.makeMonths();
    };
    make();
    this.#months = setInterval(make, monthsMilliseconds);
    this.#months.unref();
    this.#plan(0);
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the server is stopping'));
    clearInterval(this.#months);
    clearTimeout(this.#next);
    await Promise.all([this.#making, this.#forwarding]);
    await this.#forwarder.release().catch(() => undefined);
  }

  /** Never throws: two months are still ahead, and what finds no table goes to the default one. */
  async makeMonths(): Promise<void> {
    const { database, log } = this.#parts;
    try {
      await database.db.transaction().execute(async (tx) => {
        // Whoever reads the log now holds a lock that this needs, and whoever comes next would wait behind it.
        await sql`select set_config('lock_timeout', '1000', true)`.execute(tx);
        await sql`select make_audit_months()`.execute(tx);
      });
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        log.warn({ err: error }, 'the tables of the coming months of the audit log could not be made');
      }
    }
  }

  #plan(milliseconds: number): void {
    if (this.#stop.signal.aborted) return;
    this.#next = setTimeout(() => {
      this.#forwarding = this.#forward();
    }, milliseconds);
    this.#next.unref();
  }

  async #forward(): Promise<void> {
    const { log } = this.#parts;
    try {
      const { sent, more } = await this.#forwarder.round(this.#stop.signal);
      if (sent > 0 && this.#failures > 0) {
        log.info({ failures: this.#failures }, 'the audit log is forwarded again');
      }
      if (sent > 0) this.#failures = 0;
      this.#plan(more ? 0 : forwardMilliseconds);
    } catch (error) {
      this.#failures += 1;
      const pause = Math.min(forwardMilliseconds * 2 ** this.#failures, longestPause);
      if (!this.#stop.signal.aborted) {
        log.warn(
          { err: error, failures: this.#failures, again: pause },
          'the audit log could not be forwarded; nothing is lost, it is tried again',
        );
        await this.#forwarder.release().catch(() => undefined);
      }
      this.#plan(pause);
    }
  }
}
