import { expect, test } from 'vitest';
import { readableOn } from './label-colour.ts';

test.each([
  ['#000000', 'white'],
  ['#fff', 'black'],
  ['#0065AB', 'white'],
  ['#FFDC0B', 'black'],
  ['#777777', 'black'],
  ['red', undefined],
  ['#11223344', undefined],
  ['', undefined],
  ['url(//evil.example)', undefined],
])('on %j one writes in %s', (colour, ink) => {
  expect(readableOn(colour)).toBe(ink);
});
