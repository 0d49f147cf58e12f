import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseContentRange, parseRange } from './range.ts';

test.each([
  ['bytes=0-0', [{ start: 0, end: 0 }]],
  ['bytes=0-99', [{ start: 0, end: 99 }]],
  ['bytes=10-', [{ start: 10, end: 99 }]],
  ['bytes=-10', [{ start: 90, end: 99 }]],
  ['bytes=-1000', [{ start: 0, end: 99 }]],
  ['bytes=90-1000', [{ start: 90, end: 99 }]],
  ['bytes=90-99999999999999999999999', [{ start: 90, end: 99 }]],
  ['BYTES=0-1', [{ start: 0, end: 1 }]],
  [
    'bytes=50-59, 0-9 ,,',
    [
      { start: 50, end: 59 },
      { start: 0, end: 9 },
    ],
  ],
  ['bytes=0-9,100-200', [{ start: 0, end: 9 }]],
  ['bytes=0-9,5-4', [{ start: 0, end: 9 }]],
])('%s of 100 bytes', (header, ranges) => {
  expect(parseRange(header, 100)).toEqual({ kind: 'ranges', ranges });
});

test.each([
  undefined,
  '',
  'bytes',
  'bytes=',
  'bytes=,',
  'bytes=-',
  'bytes=a-b',
  'bytes=0x1-2',
  'bytes=+1-2',
  'bytes=1 - 2',
  'bytes=--1',
  'bytes: 0-1',
  'items=0-1',
  'bytes=1.0-2',
])('%j is ignored: the whole is served', (header) => {
  expect(parseRange(header, 100)).toEqual({ kind: 'whole' });
});

test.each([
  'bytes=100-',
  'bytes=100-200',
  'bytes=-0',
  'bytes=99999999999999999999-',
  'bytes=100-101,200-201',
  'bytes=1-0',
])('%s of 100 bytes cannot be satisfied', (header) => {
  expect(parseRange(header, 100)).toEqual({ kind: 'unsatisfiable' });
});

test('nothing of an empty blob can be satisfied but its last bytes, which are the whole', () => {
  expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
  expect(parseRange('bytes=-5', 0)).toEqual({ kind: 'whole' });
});

test('overlapping ranges are ignored, so that no blob is sent more than once', () => {
  expect(parseRange('bytes=0-,0-,0-', 100)).toEqual({ kind: 'whole' });
  expect(parseRange('bytes=0-50,50-60', 100)).toEqual({ kind: 'whole' });
});

test('sixteen ranges are served and seventeen are ignored', () => {
  const list = (count: number) =>
    `bytes=${Array.from({ length: count }, (_, index) => `${index * 2}-${index * 2}`).join(',')}`;

  expect(parseRange(list(16), 100)).toMatchObject({ kind: 'ranges' });
  expect(parseRange(list(17), 100)).toEqual({ kind: 'whole' });
});

test('a range behind a long run of empty elements is not silently dropped', () => {
  expect(parseRange(`bytes=0-1${','.repeat(40)}5-6`, 100)).toEqual({ kind: 'whole' });
});

test('G-31: ranges are always inside the content and never add up to more than it', () => {
  const number = fc.oneof(fc.nat(300), fc.constant(''), fc.bigInt({ min: 0n, max: 1n << 70n }));
  const spec = fc.tuple(number, number).map(([from, to]) => `${from}-${to}`);
  const header = fc.array(spec, { maxLength: 20 }).map((specs) => `bytes=${specs.join(',')}`);
  fc.assert(
    fc.property(fc.oneof(header, fc.string()), fc.nat(200), (text, size) => {
      const requested = parseRange(text, size);

      if (requested.kind !== 'ranges') return;
      const total = requested.ranges.reduce((sum, { start, end }) => {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThan(size);
        return sum + end - start + 1;
      }, 0);
      expect(total).toBeLessThanOrEqual(size);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['0-99', { start: 0, end: 99 }],
  ['100-100', { start: 100, end: 100 }],
  ['bytes 0-99/*', { start: 0, end: 99 }],
  ['bytes 0-99/100', { start: 0, end: 99 }],
  ['Bytes 5-9', { start: 5, end: 9 }],
  [' 10000000000-10000000001 ', { start: 10_000_000_000, end: 10_000_000_001 }],
])('the Content-Range %j is understood', (header, span) => {
  expect(parseContentRange(header)).toEqual(span);
});

test.each([
  '',
  '-',
  '5-4',
  '-5',
  '5-',
  'a-b',
  '0-99,100-199',
  '0-9/5',
  '0-9/9',
  'bytes */100',
  'bytes=0-99',
  'items 0-9',
  '0-9007199254740993',
  '0-99999999999999999999',
  '1e3-2e3',
])('the Content-Range %j is refused', (header) => {
  expect(parseContentRange(header)).toBeUndefined();
});
