import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Context } from '#src/context.ts';
import { theRegistry } from '#src/access/principal.ts';
import { inTransaction } from '#src/context.ts';
import { removeArtifacts } from '#src/features/artifacts/index.ts';
import { call } from '#src/features/artifacts/content.fixture.ts';
import { pino } from 'pino';
import { makeImage, pushBlob, startTestApp, type TestApp, type TestImage } from '#test/support/app.ts';
import { findNodes, listCandidates, type Node } from './candidates.store.ts';
import { unchanged } from './retention.job.ts';

let app: TestApp;
let images: TestImage[];
beforeAll(async () => {
  app = await startTestApp({ soleWriter: false });
  await app.createProject('team');
  images = Array.from({ length: 20 }, () => makeImage());
  for (const { blobs } of images) {
    for (const { bytes } of blobs) await pushBlob(app, 'admin', 'team/app', bytes);
  }
});
afterAll(() => app.close());

const put = (tag: string, { manifest }: TestImage) =>
  app.send('admin', {
    method: 'PUT',
    path: `/v2/team/app/manifests/${tag}`,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: manifest,
  });

function context(): Context {
  const { live, counts, forget } = app.app.registry;
  const signal = new AbortController().signal;
  const { db } = app.database;
  return {
    db,
    who: theRegistry,
    log: pino({ level: 'silent' }),
    signal,
    requestId: '',
    clientAddress: '',
    live,
    counts,
    forget,
  };
}

async function repository() {
  return app.database.db
    .selectFrom('repository')
    .select(['repository_id', 'project_id', 'name'])
    .where('name', '=', 'team/app')
    .executeTakeFirstOrThrow();
}

const remove = async (nodes: readonly Node[]) => {
  const place = await repository();
  return inTransaction(context(), (ctx) =>
    removeArtifacts(ctx, place, nodes, {
      why: 'a test',
      operation: 'retention',
      unchanged: (ctx, ids) => unchanged(ctx, place, nodes, ids),
    }),
  );
};

test('G-82: what is pushed again while it is deleted survives, a thousand times', async () => {
  for (let round = 0; round < 50; round += 1) {
    for (const [i, image] of images.entries()) expect((await put(`t${i}`, image)).status).toBe(201);
    const { repository_id } = await repository();
    const seen = await listCandidates(app.database.db, repository_id, Number.MAX_SAFE_INTEGER, 100);

    const [pushes] = await Promise.all([
      Promise.all(images.map((image, i) => put(`t${i}`, image))),
      remove(seen),
    ]);

    for (const [i, { status }] of pushes.entries()) {
      // Before the deletion it keeps the artifact, after it, it makes a new one, if the blobs are still there.
      const { status: pulled } = await app.send('admin', { path: `/v2/team/app/manifests/t${i}` });
      expect([status, pulled]).toEqual(status === 201 ? [201, 200] : [404, 404]);
    }
    for (const { blobs } of images)
      for (const { bytes } of blobs) await pushBlob(app, 'admin', 'team/app', bytes);
  }
}, 240_000);

test.each(['pulled', 'tagged', 'taken a tag away from', 'pushed again'])(
  'G-82: what was %s after the decision stays',
  async (how) => {
    const image = images[0] ?? makeImage();
    await put('one', image);
    await put('two', image);
    const { repository_id } = await repository();
    const [seen] = (
      await listCandidates(app.database.db, repository_id, Number.MAX_SAFE_INTEGER, 100)
    ).filter(({ tags }) => tags.includes('one'));
    const path = '/projects/team/repositories/app/artifacts/one/tags';

    if (how === 'pulled') {
      await app.send('admin', { path: '/v2/team/app/manifests/one' });
      await app.app.registry.pulls.flush();
    } else if (how === 'tagged') await call(app, 'admin', 'POST', path, { name: 'three' });
    else if (how === 'pushed again') await put('two', image);
    else await call(app, 'admin', 'DELETE', `${path}/two`);
    const gone = await remove(seen ? [seen] : []);

    expect(gone).toEqual([]);
    expect(await findNodes(app.database.db, repository_id, [seen?.id ?? 0])).toHaveLength(1);
    await call(app, 'admin', 'DELETE', '/projects/team/repositories/app/artifacts/one');
    for (const { blobs } of images)
      for (const { bytes } of blobs) await pushBlob(app, 'admin', 'team/app', bytes);
  },
);
