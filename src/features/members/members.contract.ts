import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { Maybe, ProjectParams, RowId } from '#src/http/shapes.ts';

export const ProjectMemberEntity = Type.Object({
  id: Type.Optional(Type.Integer()),
  project_id: Type.Optional(Type.Integer()),
  entity_name: Type.Optional(Type.String()),
  role_name: Type.Optional(Type.String()),
  role_id: Type.Optional(Type.Integer()),
  entity_id: Type.Optional(Type.Integer()),
  /** `u` a user, `g` a group. */
  entity_type: Type.Optional(Type.String()),
});
export type ProjectMemberEntity = Static<typeof ProjectMemberEntity>;

export const ProjectMember = Type.Object({
  role_id: Maybe(Type.Integer()),
  member_user: Maybe(
    Type.Object({ user_id: Maybe(RowId()), username: Maybe(Type.String({ maxLength: 255 })) }),
  ),
  member_group: Maybe(
    Type.Object({
      id: Maybe(RowId()),
      group_name: Maybe(Type.String({ maxLength: 255 })),
      group_type: Maybe(Type.Integer()),
      ldap_group_dn: Maybe(Type.String({ maxLength: 1024 })),
    }),
  ),
});
export type ProjectMember = Static<typeof ProjectMember>;

const RoleRequest = Type.Object({ role_id: Maybe(Type.Integer()) });

const MemberParams = Type.Object({ ...ProjectParams.properties, mid: RowId() });

const tag = 'member';

export const listProjectMembers = endpoint('GET /projects/:project_name_or_id/members', {
  id: 'listProjectMembers',
  tag,
  guard: { project: 'member:list' },
  list: true,
  params: ProjectParams,
  query: Type.Object({ entityname: Type.Optional(Type.String({ maxLength: 255 })) }),
  reply: Type.Array(ProjectMemberEntity),
});

export const createProjectMember = endpoint('POST /projects/:project_name_or_id/members', {
  id: 'createProjectMember',
  tag,
  guard: { project: 'member:create' },
  params: ProjectParams,
  body: ProjectMember,
  status: 201,
  failures: [409],
});

export const getProjectMember = endpoint('GET /projects/:project_name_or_id/members/:mid', {
  id: 'getProjectMember',
  tag,
  guard: { project: 'member:read' },
  params: MemberParams,
  reply: ProjectMemberEntity,
});

export const updateProjectMember = endpoint('PUT /projects/:project_name_or_id/members/:mid', {
  id: 'updateProjectMember',
  tag,
  guard: { project: 'member:update' },
  params: MemberParams,
  body: RoleRequest,
});

export const deleteProjectMember = endpoint('DELETE /projects/:project_name_or_id/members/:mid', {
  id: 'deleteProjectMember',
  tag,
  guard: { project: 'member:delete' },
  params: MemberParams,
});
