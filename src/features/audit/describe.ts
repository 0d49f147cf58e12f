interface Described {
  readonly operation: string;
  readonly resource_type: string;
  readonly resource: string;
  readonly operation_result: boolean;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** A detail is read in full where it is stored; here it is a line of a table. */
const longest = 400;

/** One sentence for operation_description: what was done to what, and the plain values that belong to it. */
export function describe({
  operation,
  resource_type,
  resource,
  operation_result,
  detail,
}: Described): string {
  const said = Object.entries(detail ?? {}).flatMap(([key, value]) => phrase(key, value));
  const more = said.length === 0 ? '' : ` (${said.join(', ')})`;
  const text = `${operation} ${resource_type.replaceAll('_', ' ')} ${resource}${operation_result ? '' : ' failed'}${more}`;
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

function phrase(key: string, value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return [`${key} ${value}`];
  }
  const change = value as { from?: unknown; to?: unknown } | null;
  if (isPlain(change?.from) && isPlain(change?.to)) return [`${key} from ${change.from} to ${change.to}`];
  if (Array.isArray(value) && value.length > 0 && value.every(isPlain)) return [`${key} ${value.join(' ')}`];
  return [];
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
