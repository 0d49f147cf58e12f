import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe, OrNull, RowId } from '#src/http/shapes.ts';

const Access = Type.Object({
  resource: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
  effect: Type.Optional(Type.String()),
});

const RobotPermission = Type.Object({
  kind: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  access: Type.Array(Access),
});
export type RobotPermission = Static<typeof RobotPermission>;

export const Robot = Type.Object({
  id: Type.Optional(Type.Integer()),
  name: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  /** Never sent: the answer to the creation alone holds it. */
  secret: Type.Optional(Type.String()),
  level: Type.Optional(Type.String()),
  duration: Type.Optional(Type.Integer()),
  editable: Type.Boolean(),
  disable: Type.Boolean(),
  expires_at: Type.Optional(Type.Integer()),
  permissions: Type.Array(RobotPermission),
  creator_type: Type.Optional(Type.String()),
  creator_ref: Type.Optional(Type.Integer()),
  creation_time: DateTime(),
  update_time: DateTime(),
});
export type Robot = Static<typeof Robot>;

const RobotCreated = Type.Object({
  id: Type.Optional(Type.Integer()),
  name: Type.Optional(Type.String()),
  secret: Type.Optional(Type.String()),
  creation_time: DateTime(),
  expires_at: Type.Optional(Type.Integer()),
});

const text = (maxLength: number) => Maybe(Type.String({ maxLength }));

// A null in a list or an empty one is the service's to refuse, with Harbor's 400 (S-055).
const PermissionReq = OrNull(
  Type.Object({
    kind: text(64),
    namespace: text(255),
    access: Maybe(
      Type.Array(OrNull(Type.Object({ resource: text(64), action: text(64), effect: text(64) })), {
        maxItems: 500,
      }),
    ),
  }),
);
const PermissionsReq = Maybe(Type.Array(PermissionReq, { maxItems: 1000 }));

const RobotCreate = Type.Object({
  name: text(255),
  description: text(4096),
  // Harbor: ignored, the secret is always generated and the robot always enabled.
  secret: text(1024),
  disable: Maybe(Type.Boolean()),
  level: text(64),
  duration: Maybe(Type.Integer()),
  permissions: PermissionsReq,
});

const RobotUpdate = Type.Object({
  id: Maybe(Type.Integer()),
  name: text(1024),
  description: text(4096),
  secret: text(1024),
  level: text(64),
  duration: Maybe(Type.Integer()),
  editable: Maybe(Type.Boolean()),
  disable: Maybe(Type.Boolean()),
  expires_at: Maybe(Type.Integer()),
  creator_type: text(64),
  creator_ref: Maybe(Type.Integer()),
  creation_time: text(64),
  update_time: text(64),
  permissions: PermissionsReq,
});

const RobotSec = Type.Object({ secret: text(1024) });
const RobotSecReply = Type.Object({ secret: Type.Optional(Type.String()) });

const RobotParams = Type.Object({ robot_id: RowId() });

const tag = 'robot';
const atLevel = (action: string) => ({ service: `robot:${action} at the level of the robot` });

export const ListRobot = endpoint('GET /robots', {
  id: 'ListRobot',
  tag,
  guard: { service: 'robot:list at the level that q asks for' },
  list: true,
  reply: Type.Array(Robot),
});

export const CreateRobot = endpoint('POST /robots', {
  id: 'CreateRobot',
  tag,
  guard: atLevel('create'),
  body: RobotCreate,
  reply: RobotCreated,
  status: 201,
  failures: [404, 409],
});

export const GetRobotByID = endpoint('GET /robots/:robot_id', {
  id: 'GetRobotByID',
  tag,
  guard: atLevel('read'),
  params: RobotParams,
  reply: Robot,
});

export const UpdateRobot = endpoint('PUT /robots/:robot_id', {
  id: 'UpdateRobot',
  tag,
  guard: atLevel('update'),
  params: RobotParams,
  body: RobotUpdate,
  failures: [409],
});

export const RefreshSec = endpoint('PATCH /robots/:robot_id', {
  id: 'RefreshSec',
  tag,
  guard: atLevel('update'),
  params: RobotParams,
  body: RobotSec,
  reply: RobotSecReply,
});

export const DeleteRobot = endpoint('DELETE /robots/:robot_id', {
  id: 'DeleteRobot',
  tag,
  guard: atLevel('delete'),
  params: RobotParams,
});
