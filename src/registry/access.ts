import type { IncomingMessage } from 'node:http';
import { mayInProject, maySystem, nameOf } from '#src/access/authorize.ts';
import type { Identity } from '#src/auth/authenticate.ts';
import type { Project } from '#src/auth/directory.ts';
import { Failure } from '#src/failures.ts';
import type { RepositoryName } from '#src/oci/reference.ts';
import type { Registry } from './exchange.ts';

export type Action = 'pull' | 'push' | 'delete';

/** Clocks of replicas may differ by this much (Harbor's leeway, wire.md section 6). */
const leewaySeconds = 60;

/**
 * Whether a caller may do something in a repository. A token grants at most what it names, and nothing that its
 * subject has lost since: both are asked every time (G-47, G-48). Tokens older than the project are void.
 */
export function mayOnRepository(identity: Identity, project: Project, name: string, action: Action): boolean {
  const { token } = identity;
  if (token) {
    if (token.access.get(name)?.has(action) !== true) return false;
    if (token.issuedAt + leewaySeconds < project.createdAt / 1000) return false;
  }
  return mayInProject(identity.who, project, `repository:${action}`);
}

/** What each kind of request needs (rbac.md section 9): pushing needs both, cancelling an upload is pushing. */
export function actionsOf(method: string, kind: string): readonly Action[] {
  if (method === 'GET' || method === 'HEAD') return kind === 'upload' ? ['push', 'pull'] : ['pull'];
  if (method === 'DELETE') return kind === 'upload' ? ['push', 'pull'] : ['delete'];
  return ['push', 'pull'];
}

export interface Denial {
  readonly registry: Registry;
  readonly request: IncomingMessage;
  readonly repository: RepositoryName;
  readonly actions: readonly Action[];
  /** The source of a mount, for the second scope. */
  readonly source?: string;
}

/**
 * 401 on a repository. Without an Authorization header the client is told where to get a token and for what;
 * with one that does not suffice Harbor answers a Basic challenge. Whether the project exists is never told to
 * those who may not read it (S-010).
 */
export function denial(denied: Denial): Failure {
  const { registry, request, repository, actions, source } = denied;
  const message = `unauthorized to access repository: ${repository.name}, action: ${actions[0] ?? 'pull'}`;
  if (request.headers.authorization !== undefined && source === undefined) {
    return new Failure('UNAUTHORIZED', message, { headers: basicChallenge });
  }
  const scopes = [`repository:${repository.name}:${[...actions].sort().join(',')}`];
  if (source !== undefined) scopes.push(`repository:${source}:pull`);
  return new Failure('UNAUTHORIZED', message, {
    headers: bearerChallenge(registry, request, scopes.join(' ')),
  });
}

const basicChallenge: Record<string, string> = { 'www-authenticate': 'Basic realm="harbor"' };

/** Where to get a token: the scheme from the external URL, the host from the request, so that a second name works. */
function bearerChallenge(
  registry: Registry,
  request: IncomingMessage,
  scope: string | undefined,
): Record<string, string> {
  const realm = `${originOf(registry, request)}/service/token`;
  const scopePart = scope === undefined ? '' : `,scope="${scope}"`;
  return { 'www-authenticate': `Bearer realm="${realm}",service="harbor-registry"${scopePart}` };
}

function originOf(registry: Registry, request: IncomingMessage): string {
  const { externalUrl } = registry;
  const scheme =
    externalUrl?.startsWith('https:') || (externalUrl === undefined && registry.secure) ? 'https' : 'http';
  const host = request.headers.host;
  if (host !== undefined && /^[\w.-]+(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/i.test(host))
    return `${scheme}://${host}`;
  return externalUrl?.replace(/\/+$/, '') ?? `${scheme}://localhost`;
}

/** GET /v2/ and the catalog are not of one repository. */
export function checkBase(registry: Registry, request: IncomingMessage, identity: Identity): void {
  if (identity.how === 'token' || identity.who.kind !== 'anonymous') return;
  const headers =
    request.headers.authorization === undefined
      ? bearerChallenge(registry, request, undefined)
      : basicChallenge;
  throw new Failure('UNAUTHORIZED', 'unauthorized', { headers });
}

export function checkCatalog(registry: Registry, request: IncomingMessage, identity: Identity): void {
  const named = identity.token === undefined || identity.token.catalog;
  if (named && maySystem(identity.who, 'catalog:read')) return;
  const headers =
    request.headers.authorization === undefined
      ? bearerChallenge(registry, request, 'registry:catalog:*')
      : basicChallenge;
  throw new Failure(
    'UNAUTHORIZED',
    `unauthorized to list the catalog: ${nameOf(identity.who)} needs catalog:read`,
    { headers },
  );
}
