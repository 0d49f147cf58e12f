import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { writeDurably } from './durable-file.ts';
import { type Account, type Binaries, canEnter, canRun, copyBinaries } from './embedded-binaries.ts';

/** Where a root process puts what PostgreSQL's user cannot reach in its usual place. */
const systemFolder = '/var/lib/moorage';
/** A socket's address holds 108 bytes on Linux and 104 on macOS, the file name and its end included. */
const socketPathLimit = 100;
/** Beside a database that is not in its data folder: which data folder that is. */
const ownerNote = 'data-folder';
const socketName = '.s.PGSQL.5432';

export interface Place {
  /** Owned by us: configuration, and the names of the folders below. PostgreSQL's user only reads it. */
  readonly folder: string;
  /** PostgreSQL's own data folder, owned by its user. */
  readonly cluster: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
}

/**
 * Decides who runs PostgreSQL, from which programs, on which folder. An ordinary user runs it as itself in the
 * data folder. PostgreSQL refuses root, so a root process takes an unprivileged user; where that user cannot
 * reach the programs or the data folder by path (a parent that only root may enter), they go to
 * /var/lib/moorage, and `postgres.location` in the data folder remembers where its database is.
 */
export async function choosePlace(data: string, found: Binaries, log: Logger): Promise<Place> {
  const folder = await rememberedFolder(data);
  await refuseCopy(data, folder);
  const account = await chooseAccount(join(folder, 'postgres'));
  const binaries = await reachableBinaries(found, account, log);
  if (account === undefined || (await letPass(folder, account, log))) {
    return { folder, cluster: join(folder, 'postgres'), account, binaries };
  }
  if (existsSync(join(folder, 'postgres', 'PG_VERSION'))) {
    throw new Error(
      `PostgreSQL runs as user ${account.name}, who cannot enter ${folder} although the database is in it: allow it to pass the folders above (chmod o+x), or move the data folder`,
    );
  }
  return elsewhere(data, account, binaries, log);
}

/** The folder that holds the database: the data folder, or the one that an earlier start had to move to. */
export async function rememberedFolder(data: string): Promise<string> {
  const note = join(data, 'postgres.location');
  if (!existsSync(note)) return resolve(data);
  const cluster = (await readFile(note, 'utf8')).trim();
  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    throw new Error(
      `${note} says that the database of this data folder is in ${cluster}, but there is none: bring it back, or restore a backup`,
    );
  }
  return dirname(cluster);
}

/**
 * True when the account can enter the folder. One that is closed to it gets the account's group and that group's
 * right to pass, if this is all that is missing: it is our own folder, and nobody else gains anything.
 */
async function letPass(folder: string, account: Account, log: Logger): Promise<boolean> {
  if (await canEnter(folder, account)) return true;
  const { uid, gid, mode } = await stat(folder);
  if (uid !== process.getuid?.()) return false;
  await chown(folder, uid, account.gid);
  await chmod(folder, (mode & 0o7777) | 0o010);
  if (await canEnter(folder, account)) {
    log.info(
      `${folder}: the group of user ${account.name} may now pass, so that PostgreSQL reaches its folder`,
    );
    return true;
  }
  await chown(folder, uid, gid);
  await chmod(folder, mode & 0o7777);
  return false;
}

/** A copy of a data folder whose database is elsewhere would share it with the original. */
async function refuseCopy(data: string, folder: string): Promise<void> {
  const note = join(folder, ownerNote);
  if (folder === resolve(data) || !existsSync(note)) return;
  const owner = (await readFile(note, 'utf8')).trim();
  const isCopy = owner !== resolve(data) && existsSync(join(owner, 'postgres.location'));
  if (isCopy && (await rememberedFolder(owner)) === folder) {
    throw new Error(
      `the database in ${folder} belongs to the data folder ${owner}, of which ${data} seems to be a copy: only one of them can use it; copy the database's files to ${data}/postgres and remove ${data}/postgres.location to give the copy its own`,
    );
  }
}

async function elsewhere(data: string, account: Account, binaries: Binaries, log: Logger): Promise<Place> {
  const folder = join(systemFolder, randomBytes(8).toString('hex'));
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const cluster = join(folder, 'postgres');
  log.info(
    `user ${account.name} cannot enter ${data}: the database goes to ${cluster} (noted in ${data}/postgres.location)`,
  );
  return { folder, cluster, account, binaries };
}

