import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { currentUser } from '../api/use-api.ts';
import { Trouble } from '../components/trouble.tsx';
import { administrationRoutes } from './administration-routes.ts';
import type { RouterContext } from './page-context.ts';
import { ownRoutes } from './own-routes.ts';
import { projectRoutes } from './project-routes.ts';
import { readProjectsSearch } from './projects/projects-search.ts';
import { artifactRoutes, repositoryRoutes } from './repository-routes.ts';
import { root, shell } from './shell-route.ts';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { readSignInSearch } from './sign-in/sign-in-search.ts';

// Harbor's paths: bookmarks and links in messages keep working.
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/account/sign-in',
  validateSearch: readSignInSearch,
  // With the first code: what it is made of all pages need, and one more wait for the network is seen.
  component: SignInPage,
});

/** People begin at their start page; who is not signed in begins there. */
const begin = async ({ context: { api, client } }: { context: RouterContext }) => {
  const user = await client.ensureQueryData(currentUser(api));
  // The router takes a redirect by its being thrown.
  // oxlint-disable-next-line typescript/only-throw-error
  throw user ? redirect({ to: '/harbor/home' }) : redirect({ to: '/account/sign-in', search: {} });
};
const start = createRoute({ getParentRoute: () => root, path: '/', beforeLoad: begin });
const harbor = createRoute({ getParentRoute: () => root, path: '/harbor', beforeLoad: begin });

const projects = createRoute({
  getParentRoute: () => shell,
  path: '/harbor/projects',
  validateSearch: readProjectsSearch,
  component: lazyRouteComponent(() => import('./projects/projects-page.tsx'), 'ProjectsPage'),
});

const tree = root.addChildren([
  start,
  harbor,
  signIn,
  shell.addChildren([
    projects,
    projectRoutes(),
    ...administrationRoutes(),
    repositoryRoutes(),
    ...artifactRoutes(),
    ...ownRoutes(),
  ]),
]);

export function createPortalRouter(context: RouterContext) {
  return createRouter({
    routeTree: tree,
    context,
    defaultPreload: 'intent',
    // Data has a cache of its own, which decides what is still good.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: ({ error, reset }) => (
      <div className="plain-page">
        <h1>Moorage</h1>
        <Trouble error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
      </div>
    ),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    readonly router: ReturnType<typeof createPortalRouter>;
  }
}
