import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from '#src/log.ts';
import { type CertificateFiles, type KeyPair, readKeyPair, validity, watchKeyPair } from './certificate.ts';
import { FreshConnections } from './fresh-connections.ts';
import { inTurn } from './pipelining.ts';
import { createRedirectServer } from './redirect.ts';
import { SlowClients } from './slow-clients.ts';

export interface ListenOptions {
  /** 0 lets the system choose one. */
  readonly port: number;
  /** Every address when absent. */
  readonly host?: string;
  readonly tls?: CertificateFiles;
  /** A connection on which nothing moves for so long in the middle of a request is cut. */
  readonly silenceSeconds: number;
  /** Only with `tls`: a plain port that sends everybody to the TLS port. */
  readonly redirectPort?: number;
  /** The port that clients see, for the redirect, when a load balancer or container maps it. */
  readonly publicPort?: number;
}

export interface Listener {
  /** Given to Fastify as `serverFactory`: the one HTTP/1.1 server of this process, plain or TLS. */
  createServer(handler: RequestListener): Server;
  /** Opens the ports; rejects when one cannot be had. Returns the main port. */
  listen(): Promise<number>;
  /**
   * Takes no more connections, closes idle ones at once and busy ones after their response (which says
   * `Connection: close`). What still runs after `graceMilliseconds` is cut; resolves with how many were.
   */
  close(graceMilliseconds: number): Promise<number>;
}

/** Half of a layer may come over a mobile line: no limit on the whole request, but on silence and on headers. */
const timeouts = {
  requestTimeout: 0,
  headersTimeout: 30_000,
  /** How often the header limit is looked at. */
  connectionsCheckingInterval: 5_000,
  /** Longer than the 60 s that load balancers keep idle connections, so that they close first. */
  keepAliveTimeout: 75_000,
};
/** A bearer token with many scopes takes some KiB. */
const maxHeaderSize = 32_768;
/** How often a closing server looks for connections that have become idle. */
const drainPollMilliseconds = 25;

export async function createListener(options: ListenOptions, log: Logger): Promise<Listener> {
  const pair = options.tls && (await readKeyPair(options.tls));
  if (pair) log.debug(validity(pair), 'certificate');
  return new PortListener(options, pair, log);
}

class PortListener implements Listener {
  readonly #options: ListenOptions;
  readonly #pair: KeyPair | undefined;
  readonly #log: Logger;
  readonly #state = { draining: false };
  readonly #slow = new SlowClients();
  readonly #fresh = new FreshConnections();
  readonly #servers: { server: Server; port: number }[] = [];
  #stopWatching = () => {};

  constructor(options: ListenOptions, pair: KeyPair | undefined, log: Logger) {
    this.#options = options;
    this.#pair = pair;
    this.#log = log;
  }

  createServer(handler: RequestListener): Server {
    const { port, redirectPort, publicPort } = this.#options;
    const shared = { ...timeouts, maxHeaderSize, noDelay: true, ServerResponse: responseClass(this.#state) };
    const server = this.#pair ? this.#createTlsServer(shared, this.#pair) : createServer(shared);
    server.setTimeout(this.#options.silenceSeconds * 1000);
    const handle = inTurn(handler);
    server.on('request', (request, response) => {
      this.#slow.watch(request);
      handle(request, response);
    });
    this.#fresh.watch(server, this.#pair !== undefined);
    this.#servers.push({ server, port });
    if (this.#pair && redirectPort !== undefined) {
      const target = () => publicPort ?? portOf(server);
      this.#servers.push({ server: createRedirectServer(target), port: redirectPort });
    }
    return server;
  }

  #createTlsServer(shared: ServerOptions, pair: KeyPair): Server {
    const tls = { minVersion: 'TLSv1.2', handshakeTimeout: 15_000, ALPNProtocols: ['http/1.1'] } as const;
    const server = createTlsServer({ ...shared, ...tls, ...pair });
    const { tls: files } = this.#options;
    if (files) {
      this.#stopWatching = watchKeyPair(files, pair, this.#log, (next) =>
        server.setSecureContext({ ...tls, ...next }),
      );
    }
    return server;
  }

  async listen(): Promise<number> {
    const [main] = this.#servers;
    if (!main) throw new Error('listen needs createServer first');
    for (const { server, port } of this.#servers) await open(server, port, this.#options.host);
    return portOf(main.server);
  }

  async close(graceMilliseconds: number): Promise<number> {
    this.#state.draining = true;
    this.#stopWatching();
    this.#fresh.destroyAll();
    const cut = await Promise.all(this.#servers.map(({ server }) => drain(server, graceMilliseconds)));
    this.#slow.close();
    return cut.reduce((sum, one) => sum + one, 0);
  }
}

/** Responses of a draining server end their connection. Every way of sending headers goes through writeHead. */
function responseClass(state: { draining: boolean }) {
  return class<Request extends IncomingMessage> extends ServerResponse<Request> {
    override writeHead(...args: unknown[]): this {
      if (state.draining) this.shouldKeepAlive = false;
      // The parent's overloads cannot be restated; arguments pass through unchanged.
      return super.writeHead(...(args as [number]));
    }
  };
}

function open(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function explain(cause: NodeJS.ErrnoException, port: number): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another program has it: stop that program, or choose another port',
    EACCES: 'this user may not (ports below 1024 need a right): choose another port, or give the right',
    EADDRNOTAVAIL: 'the address does not belong to this machine',
  };
  return new Error(`cannot listen on port ${port}: ${reasons[cause.code ?? ''] ?? cause.message}`, { cause });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function drain(server: Server, graceMilliseconds: number): Promise<number> {
  return new Promise((resolve) => {
    let cut = 0;
    // A response sent before the drain began leaves its connection open and idle; close() saw it as busy.
    const idle = setInterval(() => server.closeIdleConnections(), drainPollMilliseconds);
    const deadline = setTimeout(() => {
      server.getConnections((_error, count) => {
        cut = count;
        server.closeAllConnections();
      });
    }, graceMilliseconds);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(deadline);
      resolve(cut);
    });
  });
}
