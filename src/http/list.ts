import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { plannedByValue } from '#src/database/prepared.ts';
import { Failure } from '#src/failures.ts';
import type { Page } from './endpoint.ts';
import { type Clauses, type Match, type Operand, parseSort, readTime, snakeCase } from './query.ts';
import { truthOf } from './words.ts';

/** A key that one list may be filtered and sorted by. Nothing else of a table can be reached (R6, S-027). */
export interface ListKey {
  readonly type: 'text' | 'integer' | 'boolean' | 'time';
  /** It holds nothing but lower case: LIKE finds a part of it in a fifth of the time that ILIKE takes. */
  readonly lower?: true;
  /** The SQL behind the key; the column of that name unless given. Never made from a request. */
  readonly sql?: RawBuilder<unknown>;
}

export interface ListKeys {
  /** By Harbor's snake_case name; the model's name (`CreationTime`) finds the same key. */
  readonly keys: Readonly<Record<string, ListKey>>;
  /** Harbor: an unknown key is ignored. Names of columns that nobody may ask about are refused instead (S-027). */
  readonly refused: readonly string[];
  /** The order when the request names none. */
  readonly order: string;
  /** A unique column that settles ties, so that a page never repeats or loses a row (G-32); with - descending. */
  readonly tie: string;
}

/** The condition that `q` stands for; `true` when it says nothing about this list. */
export function filterOf(clauses: Clauses, list: ListKeys): RawBuilder<SqlBool> {
  const conditions = [...clauses].flatMap(([name, match]) => {
    const found = keyOf(name, list);
    return found === undefined ? [] : [condition(found.key, found.sql, match)];
  });
  return conditions.length === 0
    ? sql<SqlBool>`true`
    : sql<SqlBool>`${plannedByValue}${sql.join(conditions, sql` and `)}`;
}

/** For ORDER BY. Harbor: unknown names are dropped, and the list's own order holds when nothing is left. */
export function orderOf(page: Page, list: ListKeys): RawBuilder<unknown> {
  const wanted = parseSort(page.sort).flatMap(({ key, descending }) => {
    const found = keyOf(key, list);
    return found === undefined ? [] : [descending ? sql`${found.sql} desc` : sql`${found.sql} asc`];
  });
  const usual = keyOf(list.order.replace(/^-/, ''), list);
  if (wanted.length === 0 && usual !== undefined) {
    wanted.push(list.order.startsWith('-') ? sql`${usual.sql} desc` : sql`${usual.sql} asc`);
  }
  const tie = sql.ref(list.tie.replace(/^-/, ''));
  return sql`${sql.join([...wanted, list.tie.startsWith('-') ? sql`${tie} desc` : tie])}`;
}

/** For `limit … offset …`; page size 0 is everything. */
export function sliceOf(page: Page): RawBuilder<unknown> {
  if (page.size === 0) return sql``;
  // Written out, so that PostgreSQL can plan for all values at once: of a limit that it does not know it expects a tenth
  // of all rows. A number from 1 to 100, checked before.
  const limit = sql`limit ${sql.raw(String(Math.trunc(page.size)))}`;
  if (page.number === 1) return limit;
  // A page number beyond what the database can count is a page beyond the end, not a fault.
  const offset = Math.min((page.number - 1) * page.size, Number.MAX_SAFE_INTEGER);
  return sql`${limit} offset ${offset}`;
}

/** The text is a part of the column, whatever the case of either. In 100,000 rows ILIKE takes three times as long. */
export function contains(column: RawBuilder<unknown>, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`lower(${column}) like lower(${containing(text)}::text)`;
}

/** A LIKE pattern for rows that contain the text; `_`, `%` and `\` in it stand for themselves (S-005). */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * Harbor's Link header (wire.md section 2), undefined on a single page: path and query of the request with `page`
 * and `page_size` replaced, the parameters sorted by name and unescaped as far as that leaves them readable.
 */
