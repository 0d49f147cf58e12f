/**
 * Every test suite: which files, how isolated, how long at most. vitest.config.ts makes a project of each,
 * tools/test.ts runs them in this order. The globs do not overlap, so that no test runs twice.
 */
export interface Suite {
  name: string;
  include: string[];
  exclude?: string[];
  /** Starts one PostgreSQL for the run, whose migrated database the test files clone. */
  database?: true;
  /** Two processes at a time suit a 2-core machine; suites that start servers and measure or kill run alone. */
  workers: number;
  /** One test; a hanging test fails long before its suite is ended. */
  testSeconds: number;
  /** The whole suite: killed and counted as failed after that. With `--long` there is no such limit. */
  minutes: number;
}

const beside = ['src', 'portal/src', 'tools', 'bench', 'test/support'].map(
  (folder) => `${folder}/**/*.test.ts`,
);

export const suites: readonly Suite[] = [
  {
    name: 'unit',
    include: [...beside, 'test/architecture/**/*.test.ts'],
    exclude: ['**/*.db.test.ts', '**/*.api.test.ts', '**/*.s3.test.ts'],
    workers: 1,
    testSeconds: 60,
    minutes: 8,
  },
  {
    name: 'db',
    include: ['{src,bench}/**/*.db.test.ts', 'src/**/*.api.test.ts', 'test/support/**/*.db.test.ts'],
    database: true,
    workers: 2,
    testSeconds: 60,
    minutes: 30,
  },
  {
    name: 'wire',
    include: ['test/wire/**/*.test.ts'],
    database: true,
    workers: 2,
    testSeconds: 120,
    minutes: 20,
  },
  {
    name: 'e2e',
    include: ['test/e2e/**/*.test.ts'],
    database: true,
    workers: 2,
    testSeconds: 60,
    minutes: 24,
  },
  {
    // Alone: beside other tests, a page that is slowed down four times stands still.
    name: 'speed',
    include: ['test/speed/**/*.test.ts'],
    database: true,
    workers: 1,
    testSeconds: 60,
    minutes: 8,
  },
  {
    name: 's3',
    include: ['src/**/*.s3.test.ts', 'test/s3/**/*.test.ts'],
    workers: 1,
    testSeconds: 180,
    minutes: 12,
  },
  {
    name: 'clients',
    include: ['test/clients/**/*.test.ts', 'test/conformance/**/*.test.ts'],
    workers: 1,
    testSeconds: 180,
    minutes: 20,
  },
  {
    name: 'faults',
    include: ['test/faults/**/*.test.ts'],
    database: true,
    workers: 1,
    testSeconds: 600,
    minutes: 45,
  },
];
