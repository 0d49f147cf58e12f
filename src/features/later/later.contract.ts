import { Type } from 'typebox';
import { Registry } from '#src/features/projects/index.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, ProjectParams } from '#src/http/shapes.ts';

const text = () => Type.Optional(Type.String());

const Scanner = Type.Object({
  uuid: text(),
  name: text(),
  description: Type.String(),
  url: Type.Optional(Type.String({ format: 'uri' })),
  disabled: Type.Boolean(),
  is_default: Type.Boolean(),
  auth: Type.String(),
  access_credential: Type.String(),
  skip_certVerify: Type.Boolean(),
  use_internal_addr: Type.Boolean(),
  create_time: DateTime(),
  update_time: DateTime(),
  adapter: text(),
  vendor: text(),
  version: text(),
  health: text(),
  capabilities: Type.Optional(Type.Object({}, { additionalProperties: true })),
});

export const listScanners = endpoint('GET /scanners', {
  id: 'listScanners',
  tag: 'scanning',
  guard: { system: 'scanner:list' },
  list: true,
  reply: Type.Array(Scanner),
});

export const getScannerOfProject = endpoint('GET /projects/:project_name_or_id/scanner', {
  id: 'getScannerOfProject',
  tag: 'scanning',
  guard: { project: 'scanner:read' },
  params: ProjectParams,
  // No member is there while no scanner is.
  reply: Type.Partial(Scanner),
});

export const listRegistries = endpoint('GET /registries', {
  id: 'listRegistries',
  tag: 'replication',
  guard: { system: 'registry:list' },
  list: true,
  query: Type.Object({ name: text() }),
  reply: Type.Array(Registry),
});
