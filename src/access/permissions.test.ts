import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import {
  type Access,
  projectRoleAllows,
  projectRoles,
  publicProjectAllows,
  reportedProjectPermissions,
  reportedSystemPermissions,
  robotMayHold,
  robotPermissions,
  strongestRole,
} from './permissions.ts';

/**
 * Harbor's published matrix (v2.16, as described in its documentation and found in its sources), written down apart
 * from the table that it checks. Letters: project Admin, Maintainer, Developer, Guest, Limited guest.
 */
const roleMatrix = `
project read=AMDGL update=A delete=A
accessory list=AMDGL
artifact read=AMDGL list=AMDGL create=AMD delete=AM
artifact-addition read=AMDGL
artifact-label create=AMD delete=AMD
configuration read=AMDGL update=A
export-cve read=AMD list=AMD create=AMD
immutable-tag list=AM create=AM update=AM delete=AM
label read=AMDG list=AMDG create=AM update=AM delete=AM
log list=A
member read=AMDG list=AMDG create=A update=A delete=A
metadata read=AM create=A update=A delete=A
notification-policy read=AM list=AM create=A update=A delete=A
preheat-policy read=A list=A create=A update=A delete=A
quota read=AMDGL
repository read=AMDGL list=AMDGL create=AMD update=AMD delete=AM pull=AMDGL push=AMD
robot read=AMDG list=AMDG create=A update=A delete=A
sbom read=AMDGL create=AM stop=AM
scan read=AMDGL create=AM stop=AM
scanner read=AMDGL create=A
tag list=AMDGL create=AMD delete=AM
tag-retention read=AMD list=AMD create=AMD update=AMD delete=AMD operate=AMD
`;

const publicMatrix = `
project read
accessory list
artifact read list
artifact-addition read
label read list
repository list pull
scan read
scanner read
tag list
`;

const systemRobotMatrix = `
audit-log list
catalog read
garbage-collection read list create update stop
jobservice-monitor list stop
label read create update delete
ldap-user list create
preheat-instance read list create update delete
project list create
purge-audit read list create update stop
quota read list update
registry read list create update delete
replication read list create
replication-adapter list
replication-policy read list create update delete
robot read list create delete
scan-all read create update stop
scanner read list create update delete
security-hub read list
system-volumes read
user read list create update delete
user-group read list create update delete
`;

const projectRobotMatrix = `
accessory list
artifact read list create delete
artifact-addition read
artifact-label create delete
export-cve read create
immutable-tag list create update delete
label read list create update delete
log list
member read list create update delete
metadata read list create update delete
notification-policy read list create update delete
preheat-policy read list create update delete
project read update delete
quota read
repository read list update delete pull push
robot read list create delete
sbom read create stop
scan read create stop
scanner read create
tag list create delete
tag-retention read list create update delete
`;

const systemReportMatrix = `
audit-log list
catalog read
configuration read update
distribution read list create update delete
garbage-collection read list create update delete
jobservice-monitor read list stop
ldap-user list create
project read list create update delete
registry read list create update delete
replication read list create update delete
scan-all read list create update delete stop
security-hub read list
system-volumes read
user read list create update delete
user-group read list create update delete
`;

/** `resource action[=letters] …` lines as `resource:action` → letters. */
function read(matrix: string): Map<string, string> {
  const lines = matrix.trim().split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [resource = '', ...actions] = line.split(' ');
      return actions.map((entry): [string, string] => {
        const [action = '', letters = ''] = entry.split('=');
        return [`${resource}:${action}`, letters];
      });
    }),
  );
}

const everyPermission = [roleMatrix, publicMatrix, systemRobotMatrix, projectRobotMatrix, systemReportMatrix]
  .flatMap((matrix) => [...read(matrix).keys()])
  .concat('repository:scanner-pull', 'robot:update', 'nothing:read', 'artifact:nothing', 'toString:', ':');

function allowed(decide: (resource: string, action: string) => boolean): string[] {
  const found = everyPermission.filter((permission) => {
    const [resource = '', action = ''] = permission.split(':');
    return decide(resource, action);
  });
  return [...new Set(found)].sort();
}

