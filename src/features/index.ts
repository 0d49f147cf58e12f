import type { Route } from '#src/http/endpoint.ts';
import { memberRoutes } from './members/members.routes.ts';
import { projectRoutes } from './projects/projects.routes.ts';
import type { ContentParts } from './repositories/index.ts';
import { robotRoutes } from './robots/robots.routes.ts';
import { systemRoutes, type SystemParts } from './system/system.routes.ts';
import { userRoutes } from './users/users.routes.ts';

/** What the features need from the rest of the program; app.ts gives it. */
export type FeatureParts = SystemParts & ContentParts;

/** Every operation of the API. A feature is removed with its folder and its two lines here. */
export function createRoutes(parts: FeatureParts): readonly Route[] {
  return [...projectRoutes, ...memberRoutes, ...userRoutes, ...robotRoutes, ...systemRoutes(parts)];
}
