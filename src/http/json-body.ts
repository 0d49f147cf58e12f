import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Failure } from '#src/failures.ts';

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
  app.addContentTypeParser('*', (request, _body, done) => {
    // A path that is not there is told before the type of a body.
    if (request.is404 || isEmpty(request.headers)) done(null);
    else done(new Failure('UNSUPPORTED_MEDIA_TYPE', 'Unsupported Media Type'));
  });
}

function isEmpty(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'] ?? '0';
  return headers['transfer-encoding'] === undefined && /^0+$/.test(length);
}
