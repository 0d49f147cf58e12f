import { afterEach, describe, expect, test } from 'vitest';
import { collect } from '#src/features/gc/collect.ts';
import type { Settings } from '#src/config/settings.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { differencesOf } from '../support/differences.ts';
import { CollectionClient } from '../support/faults-collection.ts';
import { long, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { describeS3, type S3Server, startS3 } from '../support/s3.ts';

/** Long enough for a push on a busy machine, short enough that collection follows it closely. */
const leaseSeconds = 5;
const clients = 16;

let app: TestApp;
let s3: S3Server | undefined;
afterEach(async () => {
  await app.close();
  await s3?.stop();
  s3 = undefined;
});

const differences = () => differencesOf(app);

/** Collects all the time, with a window that changes, until told to stop; then once more with no lease left. */
async function collecting(seconds: number, random: { below(limit: number): number }) {
  const { storage, content } = app.app.registry;
  const parts = { storage, content, leaseSeconds };
  const totals = { passes: 0, blobs: 0, objects: 0, failures: 0 };
  const pass = async (windowSeconds: number) => {
    const gone = await collect(app.database, parts, {
      windowSeconds,
      executionId: null,
      signal: AbortSignal.timeout(120_000),
    });
    totals.passes += 1;
    totals.blobs += gone.blobs;
    totals.objects += gone.objects;
    totals.failures += gone.failures;
  };
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) await pass(random.below(6));
  return { totals, pass };
}

/** Of every blob that clients pushed, deleted and that is gone, the ledger must say why. */
async function unexplained(everPushed: readonly string[]): Promise<string[]> {
  const there = new Set(
    (await app.database.db.selectFrom('blob').select('digest').execute()).map(({ digest }) => digest),
  );
  const told = await app.database.db.selectFrom('collection_ledger').select('digest').distinct().execute();
  const known = new Set(told.map(({ digest }) => digest));
  return everPushed.filter((digest) => !there.has(digest) && !known.has(digest));
}

/** Returns what must not be: complaints of clients, differences, blobs that went without a reason. */
async function stress(seconds: number, settings: Partial<Settings>, replicas: 1 | 2): Promise<unknown[]> {
  const seed = seedOf('collection beside 16 clients');
  const random = randomFrom(seed);
  app = await startTestApp({
    soleWriter: replicas === 1,
    settings: { ...settings, blobLeaseSeconds: leaseSeconds, collectionSeconds: 1 },
  });
  // Nothing is kept for restoration, so that what is deleted is really collected.
  await app.send('admin', { method: 'GET', path: '/v2/' });
  await app.database.db
    .insertInto('configuration')
    .values({ name: 'restore_hours', value: '0' })
    .onConflict((on) => on.column('name').doUpdateSet({ value: '0' }))
    .execute();
  await app.app.registry.live.reload();
  const urls = replicas === 1 ? [app.url] : [app.url, (await app.replica()).url];
  const run = {
    urls,
    layers: Array.from({ length: 60 }, () => random.bytes(200 + random.below(20_000))),
    leaseMilliseconds: leaseSeconds * 1000,
    until: performance.now() + seconds * 1000,
  };
  const those = Array.from(
    { length: clients },
    (_, number) => new CollectionClient(number, run, randomFrom(seed + number + 1)),
  );

  const [{ totals, pass }] = await Promise.all([
    collecting(seconds, random),
    ...those.map((client) => client.work()),
  ]);

  for (const client of those) await client.pullAll();
  await app.database.db
    .updateTable('blob')
    .set({ leased_until: new Date(0) })
    .execute();
  await app.database.db
    .updateTable('repository_blob')
    .set({ linked_at: new Date(Date.now() - 60_000) })
    .execute();
  await app.database.db
    .updateTable('collection_due')
    .set({ due_at: new Date(0) })
    .execute();
  await pass(0);
  for (const client of those) await client.pullAll();
  const sum = (key: keyof CollectionClient['counts']) =>
    those.reduce((total, { counts }) => total + counts[key], 0);
  report(
    `${sum('pushed')} images pushed, ${sum('mounted')} blobs mounted, ${sum('skipped')} found there, ${sum('deleted')} artifacts deleted, ` +
      `${totals.passes} passes collected ${totals.blobs} blobs; ${sum('late')} pushes were slower than the lease`,
  );
  return [
    ...those.flatMap(({ complaints }) => complaints).slice(0, 20),
    ...(await differences()),
    ...(await unexplained(those.flatMap(({ deleted }) => deleted))),
    ...(totals.blobs > 0 ? [] : ['nothing was collected']),
  ];
}

const seconds = long ? 600 : 30;
const limit = { timeout: (seconds + 180) * 1000 };

describe('collection that never stops beside 16 clients that push, mount, tag and delete', () => {
  test('loses nothing on disk, with one writer', limit, async () => {
    expect(await stress(seconds, {}, 1)).toEqual([]);
  });

  test('loses nothing on disk, with two replicas', limit, async () => {
    expect(await stress(seconds, {}, 2)).toEqual([]);
  });
});

describeS3('collection in a bucket', () => {
  test('loses nothing', limit, async () => {
    s3 = await startS3();
    expect(await stress(seconds, { storage: s3.settings({ redirect: false }) }, 1)).toEqual([]);
  });
});
