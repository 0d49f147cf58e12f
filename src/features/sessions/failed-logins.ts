import { type Clock, systemClock } from '#src/auth/clock.ts';
import { LruMap } from '#src/auth/lru.ts';
import { networkOf } from '#src/auth/attempts.ts';

/** Of one name from one network at most one row in this time (ms). */
const pause = 60_000;
/** Of all together in the same time. */
const mostRows = 30;
/** Names and networks remembered. */
const limit = 10_000;

/**
 * Decides which failed logins become rows of the audit log, so that whoever guesses passwords does not fill it: one
 * a minute for a name from a network, 30 a minute in all, in each process. What is left out is counted, and the
 * next row says how many that were.
 */
export class FailedLogins {
  readonly #clock: Clock;
  readonly #recorded = new LruMap<string, number>(limit);
  #since = Number.NEGATIVE_INFINITY;
  #rows = 0;
  #omitted = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** How many were left out since the last row; undefined when this one is to be left out too. */
  admit(name: string, address: string): number | undefined {
    const now = this.#clock.elapsed();
    const key = `${name} from ${networkOf(address)}`;
    if (now - this.#since >= pause) {
      this.#since = now;
      this.#rows = 0;
    }
    const last = this.#recorded.get(key);
    if (this.#rows >= mostRows || (last !== undefined && now - last < pause)) {
      this.#omitted += 1;
      return undefined;
    }
    this.#recorded.set(key, now);
    this.#rows += 1;
    const omitted = this.#omitted;
    this.#omitted = 0;
    return omitted;
  }
}
