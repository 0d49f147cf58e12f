import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nobody, theRegistry } from '#src/access/principal.ts';
import { Authenticator } from '#src/auth/authenticate.ts';
import { Directory } from '#src/auth/directory.ts';
import { identifyCaller, Sessions } from '#src/auth/sessions.ts';
import { loadSigningKey } from '#src/auth/signing-key.ts';
import { tokenListener } from '#src/auth/token-listener.ts';
import { Tokens } from '#src/auth/tokens.ts';
import { LiveSettings } from '#src/config/live.ts';
import type { Settings } from '#src/config/settings.ts';
import { version } from '#src/config/version.ts';
import type { AccessChange, Context } from '#src/context.ts';
import { Counts } from '#src/database/counts.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { EventRelay } from '#src/events/relay.ts';
import { AuditUpkeep, Refusals } from '#src/features/audit/index.ts';
import { applyGivenSettings, readConfiguration } from '#src/features/configuration/index.ts';
import { CollectionLoop } from '#src/features/gc/index.ts';
import { createJobs, createListeners, createRoutes, type FeatureParts } from '#src/features/index.ts';
import { recordingFailedLogins } from '#src/features/sessions/index.ts';
import { findAuthority } from '#src/http/authority.ts';
import { isSecure } from '#src/http/cookies.ts';
import { createListener, type ListenOptions } from '#src/http/listen.ts';
import { servePortal } from '#src/http/portal.ts';
import { createApi } from '#src/http/server.ts';
import { Runner } from '#src/jobs/runner.ts';
import type { Logger } from '#src/log.ts';
import { Outgoing } from '#src/outgoing/outgoing.ts';
import { parseAllowed } from '#src/outgoing/rules.ts';
import { ByteCache } from '#src/registry/byte-cache.ts';
import { Content } from '#src/registry/content.ts';
import type { Registry } from '#src/registry/exchange.ts';
import { createRegistry } from '#src/registry/handler.ts';
import { PullRecorder } from '#src/registry/pulls.ts';
import { Repositories } from '#src/registry/repositories.ts';
import { UploadExpiry } from '#src/registry/upload-expiry.ts';
import { UploadSessions } from '#src/registry/upload-sessions.ts';
import { Verified } from '#src/registry/verified.ts';
import { openStorage } from '#src/storage/open.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly log: Logger;
  readonly database: { readonly url: string };
  readonly secretKey: Uint8Array;
  /** Nobody else writes to the database: what was read may be answered again from memory. */
  readonly soleWriter: boolean;
}

export interface App {
  /** The data plane's parts, for tests that count queries or break storage. */
  readonly registry: Registry;
  listen(): Promise<{ port: number }>;
  /** Stops accepting, finishes what runs within the deadline, writes what is still in memory, lets go of everything. */
  close(deadlineMilliseconds: number): Promise<void>;
}

/** Builds every dependency of one worker, once. */
export async function createApp(options: AppOptions): Promise<App> {
  const { settings, log } = options;
  const database = openDatabase(options.database.url, { max: settings.databasePoolSize });
  const parts = await createParts(options, database);
  const listener = await createListener(listenOptions(settings), log);
  const api = createApi({
    refused: (ctx, attempt, error) => parts.registry.refusals.record(ctx, attempt, error),
    db: database.db,
    log,
    routes: createRoutes(featureParts(parts)),
    live: parts.registry.live,
    counts: parts.registry.counts,
    forget: parts.registry.forget,
    identify: (credentials) => identifyCaller(parts, credentials),
    findProject: (by) =>
      'name' in by ? parts.registry.directory.project(by.name) : parts.registry.directory.projectById(by.id),
    secureCookies: isSecure(settings.externalUrl, parts.registry.secure),
    serverFactory: (handler) => listener.createServer(dispatcher(parts, handler)),
  });
  await servePortal(api, fileURLToPath(new URL('../portal/dist', import.meta.url)));
  await api.ready();
  const expiry = new UploadExpiry(database, parts.registry.storage, log, settings.uploadExpiryHours);
  expiry.start();
  const audit = new AuditUpkeep({ database, log, live: parts.registry.live });
  audit.start();
  const jobs = createRunner(options, parts);
  jobs.start();
  return {
    registry: parts.registry,
    async listen() {
      return { port: await listener.listen() };
    },
    async close(deadlineMilliseconds) {
      const cut = await listener.close(deadlineMilliseconds);
      if (cut > 0) log.warn({ connections: cut }, 'connections were cut at the end of the grace');
      await parts.registry.pulls.flush();
      await jobs.close();
      await expiry.close();
      await audit.close();
      await parts.registry.directory.close();
      await parts.registry.storage.close();
      await database.close();
    },
  };
}

function featureParts({ registry, authenticator, outgoing, settings, secretKey }: Parts): FeatureParts {
  const { externalUrl, port, webhookAttempts, webhookTimeoutSeconds } = settings;
  return {
    version,
    externalUrl,
    secure: registry.secure,
    storage: registry.storage,
    leaseSeconds: registry.leaseSeconds,
    authority: () => findAuthority(join(settings.data, 'ca_download', 'ca.crt')),
    secretKey,
    settingsLocked: settings.live.overwrite !== undefined,
    content: registry.content,
    findPrincipal: ({ kind, id }) =>
      kind === 'user' ? registry.directory.user(id) : registry.directory.robot(id),
    logIn: (name, password, address) => authenticator.logIn(name, password, address),
    outgoing,
    host: externalUrl === undefined ? `localhost:${port}` : new URL(externalUrl).host,
    webhookAttempts,
    webhookTimeoutSeconds,
  };
}

