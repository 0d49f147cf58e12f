import { Type } from 'typebox';
import { ArtifactParams, Tag } from '#src/features/artifacts/index.ts';
import { endpoint } from '#src/http/endpoint.ts';

const tags = '/projects/:project_name/repositories/:repository_name/artifacts/:reference/tags';
const tag = 'artifact';

const NewTag = Type.Object({ name: Type.String({ maxLength: 1024 }) });

export const listTags = endpoint(`GET ${tags}`, {
  id: 'listTags',
  tag,
  guard: { project: 'tag:list' },
  list: true,
  params: ArtifactParams,
  query: Type.Object({
    /** Without it `immutable` is false, whatever the rules say (Harbor). */
    with_immutable_status: Type.Boolean({ default: false }),
  }),
  reply: Type.Array(Tag),
});

export const createTag = endpoint(`POST ${tags}`, {
  id: 'createTag',
  tag,
  guard: { project: 'tag:create' },
  summary: 'Makes a tag name the artifact; a tag of another artifact moves',
  params: ArtifactParams,
  body: NewTag,
  status: 201,
});

export const deleteTag = endpoint(`DELETE ${tags}/:tag_name`, {
  id: 'deleteTag',
  tag,
  guard: { project: 'tag:delete' },
  params: Type.Object({
    ...ArtifactParams.properties,
    tag_name: Type.String({ minLength: 1, maxLength: 255 }),
  }),
});
