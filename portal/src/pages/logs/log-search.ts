import { contains, type ListSearch, readListSearch } from '../../api/list-search.ts';

export const spans = ['1h', '1d', '7d', '30d'] as const;
export type Span = (typeof spans)[number];

const hour = 3_600_000;
const spanMilliseconds: Readonly<Record<Span, number>> = {
  '1h': hour,
  '1d': 24 * hour,
  '7d': 7 * 24 * hour,
  '30d': 30 * 24 * hour,
};

/** A view of the audit log, as it stands in the address. Times are in UTC, to the second. */
export interface LogSearch extends ListSearch {
  readonly user?: string | undefined;
  readonly operation?: string | undefined;
  readonly type?: string | undefined;
  readonly resource?: string | undefined;
  readonly result?: 'done' | 'failed' | undefined;
  /** Back from now; `from` and `to` do not move. */
  readonly time?: Span | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What narrows the view. */
export const nothingChosen = {
  user: undefined,
  operation: undefined,
  type: undefined,
  resource: undefined,
  result: undefined,
  time: undefined,
  from: undefined,
  to: undefined,
  page: undefined,
} as const satisfies LogSearch;

export const isNarrowed = (search: LogSearch): boolean =>
  Object.entries(search).some(
    ([key, value]) => key !== 'page' && key in nothingChosen && value !== undefined,
  );

export function readLogSearch(search: Record<string, unknown>): LogSearch {
  const { filter: _, ...list } = readListSearch(search, ['op_time']);
  const time = spans.find((span) => span === search['time']);
  const result = search['result'];
  const chosen = {
    user: text(search['user']),
    operation: word(search['operation']),
    type: word(search['type']),
    resource: text(search['resource']),
    result: result === 'done' || result === 'failed' ? result : undefined,
    time,
    // A span and two ends at once would contradict each other.
    from: time ? undefined : moment(search['from']),
    to: time ? undefined : moment(search['to']),
  } as const satisfies LogSearch;
  return { ...list, ...chosen };
}

/** The router reads `7` and `true` of an address as a number and a truth. */
function text(value: unknown): string | undefined {
  const said = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof said === 'string' && said !== '' ? said.slice(0, 200) : undefined;
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-zA-Z_-]{1,64}$/.test(value) ? value : undefined;
}

function moment(value: unknown): string | undefined {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : toSecond(time);
}

const toSecond = (time: Date) => `${time.toISOString().slice(0, 19)}Z`;

/** The same view with ends that stay where they are: what a link shows today it shows tomorrow. */
export function pinned(search: LogSearch, now: Date): LogSearch {
  const { time, ...rest } = search;
  // The second that has begun is part of it.
  const to = rest.to ?? toSecond(new Date(now.getTime() + 1000));
  const from = time === undefined ? rest.from : toSecond(new Date(now.getTime() - spanMilliseconds[time]));
  return { ...rest, ...(from === undefined ? {} : { from }), to };
}

/** `q` of the API. */
export function queryOf(search: LogSearch, now: Date): string | undefined {
  const { user, operation, type, resource, result, time } = search;
  const from = time === undefined ? search.from : toSecond(new Date(now.getTime() - spanMilliseconds[time]));
  const end = (at: string | undefined) => at?.slice(0, 19) ?? '';
  const clauses = [
    contains('username', user),
    operation && `operation=${operation}`,
    type && `resource_type=${type}`,
    contains('resource', resource),
    result && `operation_result=${result === 'done'}`,
    (from ?? search.to) && `op_time=[${end(from)}~${end(search.to)}]`,
  ];
  return clauses.filter(Boolean).join(',') || undefined;
}
