/**
 * A map that stays below a total weight by dropping what was used longest ago. The weight is entries unless the
 * caller gives each entry one (bytes, for instance). An entry heavier than the whole limit is not kept.
 */
export class LruMap<K, V> {
  readonly #limit: number;
  readonly #entries = new Map<K, { value: V; weight: number }>();
  #weight = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get weight(): number {
    return this.#weight;
  }

  /** Counts as a use. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: K, value: V, weight = 1): void {
    this.delete(key);
    if (weight > this.#limit) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#limit) return;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }

  /** Drops every entry that the test names; walks all of them. */
  deleteWhere(test: (value: V, key: K) => boolean): void {
    for (const [key, entry] of this.#entries) if (test(entry.value, key)) this.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
