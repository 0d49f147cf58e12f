import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { RowId } from '#src/http/shapes.ts';

export const Statistic = Type.Object({
  private_project_count: Type.Integer(),
  private_repo_count: Type.Integer(),
  public_project_count: Type.Integer(),
  public_repo_count: Type.Integer(),
  total_project_count: Type.Integer(),
  total_repo_count: Type.Integer(),
  total_storage_consumption: Type.Integer(),
});
export type Statistic = Static<typeof Statistic>;

export const getStatistic = endpoint('GET /statistics', {
  id: 'getStatistic',
  tag: 'statistic',
  guard: 'login',
  reply: Statistic,
});

const RepositoryUse = Type.Object({
  project_id: Type.Integer(),
  repository_id: Type.Integer(),
  name: Type.String(),
  size: Type.Integer({ description: 'bytes of its distinct blobs' }),
  own_size: Type.Optional(Type.Integer({ description: 'of these, bytes that no other repository holds' })),
});
export type RepositoryUse = Static<typeof RepositoryUse>;

export const getStorageUse = endpoint('GET /statistics/storage', {
  id: 'getStorageUse',
  tag: 'statistic',
  summary: 'The biggest repositories, of the whole registry or of one project',
  guard: { system: 'quota:list' },
  query: Type.Object({
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 10 }),
    project_id: Type.Optional(RowId()),
  }),
  reply: Type.Object({
    repositories: Type.Array(RepositoryUse),
    complete: Type.Boolean({ description: 'false: it took too long, and there may be bigger ones' }),
  }),
});
