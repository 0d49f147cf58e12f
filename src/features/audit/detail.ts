/** S-053: what a client sent must not fill the log. */
const longestDetail = 4096;
/** Longer than any repository with its tag, or any account. */
const longestName = 512;

/** A name as PostgreSQL takes it: no NUL, no half characters, not endless. */
export function boundedName(name: string): string {
  return harmless(name.length <= longestName ? name : `${name.slice(0, longestName - 1)}…`);
}

/** JSON that jsonb takes, cut with a mark where it is too long. */
export function boundedDetail(detail: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(detail, clean);
  return text.length <= longestDetail
    ? text
    : JSON.stringify({ cut: harmless(text.slice(0, longestDetail)) });
}

/** What a change of a secret may say about it; a second fence behind those who write the entries (S-030). */
const harmlessWords: ReadonlySet<unknown> = new Set([
  'changed',
  'refreshed',
  'set',
  'unset',
  '',
  true,
  false,
]);

function clean(key: string, value: unknown): unknown {
  if (/(password|secret|token|credential|private_?key)$/i.test(key) && !harmlessWords.has(value)) {
    return '[secret]';
  }
  return typeof value === 'string' ? harmless(value) : value;
}

function harmless(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}
