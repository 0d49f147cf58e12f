import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { readListSearch } from '../api/list-search.ts';
import { readLedgerSearch } from './clean-up/ledger-search.ts';
import { readRunSearch } from './clean-up/run-search.ts';
import { readJobSearch } from './job-service/job-search.ts';
import { readLogSearch } from './logs/log-search.ts';
import { texts } from './page-context.ts';
import { readLabelsSearch, readRobotsSearch } from './project-routes.ts';
import { shell } from './shell-route.ts';
import { readUsageSearch } from './usage/usage-search.ts';

/** The pages of those who run the registry. */
export const administrationRoutes = () =>
  [
    ...registryRoutes(),
    ...peopleRoutes(),
    ...cleanUpRoutes(),
    jobServiceRoutes(),
    configurationRoutes(),
    usageRoute(),
  ] as const;

function peopleRoutes() {
  const users = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/users',
    staticData: { administrators: true },
    validateSearch: (search: Record<string, unknown>) =>
      readListSearch(search, ['username', 'realname', 'email', 'creation_time']),
    loader: texts('users'),
    component: lazyRouteComponent(() => import('./users/users-page.tsx'), 'UsersPage'),
  });

  const groups = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/groups',
    staticData: { administrators: true },
    validateSearch: (search: Record<string, unknown>) => readListSearch(search, []),
    loader: texts('groups'),
    component: lazyRouteComponent(() => import('./groups/groups-page.tsx'), 'GroupsPage'),
  });

  const quotas = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/project-quotas',
    staticData: { administrators: true },
    validateSearch: (search: Record<string, unknown>) =>
      readListSearch(search, ['project_name', 'used.storage', 'hard.storage']),
    loader: texts('quotas'),
    component: lazyRouteComponent(() => import('./quotas/quotas-page.tsx'), 'QuotasPage'),
  });

  return [users, groups, quotas] as const;
}

function cleanUpRoutes() {
  const cleanUp = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/clearing-job',
    staticData: { administrators: true },
    loader: texts('clean-up'),
    component: lazyRouteComponent(() => import('./clean-up/clean-up-page.tsx'), 'CleanUpPage'),
  });

  const toCollection = () => {
    // oxlint-disable-next-line typescript/only-throw-error
    throw redirect({ to: '/harbor/clearing-job/gc', search: {}, replace: true });
  };
  const cleanUpStart = createRoute({ getParentRoute: () => cleanUp, path: '/', beforeLoad: toCollection });
  // Where older guides say that it is.
  const oldCollection = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/gc',
    beforeLoad: toCollection,
  });
  const namedCollection = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/garbage-collection',
    beforeLoad: toCollection,
  });

  const collection = createRoute({
    getParentRoute: () => cleanUp,
    path: 'gc',
    validateSearch: readRunSearch,
    component: lazyRouteComponent(() => import('./clean-up/gc-tab.tsx'), 'GarbageCollectionTab'),
  });

  const auditPurge = createRoute({
    getParentRoute: () => cleanUp,
    path: 'audit-log-purge',
    validateSearch: readRunSearch,
    component: lazyRouteComponent(() => import('./clean-up/purge-tab.tsx'), 'AuditPurgeTab'),
  });

  const ledger = createRoute({
    getParentRoute: () => cleanUp,
    path: 'ledger',
    validateSearch: readLedgerSearch,
    component: lazyRouteComponent(() => import('./clean-up/ledger-tab.tsx'), 'LedgerTab'),
  });

  return [
    oldCollection,
    namedCollection,
    cleanUp.addChildren([cleanUpStart, collection, auditPurge, ledger]),
  ] as const;
}

function jobServiceRoutes() {
  const jobService = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/job-service-dashboard',
    staticData: { administrators: true },
    loader: texts('job-service'),
    component: lazyRouteComponent(() => import('./job-service/job-service-page.tsx'), 'JobServicePage'),
  });

  const jobServiceStart = createRoute({
    getParentRoute: () => jobService,
    path: '/',
    beforeLoad: () => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: '/harbor/job-service-dashboard/pending-jobs', replace: true });
    },
  });

  const pendingJobs = createRoute({
    getParentRoute: () => jobService,
    path: 'pending-jobs',
    component: lazyRouteComponent(() => import('./job-service/queues-tab.tsx'), 'QueuesTab'),
  });

  const schedules = createRoute({
    getParentRoute: () => jobService,
    path: 'schedules',
    validateSearch: (search: Record<string, unknown>) => readListSearch(search, []),
    component: lazyRouteComponent(() => import('./job-service/schedules-tab.tsx'), 'SchedulesTab'),
  });

  const workers = createRoute({
    getParentRoute: () => jobService,
    path: 'workers',
    validateSearch: readJobSearch,
    component: lazyRouteComponent(() => import('./job-service/workers-tab.tsx'), 'WorkersTab'),
  });

  return jobService.addChildren([jobServiceStart, pendingJobs, schedules, workers]);
}

function configurationRoutes() {
  const configuration = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/configs',
    staticData: { administrators: true },
    loader: texts('configuration'),
    component: lazyRouteComponent(
      () => import('./configuration/configuration-page.tsx'),
      'ConfigurationPage',
    ),
  });

  const configurationStart = createRoute({
    getParentRoute: () => configuration,
    path: '/',
    beforeLoad: () => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: '/harbor/configs/auth', replace: true });
    },
  });

  const authentication = createRoute({
    getParentRoute: () => configuration,
    path: 'auth',
    component: lazyRouteComponent(() => import('./configuration/auth-tab.tsx'), 'AuthTab'),
  });

  const security = createRoute({
    getParentRoute: () => configuration,
    path: 'security',
    component: lazyRouteComponent(() => import('./configuration/security-tab.tsx'), 'SecurityTab'),
  });

  const systemSettings = createRoute({
    getParentRoute: () => configuration,
    path: 'setting',
    component: lazyRouteComponent(() => import('./configuration/system-tab.tsx'), 'SystemTab'),
  });

  return configuration.addChildren([configurationStart, authentication, security, systemSettings]);
}

const usageRoute = () =>
  createRoute({
    getParentRoute: () => shell,
    path: '/harbor/usage',
    staticData: { administrators: true },
    loader: texts('usage'),
    validateSearch: readUsageSearch,
    component: lazyRouteComponent(() => import('./usage/usage-page.tsx'), 'UsagePage'),
  });

/** What concerns the registry as a whole, and the log of all its projects. */
function registryRoutes() {
  const robots = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/robot-accounts',
    staticData: { administrators: true },
    validateSearch: readRobotsSearch,
    loader: texts('robots'),
    component: lazyRouteComponent(() => import('./robots/robots-page.tsx'), 'RobotsPage'),
  });

  const labels = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/labels',
    validateSearch: readLabelsSearch,
    loader: texts('labels'),
    component: lazyRouteComponent(() => import('./labels/labels-page.tsx'), 'LabelsPage'),
  });

  const elsewhere = ['/harbor/logs', '/harbor/logs/audit-legacy-log'].map((path) =>
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

  return [robots, labels, log, ...elsewhere] as const;
}
