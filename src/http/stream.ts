import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Streamed } from './endpoint.ts';

/** How often a stream looks whether the server is stopping. */
const lookMilliseconds = 250;

/**
 * Sends an answer piece by piece. It ends when the client goes away, and when the server stops: an answer that follows
 * something for an hour must not hold up a restart.
 */
export function stream(reply: FastifyReply, { contentType, pieces, headers }: Streamed): FastifyReply {
  const end = new AbortController();
  const { server } = reply.server;
  // Tests call without a listening server.
  const wasListening = server.listening;
  const timer = setInterval(() => {
    if (wasListening && !server.listening) end.abort(new Error('the server is stopping'));
  }, lookMilliseconds);
  timer.unref();
  reply.raw.once('close', () => {
    clearInterval(timer);
    end.abort(new Error('the client went away'));
  });
  return reply
    .headers({
      ...headers,
      'content-type': contentType,
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    .send(Readable.from(pieces(end.signal)));
}
