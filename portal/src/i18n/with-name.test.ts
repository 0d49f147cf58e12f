import { expect, test } from 'vitest';
import { withName } from './with-name.ts';

test.each([
  ['before and after', (name: string) => `Select ${name}!`, 'Select $1.0!'],
  ['twice', (name: string) => `${name}, the whole of ${name}`, '$1.0, the whole of $1.0'],
  ['not at all', () => 'Select', 'Select'],
])('a name %s', (_, write, expected) => {
  expect(withName(write)('$1.0')).toBe(expected);
});
