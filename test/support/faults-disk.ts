import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A file system of its own, in a file. */
export interface Disk {
  /** Where it is mounted. */
  readonly path: string;
  /** As a power cut at this moment would leave it; nobody may be writing to it. */
  cut(): Promise<Disk>;
  remove(): Promise<void>;
}

/** Why this machine cannot mount images, or undefined. Tried once, because containers differ in what root may do. */
export function mountObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    execFileSync('mkfs.ext4', ['-V'], { stdio: 'ignore' });
    execFileSync('losetup', ['--find'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `needs mkfs.ext4 and loop devices (${(error as Error).message.split('\n')[0]})`;
  }
}

/**
 * An ext4 file system in an image, journal commits every five minutes: what was not synced stays in memory, and
 * so is not in a copy of the image, which is what a power cut does to it.
 */
export async function makeDisk(mebibytes: number): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), 'moorage-disk-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(folder, 0o711);
  const image = join(folder, 'disk.img');
  await execute('truncate', ['-s', `${mebibytes}M`, image]);
  await execute('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  return mount(folder, image);
}

async function mount(folder: string, image: string): Promise<Disk> {
  const path = join(folder, 'mounted');
  await mkdir(path, { mode: 0o711 });
  await execute('mount', ['-o', 'loop,commit=300', image, path]);
  return {
    path,
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
