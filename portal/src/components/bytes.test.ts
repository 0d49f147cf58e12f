import { expect, test } from 'vitest';
import { readableBytes } from './bytes.ts';

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [10 * 1024 ** 3, '10 GiB'],
  [3 * 1024 ** 6, '3,072 PiB'],
])('%d bytes read %s', (bytes, text) => {
  expect(readableBytes(bytes, 'en')).toBe(text);
});

test('sizes are written as the language writes numbers', () => {
  expect(readableBytes(1536, 'de')).toBe('1,5 KiB');
});
