import { Buffer } from 'node:buffer';
import { until } from './deadline.ts';
import type { BlobReader, ByteRange } from './driver.ts';
import type { Files } from './files.ts';

/**
 * Two buffers of this size served 256 MiB at 3.5 GiB/s, of 256 KiB at 2.6, of 64 KiB at 1.1 (Node 24, loopback).
 * They are not kept for the next reader: a socket may still be sending from the last one after `close`.
 */
const bufferSize = 512 << 10;

/** Reads one range of a file; while the caller sends one buffer the other one is being filled. */
export class FilesystemReader implements BlobReader {
  readonly #files: Files;
  readonly #fd: number;
  readonly #signal: AbortSignal;
  readonly #name: string;
  #position: number;
  readonly #end: number;
  #ahead: Promise<Buffer> | undefined;
  #filling: Buffer | undefined;
  #spare: Buffer | undefined;
  #closed: Promise<void> | undefined;

  /** Starts to read at once. The range is inclusive; `end` before `start` reads nothing. */
  constructor(files: Files, fd: number, name: string, range: ByteRange, signal: AbortSignal) {
    this.#files = files;
    this.#fd = fd;
    this.#name = name;
    this.#signal = signal;
    this.#position = range.start;
    this.#end = range.end + 1;
    this.#readAhead();
  }

  async next(): Promise<Buffer | undefined> {
    if (this.#closed) throw new Error(`the reader of ${this.#name} is closed`);
    if (!this.#ahead) return undefined;
    const chunk = await until(this.#signal, this.#ahead);
    const filled = this.#filling;
    this.#filling = this.#spare;
    this.#spare = filled;
    this.#readAhead();
    return chunk;
  }

  close(): Promise<void> {
    this.#closed ??= this.#release();
    return this.#closed;
  }

  async #release(): Promise<void> {
    // The number may belong to another file a moment after close, so a read under way is waited for.
    await this.#ahead?.catch(() => {});
    await this.#files.close(this.#fd);
  }

  #readAhead(): void {
    const left = this.#end - this.#position;
    if (left <= 0) {
      this.#ahead = undefined;
      return;
    }
    const length = Math.min(left, bufferSize);
    // A small object, or the last piece of a large one that fitted in no more than one buffer, takes exactly its size.
    this.#filling ??= Buffer.allocUnsafeSlow(length);
    this.#ahead = this.#fill(this.#filling, Math.min(length, this.#filling.length));
    this.#ahead.catch(() => {}); // reported by the next call, which may come late or never
  }

  async #fill(buffer: Buffer, length: number): Promise<Buffer> {
    const read = await this.#files.read(this.#fd, buffer, length, this.#position);
    if (read === 0) {
      throw new Error(`${this.#name} ends at byte ${this.#position}; ${this.#end} were to be read`);
    }
    this.#position += read;
    return read === buffer.length ? buffer : buffer.subarray(0, read);
  }
}
