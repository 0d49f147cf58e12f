export interface CookieOptions {
  readonly sameSite: 'Lax' | 'Strict';
  /** Only sent over TLS. */
  readonly secure: boolean;
  /** 0 makes the browser forget it; without one it lives as long as the browser. */
  readonly maxAge?: 0;
}

/** Of several cookies of the name the first, which is the one with the longest path; undefined without one. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/** A Set-Cookie value; never readable by scripts, never for another host (G-37). `value` has no character to quote. */
export function cookieOf(name: string, value: string, { sameSite, secure, maxAge }: CookieOptions): string {
  const parts = [`${name}=${value}`, 'Path=/', 'HttpOnly', `SameSite=${sameSite}`];
  if (maxAge !== undefined) parts.push(`Max-Age=${maxAge}`);
  if (secure) parts.push('Secure');
  return parts.join('; ');
}

/** Harbor: the external URL decides; without one it is how this server listens. */
export function isSecure(externalUrl: string | undefined, tls: boolean): boolean {
  return externalUrl === undefined ? tls : /^https:/i.test(externalUrl);
}
