import { expect, test } from 'vitest';
import { addUp, count, type Report } from './test-report.ts';

const report = (...tests: [fullName: string, status: string][]): Report => ({
  testResults: [
    {
      name: 'a.test.ts',
      status: tests.some(([, status]) => status === 'failed') ? 'failed' : 'passed',
      assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
    },
  ],
});

test('passed, failed and skipped tests are counted and the skipped ones named', () => {
  const seen = report(
    ['pulls', 'passed'],
    ['pushes', 'failed'],
    ['pushes with skopeo', 'skipped'],
    ['later', 'todo'],
  );

  const tally = count('clients', seen, 1);

  expect(tally).toMatchObject({ passed: 1, failed: 1, skipped: 2, faults: [] });
  expect(tally.skippedNames).toEqual(['clients: pushes with skopeo', 'clients: later']);
});

test('a run that was ended counts as a failure though every finished test passed', () => {
  const tally = count('faults', report(['survives', 'passed']), 'not done after 12 minutes');

  expect(tally).toMatchObject({ passed: 1, failed: 1, faults: ['faults: not done after 12 minutes'] });
});

test('a run without a report counts as a failure, even with exit code 0', () => {
  expect(count('db', undefined, 0)).toMatchObject({ failed: 1, faults: ['db: no report was written'] });
  expect(count('db', undefined, 1)).toMatchObject({ failed: 1, faults: ['db: exit code 1'] });
});

test('a bad exit code without a failed test, as after an unhandled rejection, counts as a failure', () => {
  expect(count('unit', report(['adds', 'passed']), 1)).toMatchObject({ passed: 1, failed: 1 });
});

test('a file that does not load counts as a failure of its own', () => {
  const broken = { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] };

  const tally = count('unit', { testResults: [broken] }, 1);

  expect(tally).toMatchObject({ failed: 1, faults: ['unit: b.test.ts did not load: no such module'] });
});

test('suites are added up', () => {
  const total = addUp([count('unit', report(['a', 'passed']), 0), count('db', report(['b', 'skipped']), 0)]);

  expect(total).toEqual({ passed: 1, failed: 0, skipped: 1, skippedNames: ['db: b'], faults: [] });
});
