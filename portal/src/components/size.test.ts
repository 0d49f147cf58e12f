import { expect, test } from 'vitest';
import { bytesOf, sizeInputOf } from './size.ts';

test.each([
  [-1, { limited: false, amount: '', unit: 'GiB' }],
  [1, { limited: true, amount: '1', unit: 'B' }],
  [1025, { limited: true, amount: '1025', unit: 'B' }],
  [10 * 1024 ** 3, { limited: true, amount: '10', unit: 'GiB' }],
  [1536 * 1024 ** 3, { limited: true, amount: '1536', unit: 'GiB' }],
  [3 * 1024 ** 5, { limited: true, amount: '3072', unit: 'TiB' }],
] as const)('%d bytes are entered as %o, and come back', (bytes, input) => {
  expect(sizeInputOf(bytes)).toEqual(input);
  expect(bytesOf(input)).toBe(bytes);
});

test.each(['', ' ', '0', '-5', 'ten', '1e999'])('%j is no size', (amount) => {
  expect(bytesOf({ limited: true, amount, unit: 'GiB' })).toBe(undefined);
});

test('parts of a unit are given with a point or a comma', () => {
  expect(bytesOf({ limited: true, amount: '1,5', unit: 'KiB' })).toBe(1536);
  expect(bytesOf({ limited: true, amount: '1.5', unit: 'KiB' })).toBe(1536);
});
