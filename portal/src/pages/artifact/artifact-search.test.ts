import { expect, test } from 'vitest';
import { readArtifactSearch } from './artifact-search.ts';

test('the tab and the state of its list are read from the address, and nothing else', () => {
  expect(readArtifactSearch({ tab: 'tags', page: '2', sort: '-name', other: 'x' })).toEqual({
    tab: 'tags',
    page: 2,
    sort: '-name',
  });
});

test.each(['overview', 'nonsense', 7, undefined])('the tab %j is the first one', (tab) => {
  expect(readArtifactSearch({ tab })).toEqual({});
});
