import type { Buffer } from 'node:buffer';
import { asError, until } from './deadline.ts';
import type { Draft, DraftWriter } from './driver.ts';
import type { Files } from './files.ts';

/** Bytes that may wait in one writer before `write` asks the caller to wait, and when it may go on. */
const highWater = 4 << 20;
const lowWater = 2 << 20;
/** One writev; larger ones bring nothing, smaller ones cost a system call for each chunk of the socket. */
const batchSize = 1 << 20;

export interface WriterTarget {
  files: Files;
  fd: number;
  draft: Draft;
  signal: AbortSignal;
  /** Removes the draft: nothing of it is confirmed, or a sync failed and all of it is suspect. */
  remove: () => Promise<void>;
  /** The descriptor is closed: another writer may open the draft. */
  released: () => void;
}

/** Appends to a file: at most one writev is under way, chunks that arrive meanwhile make up the next one. */
export class FilesystemWriter implements DraftWriter {
  size: number;
  readonly #target: WriterTarget;
  #queue: Buffer[] = [];
  #waiting = 0;
  #written: number;
  #flush: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #failure: Error | undefined;
  #spent = false;

  constructor(target: WriterTarget) {
    this.#target = target;
    this.size = target.draft.size;
    this.#written = target.draft.size;
    target.signal.addEventListener('abort', this.#onAbort, { once: true });
    if (target.signal.aborted) this.#onAbort();
  }

  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#spent) return Promise.reject(new Error(`the writer of ${this.#target.draft.key} is closed`));
    if (chunk.length === 0) return undefined;
    this.#queue.push(chunk);
    this.#waiting += chunk.length;
    this.size += chunk.length;
    this.#flush ??= this.#drain();
    if (this.#waiting <= highWater) return undefined;
    this.#room ??= newRoom();
    return this.#room.promise;
  }

  async close(): Promise<Draft> {
    if (this.#spent) throw new Error(`the writer of ${this.#target.draft.key} is closed`);
    this.#spent = true;
    const { draft, signal } = this.#target;
    try {
      const done = this.#finish();
      await until(signal, done);
    } finally {
      signal.removeEventListener('abort', this.#onAbort);
    }
    return { ...draft, size: this.size };
  }

  async abort(): Promise<void> {
    if (this.#spent) return;
    this.#spent = true;
    this.#fail(new Error(`the writer of ${this.#target.draft.key} was aborted`));
    this.#target.signal.removeEventListener('abort', this.#onAbort);
    await this.#flush;
    await this.#giveUp();
  }

  async #finish(): Promise<void> {
    const { files, fd, remove } = this.#target;
    await this.#flush;
    if (this.#failure) {
      await this.#giveUp();
      throw this.#failure;
    }
    try {
      // After a failed fsync the kernel may call the lost pages clean: a second one would succeed and lie.
      // The draft's name is not synced: a power cut may take a draft, which its client is then told; a blob's is.
      await files.sync(fd);
    } catch (error) {
      await remove().catch(nothingMore);
      throw error;
    } finally {
      await this.#release();
    }
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0 && !this.#failure) {
        const batch = this.#nextBatch();
        await this.#writeAll(batch);
        this.#waiting -= byteLength(batch);
        for (const chunk of batch) letGo(chunk);
        if (this.#waiting <= lowWater) {
          this.#room?.resolve();
          this.#room = undefined;
        }
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#flush = undefined;
  }

  #nextBatch(): Buffer[] {
    let size = 0;
    let count = 0;
    for (const chunk of this.#queue) {
      if (count > 0 && size + chunk.length > batchSize) break;
      size += chunk.length;
      count++;
    }
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, count);
  }

  /** A disk that is nearly full takes a part of a write and fails the next one. */
  async #writeAll(batch: Buffer[]): Promise<void> {
    let rest = batch;
    for (;;) {
      let written = await this.#target.files.write(this.#target.fd, rest, this.#written);
      this.#written += written;
      let index = 0;
      for (const chunk of rest) {
        if (written < chunk.length) break;
        written -= chunk.length;
        index++;
      }
      const cut = rest[index];
      if (cut === undefined) return;
      if (index === 0 && written === 0) throw new Error('the file system wrote nothing and named no reason');
      rest = [cut.subarray(written), ...rest.slice(index + 1)];
    }
  }

  readonly #onAbort = () => this.#fail(this.#target.signal.reason);

  #fail(cause: unknown): void {
    this.#failure ??= asError(cause);
    this.#queue = [];
    this.#room?.reject(this.#failure);
    this.#room = undefined;
  }

  /** Leaves what was confirmed before this writer, and frees the rest (the disk may be full). */
  async #giveUp(): Promise<void> {
    const { files, fd, draft, remove } = this.#target;
    try {
      if (draft.size === 0) await remove();
      else await files.truncate(fd, draft.size);
    } catch {
      // The next append truncates too, and the clean-up of old drafts removes what is left.
    }
    await this.#release();
  }

  async #release(): Promise<void> {
    await this.#target.files.close(this.#target.fd).catch(nothingMore);
    this.#target.released();
  }
}

/** Chunks of a socket come in memory of their own, up to 64 KiB each. */
const ownMemory = 16 << 10;

/**
 * Frees a chunk at once instead of leaving it to the collector. V8 starts a full collection for each 64 MiB of
 * such memory: 28 for a push of 1 GiB, a third of the user CPU that it took (2.5 s).
 */
function letGo(chunk: Buffer): void {
  const { buffer, byteLength: length } = chunk;
  if (length >= ownMemory && length === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
}

/** A caller that has gone away must not turn a failed write into an unhandled rejection. */
function newRoom(): PromiseWithResolvers<void> {
  const room = Promise.withResolvers<void>();
  room.promise.catch(nothingMore);
  return room;
}

function byteLength(buffers: readonly Buffer[]): number {
  let sum = 0;
  for (const buffer of buffers) sum += buffer.length;
  return sum;
}

/** The error that led here is the one to report. */
function nothingMore(): void {}
