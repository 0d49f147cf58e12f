import { type Static, Type } from 'typebox';
import { Project } from '#src/features/projects/index.ts';
import { endpoint } from '#src/http/endpoint.ts';

const SearchRepository = Type.Object({
  project_id: Type.Optional(Type.Integer()),
  project_name: Type.Optional(Type.String()),
  project_public: Type.Optional(Type.Boolean()),
  repository_name: Type.Optional(Type.String()),
  pull_count: Type.Optional(Type.Integer()),
  artifact_count: Type.Optional(Type.Integer()),
});
export type SearchRepository = Static<typeof SearchRepository>;

const Search = Type.Object({
  project: Type.Array(Project),
  repository: Type.Array(SearchRepository),
});

export const search = endpoint('GET /search', {
  id: 'search',
  tag: 'search',
  // Harbor: anybody may ask; what is found depends on who asks.
  guard: 'open',
  query: Type.Object({ q: Type.String({ minLength: 1, maxLength: 255 }) }),
  reply: Search,
});
