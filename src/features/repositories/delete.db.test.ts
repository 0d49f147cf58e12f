import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  makeImage,
  pushBlob,
  pushImage,
  startTestApp,
  type TestApp,
  type TestImage,
} from '#test/support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const deletion = (name: string) => {
  const [project, ...rest] = name.split('/');
  const repository = encodeURIComponent(encodeURIComponent(rest.join('/')));
  return app.send('admin', {
    method: 'DELETE',
    path: `/api/v2.0/projects/${project}/repositories/${repository}`,
  });
};

const tagging = (name: string, tag: string, image = makeImage()) =>
  app.send('admin', {
    method: 'PUT',
    path: `/v2/${name}/manifests/${tag}`,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: image.manifest,
  });

const bytesOf = (image: TestImage) =>
  image.blobs.reduce((sum, { bytes }) => sum + bytes.length, image.manifest.length);

/** What the project is charged for, and the sum of the distinct blobs that its repositories hold. */
async function charged(project: number): Promise<{ used: number; held: number; listed: number }> {
  const { rows } = await sql<{ used: number; held: number; listed: number }>`
    select (q.used_storage + coalesce((select sum(bytes) from quota_charge c where c.project_id = q.project_id), 0))::bigint as used,
      (select coalesce(sum(size), 0)::bigint from blob where id in (
         select l.blob_id from repository_blob l join repository r using (repository_id) where r.project_id = q.project_id)) as held,
      (select coalesce(sum(size), 0)::bigint from blob where id in (
         select blob_id from project_blob p where p.project_id = q.project_id)) as listed
      from quota q where q.project_id = ${project}`.execute(app.database.db);
  return rows[0] ?? { used: -1, held: -1, listed: -1 };
}

describe('deleting a repository', () => {
  test('takes everything in it and gives back what nothing else of the project holds', async () => {
    const project = await app.createProject('one');
    const [mine, shared] = [makeImage(2), makeImage(1)];
    await pushImage(app, 'admin', 'one/a/b', '1.0', mine);
    await pushImage(app, 'admin', 'one/a/b', '2.0', shared);
    await pushImage(app, 'admin', 'one/other', '2.0', shared);

    const answer = await deletion('one/a/b');

    expect(answer.status).toBe(200);
    expect((await app.send('admin', { path: '/v2/one/a/b/tags/list' })).status).toBe(404);
    expect((await app.send('admin', { path: `/v2/one/a/b/manifests/${mine.digest}` })).status).toBe(404);
    expect((await app.send('admin', { path: '/v2/one/other/manifests/2.0' })).status).toBe(200);
    const bytes = bytesOf(shared);
    expect(await charged(project)).toEqual({ used: bytes, held: bytes, listed: bytes });
    const audit = await app.database.db
      .selectFrom('audit_log')
      .select(['username', 'operation', 'detail'])
      .where('resource', '=', 'one/a/b')
      .execute();
    expect(audit).toEqual([{ username: 'admin', operation: 'delete', detail: { artifacts: 2 } }]);
  });

  test('takes indexes with their children', async () => {
    const project = await app.createProject('two');
    const { image } = await pushImage(app, 'admin', 'two/multi', 'amd64');
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const child = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: image.digest,
      size: image.manifest.length,
    };
    const index = await app.send('admin', {
      method: 'PUT',
      path: '/v2/two/multi/manifests/all',
      headers: { 'content-type': mediaType },
      body: JSON.stringify({ schemaVersion: 2, mediaType, manifests: [child] }),
    });

    const answer = await deletion('two/multi');

    expect([index.status, answer.status]).toEqual([201, 200]);
    expect(await charged(project)).toEqual({ used: 0, held: 0, listed: 0 });
  });

  test('lets the same name be pushed again at once', async () => {
    await app.createProject('three');
    await pushImage(app, 'admin', 'three/again', 'v1');
    await deletion('three/again');

    const { answer } = await pushImage(app, 'admin', 'three/again', 'v1');

    expect(answer.status).toBe(201);
  });

  test('ends its uploads', async () => {
    await app.createProject('four');
    await pushImage(app, 'admin', 'four/r', 'v1');
    const begun = await app.send('admin', { method: 'POST', path: '/v2/four/r/blobs/uploads/' });
    const location = begun.headers['location'] ?? '';
    await app.send('admin', { method: 'PATCH', path: location, body: Buffer.from('begun') });

    await deletion('four/r');

    const next = await app.send('admin', { method: 'PATCH', path: location, body: Buffer.from('more') });
    expect([next.status, next.code]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    const left = await app.database.db
      .selectFrom('upload')
      .select('id')
      .where('expires_at', '>', sql<Date>`now()`)
      .execute();
    expect(left).toEqual([]);
  });

  test('is found missing when asked for twice', async () => {
    await app.createProject('five');
    await pushImage(app, 'admin', 'five/r', 'v1');

    const answers = await Promise.all([deletion('five/r'), deletion('five/r')]);

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
  });
});

