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
  /** Objects removed at a time. */
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
const batch = 64;

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
  { signal, progress, eager = false, parallel = 4 }: CollectionOptions,
  soFar: Collected,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const began = performance.now();
    const objects = await store.takeDueObjects(database, batch);
    if (objects.length === 0) return;
    const gone: string[] = [];
    const next = objects[Symbol.iterator]();
    const remover = async () => {
      for (const { location } of next) {
        try {
          await storage.remove(location, AbortSignal.any([signal, AbortSignal.timeout(60_000)]));
          gone.push(location);
        } catch (error) {
          if (signal.aborted) return;
          soFar.failures += 1;
          await store.noteFailure(database, location, error instanceof Error ? error.message : String(error));
        }
      }
    };
    await Promise.all(Array.from({ length: parallel }, remover));
    if (gone.length > 0) await store.forgetObjects(database, gone);
    soFar.objects += gone.length;
    progress?.(soFar);
    if (!eager) await rest((performance.now() - began) / 2, signal);
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
