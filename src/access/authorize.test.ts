import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { mayHandOn, mayInProject, maySystem, nameOf } from './authorize.ts';
import type { ProjectPermission } from './permissions.ts';
import type { Grant, Principal, Robot, User } from './principal.ts';

const open = { id: 1, public: true };
const closed = { id: 2, public: false };
const anonymous: Principal = { kind: 'anonymous' };

function user(roles: Record<number, number[]> = {}, sysadmin = false): User {
  const byProject = Object.entries(roles).map(([id, held]): [number, number[]] => [Number(id), held]);
  return { kind: 'user', id: 3, name: 'ada', sysadmin, roles: new Map(byProject) };
}

function grant(permission: string, namespace: Grant['namespace'], effect: Grant['effect'] = 'allow'): Grant {
  const [resource = '', action = ''] = permission.split(':');
  return { kind: namespace === '/' ? 'system' : 'project', namespace, resource, action, effect };
}

function systemRobot(...grants: Grant[]): Robot {
  return { kind: 'robot', id: 7, name: 'robot$ci', level: 'system', projectId: null, grants };
}

function projectRobot(projectId: number, ...grants: Grant[]): Robot {
  return { kind: 'robot', id: 8, name: 'robot$p+ci', level: 'project', projectId, grants };
}

describe('anonymous', () => {
  test.each<[ProjectPermission, boolean]>([
    ['repository:pull', true],
    ['repository:list', true],
    ['artifact:read', true],
    ['repository:read', false],
    ['repository:push', false],
    ['member:list', false],
    ['repository:scanner-pull', false],
  ])('%s in a public project: %s', (permission, expected) => {
    expect(mayInProject(anonymous, open, permission)).toBe(expected);
  });

  test('has no right in a private project nor on the system', () => {
    expect(mayInProject(anonymous, closed, 'repository:pull')).toBe(false);
    expect(maySystem(anonymous, 'catalog:read')).toBe(false);
  });
});

describe('a user', () => {
  test('has the rights of the role in that project and none in another', () => {
    const developer = user({ 2: [2] });

    expect(mayInProject(developer, closed, 'repository:push')).toBe(true);
    expect(mayInProject(developer, closed, 'artifact:delete')).toBe(false);
    expect(mayInProject(developer, { id: 4, public: false }, 'repository:pull')).toBe(false);
  });

  test('with several roles has the rights of all of them', () => {
    const both = user({ 2: [5, 4] });

    expect(mayInProject(both, closed, 'artifact:delete')).toBe(true);
  });

  test('has the rights of anybody in a public project', () => {
    expect(mayInProject(user(), open, 'repository:pull')).toBe(true);
    expect(mayInProject(user(), open, 'repository:read')).toBe(false);
  });

  test('has no right on the system, not even as projectAdmin', () => {
    expect(maySystem(user({ 1: [1] }), 'project:list')).toBe(false);
  });
});

describe('a system administrator', () => {
  const admin = user({}, true);

  test('may do everything in every project and on the system', () => {
    expect(mayInProject(admin, closed, 'metadata:list')).toBe(true);
    expect(mayInProject(admin, closed, 'project:delete')).toBe(true);
    expect(maySystem(admin, 'configuration:update')).toBe(true);
  });

  test('may not pull as a scanner', () => {
    expect(mayInProject(admin, closed, 'repository:scanner-pull')).toBe(false);
  });
});

