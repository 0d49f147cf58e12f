import { describe, expect, test } from 'vitest';
import { robotPermissions } from '#src/access/permissions.ts';
import { checkedDuration, checkedGrants, checkedName, type GivenPermission } from './rules.ts';

const badRequest = (message: RegExp | string) =>
  expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringMatching(message) });

const pull = { resource: 'repository', action: 'pull' };
const entry = (part: Partial<GivenPermission> = {}): GivenPermission => ({
  kind: 'project',
  namespace: 'team',
  access: [pull],
  ...part,
});

describe('grants', () => {
  test('are spread out, allow unless they deny, and are there once', () => {
    const access = [pull, { ...pull, effect: 'allow' }, { ...pull, effect: 'deny' }, { ...pull, effect: '' }];

    expect(checkedGrants('project', [entry({ access })])).toEqual([
      { kind: 'project', namespace: 'team', ...pull, effect: 'allow' },
      { kind: 'project', namespace: 'team', ...pull, effect: 'deny' },
    ]);
  });

  test.each(['system', 'project'] as const)(
    'of kind %s may be every one that GET /permissions offers',
    (kind) => {
      const namespace = kind === 'system' ? '/' : '*';
      const access = [...robotPermissions[kind]];

      expect(checkedGrants('system', [entry({ kind, namespace, access })])).toHaveLength(access.length);
    },
  );

  test.each([
    ['project', 'configuration', 'read'],
    ['project', 'robot', 'update'],
    ['project', 'repository', 'scanner-pull'],
    ['project', '*', '*'],
    ['project', 'toString', 'constructor'],
    ['project', '', ''],
    ['system', 'robot', 'update'],
    ['system', 'configuration', 'update'],
    ['system', 'repository', 'pull'],
  ] as const)('S-057: of kind %s can never be %s:%s, and the message names it', (kind, resource, action) => {
    const namespace = kind === 'system' ? '/' : 'team';
    const given = [entry({ kind, namespace, access: [{ resource, action }] })];

    expect(() => checkedGrants('system', given)).toThrow(
      badRequest(`bad request permission: ${resource.replace('*', '\\*')}:${action.replace('*', '\\*')}`),
    );
  });

  test.each([
    ['no permissions', undefined],
    ['null', null],
    ['an empty list', []],
    ['a null entry', [null]],
    ['an entry without access', [entry({ access: undefined })]],
    ['an empty access list', [entry({ access: [] })]],
    ['a null access', [entry({ access: [null] })]],
    ['an unknown kind', [entry({ kind: 'galaxy' })]],
    ['no kind', [entry({ kind: null })]],
    ['an unknown effect', [entry({ access: [{ ...pull, effect: 'maybe' }] })]],
    [
      'a system entry for a project',
      [entry({ kind: 'system', access: [{ resource: 'catalog', action: 'read' }] })],
    ],
  ])('S-055: %s is a bad request', (_what, given) => {
    expect(() => checkedGrants('system', given)).toThrow(badRequest(/./));
  });

  test.each([
    ['two entries', [entry(), entry()]],
    ['every project', [entry({ namespace: '*' })]],
    [
      'the system',
      [entry({ kind: 'system', namespace: '/', access: [{ resource: 'catalog', action: 'read' }] })],
    ],
  ])('S-003: of a robot of level project cannot be for %s', (_what, given) => {
    expect(() => checkedGrants('project', given)).toThrow(badRequest(/^bad request permission/));
  });
});

test.each(['A', 'a+b', 'a b', '', '-a', 'robot$a', 'a/../b', '__proto__'])('G-04: %j is no name', (name) => {
  expect(() => checkedName(name)).toThrow(badRequest(/robot name/));
});

test.each([0, -2, 2 ** 31 - 1, 2 ** 53])('%d days are no duration', (days) => {
  expect(() => checkedDuration(days)).toThrow(badRequest(/duration/));
});
