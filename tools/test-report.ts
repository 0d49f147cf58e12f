/** What tools/test.ts reads from vitest's JSON report. Only the fields that are used are named. */
export interface Report {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  skippedNames: string[];
  /** Failures that are not one test's: a file that does not load, a run that was ended. */
  faults: string[];
}

export function readReport(text: string): Report {
  return JSON.parse(text) as Report;
}

/**
 * Counts one suite. A run without a report, or with a bad exit code and no failed test (an unhandled rejection,
 * a process that died, a time-out), counts as one failure: it must never be read as "0 failed".
 */
export function count(suite: string, report: Report | undefined, exit: number | string): Tally {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const faults = files
    .filter(
      (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
    )
    .map((file) => `${suite}: ${file.name} did not load: ${file.message ?? ''}`);
  const failedTests = tests.filter((test) => test.status === 'failed').length;
  if (typeof exit === 'string') faults.push(`${suite}: ${exit}`);
  else if (report === undefined && exit === 0 && faults.length === 0)
    faults.push(`${suite}: no report was written`);
  else if (exit !== 0 && failedTests + faults.length === 0) faults.push(`${suite}: exit code ${exit}`);
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: failedTests + faults.length,
    skipped: skipped.length,
    skippedNames: skipped.map((test) => `${suite}: ${test.fullName}`),
    faults,
  };
}

export function addUp(tallies: Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
    skipped: tallies.reduce((sum, tally) => sum + tally.skipped, 0),
    skippedNames: tallies.flatMap((tally) => tally.skippedNames),
    faults: tallies.flatMap((tally) => tally.faults),
  };
}
