import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkUserName, foldName } from './names.ts';

test.each([
  ['Admin', 'admin'],
  ['ＡＤＭＩＮ', 'admin'],
  ['ﬁona', 'fiona'],
  ['Straße', 'STRASSE'],
  ['Straẞe', 'strasse'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['ΟΔΟΣ', 'οδος'],
  ['Zoe\u0308', 'Zoë'],
  ['admin.', 'admin'],
  [' admin ', 'admin'],
  ['K\u212Aelvin', 'kkelvin'],
])('G-05: %j and %j are the same name', (one, other) => {
  const folded = [foldName(one), foldName(other)];

  expect(folded[0]).toBe(folded[1]);
});

test('G-05: folding a second time changes nothing, and letter case never matters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const folded = foldName(name);
      expect(foldName(folded)).toBe(folded);
      expect(foldName(name.toUpperCase())).toBe(folded);
    }),
    { numRuns: 500 },
  );
});

test.each([
  'a',
  'ada',
  'Ada Lovelace',
  'ada@example.org',
  'иван',
  'иван-dev',
  '山田',
  'José',
  'J.R.',
  'a'.repeat(255),
])('%j is a good user name', (name) => {
  const check = (): void => checkUserName(name, 'robot$');

  expect(check).not.toThrow();
});

test.each([
  ['', 'characters'],
  ['a'.repeat(256), 'characters'],
  ['a,b', 'not allowed'],
  ['a"b', 'not allowed'],
  ['a~b', 'not allowed'],
  ['a#b', 'not allowed'],
  ['a%b', 'not allowed'],
  ['robot$x', 'not allowed'],
  ['adm\u200bin', 'invisible'],
  ['adm\u200din', 'invisible'],
  ['\u202enimda', 'invisible'],
  ['admin\u0000', 'invisible'],
  ['admin\n', 'invisible'],
  ['admin\u00a0', 'invisible'],
  ['admin\u00ad', 'invisible'],
  ['admin\ufeff', 'invisible'],
  ['admin\u3164', 'invisible'],
  ['admin\ud800', 'invisible'],
  ['admin\ufe0f', 'invisible'],
  ['...', 'nothing but'],
  ['   ', 'nothing but'],
  ['\u0410dmin', 'mixes'],
  ['\u0430dmin', 'mixes'],
  ['adm\u03b9n', 'mixes'],
])('G-05: %j is no user name', (name, reason) => {
  const check = (): void => checkUserName(name, 'robot$');

  expect(check).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(reason) }),
  );
});

test("G-50: a user's name may not begin with the robots' prefix, however it is spelled", () => {
  const check = (): void => checkUserName('ROBOT-ada', 'robot-');

  expect(check).toThrow('belong to robots');
});
