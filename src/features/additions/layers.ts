import { Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { Failure } from '#src/failures.ts';
import type { Context } from '#src/context.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import { isDigestOf } from '#src/oci/digest.ts';
import type { Descriptor } from '#src/oci/manifest.ts';
import type { ArtifactRow } from '#src/features/artifacts/index.ts';
import { findBlob } from './additions.store.ts';
import { malformed, tooLarge } from './tar.ts';

/** Unpackings at once in this process: each keeps a thread busy of the four that also read the file system. */
const mostAtOnce = 2;
/** Waiting for one; who comes when so many wait is sent away. */
const mostWaiting = 64;
/** Storage that is slower than this is at fault, not the artifact: what an archive may cost is bounded in bytes. */
const longestMilliseconds = 20_000;
/** zstd keeps this much to look back into (8 MiB); 128 MiB unless it is told so. */
const zstdWindowLog = 23;

/** Config and layers of artifacts, read from storage within bounds. */
export class Layers {
  readonly #storage: BlobDriver;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(storage: BlobDriver) {
    this.#storage = storage;
  }

  /** The whole bytes of a blob that may have at most `most`; other bytes than its digest names are a fault. */
  async bytes(ctx: Context, artifact: ArtifactRow, { digest }: Descriptor, most: number): Promise<Buffer> {
    const { location, size } = await placeOf(ctx, artifact, digest);
    if (size > most) throw tooLarge(`${digest} has ${size} bytes, ${most} are read`);
    const parts: Buffer[] = [];
    for await (const chunk of this.#chunks(location, size, signalFor(ctx))) parts.push(chunk);
    const whole = Buffer.concat(parts);
    if (!isDigestOf(digest, whole)) throw new Error(`storage gave other bytes than ${digest}`);
    return whole;
  }

  /** Runs `read` over the unpacked bytes of a blob: gzip and zstd are known by their first bytes. */
  async unpacked<T>(
    ctx: Context,
    artifact: ArtifactRow,
    { digest }: Descriptor,
    read: (chunks: AsyncIterable<Buffer>) => Promise<T>,
  ): Promise<T> {
    const { location, size } = await placeOf(ctx, artifact, digest);
    await this.#enter();
    try {
      return await read(unpack(this.#chunks(location, size, signalFor(ctx))));
    } finally {
      this.#leave();
    }
  }

  async *#chunks(location: string, size: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    if (size === 0) return;
    const reader = await this.#storage.read(location, { start: 0, end: size - 1, total: size }, signal);
    try {
      for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
        // The reader fills the same memory again, and a stream may still hold it.
        yield Buffer.from(chunk);
      }
    } finally {
      await reader.close();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < mostAtOnce) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= mostWaiting) {
      throw new Failure('SERVICE_UNAVAILABLE', 'too many archives are being unpacked, try again', {
        headers: { 'retry-after': '2' },
      });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}

function signalFor(ctx: Context): AbortSignal {
  return AbortSignal.any([ctx.signal, AbortSignal.timeout(longestMilliseconds)]);
}

async function placeOf(ctx: Context, artifact: ArtifactRow, digest: string) {
  const place = await findBlob(ctx.db, artifact.id, digest);
  if (!place) {
    throw new Failure('NOT_FOUND', `the content ${digest} of ${artifact.digest} is not in this registry`);
  }
  return place;
}

async function* unpack(packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const first = await packed.next();
  if (first.done === true) return;
  const whole = (async function* () {
    yield first.value;
    yield* packed;
  })();
  const unpacker = unpackerFor(first.value);
  if (!unpacker) {
    yield* whole;
    return;
  }
  // One chunk ahead: a stream of objects would read 16 of up to 512 KiB.
  const source = Readable.from(whole, { highWaterMark: 1 });
  source.once('error', (error) => unpacker.destroy(error));
  try {
    // The types say any; both give Buffers.
    for await (const chunk of source.pipe(unpacker)) yield chunk as Buffer;
  } catch (error) {
    throw isDamage(error) ? malformed('it cannot be unpacked', error) : error;
  } finally {
    source.destroy();
    unpacker.destroy();
  }
}

const chunkSize = 64 * 1024;

function unpackerFor(bytes: Buffer) {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return createGunzip({ chunkSize });
  if (bytes.length >= 4 && bytes.readUInt32LE() === 0xfd2fb528) {
    return createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog } });
  }
  return undefined;
}

function isDamage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(Z_|ZSTD_)/.test(code);
}
