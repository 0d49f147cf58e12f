import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe, ProjectParams } from '#src/http/shapes.ts';

const text = () => Type.Optional(Type.String());

/** Harbor: every value is a string, booleans too; what is not set is not there. */
export const ProjectMetadata = Type.Object({
  public: text(),
  enable_content_trust: text(),
  enable_content_trust_cosign: text(),
  prevent_vul: text(),
  severity: text(),
  auto_scan: text(),
  auto_sbom_generation: text(),
  reuse_sys_cve_allowlist: text(),
  retention_id: text(),
  proxy_speed_kb: text(),
  max_upstream_conn: text(),
  proxy_cache_local_on_not_found: text(),
  proxy_referrer_api: text(),
  proxy_cache_filter_pattern: text(),
  proxy_cache_filter_kind: text(),
});
export type ProjectMetadata = Static<typeof ProjectMetadata>;

export const CVEAllowlist = Type.Object({
  id: Type.Optional(Type.Integer()),
  project_id: Type.Optional(Type.Integer()),
  expires_at: Type.Optional(Type.Integer()),
  items: Type.Union([Type.Array(Type.Object({ cve_id: Type.Optional(Type.String()) })), Type.Null()]),
  creation_time: DateTime(),
  update_time: DateTime(),
});
export type CVEAllowlist = Static<typeof CVEAllowlist>;

export const Project = Type.Object({
  project_id: Type.Optional(Type.Integer()),
  owner_id: Type.Optional(Type.Integer()),
  name: Type.Optional(Type.String()),
  registry_id: Type.Optional(Type.Integer()),
  creation_time: DateTime(),
  update_time: DateTime(),
  deleted: Type.Optional(Type.Boolean()),
  owner_name: Type.Optional(Type.String()),
  togglable: Type.Optional(Type.Boolean()),
  current_user_role_id: Type.Optional(Type.Integer()),
  current_user_role_ids: Type.Union([Type.Array(Type.Integer()), Type.Null()]),
  repo_count: Type.Integer(),
  metadata: Type.Optional(ProjectMetadata),
  cve_allowlist: Type.Optional(CVEAllowlist),
});
export type Project = Static<typeof Project>;

const maybeText = () => Maybe(Type.String({ maxLength: 4096 }));

const MetadataReq = Type.Object({
  public: maybeText(),
  enable_content_trust: maybeText(),
  enable_content_trust_cosign: maybeText(),
  prevent_vul: maybeText(),
  severity: maybeText(),
  auto_scan: maybeText(),
  auto_sbom_generation: maybeText(),
  reuse_sys_cve_allowlist: maybeText(),
  retention_id: maybeText(),
  proxy_speed_kb: maybeText(),
  max_upstream_conn: maybeText(),
  proxy_cache_local_on_not_found: maybeText(),
  proxy_referrer_api: maybeText(),
  proxy_cache_filter_pattern: maybeText(),
  proxy_cache_filter_kind: maybeText(),
});
export type MetadataReq = Static<typeof MetadataReq>;

export const CVEAllowlistReq = Type.Object({
  // What clients send back as they read it; the registry keeps its own.
  creation_time: Maybe(Type.String()),
  update_time: Maybe(Type.String()),
  id: Maybe(Type.Integer()),
  project_id: Maybe(Type.Integer()),
  expires_at: Maybe(Type.Integer({ minimum: -9e15, maximum: 9e15 })),
  items: Maybe(
    Type.Array(Type.Object({ cve_id: Maybe(Type.String({ maxLength: 255 })) }), { maxItems: 10_000 }),
  ),
});

export const ProjectReq = Type.Object({
  project_name: Maybe(Type.String({ maxLength: 255 })),
  public: Maybe(Type.Boolean()),
  metadata: Maybe(MetadataReq),
  cve_allowlist: Maybe(CVEAllowlistReq),
  storage_limit: Maybe(Type.Integer({ minimum: -9e15, maximum: 9e15 })),
  registry_id: Maybe(Type.Integer({ minimum: -9e15, maximum: 9e15 })),
});
export type ProjectReq = Static<typeof ProjectReq>;

