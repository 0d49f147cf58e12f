import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe, RowId } from '#src/http/shapes.ts';

export const Label = Type.Object({
  id: Type.Optional(Type.Integer()),
  name: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  color: Type.Optional(Type.String()),
  /** `g` the whole registry, `p` one project. */
  scope: Type.Optional(Type.String()),
  project_id: Type.Optional(Type.Integer()),
  creation_time: DateTime(),
  update_time: DateTime(),
});
export type Label = Static<typeof Label>;

const text = (maxLength: number) => Maybe(Type.String({ maxLength }));

const LabelReq = Type.Object({
  // What clients send back as they read it; on artifacts the id is what counts.
  id: Maybe(RowId()),
  name: text(1024),
  description: text(4096),
  color: text(64),
  scope: text(64),
  project_id: Maybe(RowId()),
  creation_time: text(64),
  update_time: text(64),
});
export type LabelReq = Static<typeof LabelReq>;

const LabelParams = Type.Object({ label_id: RowId() });

const ArtifactParams = Type.Object({
  project_name: Type.String({ minLength: 1, maxLength: 255 }),
  repository_name: Type.String({ minLength: 1, maxLength: 1024 }),
  reference: Type.String({ minLength: 1, maxLength: 255 }),
});

const tag = 'label';
const inScope = (action: string) => ({
  service: `label:${action} of the system for scope g, of the label's project for scope p`,
});

export const ListLabels = endpoint('GET /labels', {
  id: 'ListLabels',
  tag,
  guard: { service: 'a login for scope g, label:list of the project for scope p' },
  list: true,
  query: Type.Object({
    name: Type.Optional(Type.String({ maxLength: 1024 })),
    scope: Type.Optional(Type.String({ maxLength: 64 })),
    project_id: Type.Optional(RowId()),
  }),
  reply: Type.Array(Label),
});

export const CreateLabel = endpoint('POST /labels', {
  id: 'CreateLabel',
  tag,
  guard: inScope('create'),
  body: LabelReq,
  status: 201,
  failures: [409, 415],
});

export const GetLabelByID = endpoint('GET /labels/:label_id', {
  id: 'GetLabelByID',
  tag,
  guard: inScope('read'),
  params: LabelParams,
  reply: Label,
});

export const UpdateLabel = endpoint('PUT /labels/:label_id', {
  id: 'UpdateLabel',
  tag,
  guard: inScope('update'),
  params: LabelParams,
  body: LabelReq,
  failures: [409],
});

export const DeleteLabel = endpoint('DELETE /labels/:label_id', {
  id: 'DeleteLabel',
  tag,
  guard: inScope('delete'),
  params: LabelParams,
});

const labels = '/projects/:project_name/repositories/:repository_name/artifacts/:reference/labels';

export const addLabel = endpoint(`POST ${labels}`, {
  id: 'addLabel',
  tag: 'artifact',
  guard: { project: 'artifact-label:create' },
  params: ArtifactParams,
  body: LabelReq,
  failures: [409],
});

export const removeLabel = endpoint(`DELETE ${labels}/:label_id`, {
  id: 'removeLabel',
  tag: 'artifact',
  guard: { project: 'artifact-label:delete' },
  params: Type.Object({ ...ArtifactParams.properties, label_id: RowId() }),
  failures: [409],
});
