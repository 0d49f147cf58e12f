import { expect, test } from 'vitest';
import { grantsOf, matrixOf, permissionsOf, presetOf, presetsOf, type Scope, scopesOf } from './grants.ts';

// What GET /permissions names is longer; that every preset is among it, the types and the browser's tests say.
const offered = {
  system: ['audit-log:list', 'registry:read', 'registry:list', 'registry:create', 'registry:delete'],
  project: [...grantsOf('ci', []), 'artifact:delete', 'tag:delete', 'project:read', 'member:create'],
};

const scope = (kind: Scope['kind'], granted: Iterable<string>): Scope => ({
  kind,
  namespace: kind === 'system' ? '/' : 'team',
  granted: new Set(granted),
  denied: [],
});

test.each(['system', 'project'] as const)(
  'every preset of kind %s is among what is offered, and recognised',
  (kind) => {
    for (const preset of presetsOf[kind]) {
      const granted = grantsOf(preset, offered[kind]);

      expect([...granted].filter((key) => !offered[kind].includes(key))).toEqual([]);
      expect(presetOf(scope(kind, granted), offered[kind])).toBe(preset);
    }
  },
);

test('one permission more or less is no preset', () => {
  expect(presetOf(scope('project', ['repository:pull', 'tag:list']), offered.project)).toBe(undefined);
  expect(presetOf(scope('project', []), offered.project)).toBe(undefined);
  expect(presetOf(scope('project', ['tag:list']), [])).toBe(undefined);
});

test('a pipeline may delete nothing', () => {
  expect([...grantsOf('ci', offered.project)].filter((key) => key.endsWith(':delete'))).toEqual([]);
});

test('what a robot has goes back as it came, denials too, and empty places are left out', () => {
  const permissions = [
    {
      kind: 'project',
      namespace: 'team',
      access: [
        { resource: 'repository', action: 'pull', effect: 'allow' },
        { resource: 'tag', action: 'delete', effect: 'deny' },
      ],
    },
  ];

  expect(permissionsOf([scope('system', []), ...scopesOf(permissions)])).toEqual(permissions);
});

test('the matrix has a column for every action, the usual ones first', () => {
  const { resources, actions } = matrixOf(['tag:zap', 'repository:push', 'tag:list']);

  expect(resources).toEqual(['tag', 'repository']);
  expect(actions).toEqual(['list', 'push', 'zap']);
});
