import { expect, test } from 'vitest';
import { PatternError } from './pattern.ts';
import { compileProtection, compileSelector } from './selector.ts';

test.each([
  ['matches', 'v*', 'v1', true],
  ['matches', 'v*', 'latest', false],
  ['excludes', 'v*', 'v1', false],
  ['excludes', 'v*', 'latest', true],
  ['repoMatches', '{a,b}/**', 'b/c/d', true],
  ['repoExcludes', '{a,b}/**', 'b/c/d', false],
] as const)('%s %s selects %s: %s', (decoration, pattern, name, selected) => {
  expect(compileSelector({ decoration, pattern }).selects(name)).toBe(selected);
});

test('an empty pattern is refused', () => {
  expect(() => compileSelector({ decoration: 'matches', pattern: '' })).toThrow(PatternError);
});

test('a tag is protected when tag and repository fit one and the same rule', () => {
  const protection = compileProtection(1, [
    {
      id: 7,
      tag: { decoration: 'matches', pattern: 'v*' },
      repository: { decoration: 'repoMatches', pattern: 'prod/**' },
    },
    {
      id: 9,
      tag: { decoration: 'excludes', pattern: 'v*' },
      repository: { decoration: 'repoExcludes', pattern: 'prod/**' },
    },
  ]);

  expect(protection.protects('team/prod/app', ['v1', 'latest', 'V1'])).toEqual(['v1']);
  expect(protection.protects('team/dev', ['v1', 'latest', 'V1'])).toEqual(['latest', 'V1']);
  expect(protection.ruleOf('team/prod/app', 'v1')?.id).toBe(7);
  expect(protection.ruleOf('team/dev', 'latest')?.id).toBe(9);
  expect(protection.ruleOf('team/dev', 'v1')).toBeUndefined();
});
