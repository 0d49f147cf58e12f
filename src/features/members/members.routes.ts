import { projectRoles } from '#src/access/permissions.ts';
import { created, Listed, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import * as api from './members.contract.ts';
import type { MemberRow } from './members.store.ts';
import * as members from './members.ts';

export const memberRoutes = [
  route(api.listProjectMembers, async (ctx, { project, query, page }) => {
    const { rows, total } = await members.listMembers(ctx, project, query.entityname, page);
    return new Listed(rows.map(present), total);
  }),

  route(api.createProjectMember, async (ctx, { project, params, body }) => {
    const id = await members.addMember(ctx, project, body);
    return created(`/api/v2.0/projects/${params.project_name_or_id}/members/${id}`);
  }),

  route(api.getProjectMember, async (ctx, { project, params }) =>
    present(await members.getMember(ctx, project, params.mid)),
  ),

  route(api.updateProjectMember, (ctx, { project, params, body }) =>
    members.changeRole(ctx, project, params.mid, body.role_id),
  ),

  route(api.deleteProjectMember, (ctx, { project, params }) =>
    members.removeMember(ctx, project, params.mid),
  ),
];

function present(row: MemberRow): api.ProjectMemberEntity {
  return filled({
    id: row.id,
    project_id: row.project_id,
    entity_name: row.name,
    role_name: projectRoles.find((role) => role.id === row.role)?.name,
    role_id: row.role,
    entity_id: row.user_id ?? row.group_id,
    entity_type: row.user_id === null ? 'g' : 'u',
  });
}