/** Called once the database exists: a start that fails before leaves no note that points nowhere. */
export async function rememberPlace(data: string, place: Place): Promise<void> {
  if (place.folder === resolve(data)) return;
  await writeDurably(join(place.folder, ownerNote), `${resolve(data)}\n`, 0o644);
  await writeDurably(join(data, 'postgres.location'), `${place.cluster}\n`, 0o644);
}

async function reachableBinaries(
  found: Binaries,
  account: Account | undefined,
  log: Logger,
): Promise<Binaries> {
  if (await canRun(found, account)) return found;
  if (account === undefined) {
    throw new Error(
      `${found.root}/bin/postgres does not run on this machine (it needs glibc): set MOORAGE_DATABASE_URL to a PostgreSQL of your own`,
    );
  }
  const copy = await copyBinaries(found, systemFolder);
  if (!(await canRun(copy, account))) {
    throw new Error(
      `user ${account.name} can run PostgreSQL neither from ${found.root} nor from ${copy.root}: set MOORAGE_DATABASE_URL to a PostgreSQL of your own`,
    );
  }
  log.info(`user ${account.name} cannot run programs under ${found.root}: PostgreSQL runs from ${copy.root}`);
  return copy;
}

async function chooseAccount(cluster: string): Promise<Account | undefined> {
  const self = process.getuid?.();
  const owner = existsSync(join(cluster, 'PG_VERSION')) ? await stat(cluster) : undefined;
  if (self !== 0) {
    if (owner !== undefined && owner.uid !== self) {
      throw new Error(
        `${cluster} belongs to user ${owner.uid}, this process is user ${self}: start it as root or as the owner`,
      );
    }
    return undefined;
  }
  const accounts = await readAccounts();
  // PostgreSQL insists on owning its folder, so an existing one decides (for instance a user's own, run by sudo).
  if (owner !== undefined && owner.uid !== 0) {
    const known = [...accounts.values()].find(({ uid }) => uid === owner.uid);
    return { name: known?.name ?? String(owner.uid), uid: owner.uid, gid: owner.gid };
  }
  for (const name of ['moorage', 'postgres', 'nobody']) {
    const account = accounts.get(name);
    if (account !== undefined && account.uid !== 0) return account;
  }
  return { name: 'nobody', uid: 65534, gid: 65534 };
}

async function readAccounts(): Promise<Map<string, Account>> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const accounts = new Map<string, Account>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid) accounts.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  return accounts;
}

/**
 * Makes the private folder of the socket and empties it: a lock file left by a killed PostgreSQL may name a
 * process id that another program has by now, and would stop the start.
 */
export async function prepareSocketFolder(place: Place): Promise<string> {
  const folder = await privateFolder(place);
  for (const name of [socketName, `${socketName}.lock`]) await rm(join(folder, name), { force: true });
  return folder;
}

async function privateFolder(place: Place): Promise<string> {
  const usual = join(place.folder, 'postgres.socket');
  if (Buffer.byteLength(join(usual, socketName)) < socketPathLimit) return own(usual, place.account);
  // The same name at every start, so that nothing piles up after kills.
  const name = `moorage-${createHash('sha256').update(place.folder).digest('hex').slice(0, 16)}`;
  for (const parent of process.getuid?.() === 0 ? ['/run', '/tmp'] : ['/tmp']) {
    try {
      return await own(join(parent, name), place.account);
    } catch {
      // Somebody else has the name, or the folder is read-only: the next one, then a random name.
    }
  }
  return own(await mkdtemp('/tmp/moorage-'), place.account);
}

/** A folder that only PostgreSQL's user (and root) may enter. Refuses one that somebody else has prepared. */
async function own(folder: string, account: Account | undefined): Promise<string> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  const uid = account?.uid ?? process.getuid?.() ?? found.uid;
  const ours = found.uid === uid || found.uid === process.getuid?.();
  if (!found.isDirectory() || !ours || (found.mode & 0o077) !== 0) {
    throw new Error(`${folder} exists and is not a private folder of user ${uid}: remove it`);
  }
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  return folder;
}

/** A new folder for PostgreSQL to fill; what an interrupted attempt left is removed. */
export async function freshFolder(folder: string, account: Account | undefined): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await own(folder, account);
}
