import { isIPv6 } from 'node:net';
import type { Clock } from './clock.ts';
import { LruMap } from './lru.ts';

/** Harbor: after a failed login the next one for that account waits 1.5 s. */
const pause = 1_500;
/** Entries; an attacker who pushes out older ones has waited for at least as many hashes. */
const limit = 10_000;

/**
 * Slows guessing down (G-53): one attempt at a time for an account from one network, and none for 1.5 s after a
 * failed one. Refused attempts are not hashed, do not hold their socket and do not prolong the pause. Counted per
 * network, so that nobody locks an owner out from elsewhere; counted in each process, so that the documented
 * number is 0.67 tries a second for each account, network and process.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #failed = new LruMap<string, number>(limit);
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `attempt`, which is undefined for a failed login; undefined too when it may not be tried now. */
  async run<T>(
    account: string,
    address: string,
    attempt: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const key = `${account} from ${networkOf(address)}`;
    for (;;) {
      if (this.#isPausing(key)) return undefined;
      const other = this.#running.get(key);
      if (other === undefined) break;
      await other.catch(() => undefined);
    }
    const running = attempt();
    this.#running.set(key, running);
    try {
      const result = await running;
      if (result === undefined) this.#failed.set(key, this.#clock.elapsed());
      else this.#failed.delete(key);
      return result;
    } finally {
      this.#running.delete(key);
    }
  }

  #isPausing(key: string): boolean {
    const failed = this.#failed.get(key);
    if (failed === undefined) return false;
    if (this.#clock.elapsed() - failed < pause) return true;
    this.#failed.delete(key);
    return false;
  }
}

/** An IPv4 address, or the /64 of an IPv6 one: one person has all of its addresses. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - groups.length - rest.length, 0);
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
