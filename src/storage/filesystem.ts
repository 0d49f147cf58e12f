import { Buffer } from 'node:buffer';
import { statfs } from 'node:fs/promises';
import { until } from './deadline.ts';
import type {
  BlobDriver,
  BlobReader,
  ByteRange,
  Draft,
  DraftWriter,
  Report,
  Space,
  StoredDraft,
  StoredObject,
} from './driver.ts';
import { errorCode, type Files, type FileStat, nodeFiles } from './files.ts';
import { FilesystemDrafts, newDraft } from './filesystem-drafts.ts';
import { FilesystemReader } from './filesystem-reader.ts';
import { FilesystemRoot } from './filesystem-root.ts';
import { FilesystemWalk } from './filesystem-walk.ts';
import { parentOf } from './folders.ts';
import { algorithms, isObjectName, uniqueName } from './layout.ts';

/**
 * Objects as files below one root:
 *
 *     blobs/<algorithm>/<2 hex>/<hex>.<unique>           committed
 *     drafts/<unique>                                    being uploaded
 *     quarantine/<algorithm>/<hex>.<unique>              set aside
 *
 * The order of a commit is fixed: bytes into the draft, fsync of the file (`DraftWriter.close`), rename to the
 * final name, fsync of its folder and of every folder above that this process does not know to be durable.
 *
 * A sync is a commit of the journal (0.7 ms on the ext4 of a 2-core machine), and syncs that are asked for together
 * share one: so the folders of a commit are synced side by side, and all who wait for one folder by one sync. Blobs
 * of 10 KiB, with every sync: 650/s one at a time, 1,860/s by eight writers, 2,100/s by sixteen. Sixteen threads for
 * libuv instead of four brought 1,100/s; fdatasync brought nothing, for a new file's size is what it has to write.
 */
export class FilesystemDriver implements BlobDriver {
  readonly name = 'filesystem';
  readonly #root: FilesystemRoot;
  readonly #drafts: FilesystemDrafts;

  /** `root` is an absolute path. `probe` makes the folders; nothing works before it has run once. */
  constructor(root: string, files: Files = nodeFiles) {
    this.#root = new FilesystemRoot(root, files);
    this.#drafts = new FilesystemDrafts(this.#root);
  }

