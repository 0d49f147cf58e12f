import { credentialsOf } from '#src/http/credentials.ts';
import { cookieOf, isSecure } from '#src/http/cookies.ts';
import { checkCsrf, sessionCookie } from '#src/http/csrf.ts';
import { Answer, type Route, route } from '#src/http/endpoint.ts';
import * as api from './sessions.contract.ts';
import { logIn, logOut, type SessionParts, userExists } from './sessions.ts';

export function sessionRoutes(parts: SessionParts): readonly Route[] {
  const secure = isSecure(parts.externalUrl, parts.secure);
  const sid = (value: string, maxAge?: 0) => {
    const options = { sameSite: 'Lax', secure, ...(maxAge !== undefined && { maxAge }) } as const;
    return { 'set-cookie': cookieOf(sessionCookie, value, options) };
  };
  return [
    route(api.logIn, async (ctx, { body, headers }) => {
      const { session } = credentialsOf(headers, ctx.clientAddress);
      const { secret } = checkCsrf(headers, secure);
      const { principal = '', password = '' } = body;
      const id = await logIn(ctx, parts, { principal, password, session, secret });
      return id === undefined ? new Answer<never>(undefined, {}, 401) : new Answer<never>(undefined, sid(id));
    }),

    route(api.logOut, async (ctx, { headers }) => {
      const { session } = credentialsOf(headers, ctx.clientAddress);
      if (session === undefined) return null;
      await logOut(ctx, session);
      return new Answer<never>(undefined, sid('', 0));
    }),

    route(api.userExists, (ctx, { body }) => userExists(ctx, body.target, body.value ?? '')),
  ];
}
