import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections that have not sent a whole request yet (browsers and load balancers open some in advance). Node
 * counts them as busy, so without this a closing server would wait for each until its deadline.
 */
export class FreshConnections {
  readonly #silent = new Set<Socket>();
  /** A TLS server knows a connection twice, before and after the handshake; address and port are its name. */
  readonly #handshaking = new Map<string, Socket>();

  watch(server: Server, tls: boolean): void {
    server.on('connection', (socket: Socket) => {
      if (!tls) this.#add(socket);
      else {
        const name = nameOf(socket);
        this.#handshaking.set(name, socket);
        socket.once('close', () => this.#handshaking.delete(name));
      }
    });
    server.on('secureConnection', (socket: Socket) => {
      this.#handshaking.delete(nameOf(socket));
      this.#add(socket);
    });
    server.on('request', (request: IncomingMessage) => this.#silent.delete(request.socket));
  }

  #add(socket: Socket): void {
    this.#silent.add(socket);
    socket.once('close', () => this.#silent.delete(socket));
  }

  destroyAll(): void {
    for (const socket of [...this.#silent, ...this.#handshaking.values()]) socket.destroy();
  }
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''}`;
}
