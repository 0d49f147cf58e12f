import { createHash, type Hash } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** What one response was. `head` is the raw header block; `body` only when it was asked for. */
export interface Answer {
  status: number;
  /** Bytes of the body that arrived; for HEAD the announced Content-Length. */
  length: number;
  head: string;
  body: Buffer | undefined;
  sha256: string | undefined;
}

export interface Ask {
  /** Complete request bytes, or the head of one whose body follows through `write`. */
  bytes: Buffer;
  headOnly: boolean;
  /** Nothing is kept by default: counting is the cheapest proof that everything arrived. */
  keep?: 'body' | 'hash' | undefined;
}

const contentLength = /\r\ncontent-length: *(\d+)/i;
const chunkedEncoding = /\r\ntransfer-encoding: *chunked/i;
const closing = /\r\nconnection: *close/i;

/**
 * One HTTP/1.1 connection with one request in flight. It exists because `node:http` costs three to four times the CPU
 * of the servers under test, and client and server share the machine.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #opened: Promise<void>;
  #ask: Ask | undefined;
  #done: ((answer: Answer) => void) | undefined;
  readonly #failed: (error: Error) => void;
  #pending: Buffer | undefined;
  #answer: Answer = emptyAnswer();
  #remaining = -1;
  #chunks: ChunkReader | undefined;
  #kept: Buffer[] = [];
  #hash: Hash | undefined;
  #closes = false;

  constructor(port: number, onFailure: (error: Error) => void) {
    this.#failed = onFailure;
    const socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      // One reused buffer a connection: Node otherwise allocates 64 KiB for every read.
      onread: {
        buffer: Buffer.allocUnsafe(256 * 1024),
        callback: (size, buffer) => this.#read(size, buffer),
      },
    });
    this.#socket = socket;
    this.#opened = new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', () => {
      if (this.#ask !== undefined) this.#failed(new Error('the server closed the connection in a request'));
    });
  }

  /** Sends one request; `done` is called inside the read callback, so the next request can leave at once. */
  send(ask: Ask, done: (answer: Answer) => void): void {
    if (this.#ask !== undefined) throw new Error('a request is already in flight on this connection');
    this.#ask = ask;
    this.#done = done;
    this.#answer = emptyAnswer();
    if (ask.keep === 'body') this.#kept = [];
    this.#hash = ask.keep === 'hash' ? createHash('sha256') : undefined;
    this.#socket.write(ask.bytes);
  }

  ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve) => this.send(ask, resolve));
  }

  /** Part of a request body; resolves when the kernel has taken it. False when the server has answered already. */
  write(parts: readonly Buffer[]): Promise<boolean> {
    if (this.#ask === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#socket.cork();
      for (const [index, part] of parts.entries()) {
        if (index === parts.length - 1) this.#socket.write(part, () => resolve(this.#ask !== undefined));
        else this.#socket.write(part);
      }
      this.#socket.uncork();
    });
  }

  opened(): Promise<void> {
    return this.#opened;
  }

  close(): void {
    this.#ask = undefined;
    this.#socket.destroy();
  }

  #read(size: number, buffer: Uint8Array): boolean {
    let bytes = Buffer.from(buffer.buffer, buffer.byteOffset, size);
    if (this.#remaining < 0) {
      if (this.#pending !== undefined) bytes = Buffer.concat([this.#pending, bytes]);
      const bodyStart = this.#parseHead(bytes);
      if (bodyStart < 0) {
        this.#pending = Buffer.from(bytes);
        return true;
      }
      this.#pending = undefined;
      bytes = bytes.subarray(bodyStart);
    }
    this.#takeBody(bytes);
    return true;
  }

  /** Returns where the body starts, or -1 when the head is not complete. */
  #parseHead(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return -1;
    const head = bytes.toString('latin1', 0, end + 2);
    const status = Number(head.slice(9, 12));
    this.#answer.status = status;
    this.#answer.head = head;
    this.#closes = closing.test(head);
    const announced = contentLength.exec(head);
    if (this.#ask?.headOnly === true || status === 204 || status === 304) {
      this.#answer.length = announced === null ? 0 : Number(announced[1]);
      this.#remaining = 0;
    } else if (announced !== null) {
      this.#remaining = Number(announced[1]);
    } else if (chunkedEncoding.test(head)) {
      this.#chunks = new ChunkReader((part) => this.#keep(part));
      this.#remaining = Number.POSITIVE_INFINITY;
    } else {
      this.#failed(new Error(`an answer without a length: ${head}`));
      this.#remaining = 0;
    }
    return end + 4;
  }

  #takeBody(bytes: Buffer): void {
    if (this.#chunks !== undefined) {
      if (!this.#chunks.read(bytes)) return;
      this.#chunks = undefined;
    } else {
      if (this.#remaining > 0 && bytes.length > 0) {
        this.#keep(bytes);
        this.#remaining -= bytes.length;
      }
      if (this.#remaining > 0) return;
    }
    this.#finish();
  }

  #keep(part: Buffer): void {
    this.#answer.length += part.length;
    if (this.#ask?.keep === 'body') this.#kept.push(Buffer.from(part));
    this.#hash?.update(part);
  }

  #finish(): void {
    const answer = this.#answer;
    const done = this.#done;
    if (this.#ask?.keep === 'body') answer.body = Buffer.concat(this.#kept);
    if (this.#hash !== undefined) answer.sha256 = this.#hash.digest('hex');
    this.#remaining = -1;
    this.#ask = undefined;
    this.#done = undefined;
    if (this.#closes) this.#failed(new Error(`the server closes the connection after: ${answer.head}`));
    done?.(answer);
  }
}

function emptyAnswer(): Answer {
  return { status: 0, length: 0, head: '', body: undefined, sha256: undefined };
}

/** Decodes chunked transfer coding; Go sends lists above 2 KiB this way. */
class ChunkReader {
  readonly #part: (bytes: Buffer) => void;
  #line = '';
  #left = 0;
  #state: 'size' | 'data' | 'dataEnd' | 'trailer' = 'size';

  constructor(part: (bytes: Buffer) => void) {
    this.#part = part;
  }

  /** True when the last chunk has been read. */
  read(bytes: Buffer): boolean {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const part = bytes.subarray(at, at + this.#left);
        this.#part(part);
        this.#left -= part.length;
        at += part.length;
        if (this.#left === 0) this.#state = 'dataEnd';
        continue;
      }
      const newline = bytes.indexOf(10, at);
      this.#line += bytes.toString('latin1', at, newline < 0 ? bytes.length : newline);
      if (newline < 0) return false;
      at = newline + 1;
      if (this.#endOfLine()) return true;
    }
    return false;
  }

  #endOfLine(): boolean {
    const line = this.#line.trim();
    this.#line = '';
    if (this.#state === 'trailer') return line === '';
    if (this.#state === 'dataEnd') this.#state = 'size';
    else {
      this.#left = Number.parseInt(line, 16);
      this.#state = this.#left === 0 ? 'trailer' : 'data';
    }
    return false;
  }
}
