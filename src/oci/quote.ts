/** Longest piece of client text that an error message repeats. */
const LIMIT = 100;

/**
 * A client's value made safe to repeat in an error message: quoted, control characters escaped (so that it cannot
 * forge a log line or steer a terminal), and cut after 100 characters.
 */
export function quote(value: unknown): string {
  // String(value) would run a `toString` that the client sent.
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  const cut = text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    escaped,
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
