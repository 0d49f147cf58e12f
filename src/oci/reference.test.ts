import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cpuTime } from '#test/support/cpu-time.ts';

import { isProjectName, isTag, parseRepositoryName } from './reference.ts';

test('a name is split into its project and the rest', () => {
  const name = parseRepositoryName('library/team-a/my_app__x/v1.0');

  expect(name).toEqual({
    name: 'library/team-a/my_app__x/v1.0',
    project: 'library',
    rest: 'team-a/my_app__x/v1.0',
  });
});

test('a name of 255 characters is accepted and one of 256 is not', () => {
  const longest = `p/${'a'.repeat(253)}`;

  expect(parseRepositoryName(longest).name).toBe(longest);
  expect(() => parseRepositoryName(`${longest}a`)).toThrow(/has 256 characters, at most 255/);
});

test('a name of one element is BAD_REQUEST in the words of Harbor', () => {
  const refused = () => parseRepositoryName('name');

  expect(refused).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message: 'invalid repository name: name' }),
  );
});

test.each([
  '',
  '/',
  'a/',
  '/a',
  'a//b',
  'a/../b',
  'a/./b',
  '../a/b',
  'a/..',
  'a/b..c',
  'a/b___c',
  'a/b._c',
  'a/-b',
  'a/b-',
  'A/b',
  'a/B',
  'a\\b/c',
  'a/b%2fc',
  'a/%2e%2e/b',
  'a/b\0',
  'a/b\n',
  'a/b c',
  'a/b:c',
  'a/b@c',
  'a/ü',
  'a/ａ',
  '..',
  `a/${'b'.repeat(300)}`,
])('%j is no repository name', (text) => {
  expect(() => parseRepositoryName(text)).toThrow(
    expect.objectContaining({ code: 'NAME_INVALID', status: 400 }),
  );
});

test('an accepted name is never more than its grammar, so it cannot leave a folder', () => {
  const nearly = fc.string({ unit: fc.constantFrom(...'ab1._-/%\\A\0'.split('')), maxLength: 20 });
  const grammar = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+$/;
  fc.assert(
    fc.property(nearly, (text) => {
      let accepted = true;
      try {
        const { project, rest, name } = parseRepositoryName(text);
        expect(`${project}/${rest}`).toBe(name);
      } catch {
        accepted = false;
      }

      expect(accepted).toBe(grammar.test(text));
    }),
    { numRuns: 1000 },
  );
});

test('a hostile name of any length is refused at once', () => {
  const started = cpuTime();

  expect(() => parseRepositoryName(`a/${'-'.repeat(1_000_000)}`)).toThrow('at most 255');
  expect(() => parseRepositoryName(`a/${'a-'.repeat(120)}!`)).toThrow('invalid repository name');

  expect(cpuTime() - started).toBeLessThan(1000);
});

test.each(['latest', 'v1.0', '_x', 'A-b.c_D', '0', 'a'.repeat(128)])('%j is a tag', (text) => {
  expect(isTag(text)).toBe(true);
});

test.each(['', '.x', '-x', 'a/b', 'a:b', 'a b', 'a'.repeat(129), 'a\n', 'ü', '..', 'a%2fb'])(
  '%j is no tag',
  (text) => {
    expect(isTag(text)).toBe(false);
  },
);

test.each(['library', 'a', '0', '123', 'a.b-c_d', 'a'.repeat(255)])('%j is a project name', (text) => {
  expect(isProjectName(text)).toBe(true);
});

test.each(['', 'A', 'a__b', 'a--b', '.a', 'a.', 'a/b', 'a b', 'a\n', 'a'.repeat(256)])(
  '%j is no project name',
  (text) => {
    expect(isProjectName(text)).toBe(false);
  },
);
