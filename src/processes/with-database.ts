import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '#src/config/settings.ts';
import { findRunningPostgres, startEmbeddedPostgres } from '#src/database/embedded.ts';
import type { Logger } from '#src/log.ts';
import { dataInUse, tryLockData } from './data-lock.ts';

/** A server that is just starting holds the lock for a while before its PostgreSQL answers. */
const patienceMilliseconds = 15_000;

/**
 * For command line tools: calls `work` with the URL of the installation's database. That is the one of the
 * settings, or the embedded PostgreSQL of the running server, or, when no server runs, one that is started for
 * the time of the call (and keeps a server from starting meanwhile).
 */
export async function withDatabase<T>(
  settings: Settings,
  log: Logger,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (settings.databaseUrl !== undefined) return work(settings.databaseUrl);
  const { data } = settings;
  const lock = tryLockData(data);
  if (lock === undefined) return work(await runningDatabase(data));
  try {
    const postgres = await startEmbeddedPostgres({ data, log });
    try {
      return await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  } finally {
    lock.release();
  }
}

async function runningDatabase(data: string): Promise<string> {
  const deadline = performance.now() + patienceMilliseconds;
  while (performance.now() < deadline) {
    const url = await findRunningPostgres(data);
    if (url !== undefined) return url;
    await delay(100);
  }
  throw new Error(`${dataInUse(data)} (its database does not answer)`);
}
