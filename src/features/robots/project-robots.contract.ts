import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe, OrNull, ProjectParams, RowId } from '#src/http/shapes.ts';
import { Robot } from './robots.contract.ts';

/**
 * The robots of Harbor's first API, which its second one dropped, and which guides and scripts still call. Answers
 * hold what either API had: `secret` and `token`, `disable` and `disabled`, `permissions` and `access`.
 */
const Access = Type.Object({
  resource: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
  effect: Type.Optional(Type.String()),
});

export const ProjectRobot = Type.Object({
  ...Robot.properties,
  project_id: Type.Integer(),
  disabled: Type.Boolean(),
  access: Type.Array(Access),
});
export type ProjectRobot = Static<typeof ProjectRobot>;

const ProjectRobotCreated = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  secret: Type.String(),
  token: Type.String(),
  creation_time: DateTime(),
  expires_at: Type.Integer(),
});

const text = (maxLength: number) => Maybe(Type.String({ maxLength }));

// A null in the list is the service's to refuse, with 400 (S-055).
const AccessReq = Maybe(
  Type.Array(OrNull(Type.Object({ resource: text(512), action: text(64), effect: text(64) })), {
    maxItems: 500,
  }),
);

const ProjectRobotCreate = Type.Object({
  name: text(255),
  description: text(4096),
  duration: Maybe(Type.Integer()),
  /** Seconds since the epoch, -1 never; instead of a duration. */
  expires_at: Maybe(Type.Integer()),
  access: AccessReq,
});

const ProjectRobotUpdate = Type.Object({
  name: text(1024),
  description: text(4096),
  duration: Maybe(Type.Integer()),
  disabled: Maybe(Type.Boolean()),
  disable: Maybe(Type.Boolean()),
  access: AccessReq,
});

const ProjectRobotParams = Type.Object({ ...ProjectParams.properties, robot_id: RowId() });

const tag = 'robotv1';

export const ListRobotV1 = endpoint('GET /projects/:project_name_or_id/robots', {
  id: 'ListRobotV1',
  tag,
  guard: { project: 'robot:list' },
  list: true,
  params: ProjectParams,
  reply: Type.Array(ProjectRobot),
});

export const CreateRobotV1 = endpoint('POST /projects/:project_name_or_id/robots', {
  id: 'CreateRobotV1',
  tag,
  guard: { project: 'robot:create' },
  params: ProjectParams,
  body: ProjectRobotCreate,
  reply: ProjectRobotCreated,
  status: 201,
  failures: [409],
});

export const GetRobotByIDV1 = endpoint('GET /projects/:project_name_or_id/robots/:robot_id', {
  id: 'GetRobotByIDV1',
  tag,
  guard: { project: 'robot:read' },
  params: ProjectRobotParams,
  reply: ProjectRobot,
});

export const UpdateRobotV1 = endpoint('PUT /projects/:project_name_or_id/robots/:robot_id', {
  id: 'UpdateRobotV1',
  tag,
  guard: { project: 'robot:update' },
  params: ProjectRobotParams,
  body: ProjectRobotUpdate,
});

export const DeleteRobotV1 = endpoint('DELETE /projects/:project_name_or_id/robots/:robot_id', {
  id: 'DeleteRobotV1',
  tag,
  guard: { project: 'robot:delete' },
  params: ProjectRobotParams,
});
