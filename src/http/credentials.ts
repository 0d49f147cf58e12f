import type { IncomingHttpHeaders } from 'node:http';
import { readCookie } from './cookies.ts';
import { sessionCookie } from './csrf.ts';

/** Whatever a request says about its sender. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** What cookie `sid` holds. */
  readonly session: string | undefined;
  /** Harbor: a request with X-Harbor-No-Session-Renewal does not prolong the session. */
  readonly renewSession: boolean;
  readonly clientAddress: string;
}

export function credentialsOf(headers: IncomingHttpHeaders, clientAddress: string): Credentials {
  return {
    authorization: headers.authorization,
    session: readCookie(headers.cookie, sessionCookie),
    renewSession: (headers['x-harbor-no-session-renewal'] ?? 'false') === 'false',
    clientAddress,
  };
}
