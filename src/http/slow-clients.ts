import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Below 100 bytes/s over a minute a body is not an upload over a bad line but somebody holding a connection. */
const windowMilliseconds = 60_000;
const leastBytes = 6_000;

export interface SlowClientRule {
  readonly windowMilliseconds: number;
  readonly leastBytes: number;
}

/**
 * Cuts connections whose request body trickles. A total limit on a request's time would kill long uploads, and
 * an idle limit alone lets one byte a minute live for ever.
 */
export class SlowClients {
  readonly #watched = new Map<IncomingMessage, { socket: Socket; bytes: number }>();
  readonly #timer: NodeJS.Timeout;
  readonly #rule: SlowClientRule;

  constructor(rule: SlowClientRule = { windowMilliseconds, leastBytes }) {
    this.#rule = rule;
    this.#timer = setInterval(() => this.#sweep(), rule.windowMilliseconds).unref();
  }

  /** Call for every request; those without a body cost a header look-up. */
  watch(request: IncomingMessage): void {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding === undefined && (length === undefined || length === '0')) return;
    // A request that arrived in the middle of a window is judged from the next one on.
    this.#watched.set(request, { socket: request.socket, bytes: Number.NEGATIVE_INFINITY });
    request.once('close', () => this.#watched.delete(request));
  }

  #sweep(): void {
    for (const [request, seen] of this.#watched) {
      const arrived = seen.socket.bytesRead - seen.bytes;
      seen.bytes = seen.socket.bytesRead;
      // Bytes that wait in our buffer are our slowness (disk, database), not the client's.
      const waitsForClient = !request.complete && request.readableLength === 0;
      if (waitsForClient && arrived < this.#rule.leastBytes) seen.socket.destroy();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
