import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Harbor: what a read-only registry still does (wire.md section 9): the way back, and finding out who is asking. */
const spared: ReadonlySet<string> = new Set([
  'PUT /configurations',
  'POST /c/login',
  'POST /c/userExists',
  'POST /c/oidc/onboard',
]);

/**
 * The setting read_only, for both planes. Asked before anybody's rights, as in Harbor; `path` is the endpoint's own
 * template, so that no spelling of a URL passes for a spared one (G-90).
 */
export function refuseWhenReadOnly(live: Context['live'], method: string, path: string): void {
  if (safe.has(method) || !live.get('read_only') || spared.has(`${method} ${path}`)) return;
  throw new Failure('DENIED', 'The system is in read only mode. Any modification is prohibited.');
}
