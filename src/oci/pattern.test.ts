import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuTime } from '#test/support/cpu-time.ts';
import { compilePattern, PatternError } from './pattern.ts';

// Compared with the matcher that Harbor uses on 200,000 random pairs; it differs in patterns that end in `**/`, in
// runs of three and more `*`, and where a brace touches `**`.
describe('a pattern', () => {
  test.each([
    ['**', '', true],
    ['**', 'a/b/c', true],
    ['*', 'v1', true],
    ['*', 'a/b', false],
    ['v*', 'v1.2', true],
    ['v*', 'xv1', false],
    ['a/**', 'a', true],
    ['a/**', 'a/b/c', true],
    ['a/**', 'ab', false],
    ['**/c', 'c', true],
    ['**/c', 'a/b/c', true],
    ['**/c', 'abc', false],
    ['a/**/c', 'a/c', true],
    ['a/**/c', 'a/x/y/c', true],
    ['a/**/c', 'ac', false],
    ['a**', 'abc', true],
    ['a**', 'ab/c', false],
    ['v?', 'v1', true],
    ['v?', 'v12', false],
    ['{v*,latest}', 'latest', true],
    ['{v*,latest}', 'v2', true],
    ['{v*,latest}', 'edge', false],
    ['{a,b{c,d}}x', 'bdx', true],
    ['{,pre-}v1', 'v1', true],
    ['[a-c]1', 'b1', true],
    ['[^a-c]1', 'b1', false],
    ['[!a]', 'b', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['v1.0', 'v1x0', false],
  ])('S-099: %s against %s: %s', (pattern, text, expected) => {
    expect(compilePattern(pattern).matches(text)).toBe(expected);
  });

  test.each(['[', 'a[b', '[]', '{a', 'a}', '{a,[}', 'a\\', '[a-]', 'x'.repeat(2_000)])(
    '%s is refused',
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow(PatternError);
    },
  );

  test('without wildcards matches itself and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (text, other) => {
        const pattern = compilePattern(text.replace(/[\\*?[\]{}]/g, '\\$&'));

        expect(pattern.matches(text)).toBe(true);
        expect(pattern.matches(other)).toBe(other === text);
      }),
    );
  });

  test('G-30: costs the same little whatever it is', () => {
    const hostile = [
      '*a'.repeat(500),
      '**/'.repeat(300),
      '{a,b}'.repeat(200),
      '{'.repeat(1_000),
      '[a-z]*'.repeat(150),
    ];
    const text = `${'a'.repeat(254)}!`;

    const began = cpuTime();
    for (const pattern of hostile) {
      try {
        compilePattern(pattern).matches(text);
      } catch (error) {
        expect(error).toBeInstanceOf(PatternError);
      }
    }

    expect(cpuTime() - began).toBeLessThan(1_000);
  });
});
