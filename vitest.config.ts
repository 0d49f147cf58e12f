import { defineConfig } from 'vitest/config';
import { suites } from './tools/suites.ts';

const long = process.env['MOORAGE_TEST_LONG'] === '1';

export default defineConfig({
  test: {
    projects: suites.map((suite, order) => ({
      test: {
        name: suite.name,
        include: suite.include,
        exclude: ['**/node_modules/**', ...(suite.exclude ?? [])],
        // Nothing in src/ keeps state at module level (test/architecture), so files may share a process.
        isolate: false,
        ...(suite.database ? { globalSetup: ['test/support/database.setup.ts'] } : {}),
        setupFiles: ['test/support/loopback-only.ts'],
        maxWorkers: suite.workers,
        sequence: { groupOrder: order },
        // A busy machine is no failure; one second, which is usual, is easily missed.
        expect: { poll: { timeout: 30_000 } },
        testTimeout: long ? 0 : suite.testSeconds * 1000,
        hookTimeout: 60_000,
      },
    })),
  },
});
