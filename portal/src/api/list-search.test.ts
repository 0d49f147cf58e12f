import { expect, test } from 'vitest';
import { contains, pageOf, readListSearch } from './list-search.ts';

test('of an address only what a list knows becomes its state', () => {
  const search = { page: '3', page_size: 50, sort: '-name', filter: 'a', other: 'x' };

  expect(readListSearch(search, ['name'])).toEqual({ page: 3, page_size: 50, sort: '-name', filter: 'a' });
});

test.each([{ page: -1 }, { page: 'x' }, { page_size: 7 }, { sort: 'password' }, { filter: ['a'] }])(
  'what makes no sense is dropped: %j',
  (search) => {
    expect(readListSearch(search, ['name'])).toEqual({});
  },
);

test('without a state it is the first page in the order of the server', () => {
  expect(pageOf({})).toEqual({ page: 1, page_size: 15 });
});

test.each([
  [undefined, undefined],
  ['  ', undefined],
  ['a,b=c', 'name=~a%20b%3Dc'],
  ['50%', 'name=~50%25'],
])('the filter %j asks %j', (text, q) => {
  expect(contains('name', text)).toBe(q);
});

test('what makes no sense is said to be nothing, over what the address says', () => {
  const raw = { page: -3, page_size: 7, sort: 'evil', filter: '' };

  expect({ ...raw, ...readListSearch(raw, ['name']) }).toEqual({});
});
