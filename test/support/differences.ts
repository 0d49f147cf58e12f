import { type Difference, verify } from '#src/features/verify/index.ts';
import type { TestApp } from './app.ts';

/** What `verify` finds between a test's database and its storage: every byte is hashed, and nothing is too young. */
export async function differencesOf(app: TestApp, options: { repair?: boolean } = {}): Promise<Difference[]> {
  const found: Difference[] = [];
  await verify({
    db: app.database.db,
    storage: app.app.registry.storage,
    signal: AbortSignal.timeout(120_000),
    sample: 1,
    repair: options.repair ?? false,
    graceMilliseconds: 0,
    found: (difference) => found.push(difference),
  });
  return found;
}
