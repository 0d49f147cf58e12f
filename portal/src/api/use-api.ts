import { createContext, use } from 'react';
import type { ProjectPermission } from '../../../src/access/permissions.ts';
import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import type { Api } from './client.ts';
import { isUnauthorized } from './failure.ts';

export const ApiContext = createContext<Api | undefined>(undefined);

export function useApi(): Api {
  const api = use(ApiContext);
  if (!api) throw new Error('there is no ApiContext above');
  return api;
}

/** Who is signed in; null is nobody. */
export const currentUser = (api: Api) =>
  queryOptions({
    queryKey: ['current-user'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      api('GET /users/current', { signal }).catch((error: unknown) => {
        if (isUnauthorized(error)) return null;
        throw error;
      }),
  });

export const systemInfo = (api: Api) =>
  queryOptions({
    queryKey: ['system-info'],
    staleTime: 5 * 60_000,
    queryFn: ({ signal }) => api('GET /systeminfo', { signal }),
  });

export function useCurrentUser() {
  return useSuspenseQuery(currentUser(useApi())).data;
}

export function useSystemInfo() {
  return useSuspenseQuery(systemInfo(useApi())).data;
}

export type Can = (permission: ProjectPermission) => boolean;

type Caller = ReturnType<typeof useCurrentUser>;

/** A project by what an address names: its id, or its name. */
export const projectNamed = (api: Api, id: string, caller: Caller) =>
  queryOptions({
    queryKey: ['project', id, caller?.user_id],
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name_or_id', { params: { project_name_or_id: id }, signal }),
  });

export const permissionsIn = (api: Api, projectId: number, caller: Caller) =>
  queryOptions({
    queryKey: ['permissions', projectId, caller?.user_id],
    staleTime: 60_000,
    enabled: caller !== null && projectId > 0,
    queryFn: ({ signal }) =>
      api('GET /users/current/permissions', {
        query: { scope: `/project/${projectId}`, relative: true },
        signal,
      }),
  });

/** What the caller may do in a project; nothing until the answer is here, and nothing for who is not signed in. */
export function useProjectPermissions(projectId: number): Can {
  const { data } = useQuery(permissionsIn(useApi(), projectId, useCurrentUser()));
  const held = new Set(data?.map(({ resource, action }) => `${resource}:${action}`));
  return (permission) => held.has(permission.replace(/^project:/, '.:'));
}
