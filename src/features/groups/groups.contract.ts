import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { Maybe, RowId } from '#src/http/shapes.ts';

export const UserGroup = Type.Object({
  id: Type.Optional(Type.Integer()),
  group_name: Type.Optional(Type.String()),
  /** 1 LDAP, 2 HTTP, 3 OIDC. */
  group_type: Type.Optional(Type.Integer()),
  ldap_group_dn: Type.Optional(Type.String()),
});
export type UserGroup = Static<typeof UserGroup>;

export const UserGroupSearchItem = Type.Object({
  id: Type.Optional(Type.Integer()),
  group_name: Type.Optional(Type.String()),
  group_type: Type.Optional(Type.Integer()),
});
export type UserGroupSearchItem = Static<typeof UserGroupSearchItem>;

const UserGroupReq = Type.Object({
  id: Maybe(RowId()),
  group_name: Maybe(Type.String({ maxLength: 1024 })),
  group_type: Maybe(Type.Integer()),
  ldap_group_dn: Maybe(Type.String({ maxLength: 1024 })),
});

const GroupParams = Type.Object({ group_id: RowId() });

const tag = 'usergroup';

export const listUserGroups = endpoint('GET /usergroups', {
  id: 'listUserGroups',
  tag,
  guard: { system: 'user-group:list' },
  list: true,
  query: Type.Object({
    ldap_group_dn: Type.Optional(Type.String({ maxLength: 1024 })),
    group_name: Type.Optional(Type.String({ maxLength: 255 })),
  }),
  reply: Type.Array(UserGroup),
});

export const createUserGroup = endpoint('POST /usergroups', {
  id: 'createUserGroup',
  tag,
  guard: { system: 'user-group:create' },
  body: UserGroupReq,
  status: 201,
  failures: [409],
});

export const searchUserGroups = endpoint('GET /usergroups/search', {
  id: 'searchUserGroups',
  tag,
  guard: 'login',
  list: true,
  query: Type.Object({ groupname: Type.String({ maxLength: 255 }) }),
  reply: Type.Array(UserGroupSearchItem),
});

export const getUserGroup = endpoint('GET /usergroups/:group_id', {
  id: 'getUserGroup',
  tag,
  guard: { system: 'user-group:read' },
  params: GroupParams,
  reply: UserGroup,
});

export const updateUserGroup = endpoint('PUT /usergroups/:group_id', {
  id: 'updateUserGroup',
  tag,
  guard: { system: 'user-group:update' },
  params: GroupParams,
  body: UserGroupReq,
  failures: [409],
});

export const deleteUserGroup = endpoint('DELETE /usergroups/:group_id', {
  id: 'deleteUserGroup',
  tag,
  guard: { system: 'user-group:delete' },
  params: GroupParams,
});
