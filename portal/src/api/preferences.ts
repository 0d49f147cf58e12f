import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Preferences, PreferencesReq } from '../../../src/features/preferences/preferences.contract.ts';
import type { Api } from './client.ts';
import { useApi, useCurrentUser } from './use-api.ts';

const ofUser = (api: Api, userId: number | undefined) =>
  queryOptions({
    queryKey: ['preferences', userId],
    enabled: userId !== undefined,
    queryFn: ({ signal }) => api('GET /users/current/preferences', { signal }),
  });

/** What the person has chosen, on whichever machine; undefined until it is here, and without an account. */
export function usePreferences(): Preferences | undefined {
  return useQuery(ofUser(useApi(), useCurrentUser()?.user_id)).data;
}

/** What is not named stays. Shown at once, and taken back if the server refuses. */
export function useChangePreferences() {
  const api = useApi();
  const client = useQueryClient();
  const { queryKey } = ofUser(api, useCurrentUser()?.user_id);
  return useMutation({
    mutationFn: (changes: PreferencesReq) => api('PUT /users/current/preferences', { body: changes }),
    onMutate: async (changes) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      const chosen = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
      client.setQueryData(queryKey, Object.fromEntries(chosen));
      return before;
    },
    onSuccess: (kept) => client.setQueryData(queryKey, kept),
    onError: (_error, _changes, before) => client.setQueryData(queryKey, before),
  });
}

export type StarKind = 'projects' | 'repositories';

/** The stars of one kind, by name. Undefined until they are here, and for who is not signed in. */
export function useStar(kind: StarKind, name: string) {
  const api = useApi();
  const client = useQueryClient();
  const userId = useCurrentUser()?.user_id;
  const preferences = usePreferences();
  const change = useChangePreferences();
  const member = kind === 'projects' ? 'starred_projects' : 'starred_repositories';
  const toggle = async () => {
    // What another tab has starred meanwhile stays.
    const { [member]: before = [] } = await client.fetchQuery(ofUser(api, userId));
    const after = before.includes(name) ? before.filter((one) => one !== name) : [...before, name];
    await change.mutateAsync({ [member]: after });
    await client.invalidateQueries({ queryKey: ['overview'] });
  };
  return {
    starred: preferences && (preferences[member]?.includes(name) ?? false),
    toggle,
    error: change.error,
  };
}
