import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { theRegistry } from '#src/access/principal.ts';
import { Authenticator } from '#src/auth/authenticate.ts';
import { Directory } from '#src/auth/directory.ts';
import { loadSigningKey } from '#src/auth/signing-key.ts';
import { Tokens } from '#src/auth/tokens.ts';
import { LiveSettings } from '#src/config/live.ts';
import type { Context } from '#src/context.ts';
import { Counts } from '#src/database/counts.ts';
import type { Database } from '#src/database/pool.ts';
import { Refusals } from '#src/features/audit/index.ts';
import { readConfiguration } from '#src/features/configuration/index.ts';
import { ByteCache } from '#src/registry/byte-cache.ts';
import { Content } from '#src/registry/content.ts';
import type { Registry } from '#src/registry/exchange.ts';
import { createRegistry } from '#src/registry/handler.ts';
import { PullRecorder } from '#src/registry/pulls.ts';
import { Repositories } from '#src/registry/repositories.ts';
import { UploadSessions } from '#src/registry/upload-sessions.ts';
import { Verified } from '#src/registry/verified.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import type { Actor } from './faults-interleave.ts';

const secretKey = new Uint8Array(32).fill(7);
export const leaseSeconds = 3600;
const log = pino({ level: 'silent' });

/** What all servers of a run share: who may do what is nobody's step. */
export interface Shared {
  readonly database: Database;
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  readonly live: LiveSettings;
  readonly storage: BlobDriver;
}

export async function openShared(database: Database, storage: BlobDriver): Promise<Shared> {
  const live = new LiveSettings(() => readConfiguration(database.db, secretKey));
  const robotPrefix = () => live.get('robot_name_prefix');
  const directory = new Directory(database, { robotPrefix, log });
  await directory.start();
  const tokens = new Tokens(await loadSigningKey(database, secretKey));
  const authenticator = new Authenticator({ database, directory, tokens, robotPrefix, log });
  return { database, directory, authenticator, live, storage };
}

/** One server process's worth of registry, whose statements and storage calls are the actor's steps. */
export class ActorServer {
  readonly registry: Registry;
  readonly #server: Server;

  constructor(shared: Shared, actor: Pick<Actor, 'database' | 'gate'>, options: { soleWriter: boolean }) {
    const { database } = actor;
    const storage = gated(shared.storage, actor);
    this.registry = {
      ...shared,
      database,
      storage,
      content: new Content(database, { soleWriter: options.soleWriter, leaseSeconds }),
      repositories: new Repositories(database),
      sessions: new UploadSessions(database, storage, { expiryHours: 24, ...options }),
      small: new ByteCache(1 << 20),
      verified: new Verified(),
      pulls: new PullRecorder(shared.database, log, shared.live),
      refusals: new Refusals(),
      log,
      counts: new Counts(),
      forget: (change) => {
        if (change.startsWith('repository:'))
          this.registry.repositories.forget(change.slice('repository:'.length));
      },
      leaseSeconds,
      externalUrl: undefined,
      secure: false,
    };
    this.#server = createServer(createRegistry(this.registry));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  context(): Context {
    const { database, live, counts, forget } = this.registry;
    return {
      db: database.db,
      who: theRegistry,
      log,
      signal: new AbortController().signal,
      requestId: 'interleaving',
      clientAddress: '',
      live,
      counts,
      forget,
    };
  }

  async close(): Promise<void> {
    await this.registry.pulls.flush();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Bytes that come to their place or go from it are steps. */
function gated(storage: BlobDriver, actor: Pick<Actor, 'gate'>): BlobDriver {
  return new Proxy(storage, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const call = () => Reflect.apply(value, target, args) as unknown;
        return key === 'commit' || key === 'remove' || key === 'removeAll'
          ? actor.gate(`storage: ${key}`).then(call)
          : call();
      };
    },
  });
}
