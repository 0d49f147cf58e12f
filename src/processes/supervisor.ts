import { mkdir } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import type { Initialised } from '#src/auth/accounts.ts';
import { settingIn } from '#src/config/live.ts';
import type { LoadedSettings } from '#src/config/load.ts';
import type { Settings } from '#src/config/settings.ts';
import { version } from '#src/config/version.ts';
import { migrate } from '#src/database/migrate.ts';
import { createLogger, type Logger } from '#src/log.ts';
import { announcement } from './announcement.ts';
import { explain, reportCrash } from './crash.ts';
import { dataInUse, tryLockData } from './data-lock.ts';
import type { WorkerTask } from './messages.ts';
import { PostgresKeeper } from './postgres-keeper.ts';
import { loadSecretKey } from './secret-key.ts';
import { listenForStop } from './stop-signals.ts';
import { Workers } from './workers.ts';

/** After an unexpected error nothing is waited for but PostgreSQL, and that not for ever. */
const emergencyMilliseconds = 40_000;

/**
 * Runs the registry until it is told to stop, and resolves with the exit code: data folder, lock, secret key,
 * PostgreSQL, migrations, first data, HTTP; taken down in the opposite order.
 */
export async function serve({ settings, warnings }: LoadedSettings): Promise<number> {
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat });
  for (const warning of warnings) log.warn(warning);
  const signals = listenForStop(() => process.exit(1));
  const crashed = crashesOf(log);
  const started = new AsyncDisposableStack();
  let serving = false;
  try {
    const server = await startAll(settings, log, signals.stop, started);
    serving = true;
    const reason = await Promise.race([aborted(signals.stop), crashed, server.failed]);
    log.info(`${reason}: finishing what runs, at most ${settings.shutdownGraceSeconds} s`);
    await Promise.race([server.drain(settings.shutdownGraceSeconds * 1000), crashed]);
    await started.disposeAsync();
    log.info('stopped');
    return 0;
  } catch (error) {
    if (error instanceof Crash) return 1;
    if (signals.stop.aborted && !serving) {
      log.info(`${(signals.stop.reason as Error).message}: stopped while starting`);
      return 0;
    }
    log.fatal(explain(error));
    return 1;
  } finally {
    await started.disposeAsync();
    signals.release();
  }
}

interface RunningServer {
  /** Rejects when the server cannot go on. */
  readonly failed: Promise<never>;
  drain(graceMilliseconds: number): Promise<void>;
}

async function startAll(
  settings: Settings,
  log: Logger,
  stop: AbortSignal,
  started: AsyncDisposableStack,
): Promise<RunningServer> {
  const step = stopwatch(log, stop);
  await step('data folder', () => makeDataFolder(settings.data));
  lockFolder(settings, started);
  const secretKey = await step('secret key', () => loadSecretKey(settings.data, settings.secretKey));
  loadAhead(settings);
  const database = await step('database', () => startDatabase(settings, log, stop, started));
  const { applied } = await step('migrations', () => migrate(database.url));
  if (applied.length > 0) log.info({ applied }, 'database brought up to date');
  const first = await step('first data', () => firstData(settings, database.url));
  const task = { settings, databaseUrl: database.url, secretKey };
  const http = await step('http', () => startHttp(task, log));
  announce(settings, http.port, first.generatedPassword);
  flushCompileCache();
  return { failed: database.failed, drain: (grace) => http.stop(grace) };
}

/** Root's PostgreSQL user has to pass through the folder; nobody needs to list it. */
async function makeDataFolder(data: string): Promise<void> {
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  await mkdir(data, { recursive: true, mode }).catch((cause: unknown) => {
    throw new Error(`the data folder ${data} cannot be made (MOORAGE_DATA)`, { cause });
  });
}

interface ReadyDatabase {
  readonly url: string;
  readonly failed: Promise<never>;
}

/**
 * With an embedded database this process has the folder to itself. With one of the settings the folder is not
 * locked: replicas may share it, because the database then decides everything between them.
 */
