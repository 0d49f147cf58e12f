import { formType, type Operation } from './document.ts';

/** With what a request is sent: this browser's session, or a name and a password that this page alone remembers. */
export type Caller = { kind: 'session' } | { kind: 'basic'; name: string; password: string };

export interface Sent {
  status: number;
  statusText: string;
  headers: [name: string, value: string][];
  body: string;
  milliseconds: number;
}

/** Values by parameter; what is empty is not sent. */
export type Values = Readonly<Record<string, string>>;

export function addressOf({ path, parameters }: Operation, values: Values): string {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = encodeURIComponent(values[`path ${name}`] ?? '');
    // Harbor: the slashes of a repository's name are escaped twice.
    return name === 'repository_name' ? encodeURIComponent(value) : value;
  });
  const query = new URLSearchParams(
    parameters
      .filter((one) => one.in === 'query')
      .map(({ name }) => [name, values[`query ${name}`] ?? ''])
      .filter(([, value]) => value !== ''),
  );
  return query.size > 0 ? `${filled}?${query}` : filled;
}

export function headersOf(operation: Operation, values: Values, caller: Caller, body: string): Headers {
  const headers = new Headers();
  for (const { in: where, name } of operation.parameters) {
    const value = values[`header ${name}`] ?? '';
    if (where === 'header' && value !== '') headers.set(name, value);
  }
  if (operation.body && body !== '')
    headers.set('content-type', operation.form ? formType : 'application/json');
  if (caller.kind === 'basic') headers.set('authorization', basic(caller.name, caller.password));
  return headers;
}

function basic(name: string, password: string): string {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

const csrf = 'x-harbor-csrf-token';

/**
 * Sends a request. A session's unsafe requests need a token that the server puts on its answers, also on the 403 that
 * refuses a request without one; such a request did nothing and is sent once more.
 */
export async function send(
  operation: Operation,
  values: Values,
  caller: Caller,
  body: string,
  token: { current: string | null },
): Promise<Sent> {
  const began = performance.now();
  const once = async () => {
    const headers = headersOf(operation, values, caller, body);
    if (caller.kind === 'session' && token.current !== null) headers.set(csrf, token.current);
    const response = await fetch(addressOf(operation, values), {
      method: operation.method,
      headers,
      ...(operation.body && body !== '' && { body }),
      // With a name and a password the session's cookie must stay out: it would decide who is asking.
      credentials: caller.kind === 'session' ? 'same-origin' : 'omit',
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    });
    token.current = response.headers.get(csrf) ?? token.current;
    return response;
  };
  const before = token.current;
  let response = await once();
  const renewed = caller.kind === 'session' && response.status === 403 && token.current !== before;
  if (renewed && !['GET', 'HEAD'].includes(operation.method)) response = await once();
  return {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
    body: await readable(response),
    milliseconds: Math.round(performance.now() - began),
  };
}

const shownAtMost = 200_000;

async function readable(response: Response): Promise<string> {
  const type = response.headers.get('content-type') ?? '';
  const bytes = await response.arrayBuffer();
  if (bytes.byteLength === 0) return '';
  if (!/json|text|yaml|xml/.test(type)) return `${bytes.byteLength} bytes of ${type || 'an unnamed type'}`;
  const text = new TextDecoder().decode(bytes);
  const tidy = type.includes('json') ? indented(text) : text;
  return tidy.length > shownAtMost ? `${tidy.slice(0, shownAtMost)}\n… (${bytes.byteLength} bytes)` : tidy;
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
