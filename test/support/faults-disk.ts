import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A file system of its own, in a file. */
export interface Disk {
  /** Where it is mounted. */
  readonly path: string;
  /** Leaves so many bytes free, in blocks of 4 KiB; the next fill or `empty` takes the former one away. */
  fill(bytesLeft: number): Promise<void>;
  /** Leaves room for so many more files. */
  fillInodes(left: number): Promise<void>;
  /** Takes the filling away. */
  empty(): Promise<void>;
  /** As a power cut at this moment would leave it; nobody may be writing to it. */
  cut(): Promise<Disk>;
  remove(): Promise<void>;
}

/** Why this machine cannot mount images, or undefined. Only trying tells: containers differ in what root may do. */
export function mountObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  const folder = mkdtempSync(join(tmpdir(), 'moorage-mount-'));
  const [image, path] = [join(folder, 'disk.img'), join(folder, 'mounted')];
  const quiet = { stdio: 'ignore' } as const;
  try {
    mkdirSync(path);
    execFileSync('truncate', ['-s', '8M', image], quiet);
    execFileSync('mkfs.ext4', ['-q', '-F', image], quiet);
    execFileSync('mount', ['-o', 'loop', image, path], quiet);
    execFileSync('umount', [path], quiet);
    return undefined;
  } catch (error) {
    return `needs mkfs.ext4 and loop mounts (${(error as Error).message.split('\n')[0]})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * An ext4 file system in an image, journal commits every five minutes: what was not synced stays in memory, and
 * so is not in a copy of the image, which is what a power cut does to it.
 */
export async function makeDisk(mebibytes: number, inodes?: number): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), 'moorage-disk-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(folder, 0o711);
  const image = join(folder, 'disk.img');
  await execute('truncate', ['-s', `${mebibytes}M`, image]);
  const few = inodes === undefined ? [] : ['-N', String(inodes)];
  await execute('mkfs.ext4', ['-q', '-F', '-m', '0', ...few, image]);
  return mount(folder, image);
}

async function mount(folder: string, image: string): Promise<Disk> {
  const path = join(folder, 'mounted');
  await mkdir(path, { mode: 0o711 });
  await execute('mount', ['-o', 'loop,commit=300', image, path]);
  const filling = join(path, 'filling');
  const empty = (): Promise<void> => rm(filling, { recursive: true, force: true });
  return {
    path,
    empty,
    async fill(bytesLeft) {
      await empty();
      // What the file takes for its own map comes on top, so the rest is given back in a second step.
      const { bavail, bsize } = await statfs(path);
      await execute('fallocate', ['-l', String(bavail * bsize - 64 * bsize), filling]);
      const file = await open(filling, 'a');
      for (let { bavail: left } = await statfs(path); left * bsize > bytesLeft; left -= 1) {
        await file.write(Buffer.alloc(bsize)).catch(() => (left = 0));
      }
      await file.close();
    },
    async fillInodes(left) {
      await empty();
      await mkdir(filling);
      for (let { ffree } = await statfs(path); ffree > left; ffree -= 1) {
        await writeFile(join(filling, String(ffree)), '');
      }
    },
    async cut() {
      const copy = await mkdtemp(join(tmpdir(), 'moorage-disk-'));
      await chmod(copy, 0o711);
      await execute('cp', ['--sparse=always', '--reflink=auto', image, join(copy, 'disk.img')]);
      return mount(copy, join(copy, 'disk.img'));
    },
    async remove() {
      await execute('umount', [path]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
