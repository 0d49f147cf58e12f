import { expect, test } from 'vitest';
import { draftOf, isWhole, newRule, patternOf, ruleOf, withRule } from './rule-draft.ts';

test('a rule that was read and edited is the same rule', () => {
  const rule = ruleOf({
    repositories: [{ excludes: true, pattern: 'cache/**' }],
    tags: [
      { excludes: false, pattern: 'v*' },
      { excludes: true, pattern: '*-rc*' },
    ],
    untagged: false,
    template: 'latestPushedK',
    amount: '10',
  });

  expect(ruleOf(draftOf(rule))).toEqual(rule);
  expect(rule).toMatchObject({
    params: { latestPushedK: 10 },
    tag_selectors: [
      { decoration: 'matches', pattern: 'v*', extras: '{"untagged":false}' },
      { decoration: 'excludes', pattern: '*-rc*', extras: '{"untagged":true}' },
    ],
    scope_selectors: { repository: [{ decoration: 'repoExcludes', pattern: 'cache/**' }] },
  });
});

test.each([
  ['matches', '', true],
  ['matches', '{"untagged":false}', false],
  ['excludes', '', true],
  ['excludes', '{"untagged": true}', false],
])('%s with the extras %j selects untagged artifacts: %s', (decoration, extras, selected) => {
  const draft = draftOf({ tag_selectors: [{ kind: 'doublestar', decoration, pattern: 'v*', extras }] });

  expect(draft.untagged).toBe(selected);
});

test.each([
  ['v*', 'v*'],
  [' v1, v2 ,latest ', '{v1,v2,latest}'],
  ['{a,b}*', '{a,b}*'],
])('the pattern %j is sent as %j', (pattern, sent) => {
  expect(patternOf({ excludes: false, pattern })).toBe(sent);
});

test.each([
  [{ ...newRule, amount: '0' }, false],
  [{ ...newRule, amount: '1.5' }, false],
  [{ ...newRule, template: 'always', amount: '' }, true],
  [{ ...newRule, tags: [{ excludes: false, pattern: ' ' }] }, false],
  [newRule, true],
])('%j can be asked about: %s', (draft, whole) => {
  expect(isWhole(draft)).toBe(whole);
});

test('a rule that is edited stays switched off', () => {
  const off = { ...ruleOf(newRule), disabled: true };

  expect(withRule([off], 0, ruleOf({ ...newRule, amount: '3' }))).toMatchObject([
    { disabled: true, params: { latestPushedK: 3 } },
  ]);
});
