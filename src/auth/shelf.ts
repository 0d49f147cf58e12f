import type { Clock } from './clock.ts';
import { LruMap } from './lru.ts';

export interface ShelfOptions<K, V> {
  /** Weight of all entries at most; that there is no such thing weighs 1. */
  readonly limit: number;
  /** Of what was found; 1 unless given. */
  readonly weigh?: (value: V) => number;
  /** How long what was found is believed (ms). */
  readonly keep: number;
  /** How long it is believed that there is no such thing (ms). */
  readonly keepAbsent: number;
  readonly clock: Clock;
  /** Asks the database; undefined when there is no such thing. */
  readonly load: (key: K) => Promise<V | undefined>;
}

/**
 * Things of one kind as last read from the database. While it is not trusted (nobody tells us of changes) every
 * `get` asks the database and nothing is kept.
 */
export class Shelf<K, V> {
  readonly #options: ShelfOptions<K, V>;
  readonly #kept: LruMap<K, { value: V | undefined; until: number }>;
  readonly #loading = new Map<K, Promise<V | undefined>>();
  #trusted = false;

  constructor(options: ShelfOptions<K, V>) {
    this.#options = options;
    this.#kept = new LruMap(options.limit);
  }

  /** What is known without asking: the thing, undefined for none, or 'unknown'. */
  peek(key: K): V | undefined | 'unknown' {
    const entry = this.#kept.get(key);
    if (entry === undefined) return 'unknown';
    if (entry.until > this.#options.clock.elapsed()) return entry.value;
    this.#kept.delete(key);
    return 'unknown';
  }

  async get(key: K): Promise<V | undefined> {
    const known = this.peek(key);
    if (known !== 'unknown') return known;
    if (!this.#trusted) return this.#options.load(key);
    const under = this.#loading.get(key) ?? this.#load(key);
    return under;
  }

  forget(key: K): void {
    this.#kept.delete(key);
    // A load that began before the change may bring the old state: who waits for it came before the change too,
    // who comes now starts another, and its result is not kept.
    this.#loading.delete(key);
  }

  forgetAll(): void {
    this.#kept.clear();
    this.#loading.clear();
  }

  trust(trusted: boolean): void {
    this.#trusted = trusted;
    this.forgetAll();
  }

  async #load(key: K): Promise<V | undefined> {
    const loading = this.#options.load(key);
    this.#loading.set(key, loading);
    try {
      const value = await loading;
      if (this.#loading.get(key) === loading) {
        this.#keep(key, value);
      }
      return value;
    } finally {
      if (this.#loading.get(key) === loading) this.#loading.delete(key);
    }
  }

  #keep(key: K, value: V | undefined): void {
    const { keep, keepAbsent, clock, weigh } = this.#options;
    const found = value !== undefined;
    const until = clock.elapsed() + (found ? keep : keepAbsent);
    this.#kept.set(key, { value, until }, found && weigh !== undefined ? weigh(value) : 1);
  }
}
