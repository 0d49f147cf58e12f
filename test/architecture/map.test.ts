import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { existing, mapViolations, nameViolations } from './map.ts';
import { planted, readModules } from './modules.ts';

const tree = planted({ 'src/main.ts': '', 'src/oci/digest.ts': '', 'src/features/quotas/index.ts': '' });
const lines = ['src/main.ts', 'src/oci/', 'src/features/', 'src/features/quotas/'];
const map = lines.map((path) => `- \`${path}\`: what it is`).join('\n');

test("ARCHITECTURE.md's map names every folder and top-level file of src/, and no other", () => {
  const architecture = readFileSync(`${import.meta.dirname}/../../ARCHITECTURE.md`, 'utf8');
  const modules = readModules('src');

  expect(modules.length).toBeGreaterThan(100);
  expect(existing(modules).length).toBeGreaterThan(20);
  expect(mapViolations(modules, architecture)).toEqual([]);
});

test('no folder or file is named after nothing', () => {
  const modules = ['src', 'test', 'portal/src', 'tools', 'bench'].flatMap(readModules);

  expect(modules.length).toBeGreaterThan(150);
  expect(nameViolations(modules)).toEqual([]);
});

test('a map that fits has no violations', () => {
  expect(mapViolations(tree, map)).toEqual([]);
});

test('a folder that the map forgot, one that is gone and one named twice are found', () => {
  const changed = map.replace('src/oci/', 'src/chartserver/').replace('src/main.ts', 'src/features/');

  expect(mapViolations(tree, changed)).toEqual([
    'src/main.ts is missing in ARCHITECTURE.md',
    'src/oci/ is missing in ARCHITECTURE.md',
    'src/chartserver/ is in ARCHITECTURE.md and does not exist',
    'src/features/ is in ARCHITECTURE.md twice',
  ]);
});

test.each(['src/utils/x.ts', 'src/oci/helpers.ts', 'src/http/types.ts', 'test/lib/x.ts', 'src/common/x.ts'])(
  '%s is a name after nothing',
  (path) => {
    expect(nameViolations(planted({ [path]: '' }))).toEqual([path]);
  },
);

test('a noun that only ends alike is fine', () => {
  expect(nameViolations(planted({ 'src/oci/media-types.ts': '', 'src/oci/library.ts': '' }))).toEqual([]);
});
