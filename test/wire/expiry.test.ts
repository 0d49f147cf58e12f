import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UploadExpiry } from '#src/registry/upload-expiry.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

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
  const writer = await storage.append(storage.begin(), {
    takeover: false,
    signal: AbortSignal.timeout(5_000),
  });
  await writer.write(randomBytes(10));
  await writer.close();

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
