import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '#src/database/embedded.ts';
import { migrate } from '#src/database/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated template database of this run; `createTestDatabase` clones it. */
    templateUrl: string;
  }
}

/** One PostgreSQL for a whole test run: its migrated database is the template that every test file clones. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const data = await mkdtemp(join(tmpdir(), 'moorage-test-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(data, 0o711);
  const postgres = await startEmbeddedPostgres({ data, log: pino({ level: 'warn' }), settings: throwaway });
  await migrate(postgres.url);
  project.provide('templateUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(data, { recursive: true, force: true });
  };
}

// Nothing of a test run has to survive it; a clone takes 0.1 to 0.2 s.
const throwaway = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
};
