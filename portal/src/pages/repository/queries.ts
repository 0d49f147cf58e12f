import { type QueryClient, queryOptions } from '@tanstack/react-query';
import type { Api } from '../../api/client.ts';
import { contains, type ListSearch, pageOf } from '../../api/list-search.ts';
import { currentUser, permissionsIn, projectNamed } from '../../api/use-api.ts';
import { type ArtifactsSearch, artifactsQuery } from './artifacts-search.ts';

/** As paths of the API name a repository, and the id of its project. */
interface Place {
  readonly project: number;
  readonly path: { readonly project_name: string; readonly repository_name: string };
}

export const tagsIn = (api: Api, { project, path }: Place, search: ListSearch) =>
  queryOptions({
    queryKey: ['tags', project, path.repository_name, search],
    queryFn: ({ signal }) => {
      const q = contains('name', search.filter);
      return api('GET /projects/:project_name/repositories/:repository_name/tags', {
        params: path,
        query: { ...pageOf(search), ...(q ? { q } : {}) },
        signal,
      });
    },
  });

export function artifactsIn(api: Api, { project, path }: Place, search: ArtifactsSearch) {
  // Which row is open does not change the list.
  const { open: _, ...listed } = search;
  const q = artifactsQuery(search);
  return queryOptions({
    queryKey: ['artifacts', project, path.repository_name, listed],
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name/artifacts', {
        params: path,
        query: {
          sort: '-push_time',
          ...pageOf(search),
          ...(q ? { q } : {}),
          with_tag: true,
          with_label: true,
          with_accessory: true,
          with_immutable_status: true,
        },
        signal,
      }),
  });
}

interface Loading {
  readonly context: { readonly api: Api; readonly client: QueryClient };
  readonly params: { readonly id: string; readonly repo: string };
}

/**
 * Asks for what a view shows while its code is on the way: the project first, whose name the other calls need. Nothing
 * waits for it, and what fails here is asked again by the page, which says so.
 */
function preload({ context: { api, client }, params }: Loading, list: (place: Place) => Promise<void>) {
  const ask = async () => {
    const caller = await client.ensureQueryData(currentUser(api));
    const { project_id = 0, name = '' } = await client.fetchQuery(projectNamed(api, params.id, caller));
    const path = { project_name: name, repository_name: params.repo };
    await Promise.all([
      caller && client.prefetchQuery(permissionsIn(api, project_id, caller)),
      list({ project: project_id, path }),
    ]);
  };
  ask().catch(() => undefined);
}

export const preloadTags = (given: Loading & { readonly deps: ListSearch }) =>
  preload(given, (place) => given.context.client.prefetchQuery(tagsIn(given.context.api, place, given.deps)));

export const preloadArtifacts = (given: Loading & { readonly deps: ArtifactsSearch }) =>
  preload(given, (place) =>
    given.context.client.prefetchQuery(artifactsIn(given.context.api, place, given.deps)),
  );
