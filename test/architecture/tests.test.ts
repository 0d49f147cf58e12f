import { expect, test } from 'vitest';
import { planted, readModules } from './modules.ts';
import { lengthViolations, testCalls } from './tests.ts';

const long = '\n'.repeat(60);

test('no test is longer than one behaviour needs', () => {
  const calls = testCalls(['src', 'test', 'portal/src', 'tools', 'bench'].flatMap(readModules));

  expect(calls.length).toBeGreaterThan(500);
  expect(lengthViolations(calls)).toEqual([]);
});

test.each([
  `test('pulls', () => {${long}});`,
  `test('pulls', { timeout: 5 }, async () => {${long}});`,
  `test.each([1])('pulls %s', (n) => {${long}});`,
  `describe('x', () => { test.runIf(true)('pulls', function () {${long}}); });`,
])('a test of 61 lines is refused', (text) => {
  const calls = testCalls(planted({ 'src/oci/x.test.ts': text }));

  expect(lengthViolations(calls)).toEqual([expect.stringMatching(/has 61 lines, at most 60$/)]);
});

test('a long describe of short tests is fine', () => {
  const calls = testCalls(
    planted({ 'a.test.ts': `describe('x', () => {${long}test('pulls', () => {});});` }),
  );

  expect(calls).toEqual([{ path: 'a.test.ts', name: "'pulls'", lines: 1 }]);
  expect(lengthViolations(calls)).toEqual([]);
});
