import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Logger } from 'pino';
import { syncFolder, writeDurably } from './durable-file.ts';
import { environment, findBinaries, identity } from './embedded-binaries.ts';
import { endProcess, readPostmaster, stopOrphan } from './embedded-orphan.ts';
import {
  choosePlace,
  freshFolder,
  type Place,
  prepareSocketFolder,
  rememberedFolder,
  rememberPlace,
} from './embedded-place.ts';
import { accessRules, formatSettings, scramIterations, serverSettings } from './embedded-settings.ts';

const execute = promisify(execFile);

export interface EmbeddedPostgres {
  /** For pg's `connectionString`: user, password and database over the private socket. A secret. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it, with words for the log. */
  readonly exited: Promise<string>;
  /** Fast shutdown: running statements are cut, everything committed is on disk. Bounded (35 s). */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The data folder; it must exist and be locked by this process. */
  readonly data: string;
  readonly log: Logger;
  /** Gives up waiting for a start (recovery after a crash may take minutes) and stops PostgreSQL again. */
  readonly signal?: AbortSignal;
  /** Added to the settings, for tests only: `fsync=off` loses acknowledged data. */
  readonly settings?: Record<string, string>;
}

/**
 * Starts the PostgreSQL that came with npm on the data folder and waits until it answers; makes its files on
 * the first start (0.8 s), later ones take 50 ms. A PostgreSQL left over by a killed supervisor is stopped.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { data, log } = options;
  const place = await choosePlace(data, await findBinaries(), log);
  const password = await databasePassword(data, place);
  if (existsSync(join(place.cluster, 'PG_VERSION'))) await checkVersion(place);
  else await createCluster(place, password, log);
  await rememberPlace(data, place);
  await stopOrphan(place.cluster, log);

  const socketFolder = await prepareSocketFolder(place);
  const hbaFile = join(place.folder, 'postgres.access.conf');
  const configFile = join(place.folder, 'postgres.conf');
  await writeDurably(hbaFile, accessRules, 0o644);
  const settings = { ...serverSettings({ socketFolder, hbaFile }), ...options.settings };
  await writeDurably(configFile, formatSettings(settings), 0o644);

  const running = await spawnServer(place, configFile, log);
  const stop = () =>
    endProcess(running.pid, () => running.child.exitCode === null && running.child.signalCode === null);
  const url = socketUrl(socketFolder, password);
  try {
    await untilReady(place.cluster, url, running, options);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: running.pid, exited: running.exited, stop };
}

/**
 * The URL of the embedded PostgreSQL that another process (the server) runs on this data folder; undefined when
 * none answers. For command line tools.
 */
export async function findRunningPostgres(data: string): Promise<string | undefined> {
  const folder = await rememberedFolder(data);
  const postmaster = await readPostmaster(join(folder, 'postgres'));
  const file = join(data, passwordFile);
  if (postmaster === undefined || !existsSync(file)) return undefined;
  const url = socketUrl(postmaster.socketFolder, (await readFile(file, 'utf8')).trim());
  return (await probe(url)) === 'ready' ? url : undefined;
}

// A password of its own and not one derived from the secret key: whoever changes that setting keeps the database.
const passwordFile = 'postgres.password';

async function databasePassword(data: string, place: Place): Promise<string> {
  const file = join(data, passwordFile);
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(32).toString('base64url');
  if (existsSync(join(place.cluster, 'PG_VERSION'))) await changePassword(place, password);
  await writeDurably(file, `${password}\n`, 0o600);
  return password;
}

