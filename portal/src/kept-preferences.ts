import type { PreferencesReq } from '../../src/features/preferences/preferences.contract.ts';

/**
 * What this browser keeps of what somebody prefers, so that the next page is right before the server has answered.
 * The language and the colours have places of their own (i18n.ts, Mantine).
 */
const keys = {
  date_format: 'moorage-date-format',
  time_zone: 'moorage-time-zone',
  page_size: 'moorage-page-size',
  shortcuts: 'moorage-shortcuts',
} as const satisfies Partial<Record<keyof PreferencesReq, string>>;

type Kept = Partial<Record<keyof typeof keys, string>>;

export function readKept(storage: Pick<Storage, 'getItem'>): Kept {
  const kept = Object.entries(keys).flatMap(([name, key]) => {
    const value = storage.getItem(key);
    return value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}

/** What is not named stays as it is. */
export function keep(storage: Pick<Storage, 'setItem' | 'removeItem'>, changes: PreferencesReq): void {
  for (const [name, key] of Object.entries(keys)) {
    // The names are those of the table above.
    const value = changes[name as keyof typeof keys];
    if (value === null) storage.removeItem(key);
    else if (value !== undefined) storage.setItem(key, String(value));
  }
}

/** Rows on a page of a list, unless its address says otherwise. */
export const keptPageSize = (): number | undefined =>
  // Tests of what reads addresses run outside of a browser.
  Number(globalThis.localStorage?.getItem(keys.page_size)) || undefined;
