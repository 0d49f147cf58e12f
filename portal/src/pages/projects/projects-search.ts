import { type ListSearch, readListSearch } from '../../api/list-search.ts';

export interface ProjectsSearch extends ListSearch {
  readonly access?: 'public' | 'private' | undefined;
  /** The dialog for a new one is open. */
  readonly create?: true | undefined;
}

export function readProjectsSearch(search: Record<string, unknown>): ProjectsSearch {
  const access = search['access'];
  return {
    ...readListSearch(search, ['name', 'creation_time']),
    ...(access === 'public' || access === 'private' ? { access } : {}),
    ...(search['create'] === true || search['create'] === 'true' ? { create: true } : {}),
  };
}
