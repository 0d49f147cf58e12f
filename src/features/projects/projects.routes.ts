import { strongestRole } from '#src/access/permissions.ts';
import type { Principal } from '#src/access/principal.ts';
import { created, Listed, route } from '#src/http/endpoint.ts';
import { filled, unsetDate } from '#src/http/shapes.ts';
import * as api from './projects.contract.ts';
import type { ProjectRow } from './projects.store.ts';
import * as projects from './projects.ts';

export const projectRoutes = [
  route(api.listProjects, async (ctx, { query, page }) => {
    const { rows, total } = await projects.listProjects(ctx, query, page);
    return new Listed(
      rows.map((row) => present(row, ctx.who, query.with_detail)),
      total,
    );
  }),

  route(api.headProject, (ctx, { query }) => projects.requireProjectNamed(ctx, query.project_name)),

  route(api.createProject, async (ctx, { body, headers, path }) => {
    const id = await projects.createProject(ctx, body);
    const byName = headers['x-resource-name-in-location'] === 'true';
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

/** Harbor: without detail, metadata and owner are left out and the allowlist is an empty shell. */
function present(row: ProjectRow, who: Principal, detailed: boolean): api.Project {
  const roles = who.kind === 'user' ? who.roles.get(row.project_id) : undefined;
  return {
    ...filled({
      project_id: row.project_id,
      owner_id: row.owner_id,
      name: row.name,
      owner_name: detailed ? row.owner_name : null,
      current_user_role_id: strongestRole(roles ?? [])?.id,
    }),
    current_user_role_ids: roles ? [...roles] : null,
    repo_count: row.repo_count,
    ...(detailed && { metadata: row.metadata }),
    cve_allowlist: detailed ? presentAllowlist(row) : emptyShell,
    creation_time: row.creation_time.toISOString(),
    update_time: row.update_time.toISOString(),
  };
}

const emptyShell = { items: null, creation_time: unsetDate, update_time: unsetDate };

function presentAllowlist({ project_id, cve_allowlist: list, creation_time }: ProjectRow): api.CVEAllowlist {
  const since = creation_time.toISOString();
  return {
    id: project_id,
    project_id,
    ...(list?.expires_at !== null && list?.expires_at !== undefined && { expires_at: list.expires_at }),
    items: (list?.items ?? []).map((cve_id) => ({ cve_id })),
    creation_time: list?.creation_time ?? since,
    update_time: list?.update_time ?? since,
  };
}

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
