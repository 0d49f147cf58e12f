/**
 * Gathers look-ups that arrive in the same turn of the event loop and answers them with one statement: a query
 * costs about 50 µs of CPU whether it looks up one key or forty.
 */
export class Batch<Key, Row> {
  readonly #ask: (keys: Key[]) => Promise<Row[]>;
  #waiting: { key: Key; resolve: (row: Row) => void; reject: (error: unknown) => void }[] = [];

  /** `ask` answers keys in their order, one row a key. */
  constructor(ask: (keys: Key[]) => Promise<Row[]>) {
    this.#ask = ask;
  }

  find(key: Key): Promise<Row> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = [];
    try {
      const rows = await this.#ask(asked.map(({ key }) => key));
      asked.forEach(({ resolve, reject }, index) => {
        const row = rows[index];
        if (row === undefined) reject(new Error('a batched look-up returned too few rows'));
        else resolve(row);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
