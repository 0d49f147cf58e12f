import { contains, type ListSearch, readListSearch } from '../../api/list-search.ts';

export const kinds = ['tag', 'artifact', 'repository', 'link', 'blob', 'object', 'orphan', 'upload'] as const;
type Kind = (typeof kinds)[number];

/** A view of the ledger; `filter` is about the repository, days are the reader's. */
export interface LedgerSearch extends ListSearch {
  readonly kind?: Kind | undefined;
  readonly user?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export function readLedgerSearch(search: Record<string, unknown>): LedgerSearch {
  const kind = kinds.find((one) => one === search['kind']);
  const user = search['user'];
  const from = dayIn(search['from']);
  const to = dayIn(search['to']);
  return {
    ...readListSearch(search, ['deleted_at']),
    ...(kind ? { kind } : {}),
    ...(typeof user === 'string' || typeof user === 'number' ? { user: String(user).slice(0, 200) } : {}),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

const dayIn = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined;

export const noFilter = {
  filter: undefined,
  kind: undefined,
  user: undefined,
  from: undefined,
  to: undefined,
  page: undefined,
} as const satisfies LedgerSearch;

export const isNarrowed = ({ filter, kind, user, from, to }: LedgerSearch): boolean =>
  [filter, kind, user, from, to].some((one) => one !== undefined);

/** `q` of the API: times in UTC, to the second. */
export function queryOf({ filter, kind, user, from, to }: LedgerSearch): string | undefined {
  const time = from ?? to;
  return (
    [
      contains('repository', filter),
      kind && `kind=${kind}`,
      contains('username', user),
      time && `deleted_at=[${from ? secondOf(from, 0) : ''}~${to ? secondOf(to, 1) : ''}]`,
    ]
      .filter(Boolean)
      .join(',') || undefined
  );
}

/** The beginning of the day so many days after, in the reader's zone. */
function secondOf(day: string, after: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + after).toISOString().slice(0, 19);
}
