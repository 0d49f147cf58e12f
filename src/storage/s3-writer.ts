import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { asError } from './deadline.ts';
import { type Draft, DraftLost, type DraftTail, type DraftWriter } from './driver.ts';
import { codeOf, type S3Store } from './s3-store.ts';
import {
  abortUpload,
  createUpload,
  deleteObject,
  type OpenUpload,
  putObject,
  uploadPart,
} from './s3-uploads.ts';

/** Where a writer begins. */
export interface WriterStart {
  draft: Draft;
  /** The multipart upload to go on with. */
  upload?: OpenUpload;
  /** The confirmed bytes were brought to another place for this writer: the given draft is not to be used again. */
  rebased: boolean;
  /** Bytes that are confirmed elsewhere but not in a part: they are sent again with what follows. */
  head: Buffer;
  /** The object that holds `head`, when `upload` goes on. */
  tail?: DraftTail;
  signal: AbortSignal;
}

/**
 * Gathers chunks into parts; one part is being sent while the next one fills, so a writer holds at most two.
 * S3 refuses a part of unknown length, and only a part that is still in memory can be sent a second time.
 *
 * When the writer closes, what is left over becomes durable in the cheapest way that can be continued:
 *  - an upload that fits in one part is one object under `drafts/` (one PUT; a commit copies it inside S3);
 *  - a rest of 5 MiB or more is a part;
 *  - a smaller rest, which may not be a part until it is the last one, is an object under `drafts/`, too.
 * Nothing is ever overwritten: each object has a key of its own, so a late request of an old writer hits nothing.
 */
export class S3Writer implements DraftWriter {
  size: number;
  readonly #store: S3Store;
  readonly #start: WriterStart;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #upload: OpenUpload | undefined;
  #chunks: Buffer[];
  #waiting: number;
  #crc32: number | undefined;
  #sending: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #failure: Error | undefined;
  #spent = false;

  constructor(store: S3Store, start: WriterStart) {
    this.#store = store;
    this.#start = start;
    this.#signal = AbortSignal.any([start.signal, this.#stop.signal]);
    this.#upload = start.upload;
    this.#chunks = start.head.length > 0 ? [start.head] : [];
    this.#waiting = start.head.length;
    this.#crc32 = start.draft.size === 0 ? 0 : start.draft.crc32;
    this.size = start.draft.size;
  }

  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#signal.aborted) this.#fail(this.#signal.reason);
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#spent) return Promise.reject(new Error(`the writer of ${this.#start.draft.key} is closed`));
    if (chunk.length === 0) return undefined;
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    this.size += chunk.length;
    if (this.#crc32 !== undefined) this.#crc32 = crc32(chunk, this.#crc32);
    // More than a part, not a part: an upload of exactly one part is sent without a multipart upload.
    if (this.#waiting <= this.#target()) return undefined;
    this.#sending ??= this.#send();
    if (this.#waiting <= this.#target()) return undefined;
    this.#room ??= newRoom();
    return this.#room.promise;
  }

  async close(): Promise<Draft> {
    if (this.#spent) throw new Error(`the writer of ${this.#start.draft.key} is closed`);
    this.#spent = true;
    try {
      await this.#sending;
      if (this.#failure) throw this.#failure;
      return await this.#finish();
    } catch (error) {
      await this.#giveUp();
      throw this.#explain(error);
    }
  }

  async abort(): Promise<void> {
    if (this.#spent) return;
    this.#spent = true;
    this.#fail(new Error(`the writer of ${this.#start.draft.key} was aborted`));
    this.#stop.abort(this.#failure);
    await this.#sending;
    await this.#giveUp();
  }

  async #finish(): Promise<Draft> {
    const { draft, head, tail, signal } = this.#start;
    if (this.size === draft.size && !this.#start.rebased) return draft;
    const rest = this.#take(this.#waiting);
    const size = this.size;
    const known = { size, ...(this.#crc32 === undefined ? {} : { crc32: this.#crc32 }) };
    // An upload that comes in pieces would send the same bytes again and again if it waited for a whole part.
    const isPieceOfMany = head.length > 0 && rest.length >= this.#store.shortestPart;
    if (!this.#upload && !isPieceOfMany) {
      const key = this.#store.newKey('drafts');
      await putObject(this.#store, key, rest, { lasting: false }, this.#signal);
      return { key, ...known };
    }
    let newTail: DraftTail | undefined;
    if (rest.length >= this.#store.shortestPart) await this.#sendPart(rest);
    else if (rest.length > 0) {
      newTail = {
        key: this.#store.newKey('drafts'),
        size: rest.length,
        crc32: crc32(rest),
        ...(tail ? { former: tail.key } : {}),
      };
      await putObject(this.#store, newTail.key, rest, { lasting: false }, this.#signal);
    }
    if (!this.#upload) throw new Error('a part was sent without an upload');
    if (tail?.former) await deleteObject(this.#store, tail.former, signal).catch(nothingMore);
    const { key, id, parts } = this.#upload;
    return { key, ...known, multipart: { id, parts, ...(newTail ? { tail: newTail } : {}) } };
  }

  #target(): number {
    return this.#store.partSizeAt((this.#upload?.parts.length ?? 0) + 1);
  }

  async #send(): Promise<void> {
    try {
      while (this.#waiting > this.#target() && !this.#failure) {
        const part = this.#take(this.#target());
        this.#room?.resolve();
        this.#room = undefined;
        await this.#sendPart(part);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#sending = undefined;
  }

  async #sendPart(part: Buffer): Promise<void> {
    this.#upload ??= await createUpload(this.#store, this.#signal);
    await uploadPart(this.#store, this.#upload, part, this.#signal);
  }

  /** The first `size` bytes that wait, in one piece. */
  #take(size: number): Buffer {
    const taken: Buffer[] = [];
    let missing = size;
    let count = 0;
    for (const chunk of this.#chunks) {
      if (missing < chunk.length) break;
      taken.push(chunk);
      missing -= chunk.length;
      count++;
    }
    this.#chunks = this.#chunks.slice(count);
    const cut = this.#chunks[0];
    if (missing > 0 && cut) {
      taken.push(cut.subarray(0, missing));
      this.#chunks[0] = cut.subarray(missing);
    }
    this.#waiting -= size;
    const [only] = taken;
    return taken.length === 1 && only ? only : Buffer.concat(taken, size);
  }

  #fail(cause: unknown): void {
    this.#failure ??= asError(this.#explain(cause));
    this.#chunks = [];
    this.#room?.reject(this.#failure);
    this.#room = undefined;
  }

  /** Parts that were added to an older upload are not in the stored draft: the next writer replaces them. */
  async #giveUp(): Promise<void> {
    const made = this.#start.rebased || !this.#start.upload;
    if (!made || !this.#upload) return;
    // The client may be gone and its signal spent; the clean-up of old drafts does it otherwise.
    await abortUpload(this.#store, this.#upload, AbortSignal.timeout(10_000)).catch(nothingMore);
  }

  #explain(error: unknown): unknown {
    if (codeOf(error) !== 'NoSuchUpload') return error;
    return new DraftLost(this.#start.draft, 'the store does not know its multipart upload');
  }
}

/** A caller that has gone away must not turn a failed request into an unhandled rejection. */
function newRoom(): PromiseWithResolvers<void> {
  const room = Promise.withResolvers<void>();
  room.promise.catch(nothingMore);
  return room;
}

/** The error that led here is the one to report. */
function nothingMore(): void {}
