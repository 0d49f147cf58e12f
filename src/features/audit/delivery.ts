import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect as connectPlain, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, getCACertificates } from 'node:tls';
import type { Endpoint } from '#src/config/live-rules.ts';
import { framed } from './syslog.ts';

/** Messages on their way to one receiver. */
export interface Delivery {
  send(messages: readonly string[]): Promise<void>;
  /** Returns once everything has arrived, as far as the protocol can tell; throws when it may not have. */
  finish(): Promise<void>;
  /** Lets go, whatever happened. */
  close(): void;
}

export interface DeliveryOptions {
  readonly signal: AbortSignal;
  /** Certificates to trust beside those that Node knows (NODE_EXTRA_CA_CERTS). */
  readonly trust?: readonly string[];
  /** How long a receiver may be silent. */
  readonly silenceMilliseconds?: number;
}

const usualSilence = 5_000;
/** Longer than news of a closed connection, or of a port where nobody listens, takes to come back. */
const bounceMilliseconds = 200;

export function openDelivery(receiver: Endpoint, options: DeliveryOptions): Promise<Delivery> {
  return receiver.protocol === 'udp' ? openDatagrams(receiver) : openStream(receiver, options);
}

/** Connects and lets go again, to learn whether anybody is there; UDP only tells whether the name is known. */
async function reach(receiver: Endpoint, options: DeliveryOptions): Promise<void> {
  const delivery = await openDelivery(receiver, options);
  delivery.close();
}

async function openStream(receiver: Endpoint, options: DeliveryOptions): Promise<Delivery> {
  const stream = new Stream(receiver, options);
  try {
    await stream.opened;
    return stream;
  } catch (error) {
    stream.close();
    throw error;
  }
}

/**
 * TCP says nothing about what was read at the other end: what was sent just before a receiver went away may be
 * lost without an error. So every delivery ends its connection, and counts as arrived once the receiver has read up
 * to that end and closed its side.
 */
class Stream implements Delivery {
  readonly opened: Promise<void>;
  readonly #receiver: Endpoint;
  readonly #options: DeliveryOptions;
  readonly #socket: Socket;
  readonly #broken = Promise.withResolvers<never>();
  readonly #silent = Promise.withResolvers<'silent'>();
  #ending = false;

  constructor(receiver: Endpoint, options: DeliveryOptions) {
    this.#receiver = receiver;
    this.#options = options;
    this.#socket = connectTo(receiver, options);
    // Whoever waits for something else races with it; between two steps nobody does.
    this.#broken.promise.catch(() => undefined);
    const abort = (): void => this.#fail(options.signal.reason);
    options.signal.addEventListener('abort', abort);
    this.#socket
      .on('error', (error) => this.#fail(error))
      .on('end', () => this.#ending || this.#fail(new Error('the receiver closed the connection')))
      .on('close', () => options.signal.removeEventListener('abort', abort))
      .on('timeout', () => this.#wasSilent())
      .setTimeout(options.silenceMilliseconds ?? usualSilence)
      // What it says is read away, so that its end is noticed.
      .resume();
    this.opened = this.#until(receiver.protocol === 'tls' ? 'secureConnect' : 'connect');
    if (options.signal.aborted) abort();
  }

  async send(messages: readonly string[]): Promise<void> {
    if (!this.#socket.write(messages.map(framed).join(''))) await this.#until('drain');
  }

  async finish(): Promise<void> {
    // Who closed without reading says so now; once this side has ended, both ends look alike.
    await Promise.race([delay(bounceMilliseconds), this.#broken.promise]);
    this.#ending = true;
    const closed = this.#until('close');
    this.#socket.end();
    const end = await Promise.race([closed, this.#silent.promise]);
    this.close();
    // Some receivers keep their side open. One that still answers has had the time to read.
    if (end === 'silent') await reach(this.#receiver, this.#options);
  }

  close(): void {
    this.#socket.destroy();
  }

  #wasSilent(): void {
    if (this.#ending && this.#socket.writableFinished) this.#silent.resolve('silent');
    else this.#fail(new Error('the receiver does not answer'));
  }

  #fail(reason: unknown): void {
    this.#broken.reject(reason);
    this.#socket.destroy();
  }

  #until(event: 'connect' | 'secureConnect' | 'drain' | 'close'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once(event, () => resolve());
    return Promise.race([promise, this.#broken.promise]);
  }
}

function connectTo({ protocol, host, port }: Endpoint, { trust }: DeliveryOptions): Socket {
  if (protocol === 'tcp') return connectPlain({ host, port });
  // The name in the greeting must not be an address (RFC 6066).
  const servername = /^[\d.]+$|:/.test(host) ? '' : host;
  return connectTls({
    host,
    port,
    servername,
    ...(trust && { ca: [...getCACertificates('default'), ...trust] }),
  });
}

/** UDP loses what it cannot deliver; only a machine where nobody listens may say so. */
async function openDatagrams({ host, port }: Endpoint): Promise<Delivery> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  let problem: Error | undefined;
  socket.on('error', (error) => {
    problem ??= error;
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.connect(port, address, () => resolve());
  await promise;
  return {
    async send(messages) {
      for (const message of messages) {
        await new Promise<void>((sent, failed) => {
          socket.send(message, (error) => (error ? failed(error) : sent()));
        });
      }
    },
    async finish() {
      await delay(bounceMilliseconds);
      if (problem) throw problem;
    },
    close: () => socket.close(),
  };
}