  async probe(): Promise<void> {
    try {
      await this.#makeFolders();
      await this.#tryOnce();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        `${this.#root.path} cannot hold blobs: ${why}. ` +
          'It must be a writable folder, or a name in an existing one, on a file system that can rename and sync.',
        { cause: error },
      );
    }
  }

  async #makeFolders(): Promise<void> {
    const { path, files, folders } = this.#root;
    const top = ['blobs', 'drafts', 'quarantine'].map((name) => `${path}/${name}`);
    const below = algorithms.flatMap((name) => [`${path}/blobs/${name}`, `${path}/quarantine/${name}`]);
    for (const folder of [path, ...top, ...below]) {
      await files.mkdir(folder).catch((error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw error;
      });
    }
    await Promise.all([...below, ...top, path].map((folder) => folders.sync(folder)));
    // The root may be a volume of its own, whose parent this process has no right to open.
    await folders.sync(parentOf(path) || '/').catch((error: unknown) => {
      if (errorCode(error) !== 'EACCES') throw error;
    });
  }

  async #tryOnce(): Promise<void> {
    const signal = AbortSignal.timeout(30_000);
    const bytes = Buffer.from(`${uniqueName()}\n`);
    const writer = await this.append(this.begin(), { takeover: false, signal });
    await writer.write(bytes);
    const draft = await writer.close();
    const moved = `quarantine/${uniqueName()}`;
    await this.#root.files.rename(this.#root.at(draft.key), this.#root.at(moved));
    await this.#root.folders.sync(`${this.#root.path}/quarantine`);
    const reader = await this.read(moved, { start: 0, end: bytes.length - 1 }, signal);
    const found = await reader.next();
    await reader.close();
    await this.remove(moved, signal);
    if (!found?.equals(bytes)) throw new Error('a file reads back differently from what was written');
  }

  begin(): Draft {
    return newDraft();
  }

  append(draft: Draft, options: { takeover: boolean; signal: AbortSignal }): Promise<DraftWriter> {
    return this.#drafts.append(draft, options);
  }

  readDraft(draft: Draft, signal: AbortSignal): AsyncIterable<Buffer> {
    return this.#drafts.read(draft, signal);
  }

  commit(draft: Draft, digest: string, signal: AbortSignal): Promise<string> {
    return this.#drafts.commit(draft, digest, signal);
  }

  discard(draft: Draft, signal: AbortSignal): Promise<void> {
    return this.#drafts.discard(draft, signal);
  }

  async read(location: string, range: ByteRange, signal: AbortSignal): Promise<BlobReader> {
    const fd = await this.#root.orNoObject(location, this.#root.openForReading(location, signal));
    return new FilesystemReader(this.#root.files, fd, location, range, signal);
  }

  async size(location: string, signal: AbortSignal): Promise<number> {
    return (await this.#stat(location, signal)).size;
  }

  async version(location: string, signal: AbortSignal): Promise<string> {
    const { size, modifiedAt } = await this.#stat(location, signal);
    return `${size} ${modifiedAt}`;
  }

  async #stat(location: string, signal: AbortSignal): Promise<FileStat> {
    const stating = this.#root.files.stat(this.#root.at(location));
    const found = await this.#root.orNoObject(location, until(signal, stating));
    if (!found.isFile) throw new Error(`${location} is not a file`);
    return found;
  }

  async remove(location: string, signal: AbortSignal): Promise<void> {
    await until(signal, this.#remove(location));
  }

  async #remove(location: string): Promise<void> {
    await this.#syncUnlessGone(await this.#unlink(location));
  }

  /** Returns the folder that is to be synced, also when the file was gone: that may not be durable yet. */
  async #unlink(location: string): Promise<string> {
    const path = this.#root.at(location);
    try {
      await this.#root.files.unlink(path);
    } catch (error) {
      if (!(await this.#root.isAbsence(error))) throw error;
    }
    return parentOf(path);
  }

  async #syncUnlessGone(folder: string): Promise<void> {
    try {
      await this.#root.folders.sync(folder);
    } catch (error) {
      if (!(await this.#root.isAbsence(error))) throw error;
    }
  }

  /**
   * One after the other, so that pulls find a thread; and only then their folders, of which the first to be synced
   * takes the journal's changes to all others along: 500 files in 230 folders in 60 ms, one by one in 600.
   */
  async removeAll(locations: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const failed = new Map<string, string>();
    const unlinked = new Map<string, string[]>();
    for (const location of locations) {
      signal.throwIfAborted();
      const folder = await this.#unlink(location).catch((error: unknown) => {
        failed.set(location, reasonOf(error));
      });
      if (folder !== undefined) unlinked.set(folder, [...(unlinked.get(folder) ?? []), location]);
    }
    for (const [folder, gone] of unlinked) {
      signal.throwIfAborted();
      await this.#syncUnlessGone(folder).catch((error: unknown) => {
        for (const location of gone) failed.set(location, reasonOf(error));
      });
    }
    return failed;
  }

  async quarantine(location: string, signal: AbortSignal): Promise<string> {
    const aside = placeAside(location);
    await until(signal, this.#setAside(location, aside));
    return aside;
  }

  async #setAside(location: string, aside: string): Promise<void> {
    const [from, to] = [this.#root.at(location), this.#root.at(aside)];
    try {
      await this.#root.orNoObject(location, this.#root.files.rename(from, to));
    } catch (error) {
      if (!(await this.#root.find(aside))) throw error; // else the answer to an earlier call was lost
    }
    await Promise.all([parentOf(from), parentOf(to)].map((folder) => this.#root.folders.sync(folder)));
  }

  async signedUrl(): Promise<undefined> {
    return undefined;
  }

  list(signal: AbortSignal, report?: Report): AsyncIterable<StoredObject> {
    return new FilesystemWalk(this.#root, signal, report).objects();
  }

  listDrafts(signal: AbortSignal, report?: Report): AsyncIterable<StoredDraft> {
    return new FilesystemWalk(this.#root, signal, report).drafts();
  }

  async space(signal: AbortSignal): Promise<Space> {
    const { bsize, blocks, bavail } = await until(signal, statfs(this.#root.path));
    return { total: blocks * bsize, free: bavail * bsize };
  }

  async close(): Promise<void> {}
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Our own names are unique; a name that another program gave may be `data`, so its whole path becomes the name. */
function placeAside(location: string): string {
  const [top, algorithm = '', fanOut = '', name = ''] = location.split('/');
  if (top === 'blobs' && isObjectName(algorithm, fanOut, name)) return `quarantine/${algorithm}/${name}`;
  return top === 'quarantine' ? location : `quarantine/${location.replaceAll('/', '%')}`;
}
