import { Buffer } from 'node:buffer';
import { constants } from 'node:fs';
import type { Files, FileStat } from '#src/storage/files.ts';

/**
 * A file system in memory that keeps what was synced apart from what was not, and is as unkind as POSIX allows:
 * a sync covers only what was there when it began, a file's sync says nothing about its name, and a power cut
 * keeps any part of what was not synced.
 */
export class ModelFiles implements Files {
  readonly #root: Folder;
  readonly #open = new Map<number, FileNode>();
  #nextFd = 3;
  /** Each call in order, for instance `rename /data/drafts/1 /data/blobs/2`. */
  readonly calls: string[] = [];
  /** Called with each call, and its place in `calls`, before it takes effect; what it throws, the call throws. */
  before: (call: string, index: number) => void = () => {};

  /** With one empty, durable folder: `/data`. */
  constructor(root: Folder = rootWith('data')) {
    this.#root = root;
  }

  get openFiles(): number {
    return this.#open.size;
  }

  async open(path: string, flags: number): Promise<number> {
    await this.#begin(`open ${path}`);
    const { folder, name } = this.#parent(path);
    let node = folder.now.get(name);
    if (!node && flags & constants.O_CREAT) {
      node = newFile();
      folder.now.set(name, node);
    }
    if (!node) throw failure('ENOENT', path);
    if (node.kind === 'folder') throw failure('EISDIR', path);
    if (flags & constants.O_TRUNC) node.now = Buffer.alloc(0);
    this.#open.set(++this.#nextFd, node);
    return this.#nextFd;
  }

  async close(fd: number): Promise<void> {
    await this.#begin(`close ${fd}`);
    this.#file(fd);
    this.#open.delete(fd);
  }

  async read(fd: number, buffer: Buffer, length: number, position: number): Promise<number> {
    await this.#begin(`read ${fd}`);
    return this.#file(fd)
      .now.subarray(position, position + length)
      .copy(buffer);
  }

  async write(fd: number, buffers: Buffer[], position: number): Promise<number> {
    await this.#begin(`write ${fd}`);
    const file = this.#file(fd);
    const bytes = Buffer.concat(buffers);
    const grown = Buffer.alloc(Math.max(file.now.length, position + bytes.length));
    file.now.copy(grown);
    bytes.copy(grown, position);
    file.now = grown;
    return bytes.length;
  }

  async sync(fd: number): Promise<void> {
    const file = this.#file(fd);
    const covered = file.now;
    const order = ++this.#nextFd;
    await this.#begin(`sync ${fd}`);
    if (order > file.syncedAt) {
      file.durable = covered;
      file.syncedAt = order;
    }
  }

  async truncate(fd: number, size: number): Promise<void> {
    await this.#begin(`truncate ${fd}`);
    const file = this.#file(fd);
    const cut = Buffer.alloc(size);
    file.now.copy(cut);
    file.now = cut;
  }

