import { type ListSearch, readListSearch } from '../../api/list-search.ts';

/** Past bulk jobs: the page of them, and the one that is open. */
export interface JobsSearch extends ListSearch {
  readonly job?: number | undefined;
}

export function readJobsSearch(search: Record<string, unknown>): JobsSearch {
  const job = Number(search['job']);
  return { ...readListSearch(search, []), ...(Number.isSafeInteger(job) && job > 0 ? { job } : {}) };
}
