import { Listed, type Route, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import { deleteRepository } from './delete.ts';
import type { ContentParts } from './index.ts';
import * as api from './repositories.contract.ts';
import type { RepositoryRow } from './repositories.store.ts';
import * as repositories from './repositories.ts';

export const repositoryRoutes = (parts: ContentParts): Route[] => [
  route(api.listAllRepositories, async (ctx, { page, query }) => {
    const { rows, total } = await repositories.listAllRepositories(ctx, page, query);
    return new Listed(rows.map(present), total);
  }),

  route(api.listRepositories, async (ctx, { project, page, query }) => {
    const { rows, total } = await repositories.listRepositories(ctx, project, page, query);
    return new Listed(rows.map(present), total);
  }),

  route(api.getRepository, async (ctx, { project, params, query }) =>
    present(await repositories.getRepository(ctx, project, params.repository_name, query)),
  ),

  route(api.updateRepository, (ctx, { project, params, body }) =>
    repositories.describeRepository(ctx, project, params.repository_name, body.description ?? ''),
  ),

  route(api.deleteRepository, (ctx, { project, params }) =>
    deleteRepository(ctx, parts, project, params.repository_name),
  ),
];

function present(row: RepositoryRow & { readonly size?: number }): api.Repository {
  const { repository_id: id, project_id, name, description } = row;
  return {
    ...filled({ id, project_id, name, description }),
    artifact_count: row.artifact_count,
    pull_count: row.pull_count,
    creation_time: row.creation_time.toISOString(),
    update_time: row.update_time.toISOString(),
    ...(row.size !== undefined && { size: row.size }),
  };
}
