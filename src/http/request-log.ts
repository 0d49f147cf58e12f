import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '#src/log.ts';

export interface AnsweredRequest {
  readonly id: string;
  /** Who asked, by name; `-` when it was not found out. */
  readonly actor: string;
  /** On performance.now()'s clock. */
  readonly began: number;
  /** What `sentOn` said then. */
  readonly sentBefore: number;
}

/**
 * Bytes that went out on the request's connection so far. The answers of one connection go out one after another, so
 * what came to it since is the answer's own, headers included; it does not keep what `writeHead` is given.
 */
export const sentOn = ({ socket }: IncomingMessage): number => socket.bytesWritten;

/**
 * One line a request, at its end. The query is left out: it may hold what somebody should not have put there.
 * 499 is a client that went away before the end of its answer.
 */
export function logRequest(
  log: Logger,
  request: IncomingMessage,
  response: ServerResponse,
  { id, actor, began, sentBefore }: AnsweredRequest,
): void {
  if (!log.isLevelEnabled('info')) return;
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  log.info(
    {
      id,
      actor,
      method: request.method,
      path: mark < 0 ? url : url.slice(0, mark),
      status: response.writableFinished ? response.statusCode : 499,
      bytes: sentOn(request) - sentBefore,
      ms: Math.round((performance.now() - began) * 10) / 10,
    },
    'request',
  );
}