describe('G-75: a push against the deletion of its repository', () => {
  test('is whole or fails, and the project is charged for what it holds', { timeout: 60_000 }, async () => {
    const project = await app.createProject('races');
    const images = Array.from({ length: 4 }, () => makeImage(2));
    await pushBlob(app, 'admin', 'races/keeper', images[0]?.blobs[1]?.bytes ?? Buffer.alloc(0));
    const seen = new Set<number>();
    for (let round = 0; round < 15; round++) {
      const [first, ...others] = images;
      await pushImage(app, 'admin', 'races/r', 't0', first);
      const answers = await Promise.all([
        ...Array.from({ length: 6 }, (_, i) => tagging('races/r', `more${i}`, first)),
        ...others.map((image, i) =>
          pushImage(app, 'admin', 'races/r', `t${i + 1}`, image).then(({ answer }) => answer),
        ),
        deletion('races/r'),
        deletion('races/r'),
      ]);
      for (const { status } of answers) seen.add(status);
      await whole('races/r');
    }

    expect([...seen].filter((status) => ![200, 201, 404].includes(status))).toEqual([]);
    const { used, held, listed } = await charged(project);
    expect([used, listed]).toEqual([held, held]);
    await deletion('races/r');
    expect((await charged(project)).used).toBe(images[0]?.blobs[1]?.bytes.length);
  });
});

describe('G-75: two repositories of a project that hold the same blobs', () => {
  test('are charged for exactly, whoever mounts and deletes at once', { timeout: 60_000 }, async () => {
    const project = await app.createProject('shared');
    await app.createProject('source');
    const { image } = await pushImage(app, 'admin', 'source/r', 'v1', makeImage(3));
    const mount = (name: string) =>
      Promise.all(
        image.blobs.map(({ digest }) =>
          app.send('admin', {
            method: 'POST',
            path: `/v2/${name}/blobs/uploads/?mount=${digest}&from=source/r`,
          }),
        ),
      );

    for (let round = 0; round < 20; round++) {
      await Promise.all([mount('shared/a'), mount('shared/b')]);
      await Promise.all([deletion('shared/a'), mount('shared/b'), mount('shared/a'), deletion('shared/b')]);
      const { used, held, listed } = await charged(project);
      expect({ round, used, listed }).toEqual({ round, used: held, listed: held });
    }
  });
});

/** Every tag of the repository names a manifest whose blobs are all there. */
async function whole(name: string): Promise<void> {
  const list = await app.send('admin', { path: `/v2/${name}/tags/list` });
  if (list.status === 404) return;
  for (const tag of list.json<{ tags: string[] }>().tags) {
    const manifest = await app.send('admin', { path: `/v2/${name}/manifests/${tag}` });
    expect(manifest.status).toBe(200);
    const { config, layers } = manifest.json<{ config: { digest: string }; layers: { digest: string }[] }>();
    for (const { digest } of [config, ...layers]) {
      expect((await app.send('admin', { path: `/v2/${name}/blobs/${digest}` })).status).toBe(200);
    }
  }
}
