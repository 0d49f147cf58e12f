import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkedName } from './name.ts';

const accepts = (name: string) => {
  try {
    return checkedName(name) === name;
  } catch {
    return false;
  }
};

/** The rule read letter by letter: runs of letters and digits, with one separator between two of them. */
function isName(text: string): boolean {
  let separated = true;
  for (const letter of text) {
    if ('abcdefghijklmnopqrstuvwxyz0123456789'.includes(letter)) separated = false;
    else if ('._-'.includes(letter) && !separated) separated = true;
    else return false;
  }
  return !separated && text.length <= 255;
}

test('G-04: of ten thousand random names exactly those of the documented grammar are accepted', () => {
  const near = fc.string({ unit: fc.constantFrom('a', 'z', '0', '9', '.', '-', '_'), maxLength: 6 });
  const far = fc.string({ unit: 'binary', maxLength: 8 });

  fc.assert(
    fc.property(
      fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: far }),
      (name) => accepts(name) === isName(name),
    ),
    { numRuns: 10_000 },
  );
});

test.each(['v2', 'api', 'c', 'a'.repeat(255)])('%s is a name', (name) => {
  expect(accepts(name)).toBe(true);
});

test.each([
  'PROJECT',
  'a'.repeat(256),
  'a\n',
  '\u0430',
  'a\u200d',
  'constructor\0',
  '__proto__',
  'a/b',
  '..',
])('G-05: %j is none', (name) => {
  expect(accepts(name)).toBe(false);
});
