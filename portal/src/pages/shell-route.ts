import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { currentUser, systemInfo } from '../api/use-api.ts';
import { type RouterContext, texts } from './page-context.ts';

export const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  // Both are needed to draw anything, and asked for side by side.
  loader: ({ context: { api, client } }) =>
    Promise.all([client.ensureQueryData(currentUser(api)), client.ensureQueryData(systemInfo(api))]),
});

/** What every page but signing in is drawn in. */
export const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  loader: texts('portal'),
  component: lazyRouteComponent(() => import('../components/shell.tsx'), 'Shell'),
});
