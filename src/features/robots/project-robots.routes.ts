import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import * as api from './project-robots.contract.ts';
import * as robots from './project-robots.ts';
import { present, robotPrefix } from './robots.routes.ts';
import type { RobotWithGrants } from './robots.ts';

export const projectRobotRoutes: readonly Route[] = [
  route(api.ListRobotV1, async (ctx, { project, page }) => {
    const found = await robots.listProjectRobots(ctx, project, page);
    return new Listed(
      found.robots.map((robot) => presentHere(robot, robotPrefix(ctx))),
      found.total,
    );
  }),

  route(api.CreateRobotV1, async (ctx, { project, body, path }) => {
    const robot = await robots.createProjectRobot(ctx, project, body, robotPrefix(ctx));
    const { id, name, secret, expires_at } = robot;
    return created(`${path.replace(/\/$/, '')}/${id}`, {
      id,
      name,
      secret,
      token: secret,
      creation_time: robot.creation_time.toISOString(),
      expires_at,
    });
  }),

  route(api.GetRobotByIDV1, async (ctx, { project, params }) =>
    presentHere(await robots.getProjectRobot(ctx, project, params.robot_id), robotPrefix(ctx)),
  ),

  route(api.UpdateRobotV1, (ctx, { project, params, body }) =>
    robots.updateProjectRobot(ctx, project, params.robot_id, body, robotPrefix(ctx)),
  ),

  route(api.DeleteRobotV1, (ctx, { project, params }) =>
    robots.deleteProjectRobot(ctx, project, params.robot_id, robotPrefix(ctx)),
  ),
];

function presentHere(robot: RobotWithGrants, prefix: string): api.ProjectRobot {
  const { row, grants } = robot;
  return {
    ...present(robot, prefix),
    project_id: row.project_id ?? 0,
    disabled: row.disabled,
    access: grants.map(({ resource, action, effect }) => ({ resource, action, effect })),
  };
}