const keysOf = (matrix: string) => [...read(matrix).keys()].sort();
const written = (list: readonly Access[]) =>
  list.map(({ resource, action }) => `${resource}:${action}`).sort();

describe('the table equals the matrix that Harbor publishes', () => {
  test.each([
    ['A', 1],
    ['M', 4],
    ['D', 2],
    ['G', 3],
    ['L', 5],
  ])('for the role %s (id %i)', (letter, id) => {
    const expected = [...read(roleMatrix)]
      .filter(([, letters]) => letters.includes(letter))
      .map(([key]) => key);

    expect(allowed((resource, action) => projectRoleAllows(id, resource, action))).toEqual(expected.sort());
  });

  test('for anybody in a public project', () => {
    expect(allowed(publicProjectAllows)).toEqual(keysOf(publicMatrix));
  });

  test('for the grants of robots', () => {
    expect(allowed((resource, action) => robotMayHold('system', resource, action))).toEqual(
      keysOf(systemRobotMatrix),
    );
    expect(allowed((resource, action) => robotMayHold('project', resource, action))).toEqual(
      keysOf(projectRobotMatrix),
    );
  });

  test('in the lists that the API returns', () => {
    expect(written(robotPermissions.system)).toEqual(keysOf(systemRobotMatrix));
    expect(written(robotPermissions.project)).toEqual(keysOf(projectRobotMatrix));
    expect(written(reportedSystemPermissions)).toEqual(keysOf(systemReportMatrix));
    expect(written(reportedProjectPermissions)).toEqual(keysOf(roleMatrix));
  });
});

test.each([0, 6, -1, Number.NaN])('the unknown role %d may do nothing', (id) => {
  expect(allowed((resource, action) => projectRoleAllows(id, resource, action))).toEqual([]);
});

test('the strongest of several roles is found by strength and not by id', () => {
  expect(strongestRole([5, 2, 4])).toMatchObject({ name: 'maintainer', id: 4 });
  expect(strongestRole([5, 3])).toMatchObject({ name: 'guest' });
  expect(strongestRole([99])).toBeUndefined();
  expect(projectRoles.map(({ strength }) => strength)).toEqual([50, 40, 30, 20, 10]);
});

const contract = fileURLToPath(new URL('../../../shared/contract/rbac.md', import.meta.url));
const contractIsHere = existsSync(contract);
const reason = contractIsHere ? '' : ' (skipped: the contract is not beside this checkout)';

test.skipIf(!contractIsHere)(`the matrix above equals the project's contract${reason}`, () => {
  const text = readFileSync(contract, 'utf8');

  expect(read(roleMatrix)).toEqual(new Map(rolesIn(sectionOf(text, 2))));
  const lists: [string, number][] = [
    [publicMatrix, 3],
    [systemRobotMatrix, 4],
    [projectRobotMatrix, 5],
    [systemReportMatrix, 6],
  ];
  for (const [matrix, section] of lists) expect(keysOf(matrix)).toEqual(listsIn(sectionOf(text, section)));
});

/** The cells of the first table of a numbered section, without its heading. */
function sectionOf(text: string, number: number): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${number}. `)) ?? '';
  const table = /(?:^\|.*\n)+/m.exec(section)?.[0] ?? '';
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) => {
    const cells = row.split('|').slice(1, -1);
    return cells.map((cell) => cell.trim().replace('(project itself)', 'project'));
  });
}

function rolesIn(rows: string[][]): [string, string][] {
  return rows.map(([resource, action, ...marks]) => [
    `${resource}:${action}`,
    ['A', 'M', 'D', 'G', 'L'].filter((_, column) => marks[column] === 'x').join(''),
  ]);
}

function listsIn(rows: string[][]): string[] {
  return rows
    .flatMap(([resource, actions = '']) =>
      actions.split(',').map((action) => `${resource}:${action.replace('†', '').trim()}`),
    )
    .sort();
}
