import { robotPermissions } from '#src/access/permissions.ts';
import type { Principal } from '#src/access/principal.ts';
import { Failure } from '#src/failures.ts';
import { Answer, type Route, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import { checkHealth } from './health.ts';
import * as api from './system.contract.ts';

export interface SystemParts {
  /** This program's own version. */
  readonly version: string;
  /** Setting external_url; without it the answer goes by what the client asked for. */
  readonly externalUrl: string | undefined;
  /** Whether clients reach this server by TLS, when there is no external_url. */
  readonly secure: boolean;
  readonly storage: BlobDriver;
}

/** Clients decide by it what they may ask for: the Harbor whose API this is, then the program's own version. */
const harborVersion = 'v2.16.0';

export const systemRoutes = (parts: SystemParts): Route[] => [
  route(api.getSystemInfo, async (ctx, { headers }) => {
    const info = settings();
    if (ctx.who.kind === 'anonymous') return info;
    return { ...info, ...protectedInfo(parts, headers.host) };
  }),

  route(api.getHealth, async (ctx) => {
    const components = await checkHealth(ctx, parts.storage);
    return {
      status: components.some(({ error }) => error) ? 'unhealthy' : 'healthy',
      components: components.map(({ name, error }) =>
        filled({ name, status: error ? 'unhealthy' : 'healthy', error }),
      ),
    };
  }),

  // Harbor: text, unless the client asks for JSON.
  route(api.getPing, async (_ctx, { headers }) =>
    /\bapplication\/json\b/.test(headers.accept ?? '')
      ? 'Pong'
      : new Answer('Pong', { 'content-type': 'text/plain; charset=utf-8' }),
  ),

  route(api.getPermissions, async (ctx) => {
    requireAdministrator(ctx.who);
    const sysadmin = ctx.who.kind === 'user' && ctx.who.sysadmin;
    return {
      // Harbor: who administers only projects sees only what a project's robot may hold.
      system: sysadmin ? [...robotPermissions.system] : null,
      project: [...robotPermissions.project],
    };
  }),

  route(api.getVersion, async () => ({ version: 'v2.0' })),
];

/** Harbor's defaults: nobody can change them yet. */
function settings(): api.GeneralInfo {
  return {
    auth_mode: 'db_auth',
    primary_auth_mode: false,
    self_registration: false,
    banner_message: '',
    oidc_provider_name: '',
  };
}

function protectedInfo(parts: SystemParts, host: string | undefined): api.GeneralInfo {
  const external_url = parts.externalUrl ?? `${parts.secure ? 'https' : 'http'}://${safeHost(host)}`;
  return {
    current_time: new Date().toISOString(),
    external_url,
    registry_url: external_url.replace(/^https?:\/\//, ''),
    project_creation_restriction: 'everyone',
    has_ca_root: false,
    harbor_version: `${harborVersion}-moorage.${parts.version}`,
    registry_storage_provider_name: parts.storage.name,
    read_only: false,
    notification_enable: true,
  };
}

/** G-08: what a client calls this server is only repeated when it is a host. */
function safeHost(host: string | undefined): string {
  return host !== undefined && /^[\w.:[\]-]{1,255}$/.test(host) ? host : 'localhost';
}

function requireAdministrator(who: Principal): void {
  if (who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  const administrator =
    who.kind === 'user' && (who.sysadmin || [...who.roles.values()].some((roles) => roles.includes(1)));
  if (!administrator) {
    throw new Failure('FORBIDDEN', 'only admins(system and project) can access permissions');
  }
}
