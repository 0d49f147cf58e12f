import { sql } from 'kysely';
import { accessChannel, type Context } from '#src/context.ts';
import type { Database } from '#src/database/pool.ts';
import { Runner } from '#src/jobs/runner.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import { carryOutCollection } from './gc.job.ts';

export interface HereParts {
  readonly database: Database;
  readonly storage: BlobDriver;
  readonly leaseSeconds: number;
}

/**
 * Carries out collections in this process, for when no server does. Should one come to life meanwhile, both share the
 * work, and it is told at the end to forget what it remembers of content.
 */
export function collectHere(
  { live, counts, forget, log }: Context,
  parts: HereParts,
): { close(): Promise<void> } {
  const { database } = parts;
  const content = {
    changing: <T>(_repository: string, write: () => Promise<T>) => write(),
    tagging: <T>(_repository: string, write: () => Promise<T>) => write(),
  };
  const jobs = [carryOutCollection({ ...parts, content })];
  const runner = new Runner({ database, log, jobs, schedules: [], slots: 1, live, counts, forget });
  runner.start();
  return {
    async close() {
      await runner.close();
      await sql`select pg_notify(${accessChannel}, 'everything')`.execute(database.db);
    },
  };
}
