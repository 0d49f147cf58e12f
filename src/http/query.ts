import { Failure } from '#src/failures.ts';

/** What a list key is compared with: text, a whole number, or a time. */
export type Operand = string | number | Date;

/** One clause of `q`, its value read but not yet judged against the type of the key. */
export type Match =
  | { readonly kind: 'equal'; readonly value: string }
  | { readonly kind: 'contains'; readonly value: string }
  | { readonly kind: 'range'; readonly min: Operand | undefined; readonly max: Operand | undefined }
  | { readonly kind: 'any'; readonly values: readonly Operand[] }
  | { readonly kind: 'all'; readonly values: readonly Operand[] };

/** The clauses of one `q` by key. A key given twice counts once, with its last value (Harbor). */
export type Clauses = ReadonlyMap<string, Match>;

export interface Order {
  readonly key: string;
  readonly descending: boolean;
}

/** G-64: more clauses than any client sends would only cost the database. */
const mostClauses = 20;

/**
 * Reads Harbor's `q` (wire.md section 2): clauses `key=value` separated by commas, where the value is plain text,
 * `~text`, `[min~max]`, `{a b}` or `(a b)`. Harbor: the parameter is decoded a second time after the usual
 * decoding, and a leading backslash makes the rest literal. Anything else is BAD_REQUEST.
 */
export function parseQuery(q: string | undefined): Clauses {
  const clauses = new Map<string, Match>();
  if (q === undefined || q === '') return clauses;
  const parts = decodedAgain(q).split(',');
  if (parts.length > mostClauses) {
    throw new Failure('BAD_REQUEST', `the query has ${parts.length} clauses, ${mostClauses} are allowed`);
  }
  for (const part of parts) {
    const at = part.indexOf('=');
    if (at < 1 || at === part.length - 1) {
      throw new Failure('BAD_REQUEST', 'every clause of the query is key=value, and neither may be empty');
    }
    const key = part.slice(0, at);
    if (!isKey(key)) throw new Failure('BAD_REQUEST', 'a key of the query has characters other than letters');
    clauses.set(key, parseMatch(part.slice(at + 1)));
  }
  return clauses;
}

/** `a,-b`: ascending by a, then descending by b. */
export function parseSort(sort: string | undefined): Order[] {
  if (sort === undefined || sort === '') return [];
  return sort
    .split(',')
    .map((part) => ({ key: part.replace(/^-/, ''), descending: part.startsWith('-') }))
    .filter(({ key }) => isKey(key));
}

/** `CreationTime`, `creationTime` and `creation_time` name one key. */
export function snakeCase(key: string): string {
  return key
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

// A double underscore or a dot would reach into another table in Harbor's mapper (S-027).
function isKey(key: string): boolean {
  return key.length <= 64 && /^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$/.test(key);
}

function decodedAgain(text: string): string {
  try {
    return plain(decodeURIComponent(text.replaceAll('+', ' ')));
  } catch (error) {
    if (error instanceof Failure) throw error;
    // Harbor: what cannot be decoded again is taken as it stands, for instance a lone percent sign.
    return plain(text);
  }
}

function plain(text: string): string {
  if (text.includes('\0')) throw new Failure('BAD_REQUEST', 'the query holds a NUL character');
  return text;
}

function parseMatch(value: string): Match {
  switch (value[0]) {
    case '~':
      if (value.length < 2) throw invalid(value, 'there is nothing after the ~');
      return { kind: 'contains', value: value.slice(1) };
    case '[':
      return parseRange(value);
    case '{':
      return { kind: 'any', values: parseList(value, '}') };
    case '(':
      return { kind: 'all', values: parseList(value, ')') };
    default:
      return { kind: 'equal', value: value.startsWith('\\') ? value.slice(1) : value };
  }
}

function parseRange(value: string): Match {
  const ends = value.slice(1, -1).split('~');
  if (!value.endsWith(']') || ends.length !== 2) {
    throw invalid(value, 'a range is [min~max], with one ~');
  }
  const [min, max] = ends.map((end) => (end.trim() === '' ? undefined : parseOperand(end)));
  if (min === undefined && max === undefined) throw invalid(value, 'one end of a range must be given');
  return { kind: 'range', min, max };
}

function parseList(value: string, end: '}' | ')'): Operand[] {
  if (value.length < 2 || !value.endsWith(end)) throw invalid(value, `a list ends with ${end}`);
  return value
    .slice(1, -1)
    .split(' ')
    .map(parseOperand)
    .filter((operand) => operand !== '');
}

function parseOperand(text: string): Operand {
  const trimmed = text.trim();
  const time = readTime(trimmed);
  if (time) return time;
  if (/^[+-]?\d{1,15}$/.test(trimmed)) return Number(trimmed);
  return trimmed.replace(/^["']+|["']+$/g, '');
}

/** `2006-01-02T15:04:05`, in UTC; undefined for anything else, also for the 31st of February. */
export function readTime(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d$/.test(text)) return undefined;
  const iso = `${text.replace(' ', 'T')}.000Z`;
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) || time.toISOString() !== iso ? undefined : time;
}

function invalid(value: string, reason: string): Failure {
  return new Failure('BAD_REQUEST', `invalid query string value: ${value.slice(0, 100)}: ${reason}`);
}
