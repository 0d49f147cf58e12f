import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';

export interface OutgoingRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Milliseconds for connecting (name, connection, TLS), until the head of the answer, and for everything. */
  readonly deadlines: { readonly connect: number; readonly head: number; readonly whole: number };
  /** Of the answer's body; what is longer is cut off. */
  readonly mostBytes: number;
  readonly skipCertVerify?: boolean;
  readonly signal?: AbortSignal;
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** False when the body was cut off. */
  readonly complete: boolean;
}

/** The exchange failed. The message is one of few and tells nothing about the network; `cause` is for the operator. */
export class OutgoingError extends Error {}

/** Beyond it Node refuses the answer. */
const mostHeaderBytes = 16 * 1024;

/** Of a name with many addresses, so many are tried. */
const mostAddresses = 3;

export interface Target {
  readonly url: URL;
  /** Checked. The name is only spoken (Host, TLS), never looked up again. */
  readonly addresses: readonly string[];
  readonly secure: () => SecureContext;
}

/** One request to the first of the addresses that takes the connection. `spent` milliseconds are gone already. */
export async function exchange(
  target: Target,
  request: OutgoingRequest,
  spent: number,
): Promise<OutgoingAnswer> {
  const deadline = performance.now() + request.deadlines.whole - spent;
  const addresses = target.addresses.slice(0, mostAddresses);
  let last: unknown;
  for (const address of addresses) {
    const call = open(target, address, request);
    try {
      return await attempt(call, target.url, request, {
        whole: Math.max(deadline - performance.now(), 0),
        connect: request.deadlines.connect / addresses.length,
      });
    } catch (error) {
      if (!(error instanceof NotConnected)) throw error;
      last = error.cause;
    }
  }
  throw last instanceof OutgoingError ? last : new OutgoingError('the connection failed', { cause: last });
}

/** Nothing was sent: the next address may be tried. */
class NotConnected extends Error {}

function attempt(
  call: ClientRequest,
  url: URL,
  request: OutgoingRequest,
  left: { readonly whole: number; readonly connect: number },
): Promise<OutgoingAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<OutgoingAnswer>();
  const clock = new Clock(reject);
  const stop = () => reject(new OutgoingError('it was stopped', { cause: request.signal?.reason }));
  request.signal?.addEventListener('abort', stop);
  if (request.signal?.aborted) stop();
  let connected = false;
  clock.start('whole', left.whole, () => new OutgoingError('no complete answer came in time'));
  clock.start('connect', left.connect, () => {
    return new NotConnected('', { cause: new OutgoingError('no connection came about in time') });
  });
  call.once('socket', (socket) => {
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      connected = true;
      clock.stop('connect');
      clock.start('head', request.deadlines.head, () => new OutgoingError('no answer came in time'));
    });
  });
  // For good: destroying the call at the end makes one more error, which nobody needs to hear.
  call.on('error', (error) => {
    reject(connected || isCertificateFault(error) ? broken(error) : new NotConnected('', { cause: error }));
  });
  call.once('response', (response) => {
    clock.stop('head');
    read(response, request.mostBytes).then(resolve, (error: unknown) => reject(broken(error)));
  });
  call.end(request.body);
  return promise.finally(() => {
    clock.stopAll();
    request.signal?.removeEventListener('abort', stop);
    call.destroy();
  });
}

function open({ url, secure }: Target, address: string, request: OutgoingRequest): ClientRequest {
  const tls = url.protocol === 'https:';
  const name = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const options: RequestOptions = {
    method: request.method,
    host: address,
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: { 'user-agent': 'Moorage', ...request.headers, host: url.host },
    // No pool: a connection of an earlier name or check is never used for another.
    agent: false,
    maxHeaderSize: mostHeaderBytes,
  };
  if (!tls) return requestPlain(options);
  // Node passes on what tls.connect takes; its types do not say so.
  const secured: RequestOptions & { secureContext: SecureContext } = {
    ...options,
    servername: isIP(name) > 0 ? '' : name,
    secureContext: secure(),
    rejectUnauthorized: request.skipCertVerify !== true,
  };
  return requestTls(secured);
}

async function read(response: IncomingMessage, mostBytes: number): Promise<OutgoingAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Chunks of a message without an encoding are buffers.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > mostBytes) break;
  }
  const body = Buffer.concat(chunks);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: body.subarray(0, mostBytes),
    complete: length <= mostBytes,
  };
}

function broken(error: unknown): OutgoingError {
  if (error instanceof OutgoingError) return error;
  return new OutgoingError(
    isCertificateFault(error) ? 'its certificate is not trusted' : 'the connection broke off',
    { cause: error },
  );
}

function isCertificateFault(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|HOSTNAME_MISMATCH/.test(code);
}

/** The deadlines that run; the first to end ends the exchange. */
class Clock {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #late: (error: Error) => void;

  constructor(late: (error: Error) => void) {
    this.#late = late;
  }

  start(name: string, milliseconds: number, error: () => Error): void {
    this.#timers.set(
      name,
      setTimeout(() => this.#late(error()), milliseconds),
    );
  }

  stop(name: string): void {
    clearTimeout(this.#timers.get(name));
  }

  stopAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}
