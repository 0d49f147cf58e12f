import { type ListSearch, readListSearch } from '../../api/list-search.ts';

/** Runs of a policy: the page of them, the one that is open, and the task whose log is. */
export interface RunsSearch extends ListSearch {
  readonly run?: number | undefined;
  readonly task?: number | undefined;
}

/** Rules of immutability: the page of them, or the one that was asked for. */
export interface RulesSearch extends ListSearch {
  readonly rule?: number | undefined;
}

export function readRulesSearch(search: Record<string, unknown>): RulesSearch {
  const rule = idOf(search['rule']);
  return { ...readListSearch(search, []), ...(rule === undefined ? {} : { rule }) };
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
