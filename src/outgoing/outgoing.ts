import { isIP } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Failure } from '#src/failures.ts';
import { exchange, type OutgoingAnswer, OutgoingError, type OutgoingRequest } from './exchange.ts';
import { createResolver, type Resolve } from './resolver.ts';
import { type Allowed, isAllowedName, mayCall, ownAddresses } from './rules.ts';

export interface OutgoingOptions {
  readonly allowed: Allowed;
  readonly resolve?: Resolve;
  readonly own?: () => readonly string[];
  /** Certificates (PEM) that are trusted beside those of Node and of the machine. */
  readonly trust?: readonly string[];
}

/** How long saving an address waits for its name; one that does not resolve is looked at again when it is used. */
const patience = 2_000;

/**
 * The one client for everything that leaves the process (R3): http and https only; the name is resolved once, every
 * address it has is checked, and the connection goes to a checked address, with the name in TLS and Host. Redirects
 * are answers like any other: nothing follows them. No connection is used twice.
 */
export class Outgoing {
  readonly #allowed: Allowed;
  readonly #resolve: Resolve;
  readonly #own: () => readonly string[];
  readonly #trust: readonly string[];
  #secure: SecureContext | undefined;

  constructor({ allowed, resolve = createResolver(), own = ownAddresses, trust = [] }: OutgoingOptions) {
    this.#allowed = allowed;
    this.#resolve = resolve;
    this.#own = own;
    this.#trust = trust;
  }

  /**
   * Refuses (BAD_REQUEST) an address that would be refused when it is used. It never connects, so whether a port is
   * open shows neither in the answer nor in its time (S-011). A name that does not resolve now passes.
   */
  async checkAddress(address: string): Promise<void> {
    const url = parseUrl(address);
    await within(patience, this.#addressesOf(url)).catch((error: unknown) => {
      if (error instanceof Failure) throw error;
    });
  }

  async send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const url = parseUrl(request.url);
    const began = performance.now();
    const addresses = await within(request.deadlines.connect, this.#addressesOf(url), 'the name');
    return exchange({ url, addresses, secure: () => this.#context() }, request, performance.now() - began);
  }

  /** Made once: reading some 150 certificates anew for every call would take longer than the call. */
  #context(): SecureContext {
    this.#secure ??= createSecureContext({
      ca: [...getCACertificates('default'), ...getCACertificates('system'), ...this.#trust],
    });
    return this.#secure;
  }

  async #addressesOf(url: URL): Promise<readonly string[]> {
    const name = hostOf(url);
    const named = isAllowedName(name, this.#allowed);
    if (!named && /(^|\.)localhost$/.test(name)) throw refused(name);
    const found = isIP(name) > 0 ? [name] : await this.#resolve(name);
    const own = this.#own();
    // One bad address among good ones is enough: it would be a matter of chance which one is called (S-113).
    if (!found.every((address) => mayCall(address, { allowed: this.#allowed, own, named }))) {
      throw refused(name);
    }
    if (found.length === 0) throw new OutgoingError(`${name} has no address`);
    return found;
  }
}

/** Lower case, without brackets and the dot of a fully qualified name. The URL parser has undone all other disguises. */
function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

function parseUrl(address: string): URL {
  const url = URL.parse(address);
  if (url === null || url.hostname === '' || hostOf(url) === '') {
    throw new Failure(
      'BAD_REQUEST',
      `${JSON.stringify(address.slice(0, 200))} is not an address that can be called`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Failure(
      'BAD_REQUEST',
      `invalid scheme: ${url.protocol.slice(0, -1)}; only http and https can be called`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure(
      'BAD_REQUEST',
      'an address may not hold a user name or a password: it is shown to people',
    );
  }
  return url;
}

/** The same words whatever the reason, so that nobody maps the network with them. */
function refused(name: string): Failure {
  return new Failure(
    'BAD_REQUEST',
    `the address is not allowed: ${name.slice(0, 253)} is, or leads to, an address that is private, local or reserved; the operator of the registry can allow it with MOORAGE_OUTGOING_ALLOW`,
  );
}

async function within<T>(milliseconds: number, work: Promise<T>, what = 'it'): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new OutgoingError(`${what} could not be resolved in time`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof Failure || error instanceof OutgoingError) throw error;
    throw new OutgoingError(`${what} could not be resolved`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
