import type { Buffer } from 'node:buffer';

/**
 * Where blob bytes live. Everything above sees opaque locations; only a driver reads them.
 * A location is never used twice, so a late `remove` can never hit newer bytes.
 *
 * Errors: `NoSuchObject` when (and only when) the backend says that the object does not exist; every other
 * fault (I/O error, time-out, refused credentials, short answer) is thrown as it is and becomes a 5xx. A fault
 * is never "not found" and never success. Every call is bounded in time and honours its signal.
 */
export interface BlobDriver {
  /** Shown in GET /systeminfo as registry_storage_provider_name: `filesystem`, `s3`, `memory`. */
  readonly name: string;

  /** Proves at start that the backend does what the registry needs; throws with the reason and the remedy. */
  probe(): Promise<void>;

  /** Names a new draft. No I/O: a draft without bytes has nothing to clean up. */
  begin(): Draft;

  /**
   * Opens a draft for appending at `draft.size`. The same process that wrote the last bytes just continues;
   * with `takeover` the former writer may still be running somewhere, and nothing that it writes from now on
   * may reach this draft (the filesystem driver copies the confirmed prefix to a new name).
   *
   * The draft that `close` returns may have another key than the one given here. Then the caller stores it
   * first and discards the former draft afterwards: until the row is written, the former one is the upload.
   * The signal belongs to the whole life of the writer.
   */
  append(draft: Draft, options: { takeover: boolean; signal: AbortSignal }): Promise<DraftWriter>;

  /** The confirmed bytes of a draft, for hashing them again. */
  readDraft(draft: Draft, signal: AbortSignal): AsyncIterable<Buffer>;

  /**
   * Makes the draft's bytes an object. When it returns, bytes and every name leading to them survive a power
   * cut, and the backend's own idea of the size has been compared with `draft.size`. Returns the location.
   * May be repeated after a lost answer with the same draft and digest.
   */
  commit(draft: Draft, digest: string, signal: AbortSignal): Promise<string>;

  /** Forgets a draft and its bytes. A draft that is already gone is fine. */
  discard(draft: Draft, signal: AbortSignal): Promise<void>;

  /** Opens an object for reading the bytes `start`..`end` (inclusive, both given). Short reads throw. */
  read(location: string, range: ByteRange, signal: AbortSignal): Promise<BlobReader>;

  /** The size the backend reports. Throws NoSuchObject. */
  size(location: string, signal: AbortSignal): Promise<number>;
  /**
   * A text that changes when somebody edits the object in place, as far as the backend shows it without reading:
   * bytes that were hashed under the same version need not be hashed again. Throws NoSuchObject.
   */
  version(location: string, signal: AbortSignal): Promise<string>;

  /** Removes an object; one that is already gone is fine. Durable when it returns. */
  remove(location: string, signal: AbortSignal): Promise<void>;
  /**
   * Removes up to a thousand objects, which costs a fraction of removing them one by one. Those that could not be
   * removed are returned, with the reason; all others are gone for good. Throws when none could even be tried.
   */
  removeAll(locations: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;

  /** Moves an object aside so that nothing serves it but a person can still look at it. Returns its new place. */
  quarantine(location: string, signal: AbortSignal): Promise<string>;

  /** A URL with which a client may fetch the object itself, or undefined when the registry must serve it. */
  signedUrl(location: string, method: 'GET' | 'HEAD'): Promise<string | undefined>;

  /**
   * Every object (committed and not quarantined), in any order, in constant memory. Entries that this storage
   * never makes are skipped, unreadable ones too; `report` hears of each. When something could not be read the
   * list throws after everything else was given, so an incomplete list never passes for a complete one.
   */
  list(signal: AbortSignal, report?: Report): AsyncIterable<StoredObject>;

  /** Everything that belongs to drafts: temporary files, open multipart uploads. Oddities as in `list`. */
  listDrafts(signal: AbortSignal, report?: Report): AsyncIterable<StoredDraft>;

  /** The volume that holds the objects; undefined where it has no size, as an object store has none. */
  space(signal: AbortSignal): Promise<Space | undefined>;

  close(): Promise<void>;
}

/** Bytes. `free` is what this process may still use. */
export interface Space {
  total: number;
  free: number;
}

export interface ByteRange {
  start: number;
  end: number;
  /** Bytes of the whole object as the row has it, where known: a driver then checks the checksum of a whole read. */
  total?: number;
}

/**
 * An unfinished object, kept as JSON in the upload's row so that any process can go on with it.
 * `key` is the driver's own name; `size` counts the bytes that were
 * synced. A power cut may take a draft (never a committed object): every later call then throws DraftLost.
 */
export interface Draft {
  key: string;
  size: number;
  /** S3: of all bytes so far; the store compares it when it puts the parts together. */
  crc32?: number;
  /** S3: the multipart upload and its parts. */
  multipart?: DraftParts;
}

export interface DraftParts {
  id: string;
  parts: DraftPart[];
  /** Bytes after the last part, too few for a part of their own: a small object of their own. */
  tail?: DraftTail;
}

export interface DraftPart {
  number: number;
  etag: string;
  size: number;
  /** As the store told it, base64. */
  crc32?: string;
}

export interface DraftTail {
  key: string;
  size: number;
  crc32?: number;
  /** The tail before this one: superfluous as soon as the draft that names this one has been stored. */
  former?: string;
}

/** One writer at a time appends to a draft. Chunks are handed over: after its turn the caller finds them empty. */
export interface DraftWriter {
  /** Bytes accepted so far, counted from the start of the draft. */
  readonly size: number;
  /**
   * Queues a chunk. Returns undefined while the writer keeps up; a promise when the caller must wait before
   * sending more (bounded buffer). A failed write rejects here and in `close`.
   */
  write(chunk: Buffer): Promise<void> | undefined;
  /** Waits for everything queued, makes it durable, and returns the draft to store. The writer is then spent. */
  close(): Promise<Draft>;
  /** Gives up; bytes since the last close need not be kept. Never throws. */
  abort(): Promise<void>;
}

/** A readable object: pull chunks until undefined. A chunk is valid only until the next call (buffers are reused). */
export interface BlobReader {
  next(): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** Something in the storage that a walk skipped, and why. */
export type Report = (name: string, reason: string) => void;

export interface StoredObject {
  location: string;
  size: number;
  /** Milliseconds since the epoch, by the backend's clock. */
  modifiedAt: number;
}

export interface StoredDraft {
  draft: Draft;
  modifiedAt: number;
}

export class NoSuchObject extends Error {
  constructor(location: string) {
    super(`${location} does not exist in storage`);
    this.name = 'NoSuchObject';
  }
}

/**
 * The bytes that a draft promises are not there any more (expired, discarded, or given up after a failed sync).
 * The upload cannot go on; the client has to begin again. Like NoSuchObject it is thrown only when the backend
 * says so, never for a fault.
 */
export class DraftLost extends Error {
  constructor(draft: Draft, reason: string) {
    super(`the upload ${draft.key} cannot be continued: ${reason}`);
    this.name = 'DraftLost';
  }
}
