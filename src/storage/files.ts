import type { Buffer } from 'node:buffer';
import * as fs from 'node:fs';

/**
 * The file system calls that the filesystem driver makes, so that a test can count them, fail the n-th one, or
 * give a model that loses what was not synced. Callbacks of node:fs turned into promises: `fs/promises` wraps
 * every descriptor in an object and costs about twice the CPU for small files.
 */
export interface Files {
  open(path: string, flags: number): Promise<number>;
  close(fd: number): Promise<void>;
  /** Bytes read; 0 at the end of the file. */
  read(fd: number, buffer: Buffer, length: number, position: number): Promise<number>;
  /** Bytes written, which may be fewer than were given. */
  write(fd: number, buffers: Buffer[], position: number): Promise<number>;
  sync(fd: number): Promise<void>;
  truncate(fd: number, size: number): Promise<void>;
  stat(path: string): Promise<FileStat>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** One level; EEXIST when it is there. */
  mkdir(path: string): Promise<void>;
  /** Copies to a new name; shares the blocks where the file system can. */
  copy(from: string, to: string): Promise<void>;
  /** Opens and syncs a folder. */
  syncFolder(path: string): Promise<void>;
  /** Names in a folder, a few at a time. */
  names(path: string): AsyncIterable<string>;
}

export interface FileStat {
  size: number;
  modifiedAt: number;
  isFile: boolean;
}

export const readOnly: number = fs.constants.O_RDONLY;
export const writeOnly: number = fs.constants.O_WRONLY;
export const createEmpty: number = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_TRUNC;

const { COPYFILE_EXCL, COPYFILE_FICLONE } = fs.constants;

export const nodeFiles: Files = {
  open: (path, flags) => call((done) => fs.open(path, flags, 0o640, done)),
  close: (fd) => call((done) => fs.close(fd, done)),
  read: (fd, buffer, length, position) => call((done) => fs.read(fd, buffer, 0, length, position, done)),
  write: (fd, buffers, position) => call((done) => fs.writev(fd, buffers, position, done)),
  sync: (fd) => call((done) => fs.fsync(fd, done)),
  truncate: (fd, size) => call((done) => fs.ftruncate(fd, size, done)),
  stat: async (path) => {
    const found = await call<fs.Stats>((done) => fs.lstat(path, done));
    return { size: found.size, modifiedAt: Math.floor(found.mtimeMs), isFile: found.isFile() };
  },
  rename: (from, to) => call((done) => fs.rename(from, to, done)),
  unlink: (path) => call((done) => fs.unlink(path, done)),
  mkdir: (path) => call((done) => fs.mkdir(path, 0o750, done)),
  copy: (from, to) => call((done) => fs.copyFile(from, to, COPYFILE_EXCL | COPYFILE_FICLONE, done)),
  syncFolder: async (path) => {
    const fd = await call<number>((done) => fs.open(path, readOnly | fs.constants.O_DIRECTORY, done));
    try {
      await call((done) => fs.fsync(fd, done));
    } finally {
      fs.closeSync(fd);
    }
  },
  async *names(path) {
    const folder = await call<fs.Dir>((done) => fs.opendir(path, { bufferSize: 256 }, done));
    for await (const entry of folder) yield entry.name;
  },
};

function call<T>(start: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error) reject(error);
      else resolve(value as T); // node:fs gives the value, or nothing where T is void, whenever there is no error
    });
  });
}

/** The code of a system error, for instance `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