describe('a robot of level system', () => {
  test('has its grants in the project that they name, and only there', () => {
    const robot = systemRobot(grant('repository:pull', 2));

    expect(mayInProject(robot, closed, 'repository:pull')).toBe(true);
    expect(mayInProject(robot, closed, 'repository:push')).toBe(false);
    expect(mayInProject(robot, { id: 4, public: false }, 'repository:pull')).toBe(false);
  });

  test('with * has its grants in every project', () => {
    expect(mayInProject(systemRobot(grant('repository:push', '*')), closed, 'repository:push')).toBe(true);
  });

  test('does not get pull with push', () => {
    expect(mayInProject(systemRobot(grant('repository:push', 2)), closed, 'repository:pull')).toBe(false);
  });

  test('has the system rights that it was granted, and no other', () => {
    const robot = systemRobot(grant('catalog:read', '/'));

    expect(maySystem(robot, 'catalog:read')).toBe(true);
    expect(maySystem(robot, 'user:list')).toBe(false);
  });

  test('gets no system right from a grant on projects, nor the other way round', () => {
    const robot = systemRobot(grant('label:read', '*'), grant('scanner:read', '/'));

    expect(maySystem(robot, 'label:read')).toBe(false);
    expect(mayInProject(robot, closed, 'scanner:read')).toBe(false);
  });

  test('cannot reach what robots may not hold, even with a grant in the database', () => {
    const robot = systemRobot(
      grant('configuration:update', '/'),
      grant('robot:update', 2),
      grant('robot:update', '/'),
    );

    expect(maySystem(robot, 'configuration:update')).toBe(false);
    expect(maySystem(robot, 'robot:update')).toBe(false);
    expect(mayInProject(robot, closed, 'robot:update')).toBe(false);
  });

  test('pulls as a scanner when the registry granted it that', () => {
    expect(
      mayInProject(systemRobot(grant('repository:scanner-pull', 2)), closed, 'repository:scanner-pull'),
    ).toBe(true);
  });
});

describe('a robot of level project', () => {
  test('gets pull with push', () => {
    expect(mayInProject(projectRobot(2, grant('repository:push', 2)), closed, 'repository:pull')).toBe(true);
  });

  test('does not get pull with a denied push', () => {
    expect(
      mayInProject(projectRobot(2, grant('repository:push', 2, 'deny')), closed, 'repository:pull'),
    ).toBe(false);
  });

  test('still pulls like anybody from its public project when push is denied', () => {
    expect(mayInProject(projectRobot(1, grant('repository:push', 1, 'deny')), open, 'repository:pull')).toBe(
      true,
    );
  });

  test('does not get pull with push when pull is denied', () => {
    const robot = projectRobot(2, grant('repository:push', 2), grant('repository:pull', 2, 'deny'));

    expect(mayInProject(robot, closed, 'repository:pull')).toBe(false);
  });

  test('never leaves its project, whatever its grants say', () => {
    const robot = projectRobot(
      2,
      grant('repository:pull', 4),
      grant('repository:push', '*'),
      grant('catalog:read', '/'),
    );

    expect(mayInProject(robot, { id: 4, public: false }, 'repository:pull')).toBe(false);
    expect(mayInProject(robot, { id: 4, public: false }, 'repository:push')).toBe(false);
    expect(maySystem(robot, 'catalog:read')).toBe(false);
  });

  test('is a stranger like any other in another public project', () => {
    const robot = projectRobot(2);

    expect(mayInProject(robot, open, 'repository:pull')).toBe(true);
    expect(mayInProject(robot, open, 'repository:push')).toBe(false);
  });

  test('without a project has no right but a stranger’s', () => {
    const lost: Robot = { ...projectRobot(2, grant('repository:pull', '*')), projectId: null };

    expect(mayInProject(lost, closed, 'repository:pull')).toBe(false);
  });
});

describe('a denial', () => {
  test('beats an allowance, wherever either comes from', () => {
    const robot = systemRobot(grant('repository:pull', '*'), grant('repository:pull', 2, 'deny'));

    expect(mayInProject(robot, closed, 'repository:pull')).toBe(false);
    expect(mayInProject(robot, { id: 4, public: false }, 'repository:pull')).toBe(true);
  });

  test('beats what anybody may in a public project', () => {
    expect(mayInProject(systemRobot(grant('repository:pull', 1, 'deny')), open, 'repository:pull')).toBe(
      false,
    );
  });

  test('counts on the system too', () => {
    expect(
      maySystem(systemRobot(grant('user:list', '/'), grant('user:list', '/', 'deny')), 'user:list'),
    ).toBe(false);
  });
});

