import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { readListSearch } from '../api/list-search.ts';
import { currentUser, systemInfo } from '../api/use-api.ts';
import { Trouble } from '../components/trouble.tsx';
import { administrationRoutes } from './administration-routes.ts';
import { readLogSearch } from './logs/log-search.ts';
import { type RouterContext, texts } from './page-context.ts';
import { readRunsSearch } from './policies/runs-search.ts';
import { ownRoutes } from './own-routes.ts';
import { readProjectsSearch } from './projects/projects-search.ts';
import { artifactRoutes, repositoryRoutes } from './repository-routes.ts';
import { readSignInSearch } from './sign-in/sign-in-search.ts';
import { readTasksSearch, readWebhooksSearch } from './webhooks/webhooks-search.ts';

// Harbor's paths: bookmarks and links in messages keep working.
const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  // Both are needed to draw anything, and asked for side by side.
  loader: ({ context: { api, client } }) =>
    Promise.all([client.ensureQueryData(currentUser(api)), client.ensureQueryData(systemInfo(api))]),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/account/sign-in',
  validateSearch: readSignInSearch,
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  loader: texts('portal'),
  component: lazyRouteComponent(() => import('../components/shell.tsx'), 'Shell'),
});

export type ShellRoute = typeof shell;

/** People begin at their projects; who is not signed in begins there. */
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

const project = createRoute({
  getParentRoute: () => shell,
  path: '/harbor/projects/$id',
  component: lazyRouteComponent(() => import('./project/project-page.tsx'), 'ProjectPage'),
});

const projectStart = createRoute({
  getParentRoute: () => project,
  path: '/',
  beforeLoad: ({ params }) => {
    // oxlint-disable-next-line typescript/only-throw-error
    throw redirect({ to: '/harbor/projects/$id/repositories', params, search: {} });
  },
});

const summary = createRoute({
  getParentRoute: () => project,
  path: 'summary',
  component: lazyRouteComponent(() => import('./project/summary-tab.tsx'), 'SummaryTab'),
});

const repositories = createRoute({
  getParentRoute: () => project,
  path: 'repositories',
  validateSearch: (search: Record<string, unknown>) =>
    readListSearch(search, ['name', 'pull_count', 'update_time']),
  component: lazyRouteComponent(() => import('./project/repositories-tab.tsx'), 'RepositoriesTab'),
});

const members = createRoute({
  getParentRoute: () => project,
  path: 'members',
  validateSearch: (search: Record<string, unknown>) =>
    readListSearch(search, ['entity_name', 'entity_type', 'role_id']),
  loader: texts('members'),
  component: lazyRouteComponent(() => import('./members/members-tab.tsx'), 'MembersTab'),
});

const robotSorts = ['name', 'expires_at', 'creation_time'];

const projectRobots = createRoute({
  getParentRoute: () => project,
  path: 'robot-account',
  validateSearch: (search: Record<string, unknown>) => readListSearch(search, robotSorts),
  loader: texts('robots'),
  component: lazyRouteComponent(() => import('./robots/robots-tab.tsx'), 'RobotsTab'),
});

const robots = createRoute({
  getParentRoute: () => shell,
  path: '/harbor/robot-accounts',
  validateSearch: (search: Record<string, unknown>) => readListSearch(search, robotSorts),
  loader: texts('robots'),
  component: lazyRouteComponent(() => import('./robots/robots-page.tsx'), 'RobotsPage'),
});

const labelSorts = ['name', 'creation_time'];

const projectLabels = createRoute({
  getParentRoute: () => project,
  path: 'labels',
  validateSearch: (search: Record<string, unknown>) => readListSearch(search, labelSorts),
  loader: texts('labels'),
  component: lazyRouteComponent(() => import('./labels/labels-tab.tsx'), 'LabelsTab'),
});

