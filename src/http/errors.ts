import type { ServerResponse } from 'node:http';
import { isDatabaseFault } from '#src/database/pool.ts';
import { Failure, type FailureCode } from '#src/failures.ts';
import type { Logger } from '#src/log.ts';

/** What a client is told: status, headers and the body that Harbor's API and the OCI specification share. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Turns anything thrown into an answer. Only a Failure says what happened; a database that does not answer is 503
 * (never "not found", house invariant 11); the rest is 500 with a request id and no detail, logged with its cause.
 */
export function refusalOf(error: unknown, requestId: string, log: Logger): Refusal {
  if (error instanceof Failure) {
    // What this version lacks is no fault of it: the client is told, the log need not be.
    if (error.status >= 500 && error.code !== 'NOT_IMPLEMENTED')
      log.error({ err: error, requestId }, error.message);
    return refuse(error.status, error.code, error.message, error.detail, error.headers);
  }
  if (isDatabaseFault(error)) {
    // Without the stack: there is one of these for each request of an outage.
    log.warn({ reason: (error as Error).message, requestId }, 'the database did not answer');
    return refuse(
      503,
      'SERVICE_UNAVAILABLE',
      `the database does not answer at the moment, try again (request ${requestId})`,
      undefined,
      {
        'retry-after': '2',
      },
    );
  }
  log.error({ err: error, requestId }, 'unexpected failure');
  // Harbor: the message of every unexpected failure is fixed (test/wire/errors).
  return refuse(500, 'UNKNOWN', 'internal server error', { request_id: requestId }, undefined);
}

function refuse(
  status: number,
  code: string,
  message: string,
  detail: unknown,
  headers: Record<string, string> | undefined,
): Refusal {
  const error = detail === undefined ? { code, message } : { code, message, detail };
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: `${JSON.stringify({ errors: [error] })}\n`,
  };
}

const byStatus: Record<number, FailureCode> = {
  400: 'BAD_REQUEST',
  413: 'REQUEST_ENTITY_TOO_LARGE',
  414: 'BAD_REQUEST',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/** Fastify's own refusals (unreadable body, wrong content type, too large) in Harbor's words. */
export function translate(error: unknown): unknown {
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  const code = statusCode === undefined ? undefined : byStatus[statusCode];
  if (error instanceof Failure || code === undefined) return error;
  return new Failure(code, message ?? 'the request could not be read', { cause: error });
}

/** Sends a refusal on a bare response; a response already begun is cut, so that nobody takes it for whole. */
export function sendRefusal(response: ServerResponse, refusal: Refusal, withBody: boolean): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const headers: Record<string, string | number> = {
    ...refusal.headers,
    'content-length': Buffer.byteLength(refusal.body),
  };
  if (!withBody) headers['content-length'] = 0;
  response.writeHead(refusal.status, headers);
  response.end(withBody ? refusal.body : undefined);
}
