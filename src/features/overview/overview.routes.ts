import type { Context } from '#src/context.ts';
import { type Route, route } from '#src/http/endpoint.ts';
import * as api from './overview.contract.ts';
import { getOverview } from './overview.ts';

export const overviewRoutes: readonly Route[] = [
  route(api.getOverview, async (ctx) => present(ctx, await getOverview(ctx))),
];

function present(ctx: Context, found: Awaited<ReturnType<typeof getOverview>>): api.Overview {
  const prefix = ctx.live.get('robot_name_prefix');
  const { projects, repositories } = found.starred;
  return {
    starred: {
      projects: projects.map((row) => ({ ...row, update_time: row.update_time.toISOString() })),
      repositories: repositories.map((row) => ({ ...row, update_time: row.update_time.toISOString() })),
    },
    quotas: found.quotas,
    robots: found.robots.map(({ id, name, expires_at, ...project }) => ({
      id,
      name: prefix + (project.project_name === null ? name : `${project.project_name}+${name}`),
      expires_at,
      ...named(project),
    })),
    executions: found.executions.map((row) => ({ ...row, start_time: row.start_time.toISOString() })),
    webhooks: found.webhooks.map((row) => ({ ...row, failing_since: row.failing_since.toISOString() })),
  };
}

const named = ({ project_id, project_name }: { project_id: number | null; project_name: string | null }) =>
  project_id === null || project_name === null ? {} : { project_id, project_name };
