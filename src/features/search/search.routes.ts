import { contentVisibleTo, listProjects, presentProject } from '#src/features/projects/index.ts';
import { countArtifacts } from '#src/features/repositories/index.ts';
import { route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import { quickSearch } from './quick.ts';
import * as api from './search.contract.ts';
import { findRepositories } from './search.store.ts';

/** Harbor answers with everything that it finds; here it is the first so many of each kind, by name. */
const most = 1_000;

export const searchRoutes = [
  route(api.search, async (ctx, { query: { q } }) => {
    const visible = contentVisibleTo(ctx.who);
    const named = new Map([['name', { kind: 'contains', value: q }] as const]);
    const page = { number: 1, size: most, q: undefined, sort: 'name' };
    const [projects, repositories] = await Promise.all([
      listProjects(ctx, visible, named, page),
      findRepositories(ctx.db, visible, q, most),
    ]);
    const counts = await countArtifacts(
      ctx,
      repositories.map(({ repository_id }) => repository_id),
    );
    return {
      project: projects.rows.map((row) => presentProject(row, ctx.who, true)),
      repository: repositories.map(({ repository_id, ...row }) =>
        filled({ ...row, artifact_count: counts.get(repository_id) }),
      ),
    };
  }),

  route(api.quickSearch, async (ctx, { query: { q } }) => {
    const { projects, repositories, artifacts } = await quickSearch(ctx, q.trim());
    return {
      project: projects,
      repository: repositories.map(({ project_id, project_name, repository_name }) => ({
        project_id,
        project_name,
        repository_name,
      })),
      artifact: artifacts.map(({ tag, push_time, ...row }) => ({
        ...row,
        ...(tag === null ? {} : { tag }),
        push_time: push_time.toISOString(),
      })),
    };
  }),
];