  async stat(path: string): Promise<FileStat> {
    await this.#begin(`stat ${path}`);
    const node = this.#find(path);
    return {
      size: node.kind === 'file' ? node.now.length : 0,
      modifiedAt: 0,
      isFile: node.kind === 'file',
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#begin(`rename ${from} ${to}`);
    const source = this.#parent(from);
    const target = this.#parent(to);
    const node = source.folder.now.get(source.name);
    if (!node) throw failure('ENOENT', from);
    source.folder.now.delete(source.name);
    target.folder.now.set(target.name, node);
  }

  async unlink(path: string): Promise<void> {
    await this.#begin(`unlink ${path}`);
    const { folder, name } = this.#parent(path);
    if (!folder.now.delete(name)) throw failure('ENOENT', path);
  }

  async mkdir(path: string): Promise<void> {
    await this.#begin(`mkdir ${path}`);
    const { folder, name } = this.#parent(path);
    if (folder.now.has(name)) throw failure('EEXIST', path);
    folder.now.set(name, newFolder());
  }

  async copy(from: string, to: string): Promise<void> {
    await this.#begin(`copy ${from} ${to}`);
    const node = this.#find(from);
    const { folder, name } = this.#parent(to);
    if (node.kind !== 'file') throw failure('EISDIR', from);
    if (folder.now.has(name)) throw failure('EEXIST', to);
    folder.now.set(name, { ...newFile(), now: Buffer.from(node.now) });
  }

  async syncFolder(path: string): Promise<void> {
    const folder = this.#find(path);
    if (folder.kind !== 'folder') throw failure('ENOTDIR', path);
    const covered = new Map(folder.now);
    const order = ++this.#nextFd;
    await this.#begin(`syncFolder ${path}`);
    await turns(3); // a sync takes longer than a change, so others can happen meanwhile
    if (order > folder.syncedAt) {
      folder.durable = covered;
      folder.syncedAt = order;
    }
  }

  async *names(path: string): AsyncGenerator<string> {
    await this.#begin(`names ${path}`);
    const folder = this.#find(path);
    if (folder.kind !== 'folder') throw failure('ENOTDIR', path);
    yield* [...folder.now.keys()];
  }

  /** What is on the disk after a power cut at this moment. `random` gives numbers from 0 to 1. */
  afterPowerCut(random: () => number): ModelFiles {
    return new ModelFiles(survivor(this.#root, random));
  }

  async #begin(call: string): Promise<void> {
    this.calls.push(call);
    this.before(call, this.calls.length - 1);
    await turns(1);
  }

  #file(fd: number): FileNode {
    const file = this.#open.get(fd);
    if (!file) throw failure('EBADF', String(fd));
    return file;
  }

  #find(path: string): Node {
    let node: Node = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (node.kind !== 'folder') throw failure('ENOTDIR', path);
      const next: Node | undefined = node.now.get(name);
      if (!next) throw failure('ENOENT', path);
      node = next;
    }
    return node;
  }

  #parent(path: string): { folder: Folder; name: string } {
    const at = path.lastIndexOf('/');
    const folder = this.#find(path.slice(0, at));
    if (folder.kind !== 'folder') throw failure('ENOTDIR', path);
    return { folder, name: path.slice(at + 1) };
  }
}

interface FileNode {
  kind: 'file';
  now: Buffer;
  durable: Buffer;
  syncedAt: number;
}

interface Folder {
  kind: 'folder';
  now: Map<string, Node>;
  durable: Map<string, Node>;
  syncedAt: number;
}

type Node = FileNode | Folder;

function newFile(): FileNode {
  return { kind: 'file', now: Buffer.alloc(0), durable: Buffer.alloc(0), syncedAt: 0 };
}

function newFolder(): Folder {
  return { kind: 'folder', now: new Map(), durable: new Map(), syncedAt: 0 };
}

function rootWith(name: string): Folder {
  const root = newFolder();
  root.now.set(name, newFolder());
  root.durable = new Map(root.now);
  return root;
}

function survivor(folder: Folder, random: () => number): Folder {
  const left = newFolder();
  for (const name of new Set([...folder.durable.keys(), ...folder.now.keys()])) {
    const synced = folder.durable.get(name);
    const current = folder.now.get(name);
    const node = synced === current || random() < 0.5 ? synced : current;
    if (node) left.now.set(name, node.kind === 'folder' ? survivor(node, random) : leftOf(node, random));
  }
  left.durable = new Map(left.now);
  return left;
}

/** The synced bytes, all bytes, or the new length with the unsynced bytes as zeros. */
function leftOf(file: FileNode, random: () => number): FileNode {
  const luck = random();
  let bytes = file.durable;
  if (luck < 0.3) bytes = file.now;
  else if (luck < 0.6 && file.now.length > file.durable.length) {
    bytes = Buffer.alloc(file.now.length);
    file.durable.copy(bytes);
  }
  return { kind: 'file', now: Buffer.from(bytes), durable: Buffer.from(bytes), syncedAt: 0 };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** A sequence of numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
