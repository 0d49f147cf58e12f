import { type ListSearch, readListSearch } from '../../api/list-search.ts';

/** The history, and the run of it that is open. */
export interface RunSearch extends ListSearch {
  readonly run?: number | undefined;
}

export function readRunSearch(search: Record<string, unknown>): RunSearch {
  const { filter: _, ...list } = readListSearch(search, ['creation_time', 'status']);
  const run = Number(search['run']);
  return { ...list, ...(Number.isSafeInteger(run) && run > 0 ? { run } : {}) };
}
