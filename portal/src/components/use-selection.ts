import { useRef, useState } from 'react';

/** Rows by their keys, also of pages that are not shown; or everything that matches the list's filter. */
export type Selected = { readonly all: true } | { readonly rows: ReadonlySet<string> };

export interface RowSelection {
  readonly selected: Selected;
  /** Of a list of this length. */
  count(total: number): number;
  has(key: string): boolean;
  /** `range`: and all rows between it and the one that was changed last, as with the shift key held. */
  toggle(key: string, range: boolean): void;
  /** The rows that are shown, all or none of them. */
  togglePage(): void;
  /** How many of the rows that are shown are selected. */
  readonly onPage: 'none' | 'some' | 'all';
  selectAll(): void;
  clear(): void;
}

const nothing: Selected = { rows: new Set() };

/**
 * Which rows of a list are selected. Rows stay selected while one turns pages; another filter is another list, and
 * begins with none.
 */
export function useSelection(shown: readonly string[], filter: string): RowSelection {
  const [state, setState] = useState({ filter, selected: nothing });
  const last = useRef<string>(undefined);
  const selected = state.filter === filter ? state.selected : nothing;
  const set = (next: Selected) => setState({ filter, selected: next });
  const has = (key: string) => 'all' in selected || selected.rows.has(key);
  // Who takes a row out of everything has the other rows in view left.
  const rows = () => new Set('all' in selected ? shown : selected.rows);
  const change = (keys: readonly string[], on: boolean) => {
    const next = rows();
    for (const key of keys) {
      if (on) next.add(key);
      else next.delete(key);
    }
    set({ rows: next });
  };
  const chosen = shown.filter(has).length;
  return {
    selected,
    count: (total) => ('all' in selected ? total : selected.rows.size),
    has,
    toggle(key, range) {
      change(range ? between(shown, last.current, key) : [key], !has(key));
      last.current = key;
    },
    togglePage: () => change(shown, chosen < shown.length),
    onPage: chosen === 0 ? 'none' : chosen < shown.length ? 'some' : 'all',
    selectAll: () => set({ all: true }),
    clear: () => set(nothing),
  };
}

/** The keys from one to the other in the order of the list; the second alone when the first is not in view. */
export function between(shown: readonly string[], from: string | undefined, to: string): readonly string[] {
  const [start, end] = [from === undefined ? -1 : shown.indexOf(from), shown.indexOf(to)];
  if (start < 0 || end < 0) return [to];
  return shown.slice(Math.min(start, end), Math.max(start, end) + 1);
}
