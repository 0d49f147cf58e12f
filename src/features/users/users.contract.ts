import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe, RowId } from '#src/http/shapes.ts';

const OIDCUserInfo = Type.Object({
  id: Type.Optional(Type.Integer()),
  user_id: Type.Optional(Type.Integer()),
  subiss: Type.Optional(Type.String()),
  secret: Type.Optional(Type.String()),
  creation_time: DateTime(),
  update_time: DateTime(),
});

export const UserResp = Type.Object({
  email: Type.Optional(Type.String()),
  realname: Type.Optional(Type.String()),
  comment: Type.Optional(Type.String()),
  user_id: Type.Optional(Type.Integer()),
  username: Type.Optional(Type.String()),
  sysadmin_flag: Type.Boolean(),
  admin_role_in_auth: Type.Boolean(),
  /** Of those who log in through OIDC. */
  oidc_user_meta: Type.Optional(OIDCUserInfo),
  creation_time: DateTime(),
  update_time: DateTime(),
});
export type UserResp = Static<typeof UserResp>;

export const UserSearchRespItem = Type.Object({
  user_id: Type.Optional(Type.Integer()),
  username: Type.Optional(Type.String()),
});
export type UserSearchRespItem = Static<typeof UserSearchRespItem>;

const text = () => Maybe(Type.String({ maxLength: 1024 }));

export const UserCreationReq = Type.Object({
  email: Maybe(Type.String({ maxLength: 255 })),
  realname: text(),
  comment: text(),
  password: text(),
  username: Maybe(Type.String({ maxLength: 255 })),
});
export type UserCreationReq = Static<typeof UserCreationReq>;

export const UserProfile = Type.Object({ email: text(), realname: text(), comment: text() });
export type UserProfile = Static<typeof UserProfile>;

const UserSysAdminFlag = Type.Object({ sysadmin_flag: Maybe(Type.Boolean()) });
const PasswordReq = Type.Object({ old_password: text(), new_password: text() });
const OIDCCliSecretReq = Type.Object({ secret: text() });

export const Permission = Type.Object({
  resource: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
});
export type Permission = Static<typeof Permission>;

const UserParams = Type.Object({ user_id: RowId() });

const tag = 'user';
const selfOr = (permission: string) => ({ service: `the user itself, or whoever holds ${permission}` });

export const listUsers = endpoint('GET /users', {
  id: 'listUsers',
  tag,
  guard: { system: 'user:list' },
  list: true,
  query: Type.Object({
    username: Type.Optional(Type.String({ maxLength: 255 })),
    email: Type.Optional(Type.String({ maxLength: 255 })),
  }),
  reply: Type.Array(UserResp),
});

export const createUser = endpoint('POST /users', {
  id: 'createUser',
  tag,
  guard: { service: 'whoever holds user:create, or anybody from a page while self_registration is on' },
  body: UserCreationReq,
  status: 201,
  failures: [409],
});

export const getCurrentUserInfo = endpoint('GET /users/current', {
  id: 'getCurrentUserInfo',
  tag,
  guard: 'login',
  reply: UserResp,
  failures: [412],
});

export const getCurrentUserPermissions = endpoint('GET /users/current/permissions', {
  id: 'getCurrentUserPermissions',
  tag,
  guard: 'login',
  query: Type.Object({
    scope: Type.Optional(Type.String({ maxLength: 255 })),
    relative: Type.Optional(Type.Boolean()),
  }),
  reply: Type.Array(Permission),
});

export const searchUsers = endpoint('GET /users/search', {
  id: 'searchUsers',
  tag,
  guard: 'login',
  list: true,
  query: Type.Object({ username: Type.String({ minLength: 1, maxLength: 255 }) }),
  reply: Type.Array(UserSearchRespItem),
});

export const getUser = endpoint('GET /users/:user_id', {
  id: 'getUser',
  tag,
  guard: selfOr('user:read'),
  params: UserParams,
  reply: UserResp,
});

export const updateUserProfile = endpoint('PUT /users/:user_id', {
  id: 'updateUserProfile',
  tag,
  guard: selfOr('user:update'),
  params: UserParams,
  body: UserProfile,
  failures: [409],
});

export const deleteUser = endpoint('DELETE /users/:user_id', {
  id: 'deleteUser',
  tag,
  guard: { system: 'user:delete' },
  params: UserParams,
});

export const setUserSysAdmin = endpoint('PUT /users/:user_id/sysadmin', {
  id: 'setUserSysAdmin',
  tag,
  guard: { service: 'whoever holds user:update and is a person: robots never raise rights' },
  params: UserParams,
  body: UserSysAdminFlag,
});

export const updateUserPassword = endpoint('PUT /users/:user_id/password', {
  id: 'updateUserPassword',
  tag,
  guard: selfOr('user:update'),
  params: UserParams,
  body: PasswordReq,
});

export const setCliSecret = endpoint('PUT /users/:user_id/cli_secret', {
  id: 'setCliSecret',
  tag,
  guard: selfOr('user:update'),
  params: UserParams,
  body: OIDCCliSecretReq,
  failures: [412],
});
