import type { Buffer } from 'node:buffer';
import { until } from './deadline.ts';
import { type Draft, DraftLost, type DraftWriter } from './driver.ts';
import { createEmpty, writeOnly } from './files.ts';
import { FilesystemReader } from './filesystem-reader.ts';
import { type FilesystemRoot, nothingMore } from './filesystem-root.ts';
import { FilesystemWriter } from './filesystem-writer.ts';
import { draftName, objectPath, uniqueName } from './layout.ts';

/** How many drafts with a failed commit are remembered; each is a sign of a dying disk. */
const suspectLimit = 1_000;

/** Files below `drafts/`, until a commit moves them to their place. */
export class FilesystemDrafts {
  readonly #root: FilesystemRoot;
  /** Drafts with an open writer in this process. */
  readonly #writing = new Set<string>();
  /** Drafts whose move could not be synced: a second try could succeed without the bytes being safe. */
  readonly #suspect = new Set<string>();

  constructor(root: FilesystemRoot) {
    this.#root = root;
  }

  async append(draft: Draft, options: { takeover: boolean; signal: AbortSignal }): Promise<DraftWriter> {
    const { takeover, signal } = options;
    checkKey(draft);
    if (!takeover) return this.#openWriter(draft, signal);

    // The former writer keeps its descriptor; all it can reach is the old file.
    const copy = { ...newDraft(), size: draft.size };
    if (draft.size > 0) {
      const copying = this.#root.files.copy(this.#root.at(draft.key), this.#root.at(copy.key));
      await this.#orLost(
        draft,
        until(signal, copying, () => void this.#unlink(copy)),
      );
    }
    try {
      return await this.#openWriter(copy, signal);
    } catch (error) {
      await this.#unlink(copy);
      throw error;
    }
  }

  async #openWriter(draft: Draft, signal: AbortSignal): Promise<DraftWriter> {
    const { key, size } = draft;
    const { files } = this.#root;
    if (this.#writing.has(key)) throw new Error(`another request of this process is writing ${key}`);
    this.#writing.add(key);
    let fd: number | undefined;
    try {
      fd = await this.#orLost(draft, this.#root.open(key, size === 0 ? createEmpty : writeOnly, signal));
      if (size > 0) await until(signal, this.#cut(draft, fd));
    } catch (error) {
      this.#writing.delete(key);
      if (fd !== undefined) this.#root.close(fd);
      throw error;
    }
    return new FilesystemWriter({
      files,
      fd,
      draft,
      signal,
      remove: () => files.unlink(this.#root.at(key)),
      released: () => this.#writing.delete(key),
    });
  }

  /** Drops bytes that a writer left without confirming them. */
  async #cut(draft: Draft, fd: number): Promise<void> {
    const { size } = await this.#root.files.stat(this.#root.at(draft.key));
    if (size < draft.size) throw tooShort(draft, size);
    if (size > draft.size) await this.#root.files.truncate(fd, draft.size);
  }

  async *read(draft: Draft, signal: AbortSignal): AsyncGenerator<Buffer> {
    checkKey(draft);
    if (draft.size === 0) return;
    const found = await until(signal, this.#root.find(draft.key));
    if (!found) throw missing(draft);
    if (found.size < draft.size) throw tooShort(draft, found.size);
    const fd = await this.#orLost(draft, this.#root.openForReading(draft.key, signal));
    const range = { start: 0, end: draft.size - 1 };
    const reader = new FilesystemReader(this.#root.files, fd, draft.key, range, signal);
    try {
      for (let chunk = await reader.next(); chunk; chunk = await reader.next()) yield chunk;
    } finally {
      await reader.close();
    }
  }

  async commit(draft: Draft, digest: string, signal: AbortSignal): Promise<string> {
    checkKey(draft);
    // The name is made from the draft's own, so that a repeated commit finds what the first one did.
    const location = objectPath(digest, draft.key.slice('drafts/'.length));
    if (this.#writing.has(draft.key)) throw new Error(`${draft.key} is still being written`);
    if (this.#suspect.has(draft.key)) throw new DraftLost(draft, 'its commit could not be made durable');
    await until(signal, this.#move(draft, location));
    return location;
  }

  async discard(draft: Draft, signal: AbortSignal): Promise<void> {
    checkKey(draft);
    const unlinking = this.#root.files.unlink(this.#root.at(draft.key));
    await until(signal, unlinking).catch(async (error: unknown) => {
      if (!(await this.#root.isAbsence(error))) throw error;
    });
  }

  async #move(draft: Draft, location: string): Promise<void> {
    const { folders, path } = this.#root;
    const top = `${path}/blobs`;
    const parts = location.split('/').slice(1, -1);
    const [toSync, isThere] = await Promise.all([folders.make(top, parts), this.#trim(draft)]);
    if (!isThere || !(await this.#rename(draft, location))) await this.#expectCommitted(draft, location);
    try {
      await folders.settle(top, parts, toSync);
    } catch (error) {
      if (this.#suspect.size < suspectLimit) this.#suspect.add(draft.key);
      throw error;
    }
  }

  /** True when the file is there, with exactly the confirmed bytes; false when it is not. */
  async #trim(draft: Draft): Promise<boolean> {
    const { files } = this.#root;
    const found = await this.#root.find(draft.key);
    if (found?.size === draft.size) return true;
    if (!found && draft.size > 0) return false;
    if (found && found.size < draft.size) throw tooShort(draft, found.size);
    const fd = await files.open(this.#root.at(draft.key), draft.size === 0 ? createEmpty : writeOnly);
    try {
      await files.truncate(fd, draft.size);
      await files.sync(fd);
    } finally {
      this.#root.close(fd);
    }
    return true;
  }

  /** False when the file is not there any more: another commit of the same draft was quicker. */
  async #rename(draft: Draft, location: string): Promise<boolean> {
    try {
      await this.#root.files.rename(this.#root.at(draft.key), this.#root.at(location));
      return true;
    } catch (error) {
      if (!(await this.#root.isAbsence(error))) throw error;
      // Or a folder was removed behind our back: this commit fails, the next one makes it again.
      this.#root.folders.forget();
      if (await this.#root.find(draft.key)) throw error;
      return false;
    }
  }

  /** The answer to an earlier commit was lost. */
  async #expectCommitted(draft: Draft, location: string): Promise<void> {
    const found = await this.#root.find(location);
    if (!found) throw missing(draft);
    if (found.size !== draft.size) {
      throw new Error(`${location} has ${found.size} bytes; ${draft.size} were committed`);
    }
  }

  async #orLost<T>(draft: Draft, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (draft.size > 0 && (await this.#root.isAbsence(error))) throw missing(draft);
      throw error;
    }
  }

  async #unlink(draft: Draft): Promise<void> {
    await this.#root.files.unlink(this.#root.at(draft.key)).catch(nothingMore);
  }
}

export function newDraft(): Draft {
  return { key: `drafts/${uniqueName()}`, size: 0 };
}

function checkKey(draft: Draft): void {
  const [folder, name = '', ...more] = draft.key.split('/');
  if (folder !== 'drafts' || more.length > 0 || !draftName.test(name)) {
    throw new Error(`${JSON.stringify(draft.key)} is not a draft of this storage`);
  }
  if (!Number.isSafeInteger(draft.size) || draft.size < 0) {
    throw new Error(`a draft cannot have ${draft.size} bytes`);
  }
}

function missing(draft: Draft): DraftLost {
  return new DraftLost(draft, 'its file does not exist');
}

function tooShort(draft: Draft, size: number): DraftLost {
  return new DraftLost(draft, `${size} of ${draft.size} bytes are left`);
}