describe('what a robot may hand on', () => {
  const robot = systemRobot(
    grant('repository:pull', '*'),
    grant('repository:push', 2),
    grant('user:list', '/'),
    grant('tag:list', '*'),
    grant('tag:list', 9, 'deny'),
  );

  test.each<[Grant, boolean]>([
    [grant('repository:pull', 2), true],
    [grant('repository:pull', '*'), true],
    [grant('repository:push', 2), true],
    [grant('repository:push', 3), false],
    [grant('repository:push', '*'), false],
    [grant('repository:push', 3, 'deny'), true],
    [grant('user:list', '/'), true],
    [grant('user:create', '/'), false],
    [grant('tag:list', 2), true],
    [grant('tag:list', 9), false],
    [grant('tag:list', '*'), false],
    [grant('configuration:update', '/'), false],
    [grant('repository:scanner-pull', 2), false],
    [{ ...grant('user:list', '/'), namespace: '*' }, false],
    [{ ...grant('repository:pull', 2), namespace: '/' }, false],
  ])('%j: %s', (wanted, expected) => {
    expect(mayHandOn(robot, wanted, 'system')).toBe(expected);
  });

  test('ends at its own project for a robot of level project', () => {
    const bound = projectRobot(2, grant('repository:push', 2), grant('repository:push', '*'));

    expect(mayHandOn(bound, grant('repository:push', 2), 'project')).toBe(true);
    expect(mayHandOn(bound, grant('repository:pull', 2), 'project')).toBe(true);
    expect(mayHandOn(bound, grant('repository:push', 1), 'project')).toBe(false);
    expect(mayHandOn(bound, grant('repository:push', '*'), 'project')).toBe(false);
  });

  test('does not include what anybody may in a public project', () => {
    expect(mayHandOn(systemRobot(), grant('repository:pull', 1), 'system')).toBe(false);
  });
});

test('a robot made by a robot never may what its maker may not', () => {
  const permission = fc.constantFrom(
    'repository:pull',
    'repository:push',
    'tag:list',
    'robot:update',
    'label:read',
  );
  const grants = fc.array(
    fc
      .tuple(
        permission,
        fc.constantFrom<Grant['namespace']>(2, 4, '*', '/'),
        fc.constantFrom<Grant['effect']>('allow', 'deny'),
      )
      .map(([name, namespace, effect]) => grant(name, namespace, effect)),
    { maxLength: 6 },
  );
  const maker = fc.oneof(
    grants.map((held) => systemRobot(...held)),
    grants.map((held) => projectRobot(2, ...held)),
  );
  fc.assert(
    fc.property(maker, grants, permission, fc.constantFrom(2, 4), (robot, wanted, name, id) => {
      const ofSystem = systemRobot(...wanted.filter((one) => mayHandOn(robot, one, 'system')));
      const ofProject = projectRobot(id, ...wanted.filter((one) => mayHandOn(robot, one, 'project')));
      const project = { id, public: false };

      const before = mayInProject(robot, project, name);
      for (const made of [ofSystem, ofProject]) {
        expect(before || !mayInProject(made, project, name)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a robot made by a robot never may on the system what its maker may not', () => {
  const maker = systemRobot(grant('user:list', '/'), grant('user:read', '/', 'deny'), {
    ...grant('catalog:read', '*'),
    kind: 'system',
  });
  const wanted = ['user:list', 'user:read', 'catalog:read', 'quota:list'].map((name) => grant(name, '/'));

  expect(wanted.map((one) => mayHandOn(maker, one, 'system'))).toEqual([true, false, false, false]);
});

test('a robot that may push but not pull cannot make one that gets pull with push', () => {
  const maker = systemRobot(grant('repository:push', 2));

  expect(mayHandOn(maker, grant('repository:push', 2), 'project')).toBe(false);
  expect(mayHandOn(maker, grant('repository:push', 2), 'system')).toBe(true);
});

test('everybody has a name for the audit log', () => {
  expect([anonymous, user(), systemRobot()].map(nameOf)).toEqual(['anonymous', 'ada', 'robot$ci']);
});
