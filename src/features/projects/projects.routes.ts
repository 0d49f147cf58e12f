import { mayInProject } from '#src/access/authorize.ts';
import { created, Listed, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import { truthOf } from '#src/http/words.ts';
import { present } from './present.ts';
import * as api from './projects.contract.ts';
import * as projects from './projects.ts';

export const projectRoutes = [
  route(api.listProjects, async (ctx, { query, page }) => {
    const { rows, total } = await projects.listProjects(ctx, query, page);
    const sizes = query.with_size ? await projects.sizesOf(ctx, rows) : undefined;
    return new Listed(
      rows.map((row) => {
        const size = sizes?.get(row.project_id);
        // One that stores nothing says so: nothing at all is for those who may not know.
        return {
          ...present(row, ctx.who, query.with_detail),
          ...(size !== undefined && { size }),
          may_delete: mayInProject(ctx.who, { id: row.project_id, public: row.public }, 'project:delete'),
        };
      }),
      total,
    );
  }),

  route(api.headProject, (ctx, { query }) => projects.requireProjectNamed(ctx, query.project_name)),

  route(api.createProject, async (ctx, { body, headers, path }) => {
    const id = await projects.createProject(ctx, body);
    const byName = truthOf(String(headers['x-resource-name-in-location'])) === true;
    return created(`${path.replace(/\/$/, '')}/${byName ? (body.project_name ?? '') : id}`);
  }),

  route(api.getProject, async (ctx, { project }) =>
    present(await projects.getProject(ctx, project.id), ctx.who, true),
  ),

  route(api.updateProject, (ctx, { project, body }) => projects.updateProject(ctx, project, body)),

  route(api.deleteProject, (ctx, { project }) => projects.deleteProject(ctx, project)),

  route(api.getProjectDeletable, (ctx, { project }) => projects.deletable(ctx, project)),

  route(api.getProjectSummary, async (ctx, { project }) =>
    presentSummary(await projects.summarize(ctx, project)),
  ),
];

function presentSummary(summary: Awaited<ReturnType<typeof projects.summarize>>): api.ProjectSummary {
  const { repositories, quota, members } = summary;
  return {
    repo_count: repositories,
    ...filled({
      project_admin_count: members?.get(1),
      maintainer_count: members?.get(4),
      developer_count: members?.get(2),
      guest_count: members?.get(3),
      limited_guest_count: members?.get(5),
    }),
    ...(quota && { quota: { hard: { storage: quota.hard }, used: { storage: quota.used } } }),
  };
}
