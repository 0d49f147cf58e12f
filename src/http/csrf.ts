import { Buffer } from 'node:buffer';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { cookieOf, readCookie } from './cookies.ts';

/** Harbor's names; clients and scripts look for them. */
export const sessionCookie = 'sid';
const csrfCookie = '_gorilla_csrf';
export const csrfHeader = 'x-harbor-csrf-token';

const secretBytes = 32;
/** What `sid` holds: an id that only its hash is kept of (or nothing is, before a login), then the secret. */
const sid = /^[A-Za-z0-9_-]{86}$/;

export interface Csrf {
  /** The request shows that its sender can read our answers. */
  readonly proven: boolean;
  /** For the header of the answer; good with `cookie`. */
  readonly token: string;
  /** Set-Cookie value. */
  readonly cookie: string;
  /** The request had the cookie. */
  readonly known: boolean;
  readonly secret: Buffer;
}

/**
 * Tokens against forged requests (S-007): a header that a foreign page cannot send, compared with a cookie that it
 * can neither read nor, SameSite=Strict, have sent. The secret in the cookie is bound to the session, whose cookie
 * ends with it: header and cookie of another session are worth nothing. No state, so every replica agrees. The
 * secret stays at login, for scripts that fetch a token first and go on using it (as with Harbor).
 */
export function checkCsrf(headers: IncomingHttpHeaders, secure: boolean): Csrf {
  const shown = fromBase64(readCookie(headers.cookie, csrfCookie), secretBytes);
  const session = readCookie(headers.cookie, sessionCookie);
  const bound = session !== undefined && sid.test(session) ? secretOf(session) : undefined;
  const secret = bound ?? shown ?? randomBytes(secretBytes);
  const known = shown !== undefined && timingSafeEqual(shown, secret);
  const sent = unmask(headers[csrfHeader]);
  const proven = known && sent !== undefined && timingSafeEqual(sent, secret);
  const options = { sameSite: 'Strict', secure } as const;
  const cookie = cookieOf(csrfCookie, secret.toString('base64url'), options);
  return { proven, token: mask(secret), secret, cookie, known };
}

/** What a page gets as `sid` before anybody logged in: nobody's, but requests that carry it are checked. */
export function anonymousSid(secret: Buffer): string {
  return Buffer.concat([randomBytes(32), secret]).toString('base64url');
}

const secretOf = (session: string): Buffer => Buffer.from(session, 'base64url').subarray(-secretBytes);

/** A new text each time, so that compression beside an attacker's own text tells nothing of the secret (BREACH). */
function mask(secret: Buffer): string {
  const pad = randomBytes(secretBytes);
  return Buffer.concat([pad, xor(pad, secret)]).toString('base64');
}

function unmask(token: string | string[] | undefined): Buffer | undefined {
  const bytes = typeof token === 'string' ? fromBase64(token, 2 * secretBytes) : undefined;
  return bytes && xor(bytes.subarray(0, secretBytes), bytes.subarray(secretBytes));
}

const xor = (one: Buffer, other: Buffer): Buffer =>
  Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));

function fromBase64(text: string | undefined, length: number): Buffer | undefined {
  if (text === undefined || text.length > 100) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length ? bytes : undefined;
}
