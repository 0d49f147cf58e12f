import { Buffer, isUtf8 } from 'node:buffer';

export interface NameAndPassword {
  readonly name: string;
  readonly password: string;
}

/** Undefined for every other scheme. */
export function readAuthorization(header: string): { scheme: 'basic' | 'bearer'; value: string } | undefined {
  const space = header.indexOf(' ');
  const scheme = header.slice(0, Math.max(space, 0)).toLowerCase();
  if (scheme !== 'basic' && scheme !== 'bearer') return undefined;
  return { scheme, value: header.slice(space + 1).trim() };
}

/** No name of ours is longer: prefix, project (255), `+`, robot (255); 255 characters of a user. */
const longestName = 1024;

/**
 * Reads the credentials of a Basic header (RFC 7617, UTF-8). Undefined when they are no valid text, have no colon,
 * no name, an absurd one, or control characters.
 */
export function decodeBasic(credentials: string): NameAndPassword | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(credentials)) return undefined;
  const bytes = Buffer.from(credentials, 'base64');
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString();
  const colon = text.indexOf(':');
  if (colon < 1 || colon > longestName || /\p{Cc}/u.test(text)) return undefined;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
