import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { readListSearch } from '../api/list-search.ts';
import { readLogSearch } from './logs/log-search.ts';
import { texts } from './page-context.ts';
import { readRulesSearch, readRunsSearch } from './policies/runs-search.ts';
import { shell } from './shell-route.ts';
import { readTasksSearch, readWebhooksSearch } from './webhooks/webhooks-search.ts';

/** A project, and its tabs. */
export function projectRoutes() {
  const project = projectRoute();
  return project.addChildren([
    ...contentRoutes(project),
    ...listRoutes(project),
    ...logRoutes(project),
    policyRoutes(project),
    ...webhookRoutes(project),
  ]);
}

const projectRoute = () =>
  createRoute({
    getParentRoute: () => shell,
    path: '/harbor/projects/$id',
    component: lazyRouteComponent(() => import('./project/project-page.tsx'), 'ProjectPage'),
  });

type ProjectRoute = ReturnType<typeof projectRoute>;

function contentRoutes(project: ProjectRoute) {
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

  const configuration = createRoute({
    getParentRoute: () => project,
    path: 'configs',
    loader: texts('project-configuration'),
    component: lazyRouteComponent(
      () => import('./project-configuration/configuration-tab.tsx'),
      'ConfigurationTab',
    ),
  });

  return [projectStart, summary, repositories, configuration] as const;
}

export const readRobotsSearch = (search: Record<string, unknown>) =>
  readListSearch(search, ['name', 'expires_at', 'creation_time']);

export const readLabelsSearch = (search: Record<string, unknown>) =>
  readListSearch(search, ['name', 'creation_time']);

function listRoutes(project: ProjectRoute) {
  const members = createRoute({
    getParentRoute: () => project,
    path: 'members',
    validateSearch: (search: Record<string, unknown>) =>
      readListSearch(search, ['entity_name', 'entity_type', 'role_id']),
    loader: texts('members'),
    component: lazyRouteComponent(() => import('./members/members-tab.tsx'), 'MembersTab'),
  });

  const robots = createRoute({
    getParentRoute: () => project,
    path: 'robot-account',
    validateSearch: readRobotsSearch,
    loader: texts('robots'),
    component: lazyRouteComponent(() => import('./robots/robots-tab.tsx'), 'RobotsTab'),
  });

  const labels = createRoute({
    getParentRoute: () => project,
    path: 'labels',
    validateSearch: readLabelsSearch,
    loader: texts('labels'),
    component: lazyRouteComponent(() => import('./labels/labels-tab.tsx'), 'LabelsTab'),
  });

  return [members, robots, labels] as const;
}

function logRoutes(project: ProjectRoute) {
  const log = createRoute({
    getParentRoute: () => project,
    path: 'logs/project-audit-log',
    validateSearch: readLogSearch,
    loader: texts('logs'),
    component: lazyRouteComponent(() => import('./logs/project-log-tab.tsx'), 'ProjectLogTab'),
  });

  // Harbor keeps two logs, of which the old one is written no more; here both addresses show the one there is.
  const elsewhere = ['logs', 'logs/project-audit-legacy-log'].map((path) =>
    createRoute({
      getParentRoute: () => project,
      path,
      beforeLoad: ({ params }) => {
        // oxlint-disable-next-line typescript/only-throw-error
        throw redirect({ to: '/harbor/projects/$id/logs/project-audit-log', params, search: {} });
      },
    }),
  );

  return [log, ...elsewhere] as const;
}

function policyRoutes(project: ProjectRoute) {
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
    validateSearch: readRulesSearch,
    component: lazyRouteComponent(() => import('./policies/immutable-tab.tsx'), 'ImmutableTab'),
  });

  return policies.addChildren([policiesStart, retention, immutability]);
}

function webhookRoutes(project: ProjectRoute) {
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

  return [webhooks, webhookTasks] as const;
}
