import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, OrNull, ProjectParams } from '#src/http/shapes.ts';

const text = () => Type.Optional(Type.String());
const number = () => Type.Optional(Type.Integer());
const annotations = () => Type.Optional(Type.Record(Type.String(), Type.String()));

/** `matches`, or `excludes` for everything but that; `repoMatches` and `repoExcludes` for repositories. */
const Selector = Type.Object({ decoration: Type.String(), pattern: Type.String() });

/** A rule of immutability, as it is named beside what it protects and to those whom it stops. */
const ProtectingRule = Type.Object({ id: Type.Integer(), tag: Selector, repository: Selector });
export type ProtectingRule = Static<typeof ProtectingRule>;

export const Tag = Type.Object({
  id: number(),
  repository_id: number(),
  artifact_id: number(),
  name: text(),
  push_time: DateTime(),
  /** The year 1 until somebody pulls by this tag. */
  pull_time: DateTime(),
  immutable: Type.Boolean(),
  /** An extension: which rule makes it immutable. Absent where `immutable` is false. */
  immutable_rule: Type.Optional(ProtectingRule),
});
export type Tag = Static<typeof Tag>;

/** Harbor: two names really hold apostrophes. */
const Platform = Type.Object({
  architecture: text(),
  os: text(),
  "'os.version'": text(),
  "'os.features'": OrNull(Type.Array(Type.String())),
  variant: text(),
});
export type Platform = Static<typeof Platform>;

const Reference = Type.Object({
  parent_id: number(),
  child_id: number(),
  child_digest: text(),
  platform: Type.Optional(Platform),
  annotations: annotations(),
  urls: OrNull(Type.Array(Type.String())),
});
export type Reference = Static<typeof Reference>;

const Accessory = Type.Object({
  id: number(),
  artifact_id: Type.Integer(),
  subject_artifact_id: number(),
  subject_artifact_digest: Type.String(),
  subject_artifact_repo: Type.String(),
  size: Type.Integer(),
  digest: Type.String(),
  type: Type.String(),
  icon: Type.String(),
  creation_time: DateTime(),
});
export type Accessory = Static<typeof Accessory>;

export const Label = Type.Object({
  id: number(),
  name: text(),
  description: text(),
  color: text(),
  scope: text(),
  project_id: number(),
  creation_time: DateTime(),
  update_time: DateTime(),
});
export type Label = Static<typeof Label>;

const AdditionLink = Type.Object({ href: text(), absolute: Type.Boolean() });

const Artifact = Type.Object({
  id: number(),
  type: text(),
  /** Of the config; of an index its own. */
  media_type: text(),
  manifest_media_type: text(),
  artifact_type: text(),
  project_id: number(),
  repository_id: number(),
  repository_name: text(),
  digest: text(),
  size: number(),
  icon: text(),
  push_time: DateTime(),
  pull_time: DateTime(),
  extra_attrs: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  annotations: annotations(),
  references: OrNull(Type.Array(Reference)),
  tags: OrNull(Type.Array(Tag)),
  addition_links: Type.Optional(Type.Record(Type.String(), AdditionLink)),
  labels: OrNull(Type.Array(Label)),
  /** Scanning adds both. */
  scan_overview: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  sbom_overview: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  accessories: OrNull(Type.Array(Accessory)),
  inherited_accessories: Type.Optional(Type.Array(Accessory)),
});
export type Artifact = Static<typeof Artifact>;

const flag = (usual: boolean) => Type.Boolean({ default: usual });

/** What is shown beside an artifact. */
const Flags = {
  with_tag: flag(true),
  with_label: flag(false),
  with_scan_overview: flag(false),
  with_sbom_overview: flag(false),
  with_immutable_status: flag(false),
  with_accessory: flag(false),
  with_inherited_accessory: flag(false),
};
const FlagsQuery = Type.Object(Flags);
export type Flags = Static<typeof FlagsQuery>;

/** Types of vulnerability reports, for scan overviews. */
const headers = Type.Object({ 'X-Accept-Vulnerabilities': text() });

export const RepositoryParams = Type.Object({
  project_name: Type.String({ minLength: 1, maxLength: 255 }),
  repository_name: Type.String({ minLength: 1, maxLength: 1024 }),
});

export const ArtifactParams = Type.Object({
  ...RepositoryParams.properties,
  reference: Type.String({ minLength: 1, maxLength: 255 }),
});

const artifacts = '/projects/:project_name/repositories/:repository_name/artifacts';
const tag = 'artifact';

export const listArtifacts = endpoint(`GET ${artifacts}`, {
  id: 'listArtifacts',
  tag,
  guard: { project: 'artifact:list' },
  summary: 'Artifacts of a repository, by default without accessories and untagged children of indexes',
  list: true,
  params: RepositoryParams,
  query: FlagsQuery,
  headers,
  reply: Type.Array(Artifact),
});

export const getArtifact = endpoint(`GET ${artifacts}/:reference`, {
  id: 'getArtifact',
  tag,
  guard: { project: 'artifact:read' },
  params: ArtifactParams,
  // Harbor documents the page and does nothing with it; with_signature is from before accessories.
  query: Type.Object({
    ...Flags,
    with_signature: flag(false),
    page: Type.Integer({ minimum: 1, default: 1 }),
    page_size: Type.Integer({ minimum: 0, maximum: 100, default: 10 }),
  }),
  headers,
  reply: Artifact,
});

export const listAccessories = endpoint(`GET ${artifacts}/:reference/accessories`, {
  id: 'listAccessories',
  tag,
  guard: { project: 'accessory:list' },
  list: true,
  params: ArtifactParams,
  reply: Type.Array(Accessory),
});

export const listArtifactsOfProject = endpoint('GET /projects/:project_name_or_id/artifacts', {
  id: 'listArtifactsOfProject',
  tag: 'project',
  guard: { project: 'artifact:list' },
  list: true,
  params: ProjectParams,
  query: Type.Object({
    ...Flags,
    /** Only the one pushed last in each repository, among those of one media_type or artifact_type of q. */
    latest_in_repository: flag(false),
  }),
  headers,
  reply: Type.Array(Artifact),
});
