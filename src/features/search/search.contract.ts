import { type Static, Type } from 'typebox';
import { Project } from '#src/features/projects/index.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime } from '#src/http/shapes.ts';

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

const ofProject = { project_id: Type.Integer(), project_name: Type.String() };

const QuickArtifact = Type.Object({
  ...ofProject,
  /** Whole, project included. */
  repository_name: Type.String(),
  digest: Type.String(),
  /** That was asked for; by digest, its newest. */
  tag: Type.Optional(Type.String()),
  type: Type.String(),
  push_time: DateTime(),
});

const QuickSearch = Type.Object({
  project: Type.Array(Type.Object(ofProject)),
  repository: Type.Array(Type.Object({ ...ofProject, repository_name: Type.String() })),
  artifact: Type.Array(QuickArtifact),
});
export type QuickSearch = Static<typeof QuickSearch>;

export const quickSearch = endpoint('GET /search/quick', {
  id: 'quickSearch',
  tag: 'search',
  // As of /search: what is found depends on who asks.
  guard: 'open',
  summary:
    'The few projects, repositories, tags (`repository:tag`) and artifacts (a digest, or 8 or more of its first digits) that are meant',
  query: Type.Object({ q: Type.String({ minLength: 1, maxLength: 512 }) }),
  reply: QuickSearch,
});
