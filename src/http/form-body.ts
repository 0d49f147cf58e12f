import type { FastifyInstance } from 'fastify';

/** Names, passwords and a target; a body above it is refused unread. */
const longestForm = 16 * 1024;

/** For the few operations that are forms in Harbor: nothing but a form is read there. */
export function readOnlyForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: longestForm },
    (_request, text, done) => done(null, read(String(text))),
  );
}

/** Of members that are there twice the first counts. */
function read(text: string): Record<string, string> {
  return Object.fromEntries([...new URLSearchParams(text)].reverse());
}
