import { type ProjectPermission } from '#src/access/permissions.ts';
import { mayInProject, maySystem } from '#src/access/authorize.ts';
import { nobody, type Principal } from '#src/access/principal.ts';
import type { Credentials } from '#src/http/credentials.ts';
import { parseRepositoryName } from '#src/oci/reference.ts';
import type { Authenticator, Identity } from './authenticate.ts';
import type { Directory } from './directory.ts';
import { identifyCaller, type Sessions } from './sessions.ts';
import { type Access, audience, type Tokens } from './tokens.ts';

export interface TokenService {
  readonly authenticator: Authenticator;
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  /** Setting token_expiration, in seconds. */
  readonly tokenSeconds: () => number;
}

export interface TokenRequest extends Credentials {
  readonly method: string;
  /** Path and query, as received. */
  readonly url: string;
}

export interface TokenReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Who asked; absent when that was not looked at. */
  readonly who?: Principal;
}

/** More than any client asks for; with it a token stays below what fits into a header. */
const mostScopes = 100;
const mostScopeText = 8_192;

/**
 * GET /service/token. A token lists whatever its holder may do in the repositories asked for, not what was asked
 * (Harbor); an unknown project, one the caller may not see and an impossible name all come out as no actions.
 * Throws what `identify` throws.
 */
export async function handleToken(service: TokenService, request: TokenRequest): Promise<TokenReply> {
  if (request.method !== 'GET') {
    // Harbor: containerd and oras fall back to GET after a 405.
    return refusal(405, 'METHOD_NOT_ALLOWED', 'tokens are given out by GET only', { allow: 'GET' });
  }
  const query = new URLSearchParams(request.url.slice(request.url.indexOf('?') + 1 || request.url.length));
  const asked = query.get('service') ?? '';
  if (asked !== audience) {
    return refusal(
      400,
      'BAD_REQUEST',
      `unable to handle service ${JSON.stringify(asked.slice(0, 100))}: this registry's is ${audience}`,
    );
  }
  const scopes = query
    .getAll('scope')
    .flatMap((value) => value.split(' '))
    .filter((scope) => scope !== '');
  if (scopes.length > mostScopes || scopes.join(' ').length > mostScopeText) {
    return refusal(
      400,
      'BAD_REQUEST',
      `too many scopes: at most ${mostScopes} with ${mostScopeText} characters fit into a token; ask for several tokens`,
    );
  }
  const { who, epoch } = await callerOf(service, request);
  if (who.kind === 'anonymous' && scopes.length === 0) return { status: 401, headers: {}, body: '', who };
  const access = await accessOf(service.directory, who, scopes);
  const issued = await service.tokens.issue(who, access, service.tokenSeconds(), epoch);
  const body = {
    token: issued.token,
    // Harbor: the member is there, empty (token-service.db.test.ts).
    access_token: '',
    expires_in: issued.expiresIn,
    issued_at: issued.issuedAt.toISOString(),
  };
  const headers = { ...json, 'cache-control': 'no-store' };
  return { status: 200, headers, body: JSON.stringify(body), who };
}

/** A token is no credential here: it would live for ever by asking for the next one. */
async function callerOf(
  service: TokenService,
  request: TokenRequest,
): Promise<Pick<Identity, 'who' | 'epoch'>> {
  const identity = await identifyCaller(service, request);
  return identity.how === 'token' ? { who: nobody } : identity;
}

async function accessOf(directory: Directory, who: Principal, scopes: readonly string[]): Promise<Access[]> {
  const found = new Map<string, Access>();
  for (const scope of scopes) {
    const first = scope.indexOf(':');
    const last = scope.lastIndexOf(':');
    if (first < 1 || last === first) continue;
    const type = scope.slice(0, first);
    const name = scope.slice(first + 1, last);
    const key = `${type}:${name}`;
    if (found.has(key)) continue;
    if (type === 'repository') found.set(key, { type, name, actions: await actionsOn(directory, who, name) });
    if (key === 'registry:catalog')
      found.set(key, { type, name, actions: maySystem(who, 'catalog:read') ? ['*'] : [] });
  }
  return [...found.values()];
}

const actions = ['pull', 'push', 'delete', 'scanner-pull'] as const;

async function actionsOn(directory: Directory, who: Principal, name: string): Promise<string[]> {
  const projectName = projectOf(name);
  if (projectName === undefined) return [];
  const known = directory.knownProject(projectName);
  const project = known === 'unknown' ? await directory.project(projectName) : known;
  if (project === undefined) return [];
  return actions.filter((action) =>
    mayInProject(who, project, `repository:${action}` satisfies ProjectPermission),
  );
}

/** Undefined when no repository can have the name. */
function projectOf(name: string): string | undefined {
  try {
    return parseRepositoryName(name).project;
  } catch {
    return undefined;
  }
}

const json = { 'content-type': 'application/json; charset=utf-8' };

function refusal(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): TokenReply {
  return {
    status,
    headers: { ...json, ...headers },
    body: `${JSON.stringify({ errors: [{ code, message }] })}\n`,
  };
}
