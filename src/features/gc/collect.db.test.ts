import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { type Collected, collect } from './collect.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

/** Every promise about a blob made so far is over, and every link is old enough to be looked at. */
async function letLeasesEnd(): Promise<void> {
  const past = new Date(Date.now() - 86_400_000);
  await app.database.db.updateTable('blob').set({ leased_until: past }).execute();
  await app.database.db.updateTable('repository_blob').set({ linked_at: past }).execute();
}

function run(windowSeconds = 0): Promise<Collected> {
  const { storage, content, leaseSeconds } = app.app.registry;
  return collect(
    app.database,
    { storage, content, leaseSeconds },
    { windowSeconds, executionId: null, signal: new AbortController().signal },
  );
}

const objects = async () => {
  const found: string[] = [];
  for await (const { location } of app.app.registry.storage.list(new AbortController().signal))
    found.push(location);
  return found;
};

const pull = (digest: string, name = 'library/app') =>
  app.send('admin', { path: `/v2/${name}/manifests/${digest}` });
const remove = (digest: string, name = 'library/app') =>
  app.send('admin', { method: 'DELETE', path: `/v2/${name}/manifests/${digest}` });

describe('collection', () => {
  test('takes what a deleted image alone needed, rows and bytes, and leaves the rest', async () => {
    const [kept, gone] = [makeImage(2), makeImage(3)];
    await pushImage(app, 'admin', 'library/app', 'kept', kept);
    await pushImage(app, 'admin', 'library/app', 'gone', gone);
    await remove(gone.digest);
    await app.database.db.deleteFrom('trash').execute();
    await letLeasesEnd();

    const collected = await run();

    expect(collected).toMatchObject({ blobs: 5, objects: 4, failures: 0 });
    expect(await objects()).toHaveLength(3);
    expect((await pull('kept')).status).toBe(200);
    const used = await app.database.db.selectFrom('project_blob').select('blob_id').execute();
    expect(used).toHaveLength(4);
  });

  test('leaves what the registry promised within the lease', async () => {
    const image = makeImage(1);
    await pushImage(app, 'admin', 'library/app', 'a', image);
    await remove(image.digest);
    await app.database.db.deleteFrom('trash').execute();
    await letLeasesEnd();
    const [config] = image.blobs;
    await app.send('admin', { method: 'HEAD', path: `/v2/library/app/blobs/${config?.digest}` });

    await run();

    const left = await app.database.db.selectFrom('blob').select('digest').execute();
    expect(left).toContainEqual({ digest: config?.digest });
    const head = await app.send('admin', { method: 'HEAD', path: `/v2/library/app/blobs/${config?.digest}` });
    expect(head.status).toBe(200);
  });

  test('takes the blobs of a push that was given up', async () => {
    const image = makeImage(2);
    await pushImage(app, 'admin', 'library/other', 'a', makeImage(1));
    await pushImage(app, 'admin', 'library/app', 'a', image);
    await app.database.db.deleteFrom('tag').execute();
    await app.database.db.deleteFrom('artifact').execute();
    await app.database.db.deleteFrom('collection_due').execute();
    await letLeasesEnd();

    const collected = await run();

    expect(collected.blobs).toBe(7);
    expect(await objects()).toEqual([]);
  });

  test('leaves a blob that another repository holds, and takes it only from the one that does not', async () => {
    const image = makeImage(1);
    await pushImage(app, 'admin', 'library/one', 'a', image);
    await pushImage(app, 'admin', 'library/two', 'a', image);
    await remove(image.digest, 'library/one');
    await app.database.db.deleteFrom('trash').execute();
    await letLeasesEnd();

    const collected = await run();

    expect(collected).toMatchObject({ blobs: 0, objects: 0 });
    expect((await pull('a', 'library/two')).status).toBe(200);
    const blob = await app.send('admin', { path: `/v2/library/one/blobs/${image.blobs[0]?.digest}` });
    expect(blob.status).toBe(404);
  });

  test('writes what went, and why, into the ledger', async () => {
    const image = makeImage(1);
    await pushImage(app, 'admin', 'library/app', 'a', image);
    await remove(image.digest);
    await app.database.db.deleteFrom('trash').execute();
    await letLeasesEnd();

    await run();

    const ledger = await app.database.db
      .selectFrom('collection_ledger')
      .select(['kind', 'reason'])
      .where('digest', '=', image.digest)
      .where('kind', '=', 'blob')
      .execute();
    expect(ledger).toEqual([{ kind: 'blob', reason: 'no repository holds it' }]);
  });

  test('ends when it is stopped', async () => {
    const { storage, content, leaseSeconds } = app.app.registry;
    const stopped = AbortSignal.abort(new Error('stopped'));

    const running = collect(
      app.database,
      { storage, content, leaseSeconds },
      { windowSeconds: 0, executionId: null, signal: stopped },
    );

    await expect(running).rejects.toThrow('stopped');
  });
});
