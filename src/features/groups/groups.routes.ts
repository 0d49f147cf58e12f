import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import * as api from './groups.contract.ts';
import type { GroupRow } from './groups.store.ts';
import * as groups from './groups.ts';

export const groupRoutes: readonly Route[] = [
  route(api.listUserGroups, async (ctx, { query, page }) => {
    const { rows, total } = await groups.listGroups(ctx, query, page);
    return new Listed(rows.map(present), total);
  }),

  route(api.createUserGroup, async (ctx, { body, path }) => {
    const id = await groups.createGroup(ctx, body);
    return created(`${path.replace(/\/$/, '')}/${id}`);
  }),

  route(api.searchUserGroups, async (ctx, { query, page }) => {
    const { rows, total } = await groups.searchGroups(ctx, query.groupname, page);
    return new Listed(rows.map(presentFound), total);
  }),

  route(api.getUserGroup, async (ctx, { params }) => present(await groups.getGroup(ctx, params.group_id))),

  route(api.updateUserGroup, (ctx, { params, body }) =>
    groups.renameGroup(ctx, params.group_id, body.group_name ?? ''),
  ),

  route(api.deleteUserGroup, (ctx, { params }) => groups.deleteGroup(ctx, params.group_id)),
];

function present(row: GroupRow): api.UserGroup {
  return filled(row);
}

/** Whoever is logged in finds groups by name, and learns no more of them. */
function presentFound({ id, group_name, group_type }: GroupRow): api.UserGroupSearchItem {
  return filled({ id, group_name, group_type });
}
