import { expect, test } from 'vitest';
import { between } from './use-selection.ts';

test.each([
  ['b', 'd', ['b', 'c', 'd']],
  ['d', 'b', ['b', 'c', 'd']],
  ['c', 'c', ['c']],
  [undefined, 'c', ['c']],
  ['of another page', 'c', ['c']],
])('from %s to %s are %j', (from, to, expected) => {
  expect(between(['a', 'b', 'c', 'd', 'e'], from, to)).toEqual(expected);
});
