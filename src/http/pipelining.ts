import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait in one connection for the answers to those before. */
const mostWaiting = 100;

/**
 * Handles the requests of one connection one after the other, also when a client sends the next ones without
 * waiting. An answer whose turn has not come has no connection yet: what is written to it waits in memory, and when the
 * client goes away nobody tells it, so that a file opened for it would stay open for ever.
 */
export function inTurn(handler: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    if (response.socket) return handler(request, response);
    const { socket } = request;
    const before = waiting.get(socket) ?? 0;
    if (before === mostWaiting) {
      socket.destroy();
      return;
    }
    waiting.set(socket, before + 1);
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      handler(request, response);
    });
  };
}
