import { afterAll, beforeAll, expect, test } from 'vitest';
import { idle, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import type { LedgerEntry } from './gc.contract.ts';
import { removeOldEntries } from './ledger.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ settings: idle });
  await app.createProject('team');
});
afterAll(() => app.close());

const send = (method: string, path: string) => app.send('admin', { method, path: `/api/v2.0${path}` });
const ledgerOf = async (repository: string) =>
  (await send('GET', `/system/gc/ledger?q=repository=${repository}&sort=deleted_at`)).json<LedgerEntry[]>();
const restore = (name: string, { restore: kept }: LedgerEntry) =>
  send('POST', `/projects/team/repositories/${name}/artifacts/${kept?.reference}/restore`);

test('the ledger says as what, and until when, a deletion can be undone, and no longer once it is', async () => {
  const { image } = await pushImage(app, 'admin', 'team/one', 'v1');
  await pushImage(app, 'admin', 'team/one', 'stable', image);
  await send('DELETE', '/projects/team/repositories/one/artifacts/v1/tags/v1');
  await send('DELETE', '/projects/team/repositories/one/artifacts/stable');

  const [tag, artifact] = await ledgerOf('team/one');

  expect(tag).toMatchObject({ kind: 'tag', restore: { reference: 'v1' } });
  expect(artifact).toMatchObject({ kind: 'artifact', restore: { reference: image.digest } });
  const hours = (Date.parse(artifact?.restore?.until ?? '') - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(23);
  expect(artifact && (await restore('one', artifact)).status).toBe(200);
  expect((await ledgerOf('team/one'))[1]).not.toHaveProperty('restore');
});

test('of a whole repository each artifact can be brought back', async () => {
  for (const tag of ['a', 'b']) await pushImage(app, 'admin', 'team/whole', tag);
  await send('DELETE', '/projects/team/repositories/whole');

  const entries = await ledgerOf('team/whole');
  const answers: number[] = [];
  for (const entry of entries) if (entry.restore) answers.push((await restore('whole', entry)).status);

  expect(entries.map(({ kind }) => kind).toSorted()).toEqual(['artifact', 'artifact', 'repository']);
  expect(answers).toEqual([200, 200]);
});

test('what collection freed within a day, and what is kept, is summed up', async () => {
  const { image } = await pushImage(app, 'admin', 'team/kept', 'v1');
  await app.database.db.deleteFrom('trash').execute();
  await send('DELETE', '/projects/team/repositories/kept/artifacts/v1');
  await app.database.db
    .insertInto('collection_ledger')
    .values([
      { kind: 'blob', size: 1_000, reason: 'test' },
      { kind: 'blob', size: 9_000, reason: 'test', deleted_at: new Date(Date.now() - 2 * 86_400_000) },
    ])
    .execute();

  const summary = await send('GET', '/system/gc/summary');

  const size = image.manifest.length + image.blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(summary.json()).toMatchObject({
    freed_blobs: 1,
    freed_space: 1_000,
    waiting_objects: 0,
    failing_objects: 0,
    kept_artifacts: 1,
    kept_space: size,
    kept_until: expect.any(String),
  });
});

test('entries older than the setting go, but not what can still be brought back', async () => {
  await pushImage(app, 'admin', 'team/old', 'v1');
  await pushImage(app, 'admin', 'team/old', 'v2');
  await send('DELETE', '/projects/team/repositories/old/artifacts/v1');
  await send('DELETE', '/projects/team/repositories/old/artifacts/v2');
  const { db } = app.database;
  const { database } = app.app.registry;
  const [v1] = (await ledgerOf('team/old')) as [LedgerEntry];
  const deleted_at = new Date(Date.now() - 40 * 86_400_000);
  for (const table of ['collection_ledger', 'trash'] as const) {
    await db
      .updateTable(table)
      .set({ deleted_at })
      .where('digest', '=', v1.digest ?? '')
      .execute();
  }
  await db
    .insertInto('collection_ledger')
    .values({ kind: 'blob', reason: 'long ago', deleted_at: new Date(Date.now() - 31 * 86_400_000) })
    .execute();

  await removeOldEntries(database, 30, new AbortController().signal);
  const first = await ledgerOf('team/old');
  await db.deleteFrom('trash').execute();
  await removeOldEntries(database, 30, new AbortController().signal);
  const then = await ledgerOf('team/old');

  expect(first.map(({ tags }) => tags)).toEqual([['v1'], ['v2']]);
  expect(then.map(({ tags }) => tags)).toEqual([['v2']]);
  expect(
    await db.selectFrom('collection_ledger').select('id').where('reason', '=', 'long ago').execute(),
  ).toEqual([]);
});
