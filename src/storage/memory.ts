import { Buffer } from 'node:buffer';
import { asError } from './deadline.ts';
import type {
  BlobDriver,
  BlobReader,
  ByteRange,
  Draft,
  DraftWriter,
  StoredDraft,
  StoredObject,
} from './driver.ts';
import { DraftLost, NoSuchObject } from './driver.ts';
import { checkLocation, objectPath, uniqueName } from './layout.ts';

/** Small enough that a test which leaks fails, large enough for the suites. */
const defaultLimit = 512 << 20;
const pieceSize = 256 << 10;

interface Stored {
  bytes: Buffer;
  modifiedAt: number;
}

/**
 * Objects in memory: for tests, and to show the whole program without a disk. What was not confirmed is kept
 * apart from what was, so `crash` can do what a power cut does.
 */
export class MemoryDriver implements BlobDriver {
  readonly name = 'memory';
  readonly #objects = new Map<string, Stored>();
  readonly #quarantined = new Map<string, Stored>();
  readonly #drafts = new Map<string, Stored>();
  readonly #writers = new Set<MemoryWriter>();
  readonly #limit: number;

  constructor(limit: number = defaultLimit) {
    this.#limit = limit;
  }

  async probe(): Promise<void> {}

  begin(): Draft {
    return { key: `drafts/${uniqueName()}`, size: 0 };
  }

