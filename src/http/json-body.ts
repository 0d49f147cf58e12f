import type { FastifyInstance } from 'fastify';

/**
 * S-007: nothing but JSON is read as a body. An empty one counts as none, whatever type is announced: clients of
 * Harbor send `Content-Type: application/json` with every request.
 */
export function readOnlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null);
    else void parse(request, String(text), done);
  });
}
