import { expect, test } from 'vitest';
import { queryOf, readLedgerSearch } from './ledger-search.ts';

test('an address gives what it may, and nothing else', () => {
  const search = {
    filter: 'team/',
    kind: 'blob',
    user: 7,
    from: '2026-01-30',
    to: 'tomorrow',
    page: 2,
    x: 1,
  };

  expect(readLedgerSearch(search)).toEqual({
    filter: 'team/',
    kind: 'blob',
    user: '7',
    from: '2026-01-30',
    page: 2,
  });
  expect(readLedgerSearch({ kind: 'sky' })).toEqual({});
});

test('days are whole days of the reader, and the last one is part of it', () => {
  const midnight = (day: number) => new Date(2026, 0, day).toISOString().slice(0, 19);

  expect(queryOf({ from: '2026-01-30', to: '2026-01-31' })).toBe(
    `deleted_at=[${midnight(30)}~${midnight(32)}]`,
  );
  expect(queryOf({ to: '2026-01-31', kind: 'tag', filter: 'a,b' })).toBe(
    `repository=~a%20b,kind=tag,deleted_at=[~${midnight(32)}]`,
  );
  expect(queryOf({})).toBe(undefined);
});
