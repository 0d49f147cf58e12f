import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedLabel, isColor, isLabelName } from './rules.ts';

describe('a label name', () => {
  test.each(['a', 'Needs review', 'ä'.repeat(128), '👍'.repeat(128), '__proto__', "x') or 1=1 --", '<b>'])(
    '%j is fine',
    (name) => {
      expect(isLabelName(name)).toBe(true);
    },
  );

  test.each(['', ' ', ' a', 'a ', 'a\n', 'a\u0000b', 'a\u202eb', 'a\u2028b', '\u0085', 'a'.repeat(129)])(
    '%j is refused',
    (name) => {
      expect(isLabelName(name)).toBe(false);
    },
  );

  test('G-04: of 10,000 random texts only those of the documented grammar are taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (name) => {
        const characters = Array.from(name);
        const seen = characters.every((one) => {
          const code = one.codePointAt(0) ?? 0;
          const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
          const turning =
            code === 0x61c ||
            code === 0x200e ||
            code === 0x200f ||
            (code >= 0x2028 && code <= 0x202e) ||
            (code >= 0x2066 && code <= 0x2069);
          return !control && !turning;
        });
        const fits = characters.length > 0 && characters.length <= 128 && !/^\s|\s$/u.test(name);

        expect(isLabelName(name)).toBe(seen && fits);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('a label color', () => {
  test.each(['', '#fff', '#0065AB', '#0065AB80', 'red', 'RebeccaPurple'])('%j is fine', (color) => {
    expect(isColor(color)).toBe(true);
  });

  test.each(['#', '#12', '#12345', '#gggggg', 'red;', 'url(x)', '#fff}', 'a b', 'r'.repeat(33)])(
    '%j is refused',
    (color) => {
      expect(isColor(color)).toBe(false);
    },
  );
});

test('every failure of a label is told at once', () => {
  expect(() => checkedLabel({ name: '', color: 'x;' })).toThrow(/label name .*; label color /);
});
