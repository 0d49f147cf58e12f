import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe } from '#src/http/shapes.ts';

export const Repository = Type.Object({
  id: Type.Optional(Type.Integer()),
  project_id: Type.Optional(Type.Integer()),
  /** Whole, project included. */
  name: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  artifact_count: Type.Integer(),
  pull_count: Type.Integer(),
  creation_time: Type.Optional(DateTime()),
  update_time: DateTime(),
  /** Bytes of its distinct blobs, as the project's quota counts them; only with `with_size`. */
  size: Type.Optional(Type.Integer()),
});
export type Repository = Static<typeof Repository>;

/** Harbor takes the whole shape and reads the description alone. */
const RepositoryReq = Type.Object({
  id: Maybe(Type.Integer()),
  project_id: Maybe(Type.Integer()),
  name: Maybe(Type.String()),
  // Markdown for the page of the repository; what is larger belongs into the image.
  description: Maybe(Type.String({ maxLength: 65_536 })),
  artifact_count: Maybe(Type.Integer()),
  pull_count: Maybe(Type.Integer()),
  creation_time: Maybe(Type.String()),
  update_time: Maybe(Type.String()),
});

const ProjectName = { project_name: Type.String({ minLength: 1, maxLength: 255 }) };
const RepositoryParams = Type.Object({
  ...ProjectName,
  // Slashes arrive encoded twice, so a name may be longer here than it is.
  repository_name: Type.String({ minLength: 1, maxLength: 2048 }),
});

const tag = 'repository';

/** An extension: adding up blobs takes 1 ms for 1,000 of them, which Harbor's clients do not ask for. */
const SizeQuery = Type.Object({ with_size: Type.Boolean({ default: false }) });

export const listAllRepositories = endpoint('GET /repositories', {
  id: 'listAllRepositories',
  tag,
  // Harbor: anybody may ask; what comes back depends on who asks.
  guard: 'open',
  list: true,
  query: SizeQuery,
  reply: Type.Array(Repository),
});

export const listRepositories = endpoint('GET /projects/:project_name/repositories', {
  id: 'listRepositories',
  tag,
  guard: { project: 'repository:list' },
  params: Type.Object(ProjectName),
  list: true,
  query: SizeQuery,
  reply: Type.Array(Repository),
});

export const getRepository = endpoint('GET /projects/:project_name/repositories/:repository_name', {
  id: 'getRepository',
  tag,
  guard: { project: 'repository:read' },
  params: RepositoryParams,
  query: SizeQuery,
  reply: Repository,
});

export const updateRepository = endpoint('PUT /projects/:project_name/repositories/:repository_name', {
  id: 'updateRepository',
  tag,
  guard: { project: 'repository:update' },
  params: RepositoryParams,
  body: RepositoryReq,
});

export const deleteRepository = endpoint('DELETE /projects/:project_name/repositories/:repository_name', {
  id: 'deleteRepository',
  tag,
  guard: { project: 'repository:delete' },
  params: RepositoryParams,
  failures: [412],
});
