import { ApiFailure } from './failure.ts';
import type { Answer, Given, Operation } from './operations.ts';

/** What a call is made of once its types have been checked. */
interface Call {
  readonly params?: object | undefined;
  readonly query?: object;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Makes the client: `api('GET /projects/:project_name_or_id', { params })`. The proof against forged requests
 * arrives with every answer and is kept in memory; a write that lacks it is refused with a new one and sent again.
 */
export function createClient(send: (request: Request) => Promise<Response>, origin: string) {
  let proof: string | null = null;

  async function exchange(operation: string, call: Call, again: boolean): Promise<unknown> {
    const response = await send(requestOf(operation, call, { proof, origin })).catch((error: unknown) => {
      throw call.signal?.aborted ? error : new ApiFailure(0, '', { cause: error });
    });
    proof = response.headers.get('x-harbor-csrf-token') ?? proof;
    const text = await response.text();
    if (response.ok) return answerOf(response, text);
    if (again && response.status === 403 && text.includes('CSRF token'))
      return exchange(operation, call, false);
    const { message = response.statusText, detail } = errorsOf(text);
    const requestId = response.headers.get('x-request-id') ?? undefined;
    throw new ApiFailure(response.status, message, { requestId, detail });
  }

  return <P extends Operation>(
    operation: P,
    ...[given]: Record<never, never> extends Given<P> ? [Given<P>?] : [Given<P>]
  ): Promise<Answer<P>> =>
    // The types of an operation are those by which the server itself validates and answers.
    exchange(operation, given ?? {}, true) as Promise<Answer<P>>;
}

export type Api = ReturnType<typeof createClient>;

interface Sender {
  readonly proof: string | null;
  readonly origin: string;
}

function requestOf(operation: string, call: Call, { proof, origin }: Sender): Request {
  const { params, query, body, signal } = call;
  const [method = 'GET', pattern = '/'] = operation.split(' ');
  const headers = new Headers({ accept: 'application/json' });
  // A name of digits alone would be taken for an id.
  if (pattern.includes('/:project_name/')) headers.set('x-is-resource-name', 'true');
  if (proof !== null && method !== 'GET') headers.set('x-harbor-csrf-token', proof);
  const form = pattern.startsWith('/c/');
  if (body !== undefined && !form) headers.set('content-type', 'application/json');
  const base = /^\/(?:c|api)\//.test(pattern) ? '' : '/api/v2.0';
  const url = new URL(base + pathOf(pattern, params ?? {}), origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  return new Request(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: form ? new URLSearchParams(Object(body)) : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
}

function pathOf(pattern: string, params: object): string {
  const values = new Map<string, unknown>(Object.entries(params));
  return pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = encodeURIComponent(String(values.get(name)));
    // Harbor: the slashes of a repository's name are encoded twice.
    return name === 'repository_name' ? encodeURIComponent(value) : value;
  });
}

function answerOf(response: Response, text: string): unknown {
  // Logs and what pushers wrote are text, and as such they stay, whatever stands in them.
  if (response.headers.get('content-type')?.startsWith('text/')) return text;
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  const total = response.headers.get('x-total-count');
  return total === null ? body : { items: body, total: Number(total) };
}

/** All messages of `{"errors":[{code,message,detail}]}`, and the first detail. */
function errorsOf(text: string): { message?: string | undefined; detail?: unknown } {
  try {
    const { errors }: { errors?: { message?: string; detail?: unknown }[] } = JSON.parse(text);
    return {
      message: errors?.map(({ message }) => message ?? '').join('\n'),
      detail: errors?.find(({ detail }) => detail !== undefined)?.detail,
    };
  } catch {
    return {};
  }
}
