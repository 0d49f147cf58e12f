import type { Database } from '#src/database/pool.ts';
import type { ContentParts } from '#src/features/repositories/index.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import * as store from './collect.store.ts';

export interface CollectionParts extends ContentParts {
  readonly storage: BlobDriver;
  /** How long a promise about a blob holds. */
  readonly leaseSeconds: number;
}

export interface CollectionOptions {
  /** On top of the lease. */
  readonly windowSeconds: number;
  readonly executionId: number | null;
  readonly signal: AbortSignal;
  /** Called after each step with what went so far. */
  readonly progress?: (soFar: Collected) => void;
  /** Does not leave others their turn in between. */
  readonly eager?: boolean;
  /** How many batches of objects are removed side by side. */
  readonly parallel?: number;
}

export interface Collected {
  links: number;
  blobs: number;
  /** Of the blobs. */
  bytes: number;
  objects: number;
  failures: number;
}

/** Small, so that no push waits for long: the locks of a batch are held for its one transaction. */
const batch = 200;
/** Removing many at once costs a fraction, and holds no lock. */
const removals = 500;

/**
 * Collects everything that is due now: abandoned links, blobs that nobody holds, then their bytes. May be ended at any
 * point and may run in several processes at once; each decision is one small transaction.
 */
export async function collect(
  database: Database,
  parts: CollectionParts,
  options: CollectionOptions,
): Promise<Collected> {
  const soFar: Collected = { links: 0, blobs: 0, bytes: 0, objects: 0, failures: 0 };
  const { signal, progress } = options;
  while ((await store.removeExpiredTrash(database, 500)) === 500) signal.throwIfAborted();
  await store.findAbandoned(database, parts.leaseSeconds + options.windowSeconds);
  for (;;) {
    signal.throwIfAborted();
    const began = performance.now();
    const decided = await store.collectDue(database, batch, options.windowSeconds, options.executionId);
    await forget(parts, decided);
    for (const { o_decision, o_size } of decided) {
      if (o_decision === 'link') soFar.links += 1;
      else {
        soFar.blobs += 1;
        soFar.bytes += o_size;
      }
    }
    progress?.(soFar);
    if (!(await store.isWaiting(database))) break;
    if (!options.eager) await rest(performance.now() - began, signal);
  }
  await removeObjects(database, parts, options, soFar);
  return soFar;
}

/** What this process remembers of those repositories is asked for anew. */
async function forget(parts: CollectionParts, decided: readonly store.Decision[]): Promise<void> {
  const repositories = new Set(decided.flatMap(({ o_repository }) => o_repository ?? []));
  for (const repository of repositories) await parts.content.changing(repository, async () => undefined);
}

async function removeObjects(
  database: Database,
  { storage }: CollectionParts,
  { signal, progress, eager = false, parallel = 1 }: CollectionOptions,
  soFar: Collected,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const began = performance.now();
    const locations = (await store.takeDueObjects(database, removals)).map(({ location }) => location);
    if (locations.length === 0) return;
    const share = Math.ceil(locations.length / parallel);
    const shares = Array.from({ length: parallel }, (_, index) =>
      locations.slice(index * share, (index + 1) * share),
    );
    const failed = new Map(
      (await Promise.all(shares.map((those) => removeShare(storage, those, signal)))).flatMap((one) => [
        ...one,
      ]),
    );
    signal.throwIfAborted();
    if (failed.size > 0) await store.noteFailures(database, failed);
    const gone = locations.filter((location) => !failed.has(location));
    await store.forgetObjects(database, gone);
    soFar.failures += failed.size;
    soFar.objects += gone.length;
    progress?.(soFar);
    if (!eager) await rest((performance.now() - began) / 2, signal);
  }
}

/** Returns those that are still there, and why. */
async function removeShare(
  storage: BlobDriver,
  locations: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (locations.length === 0) return new Map();
  try {
    return await storage.removeAll(locations, AbortSignal.any([signal, AbortSignal.timeout(120_000)]));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return new Map(locations.map((location) => [location, reason]));
  }
}

/** Pushes and pulls get their turn: collection works at most half of the time. */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
