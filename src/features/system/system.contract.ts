import { type Static, Type } from 'typebox';
import { CVEAllowlist, CVEAllowlistReq } from '#src/features/projects/index.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime } from '#src/http/shapes.ts';

const AuthproxySetting = Type.Object({
  endpoint: Type.Optional(Type.String()),
  skip_search: Type.Optional(Type.Boolean()),
  // Harbor: spelled so.
  tokenreivew_endpoint: Type.Optional(Type.String()),
  verify_cert: Type.Optional(Type.Boolean()),
  server_certificate: Type.Optional(Type.String()),
});

export const GeneralInfo = Type.Object({
  auth_mode: Type.Optional(Type.String()),
  primary_auth_mode: Type.Optional(Type.Boolean()),
  self_registration: Type.Optional(Type.Boolean()),
  banner_message: Type.Optional(Type.String()),
  oidc_provider_name: Type.Optional(Type.String()),
  /** With auth_mode http_auth. */
  authproxy_settings: Type.Optional(AuthproxySetting),
  current_time: Type.Optional(DateTime()),
  registry_url: Type.Optional(Type.String()),
  external_url: Type.Optional(Type.String()),
  project_creation_restriction: Type.Optional(Type.String()),
  has_ca_root: Type.Optional(Type.Boolean()),
  harbor_version: Type.Optional(Type.String()),
  registry_storage_provider_name: Type.Optional(Type.String()),
  read_only: Type.Optional(Type.Boolean()),
  notification_enable: Type.Optional(Type.Boolean()),
  /** An extension: who may make robots need not be somebody who may read the configuration. */
  robot_name_prefix: Type.Optional(Type.String()),
  robot_token_duration: Type.Optional(Type.Integer()),
});
export type GeneralInfo = Static<typeof GeneralInfo>;

const SystemInfo = Type.Object({
  storage: Type.Array(
    Type.Object({ total: Type.Optional(Type.Integer()), free: Type.Optional(Type.Integer()) }),
  ),
});

const ComponentHealthStatus = Type.Object({
  name: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
});

export const OverallHealthStatus = Type.Object({
  status: Type.Optional(Type.String()),
  components: Type.Array(ComponentHealthStatus),
});
export type OverallHealthStatus = Static<typeof OverallHealthStatus>;

const Permission = Type.Object({
  resource: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
});

export const Permissions = Type.Object({
  system: Type.Union([Type.Array(Permission), Type.Null()]),
  project: Type.Union([Type.Array(Permission), Type.Null()]),
});
export type Permissions = Static<typeof Permissions>;

export const getSystemInfo = endpoint('GET /systeminfo', {
  id: 'getSystemInfo',
  tag: 'systeminfo',
  guard: 'open',
  reply: GeneralInfo,
});

export const getVolumes = endpoint('GET /systeminfo/volumes', {
  id: 'getVolumes',
  tag: 'systeminfo',
  guard: { system: 'system-volumes:read' },
  reply: SystemInfo,
});

export const getCert = endpoint('GET /systeminfo/getcert', {
  id: 'getCert',
  tag: 'systeminfo',
  // Harbor: whoever has to trust the server has no login yet.
  guard: 'open',
  impersonal: true,
  reply: Type.String(),
  failures: [404],
});

export const getSystemCVEAllowlist = endpoint('GET /system/CVEAllowlist', {
  id: 'getSystemCVEAllowlist',
  tag: 'SystemCVEAllowlist',
  guard: 'login',
  reply: CVEAllowlist,
});

export const putSystemCVEAllowlist = endpoint('PUT /system/CVEAllowlist', {
  id: 'putSystemCVEAllowlist',
  tag: 'SystemCVEAllowlist',
  guard: { system: 'configuration:update' },
  body: CVEAllowlistReq,
});

export const getHealth = endpoint('GET /health', {
  id: 'getHealth',
  tag: 'health',
  guard: 'open',
  impersonal: true,
  reply: OverallHealthStatus,
});

export const getPing = endpoint('GET /ping', {
  id: 'getPing',
  tag: 'ping',
  guard: 'open',
  impersonal: true,
  reply: Type.String(),
});

export const getPermissions = endpoint('GET /permissions', {
  id: 'getPermissions',
  tag: 'permissions',
  guard: { service: 'system administrators, and administrators of at least one project' },
  reply: Permissions,
});

/** Outside the base path: clients ask here which base path there is. */
export const getVersion = endpoint('GET /api/version', {
  id: 'getVersion',
  tag: 'version',
  guard: 'open',
  impersonal: true,
  reply: Type.Object({ version: Type.String() }),
});
