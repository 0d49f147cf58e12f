import { type Static, Type } from 'typebox';
import { ArtifactParams, Label, RepositoryParams, Tag } from '#src/features/artifacts/index.ts';
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

/** A tag with what it names: what a list of tags shows without a call per row. */
const TagInRepository = Type.Object({
  ...Tag.properties,
  digest: Type.String(),
  type: Type.String(),
  /** Of the config; of an index its own. */
  media_type: Type.String(),
  manifest_media_type: Type.String(),
  size: Type.Integer(),
  /** `linux/arm64/v8`; of an index those of its children. */
  platforms: Type.Array(Type.String()),
  labels: Type.Array(Label),
  /** The types of its accessories, each once: `signature.cosign`, `sbom.harbor`. */
  accessory_types: Type.Array(Type.String()),
});
export type TagInRepository = Static<typeof TagInRepository>;

export const listTagsOfRepository = endpoint(
  'GET /projects/:project_name/repositories/:repository_name/tags',
  {
    id: 'listTagsOfRepository',
    tag,
    guard: { project: 'tag:list' },
    summary: 'Tags of a repository with what they name; the order of `name` is that of versions',
    list: true,
    params: RepositoryParams,
    reply: Type.Array(TagInRepository),
  },
);
