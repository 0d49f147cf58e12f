import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface DataLock {
  release(): void;
}

/**
 * Takes the data folder for this process; undefined when another process has it. The lock is one of the kernel
 * (fcntl, taken through SQLite on an empty file): it ends with the process however that ends, needs no cleaning
 * after a kill or a power cut, and holds between containers that share a volume and over NFS 4. A pid file alone
 * does none of these. It costs 4 MiB of memory; Node has no other door to file locks.
 */
export function tryLockData(data: string): DataLock | undefined {
  const lock = new DatabaseSync(join(data, 'moorage.lock'), { timeout: 0, open: false });
  try {
    lock.open();
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (cause) {
    if (lock.isOpen) lock.close();
    if ((cause as { errcode?: number }).errcode === busy) return undefined;
    throw new Error(
      `the data folder ${data} cannot be locked: it must exist, be writable, and its file system must know file locks`,
      { cause },
    );
  }
  const holder = join(data, holderFile);
  writeFileSync(holder, `${process.pid}\n${hostname()}\n`);
  return {
    release() {
      rmSync(holder, { force: true });
      lock.close();
    },
  };
}

/** SQLITE_BUSY */
const busy = 5;

// Only words for a person: the lock itself is in moorage.lock, whose own content must never be opened by hand,
// because closing any descriptor of a file drops all locks that the process has on it.
const holderFile = 'moorage.pid';

/** Says who has the folder and what to do. */
export function dataInUse(data: string): string {
  const file = join(data, holderFile);
  const [pid, host] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const holder = pid ? `process ${pid} on ${host ?? 'this machine'}` : 'another process';
  return `the data folder ${data} is in use by ${holder}: stop it first, or start with a data folder of its own (MOORAGE_DATA); nothing was changed`;
}
