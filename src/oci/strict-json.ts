/**
 * JSON in which every reader sees the same thing. Readers differ on duplicate keys (first wins, last wins), on a
 * byte order mark and on bytes that are not UTF-8; two of them looking at one digest could then act on two
 * different documents (CVE-2021-41190). Such a document is refused instead.
 */

import { quote } from './quote.ts';

export class NotStrictJson extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotStrictJson';
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** No manifest nests deeper than ten; recursive readers begin to fail in the thousands. */
const DEPTH = 100;

/**
 * Parses a whole document, in linear time. Throws NotStrictJson with a reason that may be shown to the client.
 * A key `__proto__` becomes an ordinary own property and never a prototype (JSON.parse defines, not assigns).
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new NotStrictJson('it begins with a byte order mark; remove it');
  }
  const text = decode(bytes);
  scan(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NotStrictJson(`it is not JSON: ${syntaxMessage(error)}`);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotStrictJson('it is not valid UTF-8');
  }
}

/** V8 repeats a piece of the document after a comma; the position alone is enough and cannot carry control bytes. */
function syntaxMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = /at position \d+/.exec(message)?.[0];
  if (position !== undefined) return `unexpected text ${position}`;
  return message.startsWith('Unexpected end') ? 'it ends too early' : 'unexpected text';
}

/**
 * Finds duplicate keys and excessive nesting. It runs before JSON.parse, so that depth is bounded before
 * anything is built, and therefore must survive text that is not JSON; what it says about such text does not
 * matter, because JSON.parse refuses it afterwards.
 */
function scan(text: string): void {
  /** The keys of every open object; undefined stands for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let keyComesNext = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        keyComesNext = text.charCodeAt(at) === OPEN_OBJECT;
        open.push(keyComesNext ? new Set() : undefined);
        if (open.length > DEPTH) throw new NotStrictJson(`it nests deeper than ${DEPTH} levels`);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        open.pop();
        keyComesNext = false;
        break;
      case COMMA:
        keyComesNext = open.at(-1) !== undefined;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        const string = contentOf(text, at, end);
        if (keyComesNext) addKey(open.at(-1), string);
        keyComesNext = false;
        at = end;
        break;
      }
    }
  }
}

/** The index of the closing quotation mark, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

/**
 * A string's text between its quotation marks. Half a surrogate pair is read differently by different parsers
 * (RFC 8259, section 8.2), and PostgreSQL stores neither that nor NUL, so both are refused here.
 */
function contentOf(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  const content = unescaped(`"${raw}"`);
  if (content.includes('\0') || !content.isWellFormed()) {
    throw new NotStrictJson('a string holds NUL or half of a surrogate pair');
  }
  return content;
}

/** An escape that is not JSON stays as it is: JSON.parse refuses the document in a moment. */
function unescaped(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (keys === undefined) return;
  if (keys.has(key)) throw new NotStrictJson(`the key ${quote(key)} occurs twice in one object`);
  keys.add(key);
}
