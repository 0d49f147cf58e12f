import { robotPermissions } from '#src/access/permissions.ts';
import type { Principal } from '#src/access/principal.ts';
import type { Context } from '#src/context.ts';
import type { CveAllowlist } from '#src/database/tables.ts';
import { Failure } from '#src/failures.ts';
import type { CVEAllowlist } from '#src/features/projects/index.ts';
import { Answer, type Route, route } from '#src/http/endpoint.ts';
import { filled, unsetDate } from '#src/http/shapes.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import * as allowlist from './allowlist.ts';
import { checkHealth } from './health.ts';
import { openInfo } from './info.ts';
import * as api from './system.contract.ts';

export interface SystemParts {
  /** This program's own version. */
  readonly version: string;
  /** Setting external_url; without it the answer goes by what the client asked for. */
  readonly externalUrl: string | undefined;
  /** Whether clients reach this server by TLS, when there is no external_url. */
  readonly secure: boolean;
  readonly storage: BlobDriver;
  /** The certificate of the authority behind this server's, when the operator put one into the data folder. */
  readonly authority: () => Promise<string | undefined>;
}

/** Clients decide by it what they may ask for: the Harbor whose API this is, then the program's own version. */
const harborVersion = 'v2.16.0';

export const systemRoutes = (parts: SystemParts): Route[] => [
  route(api.getSystemInfo, async (ctx, { headers }) => {
    const info = openInfo(ctx.live);
    if (ctx.who.kind === 'anonymous') return info;
    return { ...info, ...(await protectedInfo(ctx, parts, headers.host)) };
  }),

  route(api.getVolumes, async (ctx) => {
    // Harbor: nothing is said of a storage without a size; clients look at the first entry all the same.
    const space = await parts.storage.space(ctx.signal);
    return { storage: [filled({ total: space?.total, free: space?.free })] };
  }),

  route(api.getCert, async () => {
    const certificate = await parts.authority();
    if (certificate === undefined) {
      throw new Failure(
        'NOT_FOUND',
        'no certificate of an authority is kept here: ca_download/ca.crt in the data folder is missing',
      );
    }
    return new Answer(certificate, {
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename=ca.crt',
    });
  }),

  route(api.getSystemCVEAllowlist, async (ctx) => presentAllowlist(await allowlist.getAllowlist(ctx))),

  route(api.putSystemCVEAllowlist, (ctx, { body }) => allowlist.updateAllowlist(ctx, body)),

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

function presentAllowlist(list: CveAllowlist | undefined): CVEAllowlist {
  if (!list) return { items: [], creation_time: unsetDate, update_time: unsetDate };
  const { expires_at, items, creation_time, update_time } = list;
  return {
    id: 1,
    ...(expires_at !== null && { expires_at }),
    items: items.map((cve_id) => ({ cve_id })),
    creation_time,
    update_time,
  };
}

async function protectedInfo(
  { live }: Context,
  parts: SystemParts,
  host: string | undefined,
): Promise<api.GeneralInfo> {
  const external_url = parts.externalUrl ?? `${parts.secure ? 'https' : 'http'}://${safeHost(host)}`;
  return {
    current_time: new Date().toISOString(),
    external_url,
    registry_url: external_url.replace(/^https?:\/\//, ''),
    project_creation_restriction: live.get('project_creation_restriction'),
    has_ca_root: (await parts.authority()) !== undefined,
    harbor_version: `${harborVersion}-moorage.${parts.version}`,
    registry_storage_provider_name: parts.storage.name,
    read_only: live.get('read_only'),
    notification_enable: live.get('notification_enable'),
    robot_name_prefix: live.get('robot_name_prefix'),
    robot_token_duration: live.get('robot_token_duration'),
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
