import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '#src/failures.ts';
import { cookieOf, readCookie } from './cookies.ts';
import { anonymousSid, checkCsrf, csrfHeader, sessionCookie } from './csrf.ts';

/**
 * What only browsers need. Every unsafe request below /c/, and every one that carries a session, must show a token
 * that a foreign page cannot have (wire.md section 5); clients that send Basic and keep no cookies never see one.
 * HTML goes out unframed and with an anonymous `sid`: with it the page's own requests get tokens, and
 * self-registration knows that a page is asking (Harbor).
 */
export function guardBrowsers(app: FastifyInstance, secure: boolean): void {
  app.addHook('onRequest', async (_request, reply) => {
    // G-43: answers depend on who asks; whoever serves something that does not says so instead.
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
  });
  app.addHook('onRequest', async (request, reply) => {
    if (!isChecked(request)) return;
    const csrf = checkCsrf(request.headers, secure);
    reply.header(csrfHeader, csrf.token);
    const refused = isUnsafe(request.method) && !csrf.proven;
    if (refused || !csrf.known) reply.header('set-cookie', csrf.cookie);
    if (refused) {
      throw new Failure(
        'FORBIDDEN',
        'CSRF token invalid: a request with a session needs the header X-Harbor-CSRF-Token and the cookie _gorilla_csrf; this answer has both, send them and try again',
      );
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (!String(reply.getHeader('content-type')).startsWith('text/html')) return payload;
    reply.header('x-frame-options', 'DENY');
    if (!reply.hasHeader('content-security-policy')) {
      reply.header('content-security-policy', "frame-ancestors 'none'");
    }
    if (readCookie(request.headers.cookie, sessionCookie) === undefined) {
      const csrf = checkCsrf(request.headers, secure);
      const options = { sameSite: 'Lax', secure } as const;
      reply.header('set-cookie', cookieOf(sessionCookie, anonymousSid(csrf.secret), options));
      if (!csrf.known) reply.header('set-cookie', csrf.cookie);
    }
    return payload;
  });
}

/** By the route that was found, not by the path as sent: there is more than one way to write a path. */
function isChecked(request: FastifyRequest): boolean {
  const carried = readCookie(request.headers.cookie, sessionCookie) !== undefined;
  const route = request.routeOptions.url ?? '';
  if (route.startsWith('/c/')) return true;
  // Files of the portal are the same for everybody, and kept by caches.
  return carried && (route.startsWith('/api/') || isUnsafe(request.method));
}

function isUnsafe(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method);
}
