import { createHash, randomBytes } from 'node:crypto';
import { open, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import {
  basic,
  makeImage,
  pushBlob,
  pushImage,
  startTestApp,
  type TestApp,
  type TestImage,
} from '../support/app.ts';
import { differencesOf } from '../support/differences.ts';
import { misreadOnce } from '../support/misread.ts';
import { request } from '../support/http.ts';
import { NoSuchObject } from '#src/storage/driver.ts';

let app: TestApp;

afterEach(() => {
  vi.restoreAllMocks();
  return app.close();
});

const repository = 'library/damaged';

/** Below and above the size up to which blobs are kept in memory. */
const [small, large] = [3_000, 900_000];

type Damage = 'flipped' | 'short' | 'longer' | 'empty' | 'missing';
const damages: readonly Damage[] = ['flipped', 'short', 'longer', 'empty', 'missing'];

/** As a bad disk, a bad copy or a hand would. */
async function damage(digest: string, how: Damage): Promise<void> {
  const path = await fileOf(digest);
  if (how === 'missing') return rm(path);
  if (how === 'empty') return truncate(path, 0);
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    if (how === 'short') await file.truncate(size - 1);
    else if (how === 'longer') await file.write(Buffer.from('more'), 0, 4, size);
    else {
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, Math.floor(size / 2));
      await file.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, Math.floor(size / 2));
    }
  } finally {
    await file.close();
  }
}

async function fileOf(digest: string): Promise<string> {
  const hex = digest.slice('sha256:'.length);
  for await (const { location } of app.app.registry.storage.list(AbortSignal.timeout(10_000))) {
    if (location.includes(hex)) return join(app.storage, location);
  }
  throw new Error(`${digest} is not in storage`);
}

type Outcome = 'right' | 'cut' | 'fault' | `wrong: ${string}`;

/** What a client that hashes everything makes of a whole pull. */
async function pull(url: string, digest: string): Promise<Outcome> {
  const path = `/v2/${repository}/blobs/${digest}`;
  const answer = await request(url, { path, headers: basic('admin') }).catch(() => undefined);
  if (answer === undefined) return 'cut';
  if (answer.status >= 500) return 'fault';
  if (answer.status !== 200) return `wrong: ${answer.status}`;
  const found = `sha256:${createHash('sha256').update(answer.body).digest('hex')}`;
  return found === digest ? 'right' : `wrong: 200 with other bytes`;
}

async function repair(): Promise<string[]> {
  return (await differencesOf(app, { repair: true })).map(({ kind }) => kind);
}

async function pushOne(size: number): Promise<{ image: TestImage; digest: string }> {
  const { image } = await pushImage(app, 'admin', repository, 'v1', makeImage(1, size));
  return { image, digest: image.blobs[1]?.digest ?? '' };
}

const cases = damages.flatMap((how) => [small, large].map((size) => ({ how, size })));

const heads = (digests: readonly string[]): Promise<number[]> =>
  Promise.all(
    digests.map(async (digest) => {
      const call = { method: 'HEAD', path: `/v2/${repository}/blobs/${digest}` };
      return (await app.send('admin', call)).status;
    }),
  );

test.each(cases)(
  '$how, an object of $size bytes is never served whole: 5xx or a cut connection',
  async ({ how, size }) => {
    app = await startTestApp();
    const { digest } = await pushOne(size);
    await damage(digest, how);

    const outcomes = [await pull(app.url, digest), await pull(app.url, digest), await pull(app.url, digest)];

    // A file that grew still begins with the right bytes, and no more than those are served.
    expect(outcomes).toEqual(
      outcomes.map(() => (how === 'longer' ? 'right' : expect.stringMatching(/^(cut|fault)$/))),
    );
  },
);

test.each(damages)('an object that is %s after it was served is never served wrong', async (how) => {
  app = await startTestApp();
  const { digest } = await pushOne(large);
  const before = [await pull(app.url, digest), await pull(app.url, digest)];
  await damage(digest, how);

  const after = [await pull(app.url, digest), await pull(app.url, digest)];

  expect(before).toEqual(['right', 'right']);
  for (const outcome of after) expect(outcome).toMatch(/^(right|cut|fault)$/);
});

