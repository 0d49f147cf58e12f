import { Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { ProjectParams } from '#src/http/shapes.ts';

/** Key and value; both are strings. */
const Metadata = Type.Record(Type.String({ maxLength: 255 }), Type.String({ maxLength: 4096 }));

const KeyParams = Type.Object({
  ...ProjectParams.properties,
  meta_name: Type.String({ minLength: 1, maxLength: 255 }),
});

const tag = 'projectMetadata';

export const listProjectMetadatas = endpoint('GET /projects/:project_name_or_id/metadatas/', {
  id: 'listProjectMetadatas',
  tag,
  guard: { project: 'metadata:list' },
  params: ProjectParams,
  reply: Metadata,
});

export const addProjectMetadatas = endpoint('POST /projects/:project_name_or_id/metadatas/', {
  id: 'addProjectMetadatas',
  tag,
  guard: { project: 'metadata:create' },
  params: ProjectParams,
  body: Metadata,
  failures: [409],
});

export const getProjectMetadata = endpoint('GET /projects/:project_name_or_id/metadatas/:meta_name', {
  id: 'getProjectMetadata',
  tag,
  guard: { project: 'metadata:read' },
  params: KeyParams,
  reply: Metadata,
});

export const updateProjectMetadata = endpoint('PUT /projects/:project_name_or_id/metadatas/:meta_name', {
  id: 'updateProjectMetadata',
  tag,
  guard: { project: 'metadata:update' },
  params: KeyParams,
  body: Metadata,
});

export const deleteProjectMetadata = endpoint('DELETE /projects/:project_name_or_id/metadatas/:meta_name', {
  id: 'deleteProjectMetadata',
  tag,
  guard: { project: 'metadata:delete' },
  params: KeyParams,
});
