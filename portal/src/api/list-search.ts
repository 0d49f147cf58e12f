import { keptPageSize } from '../kept-preferences.ts';

/** The state of a list, as it stands in the address: page, order and filter survive a reload and can be sent on. */
export interface ListSearch {
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly sort?: string | undefined;
  readonly filter?: string | undefined;
}

export const pageSizes = [15, 25, 50, 100] as const;

/** Unless the address says otherwise: what the person prefers, else the shortest. */
const usualSize = () => pageSizes.find((size) => size === keptPageSize()) ?? pageSizes[0];

/**
 * What of an address is the state of a list. What makes no sense is undefined, not left out: the router lays what is
 * said here over what stood there, and a page -3 would be asked for.
 */
export function readListSearch(search: Record<string, unknown>, sorts: readonly string[]): ListSearch {
  const page = Number(search['page']);
  const size = pageSizes.find((one) => one === Number(search['page_size']));
  const sort = search['sort'];
  const filter = search['filter'];
  const text = typeof filter === 'string' || typeof filter === 'number' ? String(filter).slice(0, 200) : '';
  return {
    page: Number.isSafeInteger(page) && page > 1 ? page : undefined,
    page_size: size === usualSize() ? undefined : size,
    sort: typeof sort === 'string' && sorts.includes(sort.replace(/^-/, '')) ? sort : undefined,
    filter: text === '' ? undefined : text,
  };
}

interface Change<Search> {
  readonly search: (before: NoInfer<Search>) => NoInfer<Search>;
  readonly replace: boolean;
  readonly resetScroll: boolean;
}

/**
 * What stands in the address of a route (its `useSearch()`), and what changes parts of it (by its `useNavigate()`).
 * "Back" leads to the page or order before, and not through every letter of a filter.
 */
export function listSearch<Search extends object>(
  search: Search,
  navigate: (change: Change<Search>) => Promise<void>,
  { resetScroll = true } = {},
) {
  const change = (next: Partial<Search>) =>
    void navigate({
      search: (before) => ({ ...before, ...next }),
      replace: 'filter' in next,
      resetScroll,
    });
  return { search, change };
}

/** For `page`, `page_size` and `sort` of the API. */
export function pageOf({ page = 1, page_size = usualSize(), sort }: ListSearch) {
  return { page, page_size, ...(sort === undefined ? {} : { sort }) };
}

/** A clause of `q`: the key contains the text. A comma would begin the next clause, and is in no name. */
export function contains(key: string, text: string | undefined): string | undefined {
  const wanted = text?.trim().replaceAll(',', ' ');
  return wanted ? `${key}=~${encodeURIComponent(wanted)}` : undefined;
}
