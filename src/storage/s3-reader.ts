import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { type BlobReader, type ByteRange, NoSuchObject } from './driver.ts';
import { codeOf, type S3Store } from './s3-store.ts';

interface Body {
  stream: Readable;
  /** CRC-32 of the whole object, when this is the whole object and the store told it. */
  crc32: number | undefined;
}

/** Opens `range` of an object. Throws NoSuchObject only for S3's NoSuchKey. */
export async function openReader(
  store: S3Store,
  key: string,
  range: ByteRange,
  signal: AbortSignal,
): Promise<BlobReader> {
  const length = range.end + 1 - range.start;
  if (length === 0) return emptyReader(store, key, signal);
  // Without Range the answer carries the object's checksum; with it, S3 leaves the checksum out.
  const whole = range.start === 0 && range.total === length;
  try {
    const command = new GetObjectCommand({
      Bucket: store.bucket,
      Key: key,
      ...(whole ? {} : { Range: `bytes=${range.start}-${range.end}` }),
    });
    if (whole && store.can.checksum) askForChecksum(command);
    const answer = await store.call(signal, (options) => store.client.send(command, options));
    const stream = answer.Body as Readable; // in Node the SDK gives the response itself
    if (answer.ContentLength !== length) {
      stream.destroy();
      throw new Error(`${key}: asked for ${length} bytes, the store announces ${answer.ContentLength}`);
    }
    return new S3Reader(store, key, length, { stream, crc32: checksumOf(answer) });
  } catch (error) {
    if (codeOf(error) === 'NoSuchKey') throw new NoSuchObject(key);
    throw error;
  }
}

/**
 * The header that the option ChecksumMode sets. With the option the SDK wraps the body in a stream of its own,
 * which gives every byte away before it compares.
 */
function askForChecksum(command: GetObjectCommand): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> }; // an HTTP request in this step
      request.headers['x-amz-checksum-mode'] = 'ENABLED';
      return next(args);
    },
    { step: 'build', name: 'askForChecksum' },
  );
}

/** Composite checksums (of parts) say nothing about the bytes as a stream. */
export function checksumOf(answer: {
  ChecksumCRC32?: string | undefined;
  ChecksumType?: string | undefined;
}): number | undefined {
  const { ChecksumCRC32: text, ChecksumType: type } = answer;
  if (text === undefined || text.includes('-') || type === 'COMPOSITE') return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 4 ? bytes.readUInt32BE() : undefined;
}

export function encodeChecksum(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

async function emptyReader(store: S3Store, key: string, signal: AbortSignal): Promise<BlobReader> {
  if (await store.isAbsent(key, signal)) throw new NoSuchObject(key);
  return { next: async () => undefined, close: async () => {} };
}

class S3Reader implements BlobReader {
  readonly #key: string;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #length: number;
  readonly #idle: number;
  readonly #expected: number | undefined;
  #crc32 = 0;
  #read = 0;

  constructor(store: S3Store, key: string, length: number, body: Body) {
    this.#key = key;
    this.#stream = body.stream;
    this.#chunks = body.stream[Symbol.asyncIterator]();
    this.#length = length;
    this.#idle = store.idle;
    this.#expected = body.crc32;
  }

  async next(): Promise<Buffer | undefined> {
    const chunk = await this.#nextChunk();
    if (chunk) {
      this.#read += chunk.length;
      if (this.#expected !== undefined) this.#crc32 = crc32(chunk, this.#crc32);
    }
    // Told with the last chunk, not after it: nobody may take the bytes for complete before.
    if (this.#read > this.#length || (!chunk && this.#read < this.#length)) {
      throw new Error(`${this.#key}: ${this.#length} bytes were announced, ${this.#read} came`);
    }
    if (this.#read === this.#length && this.#expected !== undefined && this.#crc32 !== this.#expected) {
      throw new Error(`${this.#key}: the bytes that came do not match the CRC-32 that the store keeps`);
    }
    return chunk;
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }

  async #nextChunk(): Promise<Buffer | undefined> {
    const timer = setTimeout(() => {
      this.#stream.destroy(new Error(`${this.#key}: nothing came for ${this.#idle} ms`));
    }, this.#idle);
    try {
      const next = await this.#chunks.next();
      return next.done ? undefined : next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}