/** A data folder that came back from a backup without its password file: PostgreSQL's single-user mode. */
async function changePassword(place: Place, password: string): Promise<void> {
  const single = spawn(
    join(place.binaries.root, 'bin', 'postgres'),
    ['--single', '-D', place.cluster, 'postgres'],
    {
      cwd: '/',
      env: environment,
      stdio: ['pipe', 'ignore', 'ignore'],
      ...identity(place.account),
    },
  );
  single.stdin.end(`alter role moorage password '${password}'\n`);
  const code = await new Promise((resolve, reject) => single.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error(`could not set a new password for the database in ${place.cluster}`);
}

async function checkVersion(place: Place): Promise<void> {
  const version = (await readFile(join(place.cluster, 'PG_VERSION'), 'utf8')).trim();
  if (version === place.binaries.major) return;
  throw new Error(
    `the database in ${place.cluster} was made by PostgreSQL ${version}, this program brings ${place.binaries.major}: start the version that made it, dump it, and load the dump into a new data folder`,
  );
}

/** Makes a database cluster under a draft name, so that a folder with the right name is always a whole one. */
async function createCluster(place: Place, password: string, log: Logger): Promise<void> {
  const draft = `${place.cluster}.new`;
  const secret = `${place.cluster}.init`;
  await freshFolder(draft, place.account);
  // initdb runs as the other user and reads the password from a file of its own, gone a second later.
  await writeDurably(secret, password, 0o600);
  if (place.account !== undefined) await chown(secret, place.account.uid, place.account.gid);
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = [
    '--username=moorage',
    '--auth=scram-sha-256',
    `--pwfile=${secret}`,
    '--set',
    `scram_iterations=${scramIterations}`,
  ];
  try {
    const began = performance.now();
    await execute(
      join(place.binaries.root, 'bin', 'initdb'),
      ['-D', draft, '--data-checksums', ...locale, ...access],
      {
        cwd: '/',
        env: environment,
        ...identity(place.account),
      },
    );
    log.debug({ milliseconds: Math.round(performance.now() - began) }, 'database files made');
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw new Error(`PostgreSQL could not make its files in ${place.cluster}`, { cause });
  } finally {
    await rm(secret, { force: true });
  }
  await rename(draft, place.cluster);
  await syncFolder(place.folder);
}

interface RunningServer {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<string>;
}

async function spawnServer(place: Place, configFile: string, log: Logger): Promise<RunningServer> {
  const program = join(place.binaries.root, 'bin', 'postgres');
  const command = [program, '-D', place.cluster, '-c', `config_file=${configFile}`];
  // If this process is killed, the kernel asks PostgreSQL to shut down; without setpriv the next start does.
  if (await hasDeathSignal()) command.unshift('setpriv', '--pdeathsig', 'INT');
  const [file = program, ...args] = command;
  const child = spawn(file, args, {
    cwd: '/',
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C on the terminal must reach us only, or the database would stop first.
    detached: true,
    ...identity(place.account),
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  createInterface({ input: child.stderr }).on('line', (line) => logLine(log, line));
  if (child.pid === undefined) throw new Error(`PostgreSQL ${await exited}`);
  return { child, pid: child.pid, exited };
}

async function hasDeathSignal(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const { stdout } = await execute('setpriv', ['--help'], { env: environment }).catch(() => ({ stdout: '' }));
  return stdout.includes('--pdeathsig');
}

/** ERROR is the statement's own failure, which its caller reports; LOG is chatter; the rest is for the operator. */
function logLine(log: Logger, line: string): void {
  const [, level = 'LOG', text = line] = /^([A-Z]+):\s+(.*)$/.exec(line) ?? [];
  const expected =
    /^(the database system is |terminating connection due to admin|database "moorage" does not)/.test(text);
  if (level === 'PANIC') log.error(`PostgreSQL: ${text}`);
  else if ((level === 'FATAL' || level === 'WARNING') && !expected) log.warn(`PostgreSQL: ${text}`);
  else log.debug(`PostgreSQL: ${text}`);
}

function socketUrl(socketFolder: string, password: string): string {
  return `postgres://moorage:${password}@localhost/moorage?host=${encodeURIComponent(socketFolder)}`;
}

/** After a crash PostgreSQL replays its log first, which may take minutes: as long as it lives we wait. */
async function untilReady(
  cluster: string,
  url: string,
  running: RunningServer,
  { log, signal }: EmbeddedOptions,
): Promise<void> {
  let ended: string | undefined;
  void running.exited.then((how) => (ended = how));
  const began = performance.now();
  let told = 0;
  for (;;) {
    signal?.throwIfAborted();
    if (ended !== undefined) {
      throw new Error(`PostgreSQL did not start (${ended}); its last lines are in the log`);
    }
    // The file tells when it is worth asking: each refused connection costs PostgreSQL a process.
    const postmaster = await readPostmaster(cluster);
    const isUp = postmaster?.pid === running.pid && postmaster.status === 'ready';
    const state = isUp ? await probe(url) : 'starting';
    if (state === 'ready') return;
    if (state === 'no database') await createDatabase(url);
    const seconds = Math.floor((performance.now() - began) / 5_000) * 5;
    if (seconds > told)
      log.info(`PostgreSQL is still starting (${seconds} s): it repairs itself after a crash`);
    told = Math.max(told, seconds);
    await delay(10);
  }
}

/** `starting` covers everything that waiting cures; a refused password does not, and is thrown. */
async function probe(url: string): Promise<'ready' | 'starting' | 'no database'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return 'ready';
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '3D000') return 'no database';
    if (code === '28P01') {
      throw new Error(
        `the database refuses the password in ${passwordFile}: remove that file and a new one is set`,
        { cause: error },
      );
    }
    return 'starting';
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace('/moorage?', '/postgres?') });
  await client.connect();
  await client.query('create database moorage');
  await client.end();
}