const labels = createRoute({
  getParentRoute: () => shell,
  path: '/harbor/labels',
  validateSearch: (search: Record<string, unknown>) => readListSearch(search, labelSorts),
  loader: texts('labels'),
  component: lazyRouteComponent(() => import('./labels/labels-page.tsx'), 'LabelsPage'),
});

const projectLog = createRoute({
  getParentRoute: () => project,
  path: 'logs/project-audit-log',
  validateSearch: readLogSearch,
  loader: texts('logs'),
  component: lazyRouteComponent(() => import('./logs/project-log-tab.tsx'), 'ProjectLogTab'),
});

const configuration = createRoute({
  getParentRoute: () => project,
  path: 'configs',
  loader: texts('project-configuration'),
  component: lazyRouteComponent(
    () => import('./project-configuration/configuration-tab.tsx'),
    'ConfigurationTab',
  ),
});

// Harbor keeps two logs, of which the old one is written no more; here both addresses show the one there is.
const projectLogs = ['logs', 'logs/project-audit-legacy-log'].map((path) =>
  createRoute({
    getParentRoute: () => project,
    path,
    beforeLoad: ({ params }) => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: '/harbor/projects/$id/logs/project-audit-log', params, search: {} });
    },
  }),
);
const logs = ['/harbor/logs', '/harbor/logs/audit-legacy-log'].map((path) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    beforeLoad: () => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: '/harbor/logs/audit-log', search: {} });
    },
  }),
);

const log = createRoute({
  getParentRoute: () => shell,
  path: '/harbor/logs/audit-log',
  validateSearch: readLogSearch,
  loader: texts('logs'),
  component: lazyRouteComponent(() => import('./logs/logs-page.tsx'), 'LogsPage'),
});

const policies = createRoute({
  getParentRoute: () => project,
  path: 'tag-strategy',
  loader: texts('policies'),
  component: lazyRouteComponent(() => import('./policies/policy-tab.tsx'), 'PolicyTab'),
});

const policiesStart = createRoute({
  getParentRoute: () => policies,
  path: '/',
  beforeLoad: ({ params }) => {
    // oxlint-disable-next-line typescript/only-throw-error
    throw redirect({ to: '/harbor/projects/$id/tag-strategy/tag-retention', params, search: {} });
  },
});

const retention = createRoute({
  getParentRoute: () => policies,
  path: 'tag-retention',
  validateSearch: readRunsSearch,
  component: lazyRouteComponent(() => import('./policies/retention-tab.tsx'), 'RetentionTab'),
});

const immutability = createRoute({
  getParentRoute: () => policies,
  path: 'immutable-tag',
  validateSearch: (search: Record<string, unknown>) => readListSearch(search, []),
  component: lazyRouteComponent(() => import('./policies/immutable-tab.tsx'), 'ImmutableTab'),
});

const webhooks = createRoute({
  getParentRoute: () => project,
  path: 'webhook',
  validateSearch: readWebhooksSearch,
  loader: texts('webhooks'),
  component: lazyRouteComponent(() => import('./webhooks/webhooks-tab.tsx'), 'WebhooksTab'),
});

const webhookTasks = createRoute({
  getParentRoute: () => project,
  path: 'webhook/$policyId/executions/$executionId/tasks',
  validateSearch: readTasksSearch,
  loader: texts('webhooks'),
  component: lazyRouteComponent(() => import('./webhooks/tasks-page.tsx'), 'TasksPage'),
});

const tree = root.addChildren([
  start,
  harbor,
  signIn,
  shell.addChildren([
    projects,
    project.addChildren([
      projectStart,
      summary,
      repositories,
      members,
      projectLabels,
      projectRobots,
      projectLog,
      ...projectLogs,
      configuration,
      policies.addChildren([policiesStart, retention, immutability]),
      webhooks,
      webhookTasks,
    ]),
    log,
    ...logs,
    ...administrationRoutes(shell),
    repositoryRoutes(shell),
    ...artifactRoutes(shell),
    robots,
    labels,
    ...ownRoutes(shell),
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
