import { expect, test } from 'vitest';
import { artifactsQuery, readArtifactsSearch } from './artifacts-search.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test('of an address what the list knows becomes its state', () => {
  const search = { type: 'CHART', tagged: 'exact', label: 3, open: digest, filter: 'v1', page: 2, x: 1 };

  expect(readArtifactsSearch(search)).toEqual({
    type: 'CHART',
    tagged: 'exact',
    label: 3,
    open: digest,
    filter: 'v1',
    page: 2,
  });
});

test.each([
  { type: 'a,b=c' },
  { tagged: 'some' },
  { label: -1 },
  { label: '3' },
  { open: 'latest' },
  { sort: 'digest' },
])('what makes no sense is dropped: %j', (search) => {
  expect(readArtifactsSearch(search)).toEqual({});
});

test.each([
  [{}, undefined],
  [{ filter: 'v1' }, 'tags=~v1'],
  [{ filter: 'a,b' }, 'tags=~a%20b'],
  [{ filter: 'nil', tagged: 'exact' as const }, 'tags=\\nil'],
  [{ tagged: 'exact' as const }, undefined],
  [{ filter: 'v1', tagged: 'none' as const }, 'tags=nil'],
  [{ type: 'CHART', label: 3, filter: 'v' }, 'type=CHART,tags=~v,labels=(3)'],
])('%j asks for %j', (search, q) => {
  expect(artifactsQuery(search)).toBe(q);
});
