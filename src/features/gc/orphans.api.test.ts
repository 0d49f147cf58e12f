import { randomBytes } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { idle, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { collect } from './collect.ts';
import { findOrphans } from './orphans.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ settings: idle });
});
afterAll(() => app.close());

const { signal } = new AbortController();
const walk = () => findOrphans(app.app.registry.database, app.app.registry.storage, signal);

const objects = async (): Promise<string[]> =>
  (await readdir(join(app.storage, 'blobs'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

/** As a commit leaves it whose transaction never came. */
async function leaveOrphan(): Promise<void> {
  const { storage } = app.app.registry;
  const bytes = randomBytes(100);
  const writer = await storage.append(storage.begin(), { takeover: false, signal });
  await writer.write(bytes);
  await storage.commit(await writer.close(), digestOf(bytes), signal);
}

async function age(days: number): Promise<void> {
  const then = new Date(Date.now() - days * 86_400_000);
  for (const path of await objects()) await utimes(path, then, then);
}

test('an object that no row names is noted when it is a day old, and goes after a week, with a reason', async () => {
  await pushImage(app, 'admin', 'library/app', 'v1');
  const named = await objects();
  await leaveOrphan();
  const { registry } = app.app;

  const young = await walk();
  await age(2);
  const old = await walk();
  const again = await walk();
  await sql`update collection_orphan set seen_at = now() - interval '8 days'`.execute(app.database.db);
  const expired = await walk();
  await collect(registry.database, registry, { windowSeconds: 0, executionId: null, signal });

  expect([young, old, again, expired]).toEqual([
    { waiting: 0, removed: 0, bytes: 0 },
    { waiting: 1, removed: 0, bytes: 0 },
    { waiting: 1, removed: 0, bytes: 0 },
    { waiting: 0, removed: 1, bytes: 100 },
  ]);
  expect((await objects()).toSorted()).toEqual(named.toSorted());
  const ledger = app.database.db.selectFrom('collection_ledger').select(['kind', 'size', 'reason']);
  expect(await ledger.execute()).toEqual([
    {
      kind: 'orphan',
      size: 100,
      reason: expect.stringMatching(/^no row has named .+ for the time of grace$/),
    },
  ]);
});

test('an object that gets its row within the week stays', async () => {
  await leaveOrphan();
  await age(2);
  await walk();
  const { db } = app.database;
  const { location, size } = await db
    .selectFrom('collection_orphan')
    .select(['location', 'size'])
    .executeTakeFirstOrThrow();
  const digest = digestOf(Buffer.from(location));
  await db.insertInto('blob').values({ digest, size, location, leased_until: new Date() }).execute();
  await sql`update collection_orphan set seen_at = now() - interval '8 days'`.execute(db);

  const found = await walk();

  expect(found).toEqual({ waiting: 0, removed: 0, bytes: 0 });
  expect(await db.selectFrom('collection_orphan').selectAll().execute()).toEqual([]);
});

test('the parts of an upload that goes on are no orphan, however long it rests', async () => {
  const { database, storage } = app.app.registry;
  const begun = await app.send('admin', { method: 'POST', path: '/v2/library/app/blobs/uploads/' });
  await app.send('admin', { method: 'PATCH', path: begun.headers['location'] ?? '', body: randomBytes(10) });
  await leaveOrphan();
  await age(2);
  const before = await walk();
  const left = database.db.selectFrom('collection_orphan').select('location');
  const { location } = await left.executeTakeFirstOrThrow();
  await database.db
    .updateTable('upload')
    .set({ draft: JSON.stringify({ key: location, size: 10, multipart: { id: 'x', parts: [] } }) })
    .execute();

  await sql`update collection_orphan set seen_at = now() - interval '8 days'`.execute(database.db);
  const expired = await findOrphans(database, storage, signal);

  expect([before.waiting, expired]).toEqual([1, { waiting: 0, removed: 0, bytes: 0 }]);
});
