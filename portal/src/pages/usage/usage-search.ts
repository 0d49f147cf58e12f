import { type ListSearch, readListSearch } from '../../api/list-search.ts';

/** The list of projects, and the project whose repositories are shown; without one those of the whole registry. */
export interface UsageSearch extends ListSearch {
  readonly project?: number | undefined;
}

export function readUsageSearch(search: Record<string, unknown>): UsageSearch {
  const { filter: _, ...list } = readListSearch(search, ['used_storage', 'hard_storage']);
  const project = Number(search['project']);
  return { ...list, ...(Number.isSafeInteger(project) && project > 0 ? { project } : {}) };
}
