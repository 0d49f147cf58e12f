import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { readListSearch } from '../api/list-search.ts';
import { readRepositoryName } from '../api/repository-name.ts';
import { readArtifactSearch } from './artifact/artifact-search.ts';
import { texts } from './page-context.ts';
import { readArtifactsSearch } from './repository/artifacts-search.ts';
import { readJobsSearch } from './repository/jobs-search.ts';
import { preloadArtifacts, preloadTags } from './repository/queries.ts';
import { shell } from './shell-route.ts';

const repositoryPath = '/harbor/projects/$id/repositories/$repo';

/** The views of a repository. */
export function repositoryRoutes() {
  const repository = createRoute({
    getParentRoute: () => shell,
    path: repositoryPath,
    params: {
      parse: ({ id, repo }) => ({ id, repo: readRepositoryName(repo) }),
      stringify: (params) => params,
    },
    beforeLoad: ({ location }) => toOneAddress(location.href),
    loader: texts('repository'),
    component: lazyRouteComponent(() => import('./repository/repository-page.tsx'), 'RepositoryPage'),
  });
  const start = createRoute({
    getParentRoute: () => repository,
    path: '/',
    beforeLoad: ({ params }) => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: `${repositoryPath}/tags-tab`, params, search: {} });
    },
  });
  const tags = createRoute({
    getParentRoute: () => repository,
    path: 'tags-tab',
    validateSearch: (search: Record<string, unknown>) =>
      readListSearch(search, ['name', 'size', 'push_time', 'pull_time']),
    loaderDeps: ({ search }) => search,
    loader: preloadTags,
    component: lazyRouteComponent(() => import('./repository/tags-tab.tsx'), 'TagsTab'),
  });
  const artifacts = createRoute({
    getParentRoute: () => repository,
    path: 'artifacts-tab',
    validateSearch: readArtifactsSearch,
    loaderDeps: ({ search }) => search,
    loader: preloadArtifacts,
    component: lazyRouteComponent(() => import('./repository/artifacts-tab.tsx'), 'ArtifactsTab'),
  });
  const history = createRoute({
    getParentRoute: () => repository,
    path: 'history-tab',
    validateSearch: (search: Record<string, unknown>) => readListSearch(search, ['op_time']),
    component: lazyRouteComponent(() => import('./repository/history-tab.tsx'), 'HistoryTab'),
  });
  const jobs = createRoute({
    getParentRoute: () => repository,
    path: 'jobs-tab',
    validateSearch: readJobsSearch,
    component: lazyRouteComponent(() => import('./repository/jobs-tab.tsx'), 'JobsTab'),
  });
  const info = createRoute({
    getParentRoute: () => repository,
    path: 'info-tab',
    component: lazyRouteComponent(() => import('./repository/info-tab.tsx'), 'InfoTab'),
  });
  return repository.addChildren([start, tags, artifacts, history, jobs, info]);
}

/** One address for one repository, so that links to its views know which of them is open. */
function toOneAddress(href: string): void {
  const [path = '', search] = href.split('?');
  if (!/%252f/i.test(path)) return;
  const single = path.replaceAll(/%252f/gi, '%2F');
  // oxlint-disable-next-line typescript/only-throw-error
  throw redirect({ href: search === undefined ? single : `${single}?${search}`, replace: true });
}

/** What is in a repository. */
export function artifactRoutes() {
  const path = `${repositoryPath}/artifacts-tab/artifacts/$digest` as const;
  const artifact = createRoute({
    getParentRoute: () => shell,
    path,
    params: {
      parse: ({ id, repo, digest }) => ({ id, repo: readRepositoryName(repo), digest }),
      stringify: (params) => params,
    },
    validateSearch: readArtifactSearch,
    loader: texts('artifact'),
    component: lazyRouteComponent(() => import('./artifact/artifact-page.tsx'), 'ArtifactPage'),
  });
  // Harbor: how deep below an index an artifact is. The page is the same.
  const artifactAtDepth = createRoute({
    getParentRoute: () => shell,
    path: `${repositoryPath}/artifacts-tab/depth/$depth/artifacts/$digest`,
    validateSearch: readArtifactSearch,
    beforeLoad: ({ params: { id, repo, digest }, search }) => {
      const params = { id, repo: readRepositoryName(repo), digest };
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: path, params, search, replace: true });
    },
  });
  // Harbor shows the children of an index on a page of their own; here they open below it.
  const partsOfIndex = createRoute({
    getParentRoute: () => shell,
    path: `${repositoryPath}/artifacts-tab/depth/$depth`,
    beforeLoad: ({ params: { id, repo, depth } }) => {
      const params = { id, repo: readRepositoryName(repo) };
      const search = readArtifactsSearch({ open: depth });
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: `${repositoryPath}/artifacts-tab`, params, search, replace: true });
    },
  });
  return [artifact, artifactAtDepth, partsOfIndex] as const;
}
