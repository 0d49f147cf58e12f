import { Failure } from '#src/failures.ts';
import { quote } from '#src/oci/quote.ts';

/** What one archive may cost. Everything beyond is 413, so that no header is believed (S-049, G-26, G-27). */
export interface TarLimits {
  /** Of the archive, unpacked. */
  readonly bytes: number;
  readonly entries: number;
  /** Of one file that is wanted. */
  readonly fileBytes: number;
  readonly nameBytes: number;
  /** Folders in a name. */
  readonly depth: number;
}

/** Helm's own bounds on a chart: 100 MiB unpacked, 5 MiB a file. */
export const usualLimits: TarLimits = {
  bytes: 100 * 1024 * 1024,
  entries: 20_000,
  fileBytes: 5 * 1024 * 1024,
  nameBytes: 1024,
  depth: 64,
};

export interface TarFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const block = 512;
/** A PAX header says a few hundred bytes; archives with 100 MB of them are attacks. */
const extensionBytes = 64 * 1024;

/**
 * The regular files of a tar archive (ustar, GNU long names, PAX) whose name is wanted, in their order. Nothing is
 * written anywhere, links are not followed, and no more is held in memory than one wanted file (G-28).
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  wanted: (name: string) => boolean,
  limits: TarLimits = usualLimits,
): AsyncGenerator<TarFile, void, undefined> {
  const input = new Input(chunks, limits.bytes);
  try {
    let next: Extension = {};
    for (let entries = 0; ; entries += 1) {
      const header = readHeader(await input.take(block));
      if (header === undefined) return;
      if (entries >= limits.entries) throw tooLarge(`it has more than ${limits.entries} entries`);
      const size = next.size ?? header.size;
      if (header.type === 'x' || header.type === 'L') {
        next = { ...next, ...readExtension(header.type, await takePadded(input, size, extensionBytes)) };
        continue;
      }
      const name = next.name ?? header.name;
      next = {};
      checkName(name, limits);
      if (isRegular(header.type, name) && wanted(name)) {
        yield { name, bytes: await takePadded(input, size, limits.fileBytes) };
      } else if (!withoutContent.has(header.type)) await input.skip(padded(size));
    }
  } finally {
    await input.close();
  }
}

/** Links, devices, folders, FIFOs: whatever size the header gives, no content follows. */
const withoutContent: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

function isRegular(type: string, name: string): boolean {
  // Archives older than POSIX mark a folder with a slash at the end.
  return (type === '0' || type === '\0' || type === '7') && !name.endsWith('/');
}

function checkName(name: string, { nameBytes, depth }: TarLimits): void {
  if (Buffer.byteLength(name) > nameBytes) throw tooLarge(`a name has more than ${nameBytes} bytes`);
  if (name.split('/').length > depth) throw tooLarge(`${quote(name)} is deeper than ${depth} folders`);
}

const padded = (size: number): number => Math.ceil(size / block) * block;

async function takePadded(input: Input, size: number, most: number): Promise<Buffer> {
  if (size > most) throw tooLarge(`a part of it has ${size} bytes, ${most} are read`);
  return (await input.take(padded(size)))?.subarray(0, size) ?? Buffer.alloc(0);
}

interface Header {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** Undefined at the end of the archive: a block of zeroes, or no more bytes. */
function readHeader(bytes: Buffer | undefined): Header | undefined {
  if (bytes === undefined || bytes.every((byte) => byte === 0)) return undefined;
  checkSum(bytes);
  const type = String.fromCharCode(bytes[156] ?? 0);
  if (type === 'S') throw malformed('it has a sparse file');
  const isPosix = bytes.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textOf(bytes, 345, 155) : '';
  const name = textOf(bytes, 0, 100);
  return { name: prefix === '' ? name : `${prefix}/${name}`, type, size: numberOf(bytes.subarray(124, 136)) };
}

function checkSum(bytes: Buffer): void {
  const said = numberOf(bytes.subarray(148, 156));
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < block; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : (bytes[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  if (said !== unsigned && said !== signed) throw malformed('the checksum of a header is wrong');
}

function textOf(bytes: Buffer, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** Octal text, or GNU's binary form for what is larger. */
function numberOf(field: Buffer): number {
  const first = field[0] ?? 0;
  if (first & 0x80) {
    const hex = field.toString('hex');
    const value = BigInt(`0x${hex}`) & ((1n << BigInt(field.length * 8 - 1)) - 1n);
    if (first & 0x40) throw malformed('a number in a header is negative');
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw tooLarge(`a part of it has ${value} bytes`);
    return Number(value);
  }
  const text = field.toString('latin1').replace(/^ +|[ \0]+$/g, '');
  if (!/^[0-7]*$/.test(text)) throw malformed('a number in a header is none');
  return text === '' ? 0 : Number.parseInt(text, 8);
}

/** What a header before an entry's own says about it. */
interface Extension {
  readonly name?: string;
  readonly size?: number;
}

function readExtension(type: 'x' | 'L', bytes: Buffer): Extension {
  if (type === 'L') return { name: textOf(bytes, 0, bytes.length) };
  let found: Extension = {};
  for (let at = 0; at < bytes.length; ) {
    // "27 path=some/file\n", where 27 counts everything from the 2 to the line's end.
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 ? '' : bytes.toString('latin1', at, space);
    const end = at + Number(digits);
    if (!/^\d{1,6}$/.test(digits) || end > bytes.length || bytes[end - 1] !== 0x0a || end - 1 <= space) {
      throw malformed('a PAX record is damaged');
    }
    const record = bytes.toString('utf8', space + 1, end - 1);
    const equals = record.indexOf('=');
    found = { ...found, ...meaningOf(record.slice(0, equals), record.slice(equals + 1)) };
    at = end;
  }
  return found;
}

function meaningOf(key: string, value: string): Extension {
  if (key.startsWith('GNU.sparse.')) throw malformed('it has a sparse file');
  if (key === 'path') {
    if (value.includes('\0')) throw malformed('a name holds NUL');
    return { name: value };
  }
  if (key !== 'size') return {};
  if (!/^\d{1,15}$/.test(value)) throw malformed('a PAX record has a size that is no number');
  return { size: Number(value) };
}

/** Bytes out of chunks, counted. */
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #most: number;
  #left: Uint8Array = Buffer.alloc(0);
  #read = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, most: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#most = most;
  }

  /** Exactly so many bytes, or undefined at the very end. Memory grows with what arrives, not with what is asked. */
  async take(count: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.#left.length === 0 && !(await this.#fill())) break;
      const part = this.#left.subarray(0, missing);
      this.#left = this.#left.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    if (missing > 0 && missing < count) throw malformed('it ends within an entry');
    return missing > 0 ? undefined : Buffer.concat(parts);
  }

  async skip(count: number): Promise<void> {
    for (let missing = count; missing > 0; ) {
      if (this.#left.length === 0 && !(await this.#fill())) throw malformed('it ends within an entry');
      const length = Math.min(missing, this.#left.length);
      this.#left = this.#left.subarray(length);
      missing -= length;
    }
  }

  async #fill(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    this.#read += value.length;
    if (this.#read > this.#most) throw tooLarge(`it unpacks to more than ${this.#most} bytes`);
    this.#left = value;
    return true;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

export const malformed = (reason: string, cause?: unknown): Failure =>
  new Failure('UNPROCESSABLE_ENTITY', `the archive in this artifact is damaged: ${reason}`, { cause });

export const tooLarge = (reason: string): Failure =>
  new Failure('REQUEST_ENTITY_TOO_LARGE', `the archive in this artifact is too large to be shown: ${reason}`);