test.each([true, false])(
  'S-077: after verify --repair a push of the same image heals it (sole writer: %s)',
  async (soleWriter) => {
    app = await startTestApp({ soleWriter });
    const images = await Promise.all(
      cases.map(({ size }) => pushImage(app, 'admin', repository, `v${size}`, makeImage(1, size))),
    );
    const layers = images.map(({ image }) => image.blobs[1]?.digest ?? '');
    for (const digest of layers) await pull(app.url, digest);
    for (const [index, digest] of layers.entries()) await damage(digest, cases[index]?.how ?? 'missing');

    const repaired = await repair();
    // A client asks before it pushes, and believes a 200. The server hears of the repair a moment later.
    await expect.poll(() => heads(layers), { timeout: 30_000 }).toEqual(layers.map(() => 404));
    for (const { image } of images) {
      for (const { bytes } of image.blobs) await pushBlob(app, 'admin', repository, bytes);
    }
    const outcomes = await Promise.all(layers.map((digest) => pull(app.url, digest)));

    expect(repaired.filter((kind) => kind !== 'artifact-without-bytes').length).toBe(layers.length);
    expect(outcomes).toEqual(outcomes.map(() => 'right'));
    expect(await repair()).toEqual([]);
  },
);

test('an object that was not there once is told and does not count as absent', async () => {
  app = await startTestApp();
  const { digest } = await pushOne(large);
  const { storage } = app.app.registry;
  vi.spyOn(storage, 'size').mockRejectedValueOnce(new NoSuchObject('blobs/x'));

  expect(await repair()).toEqual(['unreadable-object']);

  expect(await pull(app.url, digest)).toBe('right');
  expect(await repair()).toEqual([]);
});

test('bytes that collection takes away while they are looked at are given to nobody', async () => {
  app = await startTestApp();
  const { digest } = await pushOne(large);
  const { db } = app.database;
  const { location } = await db
    .selectFrom('blob')
    .select('location')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  await db.updateTable('blob').set({ location: null }).where('digest', '=', digest).execute();
  const { storage } = app.app.registry;
  const read = storage.read.bind(storage);
  vi.spyOn(storage, 'read').mockImplementation(async (...call) => {
    const due = { location: call[0], digest: '', size: large };
    if (call[0] === location) await db.insertInto('collection_object').values(due).execute();
    return read(...call);
  });

  await repair();

  const after = await db
    .selectFrom('blob')
    .select('location')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  expect(after.location).toBeNull();
});

test('an object that is read wrongly once is told and not set aside', async () => {
  app = await startTestApp();
  const { digest } = await pushOne(large);
  const { storage } = app.app.registry;
  const size = storage.size.bind(storage);
  const wrongRead = misreadOnce(storage);

  expect(await repair()).toEqual(['unreadable-object']);
  vi.spyOn(storage, 'size').mockImplementationOnce(async (...call) => (await size(...call)) - 1);
  expect(await repair()).toEqual(['unreadable-object']);

  expect(wrongRead).toHaveBeenCalled();
  expect(await pull(app.url, digest)).toBe('right');
  expect(await repair()).toEqual([]);
});

test('swapped objects are found by both of their pulls', async () => {
  app = await startTestApp();
  const [one, two] = [randomBytes(large), randomBytes(large)];
  for (const bytes of [one, two]) await pushBlob(app, 'admin', repository, bytes);
  const digests = [one, two].map((bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  const files = await Promise.all(digests.map(fileOf));
  for (const [index, bytes] of [two, one].entries()) {
    const file = await open(files[index] ?? '', 'r+');
    await file.write(bytes);
    await file.close();
  }

  const outcomes = await Promise.all(digests.map((digest) => pull(app.url, digest)));

  expect(outcomes).toEqual(['cut', 'cut']);
});
