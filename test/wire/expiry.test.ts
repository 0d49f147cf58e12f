import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { UploadExpiry } from '#src/registry/upload-expiry.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => app.close());

async function abandon(): Promise<string> {
  const { headers } = await app.send('admin', { method: 'POST', path: '/v2/library/expiry/blobs/uploads/' });
  const location = headers['location'] ?? '';
  await app.send('admin', { method: 'PATCH', path: location, body: randomBytes(1_000) });
  return location;
}

const ledger = () =>
  app.database.db
    .selectFrom('collection_ledger')
    .select(['repository', 'size', 'reason'])
    .where('kind', '=', 'upload')
    .orderBy('id')
    .execute();

/** What a crash leaves: bytes that no row names. Returns their key. */
async function leaveDraft(): Promise<string> {
  const { storage } = app.app.registry;
  const options = { takeover: false, signal: AbortSignal.timeout(30_000) };
  const writer = await storage.append(storage.begin(), options);
  await writer.write(randomBytes(10));
  return (await writer.close()).key;
}

const silent = pino({ level: 'silent' });

const drafts = () => readdir(join(app.storage, 'drafts'));

test('G-33: an upload past its time goes with its bytes, one within its time stays', async () => {
  const old = await abandon();
  const young = await abandon();
  await app.database.db
    .updateTable('upload')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('id', '=', old.split('/').at(-1) ?? '')
    .execute();

  await new UploadExpiry(app.database, app.app.registry.storage, pino({ level: 'silent' }), 168).sweep();

  const kept = await app.send('admin', { path: young });
  const left = await app.database.db.selectFrom('upload').select('id').execute();
  expect(kept.headers['range']).toBe('0-999');
  expect(left).toHaveLength(1);
  expect(await drafts()).toHaveLength(1);
  expect(await ledger()).toEqual([
    {
      repository: 'library/expiry',
      size: 1_000,
      reason: 'abandoned: nothing was added to it within 168 hours',
    },
  ]);
});

test('a draft that no row names goes only when it is older than any upload may become', async () => {
  const { storage } = app.app.registry;
  const before = (await drafts()).length;
  await leaveDraft();

  const log = pino({ level: 'silent' });
  await new UploadExpiry(app.database, storage, log, 168).sweep();
  const young = (await drafts()).length;
  await new UploadExpiry(app.database, storage, log, -24.001).sweep();
  const old = (await drafts()).length;

  expect([young - before, old - before]).toEqual([1, 0]);
  expect((await ledger()).at(-1)).toMatchObject({
    repository: null,
    reason: expect.stringMatching(/^no upload named the draft ./),
  });
});

test('the tail of an upload that has a row is kept, however old it is', async () => {
  const id = (await abandon()).split('/').at(-1) ?? '';
  const tail = { key: await leaveDraft(), size: 10 };
  const draft = JSON.stringify({ key: 'blobs/large', size: 10, multipart: { id: 'x', parts: [], tail } });
  await app.database.db.updateTable('upload').set({ draft }).where('id', '=', id).execute();

  await new UploadExpiry(app.database, app.app.registry.storage, silent, -24.001).sweep();

  expect(await drafts()).toContain(tail.key.split('/').at(-1));
});

test('bytes that cannot be removed keep no others from going', async () => {
  const expired = [await abandon(), await abandon(), await abandon()].map(
    (path) => path.split('/').at(-1) ?? '',
  );
  const past = { expires_at: new Date(Date.now() - 1_000) };
  await app.database.db.updateTable('upload').set(past).where('id', 'in', expired).execute();
  for (let count = 0; count < 3; count++) await leaveDraft();
  const before = (await drafts()).length;
  const { storage } = app.app.registry;
  const discard = storage.discard.bind(storage);
  let stuck: string | undefined;
  vi.spyOn(storage, 'discard').mockImplementation(async (draft, signal) => {
    stuck ??= draft.key;
    if (draft.key === stuck) throw new Error('EIO');
    return discard(draft, signal);
  });

  await new UploadExpiry(app.database, storage, silent, 168).sweep();
  const afterExpired = (await drafts()).length;
  stuck = undefined;
  await new UploadExpiry(app.database, storage, silent, -24.001).sweep();
  const left = await unnamed();
  vi.restoreAllMocks();
  await new UploadExpiry(app.database, storage, silent, -24.001).sweep();

  expect(afterExpired - before).toBe(-2);
  expect(left).toEqual([stuck]);
  expect(await unnamed()).toEqual([]);
});

/** Drafts that no row names. */
async function unnamed(): Promise<string[]> {
  const rows = JSON.stringify(await app.database.db.selectFrom('upload').select('draft').execute());
  return (await drafts()).filter((name) => !rows.includes(name)).map((name) => `drafts/${name}`);
}