const ResourceList = Type.Record(Type.String(), Type.Integer());

export const Registry = Type.Object({
  id: Type.Integer(),
  url: text(),
  name: text(),
  credential: Type.Optional(Type.Object({ type: text(), access_key: text(), access_secret: text() })),
  type: text(),
  insecure: Type.Optional(Type.Boolean()),
  ca_certificate: text(),
  description: text(),
  status: text(),
  creation_time: DateTime(),
  update_time: DateTime(),
});

export const ProjectSummary = Type.Object({
  repo_count: Type.Integer(),
  project_admin_count: Type.Optional(Type.Integer()),
  maintainer_count: Type.Optional(Type.Integer()),
  developer_count: Type.Optional(Type.Integer()),
  guest_count: Type.Optional(Type.Integer()),
  limited_guest_count: Type.Optional(Type.Integer()),
  quota: Type.Optional(Type.Object({ hard: Type.Optional(ResourceList), used: Type.Optional(ResourceList) })),
  /** Of a proxy cache project: where it fetches from. */
  registry: Type.Optional(Registry),
});
export type ProjectSummary = Static<typeof ProjectSummary>;

const ProjectDeletable = Type.Object({
  deletable: Type.Optional(Type.Boolean()),
  message: Type.Optional(Type.String()),
});

const tag = 'project';

/**
 * `size`: bytes, as quotas count; only with `with_size`, and where the caller may read the quota. `may_delete`: the
 * caller's right, whether the project is empty or not.
 */
const ListedProject = Type.Object({
  ...Project.properties,
  size: Type.Optional(Type.Integer()),
  may_delete: Type.Boolean(),
});
export type ListedProject = Static<typeof ListedProject>;

export const listProjects = endpoint('GET /projects', {
  id: 'listProjects',
  tag,
  // Harbor: anybody may ask; what comes back depends on who asks.
  guard: 'open',
  list: true,
  query: Type.Object({
    name: Type.Optional(Type.String({ maxLength: 255 })),
    public: Type.Optional(Type.Boolean()),
    owner: Type.Optional(Type.String({ maxLength: 255 })),
    with_detail: Type.Boolean({ default: true }),
    // An extension: what each stores, one statement for a page.
    with_size: Type.Boolean({ default: false }),
  }),
  reply: Type.Array(ListedProject),
});

export const headProject = endpoint('HEAD /projects', {
  id: 'headProject',
  tag,
  guard: 'login',
  query: Type.Object({ project_name: Type.String({ minLength: 1, maxLength: 255 }) }),
  failures: [404],
});

export const createProject = endpoint('POST /projects', {
  id: 'createProject',
  tag,
  guard: {
    service: 'who may create depends on the setting project_creation_restriction and the kind of caller',
  },
  headers: Type.Object({ 'X-Resource-Name-In-Location': Type.Optional(Type.Boolean({ default: false })) }),
  body: ProjectReq,
  status: 201,
  failures: [409],
});

export const getProject = endpoint('GET /projects/:project_name_or_id', {
  id: 'getProject',
  tag,
  guard: { project: 'project:read' },
  params: ProjectParams,
  reply: Project,
});

export const updateProject = endpoint('PUT /projects/:project_name_or_id', {
  id: 'updateProject',
  tag,
  guard: { project: 'project:update' },
  params: ProjectParams,
  body: ProjectReq,
});

export const deleteProject = endpoint('DELETE /projects/:project_name_or_id', {
  id: 'deleteProject',
  tag,
  guard: { project: 'project:delete' },
  params: ProjectParams,
  failures: [412],
});

export const getProjectDeletable = endpoint('GET /projects/:project_name_or_id/_deletable', {
  id: 'getProjectDeletable',
  tag,
  guard: { project: 'project:delete' },
  params: ProjectParams,
  reply: ProjectDeletable,
});

export const getProjectSummary = endpoint('GET /projects/:project_name_or_id/summary', {
  id: 'getProjectSummary',
  tag,
  guard: { project: 'project:read' },
  params: ProjectParams,
  reply: ProjectSummary,
});
