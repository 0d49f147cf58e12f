import { Agent, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface HttpRequest {
  method?: string;
  /** Sent as it is: nothing tidies dot segments or escapes. */
  path: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Leave Content-Length out and send chunked. */
  chunked?: boolean;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  body: Buffer;
  /** Parsed body; throws when it is not JSON. */
  json<T = unknown>(): T;
  /** `code` of the first error of the envelope. */
  code: string | undefined;
}

/** One request on a connection of its own. */
export function request(
  base: string,
  { method = 'GET', path, headers = {}, body, chunked }: HttpRequest,
): Promise<HttpAnswer> {
  const { hostname, port } = new URL(base);
  const length = body === undefined || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const call = send(
      {
        host: hostname,
        port,
        method,
        path,
        headers: { ...length, ...headers },
        agent: new Agent({ keepAlive: false }),
      },
      (response) => {
        buffer(response).then(
          (bytes) => resolve(answerOf(response.statusCode ?? 0, response.headers, bytes)),
          reject,
        );
      },
    );
    call.once('error', reject);
    if (chunked && body !== undefined) {
      call.write(body);
      call.end();
    } else call.end(body);
  });
}

function answerOf(status: number, headers: NodeJS.Dict<string | string[]>, body: Buffer): HttpAnswer {
  const json = <T>() => JSON.parse(body.toString()) as T;
  const flat = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  const isJson = flat['content-type']?.startsWith('application/json') === true && body.length > 0;
  const errors = isJson ? json<{ errors?: { code: string }[] } | null>()?.errors : undefined;
  return { status, headers: flat, body, json, code: errors?.[0]?.code };
}
