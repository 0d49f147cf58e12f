import { credentialsOf } from '#src/http/credentials.ts';
import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import { listPermissions } from './own-permissions.ts';
import * as api from './users.contract.ts';
import type { UserRow } from './users.store.ts';
import * as users from './users.ts';

export const userRoutes: readonly Route[] = [
  route(api.listUsers, async (ctx, { query, page }) => {
    const { rows, total } = await users.listUsers(ctx, query, page);
    return new Listed(rows.map(present), total);
  }),

  route(api.createUser, async (ctx, { body, headers, path }) => {
    const { session } = credentialsOf(headers, ctx.clientAddress);
    const id = await users.createUser(ctx, body, session !== undefined);
    return created(`${path.replace(/\/$/, '')}/${id}`);
  }),

  route(api.getCurrentUserInfo, async (ctx) => present(await users.getCurrentUser(ctx))),

  route(api.getCurrentUserPermissions, (ctx, { query }) =>
    listPermissions(ctx, query.scope ?? '', query.relative ?? false),
  ),

  route(api.searchUsers, async (ctx, { query, page }) => {
    const { rows, total } = await users.searchUsers(ctx, query.username, page);
    return new Listed(rows.map(filled), total);
  }),

  route(api.getUser, async (ctx, { params }) => present(await users.getUser(ctx, params.user_id))),

  route(api.updateUserProfile, (ctx, { params, body }) => users.updateProfile(ctx, params.user_id, body)),

  route(api.deleteUser, (ctx, { params }) => users.deleteUser(ctx, params.user_id)),

  route(api.setUserSysAdmin, (ctx, { params, body }) =>
    users.setSysAdmin(ctx, params.user_id, body.sysadmin_flag ?? false),
  ),

  route(api.updateUserPassword, (ctx, { params, body }) =>
    users.updatePassword(ctx, params.user_id, { old: body.old_password ?? '', new: body.new_password ?? '' }),
  ),

  route(api.setCliSecret, async (ctx) => users.refuseCliSecret(ctx)),
];

function present(row: UserRow): api.UserResp {
  return {
    ...filled({
      email: row.email,
      realname: row.realname,
      comment: row.comment,
      user_id: row.user_id,
      username: row.username,
    }),
    sysadmin_flag: row.sysadmin_flag,
    // Harbor: by an administrators' group of LDAP or OIDC; there is none with local accounts.
    admin_role_in_auth: false,
    creation_time: row.creation_time.toISOString(),
    update_time: row.update_time.toISOString(),
  };
}
