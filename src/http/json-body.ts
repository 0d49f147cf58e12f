import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * S-007: nothing but JSON is read as a body. An empty one counts as none, whatever type is announced: clients of
 * Harbor send `Content-Type: application/json` with every request, and `curl -d ''` announces a form.
 */
export function readOnlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null);
    else void parse(request, String(text), done);
  });
  app.addHook('onRequest', async ({ headers, routeOptions }) => {
    // Without a type Fastify looks for no parser; an empty form is one, where forms are read.
    if (isEmpty(headers) && !routeOptions.url?.startsWith('/c/')) delete headers['content-type'];
  });
}

function isEmpty(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';
}
