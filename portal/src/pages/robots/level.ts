import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, useSystemInfo } from '../../api/use-api.ts';
import { keyOf } from './grants.ts';

type Action = 'create' | 'update' | 'delete';

/** Whose robots a page shows: those of one project, or those of the whole registry. */
export interface Level {
  /** Undefined: the whole registry's. */
  readonly project: { readonly id: number; readonly name: string } | undefined;
  readonly may: (action: Action) => boolean;
}

/** Begins the keys of all queries about them. */
export const queryKeyOf = ({ project }: Level) => ['robots', project?.id ?? 'system'];

export function useRefreshList(level: Level) {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: queryKeyOf(level) });
}

/** What stands before the name that a robot is given. */
export function usePrefix({ project }: Level): string {
  const { robot_name_prefix = '' } = useSystemInfo();
  return project ? `${robot_name_prefix}${project.name}+` : robot_name_prefix;
}

export interface Offered {
  readonly system: readonly string[];
  readonly project: readonly string[];
}

/** What a robot may be granted, as the server says. Only who makes robots may ask. */
export function useOffered(level: Level) {
  const api = useApi();
  return useQuery({
    queryKey: ['robot-permissions'],
    staleTime: Number.POSITIVE_INFINITY,
    enabled: level.may('create') || level.may('update'),
    queryFn: async ({ signal }): Promise<Offered> => {
      const { system, project } = await api('GET /permissions', { signal });
      return { system: (system ?? []).map(keyOf), project: (project ?? []).map(keyOf) };
    },
  });
}