/** Jobs have connections of their own: they never take the last one from a request, nor wait for one. */
function createRunner({ database, log }: AppOptions, parts: Parts): JobsOfApp {
  const own = openDatabase(database.url, { max: 6, applicationName: 'moorage jobs' });
  const { live, counts, forget } = parts.registry;
  const features = featureParts(parts);
  const jobs = createJobs({ ...features, database: own });
  const runner = new Runner({
    database: own,
    log,
    live,
    counts,
    forget,
    slots: parts.settings.jobWorkers,
    ...jobs,
  });
  const collection = new CollectionLoop(own, features, log, {
    everySeconds: parts.settings.collectionSeconds,
    historyDays: parts.settings.tagHistoryDays,
    ledgerDays: parts.settings.ledgerDays,
  });
  const ctx = contextOf({ db: own.db, who: theRegistry, log, requestId: 'events', live, counts, forget });
  const events = new EventRelay({ ctx, listeners: createListeners(features) });
  return {
    start() {
      runner.start();
      collection.start();
      events.start();
    },
    async close() {
      await Promise.all([runner.close(), collection.close(), events.close()]);
      await own.close();
    },
  };
}

/** Of what no request of the API asks for. */
function contextOf(parts: Omit<Context, 'signal' | 'clientAddress'>): Context {
  return { ...parts, signal: new AbortController().signal, clientAddress: '' };
}

interface JobsOfApp {
  start(): void;
  close(): Promise<void>;
}

interface Parts {
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly outgoing: Outgoing;
  readonly settings: Settings;
  readonly secretKey: Uint8Array;
}

async function createParts(
  { settings, log, secretKey, soleWriter }: AppOptions,
  database: Database,
): Promise<Parts> {
  const storage = openStorage(settings.storage, (message) => log.warn({ storage: message }, 'storage'));
  await storage.probe();
  const changed = await applyGivenSettings(database, secretKey, settings.live);
  if (changed.length > 0)
    log.info({ settings: changed }, 'settings were brought in line with those given at start');
  const live = new LiveSettings(() => readConfiguration(database.db, secretKey));
  await live.reload();
  const robotPrefix = () => live.get('robot_name_prefix');
  const directory = new Directory(database, { robotPrefix, log });
  await directory.start();
  const tokens = new Tokens(await loadSigningKey(database, secretKey));
  const counts = new Counts();
  const forget = (change: AccessChange) => directory.forget(change);
  const { db } = database;
  const refused = recordingFailedLogins(
    contextOf({ db, who: nobody, log, requestId: 'login', live, counts, forget }),
  );
  const authenticator = new Authenticator({ database, directory, tokens, robotPrefix, log, refused });
  const registry: Registry = {
    database,
    storage,
    directory,
    authenticator,
    content: new Content(database, { soleWriter, leaseSeconds: settings.blobLeaseSeconds }),
    repositories: new Repositories(database),
    sessions: new UploadSessions(database, storage, {
      expiryHours: settings.uploadExpiryHours,
      soleWriter,
    }),
    small: new ByteCache(16 * 1024 * 1024),
    verified: new Verified(),
    pulls: new PullRecorder(database, log, live),
    refusals: new Refusals(),
    log,
    live,
    counts,
    forget,
    leaseSeconds: settings.blobLeaseSeconds,
    externalUrl: settings.externalUrl,
    secure: settings.tlsCertificate !== undefined,
  };
  // What verify --repair changes beside a running server it announces as a change of everything.
  directory.onForget((change) => {
    if (change === 'everything') registry.content.forgetAll();
    if (change.startsWith('repository:')) registry.repositories.forget(change.slice('repository:'.length));
    if (change === 'everything' || change === 'configuration') {
      live
        .reload()
        .catch((error: unknown) => log.warn({ err: error }, 'the settings could not be read again'));
    }
  });
  const sessions = new Sessions({ database, directory, minutes: () => live.get('session_timeout') });
  const outgoing = new Outgoing({ allowed: parseAllowed(settings.outgoingAllow) });
  return { registry, authenticator, sessions, tokens, outgoing, settings, secretKey };
}

function listenOptions(settings: Settings): ListenOptions {
  const { tlsCertificate: certificate, tlsPrivateKey: privateKey } = settings;
  const external = settings.externalUrl === undefined ? undefined : new URL(settings.externalUrl);
  // Clients of the plain port are sent where the operator says the registry is, which may be a mapped port.
  const publicPort = external?.protocol === 'https:' ? Number(external.port || 443) : undefined;
  return {
    port: settings.port,
    silenceSeconds: settings.requestTimeoutSeconds,
    ...(settings.host === undefined ? {} : { host: settings.host }),
    ...(certificate !== undefined && privateKey !== undefined
      ? { tls: { certificate, key: privateKey } }
      : {}),
    ...(settings.httpPort === undefined ? {} : { redirectPort: settings.httpPort }),
    ...(publicPort === undefined ? {} : { publicPort }),
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Three doors: the data plane and the token service go past the API's framework, everything else through it. */
function dispatcher(parts: Parts, api: Handler): Handler {
  const registry = createRegistry(parts.registry);
  const { authenticator, sessions, tokens: signer, registry: plane } = parts;
  const tokens = tokenListener({
    authenticator,
    sessions,
    directory: plane.directory,
    tokens: signer,
    tokenSeconds: () => plane.live.get('token_expiration') * 60,
    log: plane.log,
  });
  return (request, response) => {
    const url = request.url ?? '';
    if (url.startsWith('/v2/') || url === '/v2') registry(request, response);
    else if (url.startsWith('/service/token')) void tokens(request, response);
    else api(request, response);
  };
}
