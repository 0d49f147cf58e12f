import type { ListSearch } from '../api/list-search.ts';

interface HeaderCellProps {
  readonly label: string;
  /** The key by which the server sorts the column; without it there is no arrow. */
  readonly sort?: string;
  readonly numeric?: boolean;
  readonly search: ListSearch;
  /** The order when the address names none. */
  readonly usual: string | undefined;
  readonly onSearch: (change: ListSearch) => void;
}

/** The name of a column, and the button that sorts by it: up, down, and back to the usual order. */
export function HeaderCell({ label, sort, numeric = false, search, usual, onSearch }: HeaderCellProps) {
  const align = numeric ? 'numeric' : '';
  if (sort === undefined) {
    return (
      <th scope="col" className={align}>
        {label}
      </th>
    );
  }
  const up = sort;
  const down = `-${sort}`;
  const now = search.sort ?? usual;
  const order = now === up ? 'ascending' : now === down ? 'descending' : 'none';
  const next = { none: up, ascending: down, descending: usual === down ? up : usual }[order];
  const arrow = { ascending: '↑', descending: '↓', none: '↕' }[order];
  return (
    <th scope="col" aria-sort={order} className={align}>
      <button
        type="button"
        onClick={() => onSearch({ sort: next === usual ? undefined : next, page: undefined })}
      >
        {label} <span aria-hidden="true">{arrow}</span>
      </button>
    </th>
  );
}
