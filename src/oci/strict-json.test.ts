import { Buffer } from 'node:buffer';

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cpuTime } from '#test/support/cpu-time.ts';

import { parseStrictJson } from './strict-json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));

function refusal(text: string): string {
  try {
    parse(text);
    return 'accepted';
  } catch (error) {
    return String(error);
  }
}

test.each([
  ['{"a":1,"a":2}', '"a" occurs twice'],
  ['{"x":[{"b":{"a":1,"c":0,"a":1}}]}', '"a" occurs twice'],
  ['{"a":1,"\\u0061":2}', '"a" occurs twice'],
  ['{"\\u0061":1,"a":2}', '"a" occurs twice'],
  ['{"":1,"":2}', '"" occurs twice'],
  ['{"__proto__":1,"__proto__":2}', '"__proto__" occurs twice'],
  ['{"a":[1,2],"b":{},"a":0}', '"a" occurs twice'],
  ['\ufeff{}', 'byte order mark'],
  ['{} {}', 'not JSON'],
  ['{}x', 'not JSON'],
  ['{}\0', 'not JSON'],
  ['', 'not JSON'],
  ['{"a":1', 'not JSON'],
  ['{"a', 'not JSON'],
  ["{'a':1}", 'not JSON'],
  ['{"a":1,}', 'not JSON'],
  ['{"a":NaN}', 'not JSON'],
  ['{"a":"\\u0000"}', 'NUL'],
  ['{"a":"\\ud800"}', 'surrogate'],
  [`${'['.repeat(101)}${']'.repeat(101)}`, 'deeper than 100'],
  ['['.repeat(4_000_000), 'deeper than 100'],
  ['{"a":'.repeat(700_000), 'deeper than 100'],
])('%.60j is refused', (text, reason) => {
  expect(() => parse(text)).toThrow(reason);
});

test('bytes that are not UTF-8 are refused', () => {
  const bytes = Buffer.from([0x22, 0xc3, 0x28, 0x22]);

  expect(() => parseStrictJson(bytes)).toThrow('UTF-8');
});

test('the same key in different objects, and a key that looks like punctuation, are fine', () => {
  const text = '{"a":{"a":"{\\"a\\":1,"},"b":[{"a":1},{"a":2}],",":"}","\\"":1,"\\\\":2}';

  expect(parse(text)).toEqual(JSON.parse(text));
});

test('__proto__ is an ordinary key', () => {
  const parsed = parse('{"__proto__":{"polluted":true}}');

  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  expect(Object.keys(Object(parsed))).toEqual(['__proto__']);
});

test('a syntax error does not repeat the document', () => {
  expect(() => parse('{"secret": hunter2}')).toThrow(/^it is not JSON: unexpected text( at position \d+)?$/);
});

test('everything that JSON.stringify writes is read back', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      fc.pre(!text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text));

      expect(parse(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test('any object with one key written twice is refused, wherever it is', () => {
  const key = fc.string({ maxLength: 5 }).filter((text) => !text.includes('\0') && text.isWellFormed());
  fc.assert(
    fc.property(key, fc.dictionary(key, fc.json({ maxDepth: 2 })), fc.nat(90), (twice, others, depth) => {
      const members = Object.entries(others).map(([name, value]) => `${JSON.stringify(name)}:${value}`);
      const object = `{${[`${JSON.stringify(twice)}:1`, ...members, `${JSON.stringify(twice)}:2`].join(' , ')}}`;
      const text = `${'['.repeat(depth)}${object}${']'.repeat(depth)}`;

      expect(() => parse(text)).toThrow('occurs twice');
    }),
    { numRuns: 500 },
  );
});

test('random text never does anything but parse or be refused in words', () => {
  const nearly = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0a1 '.split('')), maxLength: 40 });
  fc.assert(
    fc.property(nearly, (text) => {
      expect(refusal(text)).toMatch(/^(accepted$|NotStrictJson: )/);
    }),
    { numRuns: 2000 },
  );
});

test('four megabytes of keys take linear time', () => {
  const text = `{${Array.from({ length: 400_000 }, (_, index) => `"${index}":1`).join(',')}}`;
  const started = cpuTime();

  parse(text);

  expect(cpuTime() - started).toBeLessThan(2000);
});