  /** Every open writer loses its bytes and fails from now on; committed objects and closed drafts stay. */
  crash(): void {
    for (const writer of this.#writers) writer.fail(new Error('the storage crashed'));
    this.#writers.clear();
  }

  async append(draft: Draft, options: { takeover: boolean; signal: AbortSignal }): Promise<DraftWriter> {
    options.signal.throwIfAborted();
    const confirmed = this.#confirmed(draft);
    const open = [...this.#writers].some((writer) => writer.draft.key === draft.key);
    if (open && !options.takeover) throw new Error(`another request of this process is writing ${draft.key}`);
    const target = options.takeover ? { ...this.begin(), size: draft.size } : draft;
    const writer = new MemoryWriter(target, confirmed, options.signal, {
      keep: (bytes) => {
        this.#checkRoom(bytes.length - confirmed.length);
        this.#drafts.set(target.key, { bytes, modifiedAt: Date.now() });
      },
      released: () => this.#writers.delete(writer),
    });
    this.#writers.add(writer);
    return writer;
  }

  async *readDraft(draft: Draft, signal: AbortSignal): AsyncGenerator<Buffer> {
    const bytes = this.#confirmed(draft);
    for (let start = 0; start < bytes.length; start += pieceSize) {
      signal.throwIfAborted();
      yield Buffer.from(bytes.subarray(start, start + pieceSize));
    }
  }

  async commit(draft: Draft, digest: string, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const location = objectPath(digest, draft.key.slice('drafts/'.length));
    if ([...this.#writers].some((writer) => writer.draft.key === draft.key)) {
      throw new Error(`${draft.key} is still being written`);
    }
    const done = this.#objects.get(location);
    if (done?.bytes.length === draft.size && !this.#drafts.has(draft.key)) return location;
    this.#objects.set(location, { bytes: this.#confirmed(draft), modifiedAt: Date.now() });
    this.#drafts.delete(draft.key);
    return location;
  }

  async discard(draft: Draft, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#drafts.delete(draft.key);
  }

  async read(location: string, range: ByteRange, signal: AbortSignal): Promise<BlobReader> {
    const { bytes } = this.#find(location, signal);
    if (range.end >= bytes.length) throw new Error(`${location} ends at byte ${bytes.length}`);
    let position = range.start;
    return {
      next: async () => {
        signal.throwIfAborted();
        if (position > range.end) return undefined;
        const end = Math.min(position + pieceSize, range.end + 1);
        const chunk = Buffer.from(bytes.subarray(position, end));
        position = end;
        return chunk;
      },
      close: async () => {},
    };
  }

  async size(location: string, signal: AbortSignal): Promise<number> {
    return this.#find(location, signal).bytes.length;
  }

  async version(location: string, signal: AbortSignal): Promise<string> {
    this.#find(location, signal);
    return location;
  }

  async remove(location: string, signal: AbortSignal): Promise<void> {
    checkLocation(location);
    signal.throwIfAborted();
    this.#objects.delete(location);
    this.#quarantined.delete(location);
  }

  async removeAll(locations: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    for (const location of locations) await this.remove(location, signal);
    return new Map();
  }

  async quarantine(location: string, signal: AbortSignal): Promise<string> {
    const aside = `quarantine/${location.split('/').at(-1)}`;
    if (this.#quarantined.has(aside) && !this.#objects.has(location)) return aside;
    this.#quarantined.set(aside, this.#find(location, signal));
    this.#objects.delete(location);
    return aside;
  }

  async signedUrl(): Promise<undefined> {
    return undefined;
  }

  async *list(signal: AbortSignal): AsyncGenerator<StoredObject> {
    for (const [location, { bytes, modifiedAt }] of this.#objects) {
      signal.throwIfAborted();
      yield { location, size: bytes.length, modifiedAt };
    }
  }

  async *listDrafts(signal: AbortSignal): AsyncGenerator<StoredDraft> {
    for (const [key, { bytes, modifiedAt }] of this.#drafts) {
      signal.throwIfAborted();
      yield { draft: { key, size: bytes.length }, modifiedAt };
    }
  }

  async space(): Promise<undefined> {}

  async close(): Promise<void> {}

  #find(location: string, signal: AbortSignal): Stored {
    checkLocation(location);
    signal.throwIfAborted();
    const stored = this.#objects.get(location) ?? this.#quarantined.get(location);
    if (!stored) throw new NoSuchObject(location);
    return stored;
  }

  #confirmed(draft: Draft): Buffer {
    if (draft.size === 0) return Buffer.alloc(0);
    const stored = this.#drafts.get(draft.key);
    if (!stored) throw new DraftLost(draft, 'it is not in memory');
    if (stored.bytes.length < draft.size) {
      throw new DraftLost(draft, `${stored.bytes.length} of ${draft.size} bytes are left`);
    }
    return stored.bytes.subarray(0, draft.size);
  }

  #checkRoom(more: number): void {
    let used = more;
    for (const stored of [this.#objects, this.#quarantined, this.#drafts]) {
      for (const { bytes } of stored.values()) used += bytes.length;
    }
    if (used > this.#limit)
      throw new Error(`the memory storage is full: it holds at most ${this.#limit} bytes`);
  }
}

class MemoryWriter implements DraftWriter {
  readonly draft: Draft;
  size: number;
  readonly #chunks: Buffer[];
  readonly #signal: AbortSignal;
  readonly #store: { keep: (bytes: Buffer) => void; released: () => void };
  #failure: Error | undefined;

  constructor(
    draft: Draft,
    confirmed: Buffer,
    signal: AbortSignal,
    store: { keep: (bytes: Buffer) => void; released: () => void },
  ) {
    this.draft = draft;
    this.size = confirmed.length;
    this.#chunks = [confirmed];
    this.#signal = signal;
    this.#store = store;
  }

  fail(reason: unknown): void {
    this.#failure ??= asError(reason);
  }

  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#signal.aborted) this.fail(this.#signal.reason);
    if (this.#failure) return Promise.reject(this.#failure);
    this.#chunks.push(chunk);
    this.size += chunk.length;
    return undefined;
  }

  async close(): Promise<Draft> {
    this.#store.released();
    if (this.#signal.aborted) this.fail(this.#signal.reason);
    if (this.#failure) throw this.#failure;
    this.fail(new Error(`the writer of ${this.draft.key} is closed`));
    this.#store.keep(Buffer.concat(this.#chunks));
    return { ...this.draft, size: this.size };
  }

  async abort(): Promise<void> {
    this.#store.released();
    this.fail(new Error(`the writer of ${this.draft.key} was aborted`));
  }
}
