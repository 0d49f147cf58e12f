import type { Route } from '#src/http/endpoint.ts';
import { memberRoutes } from './members/members.routes.ts';
import { projectRoutes } from './projects/projects.routes.ts';
import { robotRoutes, type RobotParts } from './robots/robots.routes.ts';
import { systemRoutes, type SystemParts } from './system/system.routes.ts';
import { userRoutes, type UserParts } from './users/users.routes.ts';

/** What the features need from the rest of the program; app.ts gives it. */
export type FeatureParts = UserParts & RobotParts & SystemParts;

/** Every operation of the API. A feature is removed with its folder and its two lines here. */
export function createRoutes(parts: FeatureParts): readonly Route[] {
  return [
    ...projectRoutes,
    ...memberRoutes,
    ...userRoutes(parts),
    ...robotRoutes(parts),
    ...systemRoutes(parts),
  ];
}
