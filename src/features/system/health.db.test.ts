import { expect, test } from 'vitest';
import { pino } from 'pino';
import { LiveSettings } from '#src/config/live.ts';
import type { Context } from '#src/context.ts';
import { Counts } from '#src/database/counts.ts';
import { openDatabase } from '#src/database/pool.ts';
import { MemoryDriver } from '#src/storage/memory.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { checkHealth } from './health.ts';

test('a component that fails is named, without its cause', async () => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase(url, { max: 1 });
  const ctx: Context = {
    db: database.db,
    who: { kind: 'anonymous' },
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    requestId: '',
    clientAddress: '',
    counts: new Counts(),
    live: new LiveSettings(async () => ({})),
    forget: () => undefined,
  };
  const storage = Object.assign(new MemoryDriver(), {
    size: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:9000')),
  });
  await checkHealth(ctx, storage);
  await database.close();

  const components = await checkHealth(ctx, storage);

  expect(components).toEqual([
    { name: 'core' },
    { name: 'database', error: 'the database does not answer' },
    { name: 'registry', error: 'the storage does not answer' },
  ]);
  await drop();
});
