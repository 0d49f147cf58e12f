import type { Context } from '#src/context.ts';
import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import * as api from './robots.contract.ts';
import type { GrantRow } from './robots.store.ts';
import * as robots from './robots.ts';

export const robotPrefix = (ctx: Context) => ctx.live.get('robot_name_prefix');

export const robotRoutes: readonly Route[] = [
  route(api.ListRobot, async (ctx, { page }) => {
    const found = await robots.listRobots(ctx, page);
    return new Listed(
      found.robots.map((robot) => present(robot, robotPrefix(ctx))),
      found.total,
    );
  }),

  route(api.CreateRobot, async (ctx, { body, path }) => {
    const robot = await robots.createRobot(ctx, body, robotPrefix(ctx));
    return created(`${path.replace(/\/$/, '')}/${robot.id}`, {
      ...filled({ id: robot.id, name: robot.name, secret: robot.secret, expires_at: robot.expires_at }),
      creation_time: robot.creation_time.toISOString(),
    });
  }),

  route(api.GetRobotByID, async (ctx, { params }) =>
    present(await robots.getRobot(ctx, params.robot_id), robotPrefix(ctx)),
  ),

  route(api.UpdateRobot, (ctx, { params, body }) =>
    robots.updateRobot(ctx, params.robot_id, body, robotPrefix(ctx)),
  ),

  route(api.RefreshSec, async (ctx, { params, body }) => {
    const secret = await robots.refreshSecret(ctx, params.robot_id, body.secret ?? '', robotPrefix(ctx));
    return filled({ secret });
  }),

  route(api.DeleteRobot, (ctx, { params }) => robots.deleteRobot(ctx, params.robot_id, robotPrefix(ctx))),
];

export function present({ row, grants }: robots.RobotWithGrants, prefix: string): api.Robot {
  return {
    ...filled({
      id: row.id,
      name: robots.fullName(prefix, row),
      description: row.description,
      level: row.level,
      expires_at: row.expires_at,
      creator_type: row.creator_type,
      creator_ref: row.creator_ref,
    }),
    duration: row.duration,
    // Harbor: false for robots of its first API, which do not exist here.
    editable: true,
    disable: row.disabled,
    permissions: presentGrants(grants),
    creation_time: row.creation_time.toISOString(),
    update_time: row.update_time.toISOString(),
  };
}

/** One entry for each kind and namespace, in the order of the grants. */
function presentGrants(grants: readonly GrantRow[]): api.RobotPermission[] {
  const entries = Map.groupBy(grants, (grant) => `${grant.kind} ${grant.namespace}`);
  return [...entries.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const access = group.map(({ resource, action, effect }) => ({ resource, action, effect }));
    return [{ kind: first.kind, namespace: first.namespace, access }];
  });
}