function lockFolder({ data, databaseUrl }: Settings, started: AsyncDisposableStack): void {
  if (databaseUrl !== undefined) return;
  const lock = tryLockData(data);
  if (lock === undefined) throw new Error(dataInUse(data));
  started.defer(() => lock.release());
}

/** The registry's modules take a third of a second to load; PostgreSQL starts meanwhile. */
function loadAhead({ workers }: Settings): void {
  // Whoever needs them imports them again and gets the error.
  if (workers === 1) import('#src/app.ts').catch(() => undefined);
}

interface ReadyDatabase {
  readonly url: string;
  readonly failed: Promise<never>;
}

async function startDatabase(
  { data, databaseUrl }: Settings,
  log: Logger,
  stop: AbortSignal,
  started: AsyncDisposableStack,
): Promise<ReadyDatabase> {
  if (databaseUrl !== undefined) return { url: databaseUrl, failed: new Promise(() => {}) };
  const keeper = await PostgresKeeper.start(data, log, stop);
  started.defer(() => keeper.stop());
  return { url: keeper.url, failed: keeper.failed };
}

async function firstData({ adminPassword, live }: Settings, url: string): Promise<Initialised> {
  const { initialise } = await import('#src/auth/accounts.ts');
  const { openDatabase } = await import('#src/database/pool.ts');
  const database = openDatabase(url, { max: 1, applicationName: 'moorage start' });
  try {
    return await initialise(database, {
      ...(adminPassword !== undefined && { adminPassword }),
      storagePerProject: settingIn({ ...live.first, ...live.overwrite }, 'storage_per_project'),
    });
  } finally {
    await database.close();
  }
}

interface HttpService {
  readonly port: number;
  stop(graceMilliseconds: number): Promise<void>;
}

async function startHttp(task: WorkerTask, log: Logger): Promise<HttpService> {
  if (task.settings.workers > 1) return Workers.start(task.settings.workers, task, log);
  // Imported here, so that a supervisor of several workers does not carry the registry in its memory too.
  const { createApp } = await import('#src/app.ts');
  const { settings, databaseUrl, secretKey } = task;
  const soleWriter = settings.databaseUrl === undefined;
  const app = await createApp({ settings, log, database: { url: databaseUrl }, secretKey, soleWriter });
  const { port } = await app.listen().catch(async (error: unknown) => {
    await app.close(0);
    throw error;
  });
  return { port, stop: (grace) => app.close(grace) };
}

function announce(settings: Settings, port: number, adminPassword: string | undefined): void {
  const scheme = settings.tlsCertificate === undefined ? 'http' : 'https';
  const url = settings.externalUrl ?? `${scheme}://localhost:${port}`;
  const { data } = settings;
  // Not through the log: the password must not be in it, and a person wants to read these lines.
  process.stderr.write(
    announcement({
      version,
      url,
      data,
      ...(adminPassword === undefined ? {} : { adminPassword }),
    }),
  );
}

/** Runs the parts of a start one after the other, says how long each took, and ends between two when told to. */
function stopwatch(log: Logger, stop: AbortSignal) {
  return async <T>(name: string, part: () => Promise<T>): Promise<T> => {
    stop.throwIfAborted();
    const began = performance.now();
    const result = await part();
    log.debug({ milliseconds: Math.round(performance.now() - began) }, `start: ${name}`);
    return result;
  };
}

/** Already reported where it happened. */
class Crash extends Error {}

/** Rejects at the first error that nobody has caught; what is in memory is not to be trusted from then on. */
function crashesOf(log: Logger): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const crash = (error: unknown): void => {
    reportCrash(log, error);
    setTimeout(() => process.exit(1), emergencyMilliseconds).unref();
    reject(new Crash());
  };
  process.on('uncaughtException', crash).on('unhandledRejection', crash);
  return promise;
}

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const done = (): void => resolve((signal.reason as Error).message);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
