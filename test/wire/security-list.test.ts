import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planted, readModules } from '../architecture/modules.ts';
import { namedCases } from './security-cases.ts';
import { pending, sameAs } from './security-pending.ts';

/** The list of known attacks lies beside the project, not in it. */
const list = `${import.meta.dirname}/../../../shared/contract/security-cases.md`;

const named = namedCases(
  ['src', 'test', 'portal/src', 'tools']
    .flatMap(readModules)
    .filter(({ path }) => /\.(test|suite)\.tsx?$/.test(path)),
);
const inLater = new Map(
  Object.entries(pending).flatMap(([feature, ids]) => ids.split(' ').map((id) => [id, feature] as const)),
);

test('ids are read from the beginnings of names', () => {
  const text = `
    test('S-001: one', () => {}); test.each([1])('S-002, G-03: %s', () => {}); describe('S-004 S-005: x', () => {});
    describe('G-06', () => {}); test('about S-007', () => {}); test.skipIf(true)('G-08: x', () => {});
    test.each(Object.entries({ a: 1 }))(\`G-09: \${1}\`, () => {}); const other = 'S-010: x'; test('S-0111: x', () => {});
    const table = [['S-012: one', 1], ['about S-013: two', 2], 'S-014'];`;

  expect([...namedCases(planted({ 'a.test.ts': text }))]).toEqual([
    'S-001',
    'S-002',
    'G-03',
    'S-004',
    'S-005',
    'G-06',
    'G-08',
    'G-09',
    'S-012',
  ]);
});

test('no case is both tested and put off, nor the same as one that nobody knows', () => {
  const both = [...inLater.keys()].filter((id) => named.has(id) || id in sameAs);
  const twice = Object.keys(sameAs).filter((id) => named.has(id));
  const nowhere = Object.values(sameAs).filter((id) => !named.has(id) && !inLater.has(id));

  expect({ both, twice, nowhere }).toEqual({ both: [], twice: [], nowhere: [] });
});

test.skipIf(!existsSync(list))('every case of the list is in a name, or put off by name', () => {
  const ids = [...readFileSync(list, 'utf8').matchAll(/^\| ([SG]-\d+) /gm)].map(([, id = '']) => id);
  const known = (id: string) => named.has(id) || inLater.has(id) || id in sameAs;

  const missing = ids.filter((id) => !known(id));
  const invented = [...named, ...inLater.keys(), ...Object.keys(sameAs)].filter((id) => !ids.includes(id));

  expect(ids.length).toBeGreaterThan(200);
  expect({ missing, invented }).toEqual({ missing: [], invented: [] });
});
