import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';

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
