import { type RawBuilder, sql } from 'kysely';

const byValue = '/* planned by value */';

/**
 * In a statement that must be planned for its values each time, because they decide whether it is cheap: what a caller
 * filters by may be everywhere or nowhere (among 90,000 images, charts: 1 ms with the right index, 500 with another).
 */
export const plannedByValue = sql.raw(`${byValue} `);

/**
 * These ids as a list that has one plan whatever its length: PostgreSQL takes a list whose length it knows for shorter
 * than one that it does not, and plans anew each time (0.6 ms for ten artifacts that take 0.1). `place` is `$1`.
 */
export const listAt = (place: string): string => `array(select unnest(${place}::bigint[]))`;

const listOf = (ids: readonly number[]) => sql`array(select unnest(${[...ids]}::bigint[]))`;

/** For the right side of an equals sign. */
export const anyOf = (ids: readonly number[]): RawBuilder<number> => sql`any (${listOf(ids)})`;

/** For FROM, a row for each. */
export const eachOf = (ids: readonly number[]): RawBuilder<unknown> => sql`unnest(${listOf(ids)})`;

/** A statement under a name of a connection's. */
export class Prepared {
  readonly name: string;
  readonly text: string;
  /** It changes and locks nothing, so that others may stand behind it on the same connection. */
  readonly #reads: boolean;
  #aloneUntil = Number.POSITIVE_INFINITY;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
    this.#reads = /^\s*(select|with)\b/i.test(text) && !changing.test(text);
  }

  /** Whether others may wait behind it: it only reads, and was quick when it ran last. */
  get shares(): boolean {
    return performance.now() >= this.#aloneUntil;
  }

  ran(milliseconds: number): void {
    if (this.#reads) this.#aloneUntil = milliseconds < slow ? 0 : performance.now() + afterSlow;
  }
}

const changing = /\b(insert|update|delete|merge|share|pg_\w+|set_config|nextval)\b/i;
const slow = 50;
const afterSlow = 10_000;

/**
 * Which statements of the query builder are worth preparing: those that come again and again. Planning a page of a list
 * takes PostgreSQL 0.2 to 1.3 ms and running it 0.1, so a prepared one is planned no more as soon as PostgreSQL finds
 * that one plan does for all values (it plans the first five for theirs, and goes on so where that pays).
 *
 * A connection keeps what was prepared on it, some 50 KB each, and whoever writes requests can make many texts: there
 * is an end to their number, and what comes later is planned each time, as everything is without this.
 */
export class PreparedNames {
  readonly #prepared = new Map<string, Prepared>();
  readonly #seen = new Map<string, number>();
  #given = 0;

  /** What to send instead of this text; undefined when it is sent as it is. */
  of(text: string): Prepared | undefined {
    const found = this.#prepared.get(text);
    if (found !== undefined) return found;
    if (text.startsWith(nameMark)) {
      const end = text.indexOf(nameEnd);
      return this.#keep(text, new Prepared(text.slice(1, end), text.slice(end + 1)));
    }
    if (this.#given >= mostNames || !preparable.test(text) || text.includes(byValue)) return undefined;
    const seen = (this.#seen.get(text) ?? 0) + 1;
    if (seen < often) {
      if (this.#seen.size >= mostSeen) this.#seen.clear();
      this.#seen.set(text, seen);
      return undefined;
    }
    this.#seen.delete(text);
    this.#given += 1;
    return this.#keep(text, new Prepared(`list-${this.#given}`, text));
  }

  /** Sent as it is from now on. For a statement whose result changed its type, which PostgreSQL refuses. */
  forget(text: string): void {
    this.#prepared.delete(text);
  }

  #keep(text: string, prepared: Prepared): Prepared {
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

/** The query builder has no place for a prepared statement's name, so it is carried in front of the text. */
export const named = (name: string, text: string): string => nameMark + name + nameEnd + text;

const nameMark = '\u0000';
const nameEnd = '\u0001';
const preparable = /^\s*(select|with|insert|update|delete)\b/i;
const often = 5;
const mostNames = 200;
const mostSeen = 2_000;