export function linkOf(url: string, page: Page, total: number): string | undefined {
  if (page.size === 0) return undefined;
  const links: string[] = [];
  if (page.number > 1 && (page.number - 1) * page.size < total) {
    links.push(`<${turned(url, page.number - 1, page.size)}>; rel="prev"`);
  }
  if (page.number * page.size < total) {
    links.push(`<${turned(url, page.number + 1, page.size)}>; rel="next"`);
  }
  return links.length === 0 ? undefined : links.join(' , ');
}

function turned(url: string, page: number, size: number): string {
  const at = url.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  query.set('page', String(page));
  query.set('page_size', String(size));
  query.sort();
  return `${at < 0 ? url : url.slice(0, at)}?${unescaped(query.toString())}`;
}

// Harbor unescapes everything. Blanks, quotes, angle brackets, controls and what is not ASCII stay escaped here,
// because they would break the header (G-09), and %, &, # and + because they would change the parameters.
function unescaped(query: string): string {
  return query
    .replaceAll('+', '%20')
    .replace(/%[0-9A-F]{2}/g, (escape) =>
      /[!$'()*,./:;=?@[\]^_`{|}~\\-]/.test(decodeLatin(escape)) ? decodeLatin(escape) : escape,
    );
}

function decodeLatin(escape: string): string {
  return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
}

interface Found {
  readonly key: ListKey;
  readonly sql: RawBuilder<unknown>;
}

function keyOf(name: string, list: ListKeys): Found | undefined {
  const column = snakeCase(name);
  if (list.refused.includes(column)) {
    throw new Failure('BAD_REQUEST', 'this list can be neither filtered nor sorted by that key');
  }
  const key = Object.hasOwn(list.keys, column) ? list.keys[column] : undefined;
  return key && { key, sql: key.sql ?? sql.ref(column) };
}

function condition(key: ListKey, column: RawBuilder<unknown>, match: Match): RawBuilder<SqlBool> {
  switch (match.kind) {
    case 'equal':
      return sql<SqlBool>`${column} = ${operand(key, match.value)}`;
    case 'contains':
      if (key.type !== 'text' && key.type !== 'integer') throw unfit(key);
      if (key.lower) return sql<SqlBool>`${column} like ${containing(match.value.toLowerCase())}`;
      return contains(sql`${column}::text`, match.value);
    case 'range':
      if (key.type === 'text' || key.type === 'boolean') throw unfit(key);
      return sql<SqlBool>`${sql.join(
        [
          match.min === undefined ? sql`true` : sql`${column} >= ${operand(key, match.min)}`,
          match.max === undefined ? sql`true` : sql`${column} <= ${operand(key, match.max)}`,
        ],
        sql` and `,
      )}`;
    case 'any':
      if (match.values.length === 0) return sql<SqlBool>`false`;
      return sql<SqlBool>`${column} in (${sql.join(match.values.map((value) => operand(key, value)))})`;
    case 'all':
      // Harbor: the generic filter drops it; only lists that give it a meaning read it themselves.
      return sql<SqlBool>`true`;
  }
}

/** The value with the key's type spelled out, so that the database never has to guess or to fail. */
function operand(key: ListKey, value: Operand): RawBuilder<unknown> {
  const text = value instanceof Date ? value.toISOString() : String(value);
  switch (key.type) {
    case 'text':
      return sql`${text}::text`;
    case 'integer':
      if (!/^[+-]?\d{1,15}$/.test(text)) throw unfit(key);
      return sql`${text}::bigint`;
    case 'boolean':
      return sql`${truth(key, text)}::boolean`;
    case 'time': {
      const time = value instanceof Date ? value : readTime(text);
      if (time === undefined) throw unfit(key);
      return sql`${time.toISOString()}::timestamptz`;
    }
  }
}

function truth(key: ListKey, text: string): boolean {
  const said = truthOf(text);
  if (said === undefined) throw unfit(key);
  return said;
}

const wanted = {
  text: 'compare it with =value, =~part or ={a b}',
  integer: 'it is a whole number',
  boolean: 'it is true or false',
  time: 'it is a time such as 2026-01-02T15:04:05',
} as const;

function unfit(key: ListKey): Failure {
  return new Failure('BAD_REQUEST', `invalid query string value: ${wanted[key.type]}`);
}
