import { createHash } from 'node:crypto';
import type { CompiledQuery, RawBuilder } from 'kysely';
import type { Db } from './pool.ts';

/**
 * What X-Total-Count says. A list reads its page first and then asks here:
 *
 *     const rows = await query.modifyEnd(sliceOf(page)).execute();
 *     const total = await ctx.counts.total(page, rows.length, same.select(sql<number>`count(*)`.as('total')));
 *
 * A page that is not full says itself where the list ends, so most lists are never counted. Otherwise the query is
 * run. Only a count that turns out large, or slow and not small, is remembered: for two seconds and in this process,
 * under its SQL and parameters, so that who may see other rows asks another question. All others are exact.
 * Counting 1,000,000 rows takes 60 ms, a page of them 1.
 *
 * `each` does the same for a number beside every row, of which a few may be large: it remembers those above 300, for
 * ten of them on a page are 3,000 rows to count.
 */
export class Counts {
  readonly #known = new Map<string, Known>();
  readonly #running = new Map<string, Running<unknown>>();
  readonly #large: number;
  readonly #small: number;
  readonly #largeBeside: number;
  readonly #elapsed: () => number;

  constructor(options: { large?: number; elapsed?: () => number } = {}) {
    this.#large = options.large ?? 10_000;
    this.#small = Math.min(500, this.#large);
    this.#largeBeside = Math.min(300, this.#large);
    this.#elapsed = options.elapsed ?? (() => performance.now());
  }

  async total(page: { number: number; size: number }, shown: number, query: Countable): Promise<number> {
    const before = page.size === 0 ? 0 : (page.number - 1) * page.size;
    const isEnd = page.size === 0 || shown < page.size;
    if (isEnd && (shown > 0 || before === 0)) return before + shown;
    // A remembered number may be older than the rows: what is on the page exists.
    return Math.max(await this.count(query), shown === 0 ? 0 : before + shown);
  }

  /** The one row of the query, or what it was a moment ago. */
  async count(query: Countable): Promise<number> {
    const { sql, parameters } = query.compile();
    const key = digestOf(sql, parameters);
    const known = this.#find(key);
    if (known) return known.total;
    return this.#ask(key, async () => (await query.executeTakeFirstOrThrow()).total);
  }

  /**
   * Numbers by id, of what is named `kind`. `count` is asked for those ids that are not remembered; an id that it
   * leaves out has 0.
   */
  async each(
    kind: string,
    ids: readonly number[],
    count: (ids: number[]) => Promise<ReadonlyMap<number, number>>,
  ): Promise<Map<number, number>> {
    const known = ids.map((id) => ({ id, total: this.#find(`${kind} ${id}`)?.total }));
    const asked = known.filter(({ total }) => total === undefined).map(({ id }) => id);
    const began = this.#elapsed();
    const found = asked.length === 0 ? undefined : await count(asked);
    for (const id of asked) this.#keep(`${kind} ${id}`, found?.get(id) ?? 0, began, this.#largeBeside);
    return new Map(known.map(({ id, total }) => [id, total ?? found?.get(id) ?? 0]));
  }

  /**
   * What takes long, once for all who ask: sixteen clients with one question at a time are answered by two runs, one
   * that is under way and one that begins after it for all who came meanwhile. Nobody gets what began before he asked.
   */
  shared<T>(key: string, run: () => Promise<T>): Promise<T> {
    // Under one key there is one kind of answer.
    const running = this.#running.get(key) as Running<T> | undefined;
    if (!running) return this.#begin(key, run);
    running.next ??= running.answer.then(nothing, nothing).then(() => this.#begin(key, run));
    return running.next;
  }

  /** The same for counts, of which one that would be remembered serves those who came later, too. */
  #ask(key: string, count: () => Promise<number>): Promise<number> {
    const running = this.#running.get(key) as Running<number> | undefined;
    if (running && this.#known.has(key)) return running.answer;
    return this.shared(key, () => this.#counted(key, count));
  }

  #begin<T>(key: string, run: () => Promise<T>): Promise<T> {
    const running: Running<T> = { answer: run() };
    const end = () => {
      if (!running.next) this.#running.delete(key);
    };
    this.#running.set(key, running);
    running.answer.then(end, end);
    return running.answer;
  }

  async #counted(key: string, count: () => Promise<number>): Promise<number> {
    const began = this.#elapsed();
    try {
      const total = await count();
      this.#keep(key, total, began, this.#large);
      return total;
    } catch (error) {
      this.#known.delete(key);
      throw error;
    }
  }

  #find(key: string): Known | undefined {
    const known = this.#known.get(key);
    return known && known.until > this.#elapsed() ? known : undefined;
  }

  #keep(key: string, total: number, began: number, large: number): void {
    this.#known.delete(key);
    const isSlow = total > this.#small && this.#elapsed() - began >= slowMilliseconds;
    if (total <= large && !isSlow) return;
    if (this.#known.size >= mostKept) this.#known.delete(this.#known.keys().next().value ?? '');
    this.#known.set(key, { total, until: began + keptMilliseconds });
  }
}

/** A query of the builder that answers with one row and one column. */
export interface Countable {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] };
  executeTakeFirstOrThrow(): Promise<{ total: number }>;
}

/** A count in SQL. */
export function countable(db: Db, query: RawBuilder<{ total: number }>): Countable {
  let compiled: CompiledQuery<{ total: number }> | undefined;
  const compile = () => (compiled ??= query.compile(db));
  return {
    compile,
    executeTakeFirstOrThrow: async () => (await db.executeQuery(compile())).rows[0] ?? { total: 0 },
  };
}

interface Known {
  readonly total: number;
  /** From when the question was asked. */
  readonly until: number;
}

interface Running<T> {
  readonly answer: Promise<T>;
  next?: Promise<T>;
}

const nothing = () => undefined;

const keptMilliseconds = 2_000;
const slowMilliseconds = 20;
const mostKept = 1_000;

// Parameters may be a thousand ids; a key stays short.
function digestOf(sql: string, parameters: readonly unknown[]): string {
  return createHash('sha256').update(sql).update('\0').update(JSON.stringify(parameters)).digest('base64');
}
