import { type RawBuilder, sql } from 'kysely';

const byValue = '/* planned by value */';

/**
 * In a statement that must be planned for its values each time, because they decide whether it is cheap: what a caller
 * filters by may be everywhere or nowhere (among 90,000 images, charts: 1 ms with the right index, 500 with another).
 */
export const plannedByValue = sql.raw(`${byValue} `);

/**
 * These ids as a list that has one plan whatever its length: PostgreSQL takes a list whose length it knows for shorter
 * than one that it does not, and plans anew each time (0.6 ms for ten artifacts that take 0.1).
 */
const listOf = (ids: readonly number[]) => sql`array(select unnest(${[...ids]}::bigint[]))`;

/** For the right side of an equals sign. */
export const anyOf = (ids: readonly number[]): RawBuilder<unknown> => sql`any (${listOf(ids)})`;

/** For FROM, a row for each. */
export const eachOf = (ids: readonly number[]): RawBuilder<unknown> => sql`unnest(${listOf(ids)})`;

/**
 * Which statements of the query builder are worth preparing: those that come again and again. Planning a page of a list
 * takes PostgreSQL 0.2 to 1.3 ms and running it 0.1, so a prepared one is planned no more as soon as PostgreSQL finds
 * that one plan does for all values (it plans the first five for theirs, and goes on so where that pays).
 *
 * A connection keeps what was prepared on it, some 50 KB each, and whoever writes requests can make many texts: there
 * is an end to their number, and what comes later is planned each time, as everything is without this.
 */
export class PreparedNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Map<string, number>();
  #given = 0;

  /** The name to prepare it under; undefined when it is sent as it is. */
  nameOf(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined) return name;
    if (this.#given >= mostNames || !preparable.test(text) || text.includes(byValue)) return undefined;
    const seen = (this.#seen.get(text) ?? 0) + 1;
    if (seen < often) {
      if (this.#seen.size >= mostSeen) this.#seen.clear();
      this.#seen.set(text, seen);
      return undefined;
    }
    this.#seen.delete(text);
    this.#given += 1;
    this.#names.set(text, `list-${this.#given}`);
    return this.#names.get(text);
  }

  /** Sent as it is from now on. For a statement whose result changed its type, which PostgreSQL refuses. */
  forget(text: string): void {
    this.#names.delete(text);
  }
}

const preparable = /^\s*(select|with|insert|update|delete)\b/i;
const often = 5;
const mostNames = 200;
const mostSeen = 2_000;
