import { type ListSearch, readListSearch } from '../../api/list-search.ts';

/** Policies of a project, and the one whose deliveries are shown. */
export interface WebhooksSearch extends ListSearch {
  readonly policy?: number | undefined;
}

const idOf = (value: unknown): number | undefined => {
  const id = Number(value);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
};

export function readWebhooksSearch(search: Record<string, unknown>): WebhooksSearch {
  const policy = idOf(search['policy']);
  return {
    ...readListSearch(search, ['name', 'creation_time']),
    ...(policy === undefined ? {} : { policy }),
  };
}

/** Tasks of a delivery, and the one that is looked into. */
export function readTasksSearch(search: Record<string, unknown>): ListSearch & { task?: number | undefined } {
  const task = idOf(search['task']);
  return { ...readListSearch(search, []), ...(task === undefined ? {} : { task }) };
}
