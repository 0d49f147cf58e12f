import { type ListSearch, readListSearch } from '../../api/list-search.ts';

/** Runs of a policy: the page of them, the one that is open, and the task whose log is. */
export interface RunsSearch extends ListSearch {
  readonly run?: number | undefined;
  readonly task?: number | undefined;
}

const idOf = (value: unknown): number | undefined => {
  const id = Number(value);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
};

export function readRunsSearch(search: Record<string, unknown>): RunsSearch {
  const run = idOf(search['run']);
  const task = idOf(search['task']);
  return {
    ...readListSearch(search, []),
    ...(run === undefined ? {} : { run }),
    ...(run === undefined || task === undefined ? {} : { task }),
  };
}
