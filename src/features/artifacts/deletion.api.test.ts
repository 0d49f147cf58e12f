import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import {
  call,
  changesOf,
  chargedFor,
  digestsIn,
  letLeasesEnd,
  pushAccessory,
  pushIndex,
  pushManifest,
  pushUntagged,
} from './content.fixture.ts';

let app: TestApp;
let project: number;
let repository: string;
let made = 0;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  project = await app.createProject(`team-${(made += 1)}`);
  repository = `team-${made}/app`;
});

const path = (reference: string) => `/projects/team-${made}/repositories/app/artifacts/${reference}`;

/** Both planes delete by the same rules. */
const planes = {
  api: (digest: string) => call(app, 'admin', 'DELETE', path(digest)),
  '/v2': (digest: string) =>
    app.send('admin', { method: 'DELETE', path: `/v2/${repository}/manifests/${digest}` }),
} as const;

describe.each(Object.entries(planes))('deleting an artifact by %s', (plane, remove) => {
  test('takes all its tags, and says so in one audit entry', async () => {
    const { image } = await pushImage(app, 'admin', repository, 'one');
    await pushImage(app, 'admin', repository, 'two', image);

    const answer = await remove(image.digest);

    expect([answer.status, answer.body.length]).toEqual([plane === 'api' ? 200 : 202, 0]);
    expect(await digestsIn(app, repository)).toEqual([]);
    expect(await changesOf(app, repository)).toEqual([
      {
        username: 'admin',
        operation: 'delete',
        resource_type: 'artifact',
        resource: `${repository}@${image.digest}`,
        detail: { tags: ['one', 'two'] },
      },
    ]);
  });

  test('takes its accessories and theirs, tagged or not', async () => {
    const { image } = await pushImage(app, 'admin', repository, 'v1');
    const signature = await pushAccessory(app, repository, image.digest, 'signature');
    await pushAccessory(app, repository, signature);
    const other = await pushUntagged(app, repository);

    await remove(image.digest);

    expect(await digestsIn(app, repository)).toEqual([other.digest]);
  });

  test('takes the children of an index that nothing else needs, with their accessories', async () => {
    const [alone, tagged, shared] = [
      await pushUntagged(app, repository),
      (await pushImage(app, 'admin', repository, 'tagged')).image,
      await pushUntagged(app, repository),
    ];
    await pushAccessory(app, repository, alone.digest);
    const index = await pushIndex(app, repository, [alone, tagged, shared], 'index');
    const other = await pushIndex(app, repository, [shared]);

    const answer = await remove(index);

    expect(answer.status).toBeLessThan(300);
    expect(await digestsIn(app, repository)).toEqual([tagged.digest, shared.digest, other].sort());
  });

  test('is refused while an index names it, and nothing changes', async () => {
    const { image } = await pushImage(app, 'admin', repository, 'v1');
    const index = await pushIndex(app, repository, [image]);

    const answer = await remove(image.digest);

    expect([answer.status, answer.code]).toEqual([412, 'VIOLATE_FOREIGN_KEY_CONSTRAINT']);
    expect(answer.json<{ errors: [{ message: string }] }>().errors[0].message).toMatch(
      /^the deleting artifact is referenced by others/,
    );
    expect(await digestsIn(app, repository)).toEqual([image.digest, index].sort());
    expect(await changesOf(app, repository)).toEqual([]);
  });

  test('gives the project its bytes back at once when nobody counts on them', async () => {
    const [kept, gone] = [makeImage(2), makeImage(3)];
    await pushImage(app, 'admin', repository, 'kept', kept);
    const before = await chargedFor(app, project);
    await pushImage(app, 'admin', repository, 'gone', gone);
    await letLeasesEnd(app);

    await remove(gone.digest);

    const after = await chargedFor(app, project);
    expect(after).toEqual(before);
    expect(after.counted).toBe(after.linked);
    const blob = await app.send('admin', { path: `/v2/${repository}/blobs/${gone.blobs[1]?.digest}` });
    expect(blob.status).toBe(404);
  });

  test('leaves what another push was promised within the lease', async () => {
    const image = makeImage(1);
    await pushImage(app, 'admin', repository, 'v1', image);
    await letLeasesEnd(app);
    const [config] = image.blobs;
    const head = { method: 'HEAD', path: `/v2/${repository}/blobs/${config?.digest}` };
    await app.send('admin', head);

    await remove(image.digest);

    expect((await app.send('admin', head)).status).toBe(200);
    const after = await chargedFor(app, project);
    expect(after).toEqual({ counted: config?.bytes.length, linked: config?.bytes.length });
  });

  test('leaves what another artifact or another repository of the project needs', async () => {
    const image = makeImage(2);
    await pushImage(app, 'admin', repository, 'v1', image);
    const again = await pushManifest(
      app,
      repository,
      { ...(JSON.parse(image.manifest.toString()) as { mediaType: string }), annotations: { a: 'b' } },
      'v2',
    );
    await pushImage(app, 'admin', `team-${made}/other`, 'v1', image);
    await letLeasesEnd(app);

    const first = await remove(image.digest);
    const between = await Promise.all(
      image.blobs.map(({ digest }) => app.send('admin', { path: `/v2/${repository}/blobs/${digest}` })),
    );
    const second = await remove(again);

    expect([first, ...between, second].map(({ status }) => status < 300)).toEqual(Array(5).fill(true));

    const { counted, linked } = await chargedFor(app, project);
    expect(counted).toBe(linked);
    const pulls = image.blobs.map(({ digest }) =>
      app.send('admin', { path: `/v2/team-${made}/other/blobs/${digest}` }),
    );
    expect((await Promise.all(pulls)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

test('an accessory that an index names stays when its subject goes', async () => {
  const { image } = await pushImage(app, 'admin', repository, 'v1');
  const named = await pushAccessory(app, repository, image.digest);
  await pushAccessory(app, repository, image.digest);
  const index = await pushManifest(app, repository, {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: named, size: 2 }],
  });

  const answer = await planes.api(image.digest);

  expect(answer.status).toBe(200);
  expect(await digestsIn(app, repository)).toEqual([named, index].sort());
});

test('an artifact that is not there, and one of another project, are not found', async () => {
  const { image } = await pushImage(app, 'admin', 'library/foreign', 'v1');
  await pushUntagged(app, repository);

  const missing = await planes.api(image.digest);
  const tag = await planes.api('v1');

  expect([missing.status, missing.code, tag.status]).toEqual([404, 'NOT_FOUND', 404]);
  expect(await digestsIn(app, 'library/foreign')).toEqual([image.digest]);
});

test('the API deletes by tag what the tag names', async () => {
  await pushImage(app, 'admin', repository, 'v1');

  const answer = await planes.api('v1');

  expect(answer.status).toBe(200);
  expect(await digestsIn(app, repository)).toEqual([]);
});

test('S-075: a developer deletes by neither plane, neither artifact nor tag', async () => {
  await app.addMember(project, await app.createUser(`dev-${made}`), 2);
  const { image } = await pushImage(app, 'admin', repository, 'v1');
  const dev = `dev-${made}`;

  const answers = [
    await call(app, dev, 'DELETE', path(image.digest)),
    await call(app, dev, 'DELETE', `${path('v1')}/tags/v1`),
    await app.send(dev, { method: 'DELETE', path: `/v2/${repository}/manifests/${image.digest}` }),
    await app.send(dev, { method: 'DELETE', path: `/v2/${repository}/manifests/v1` }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([403, 403, 401, 401]);
  expect(await digestsIn(app, repository)).toEqual([image.digest]);
});

test('two artifacts that each call themselves the signature of the other go together', async () => {
  const signed = (number: number, tag?: string) =>
    pushManifest(app, repository, { ...signatureOf(number), annotations: { number: String(number) } }, tag);
  await pushUntagged(app, repository, simpleSigning);
  const first = await signed(1);
  const second = await signed(2, `${first.replace(':', '-')}.sig`);
  await signed(1, `${second.replace(':', '-')}.sig`);

  const answer = await planes.api(first);

  expect(answer.status).toBe(200);
  expect(await digestsIn(app, repository)).toEqual([simpleSigning.digest]);
});

const simpleSigning = makeImage(1);
const signatureOf = (_number: number) => {
  const manifest = JSON.parse(simpleSigning.manifest.toString()) as {
    mediaType: string;
    config: object;
    layers: object[];
  };
  return {
    ...manifest,
    layers: manifest.layers.map((layer) => ({
      ...layer,
      mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    })),
  };
};

test('G-75: a push against a deletion leaves whole images only, and the quota exact', async () => {
  const image = makeImage(2);
  const repush = () => pushImage(app, 'admin', repository, 'race', image);
  await repush();

  const statuses = new Set<number>();
  for (let round = 0; round < 15; round++) {
    await letLeasesEnd(app);
    const [first, pushed, second, again] = await Promise.all([
      planes['/v2'](image.digest),
      repush(),
      planes.api('race'),
      repush(),
    ]);
    for (const { status } of [first, second, pushed.answer, again.answer]) statuses.add(status);
  }
  await repush();

  const pulls = await Promise.all(
    image.blobs.map(({ digest }) => app.send('admin', { path: `/v2/${repository}/blobs/${digest}` })),
  );
  expect(pulls.map(({ status }) => status)).toEqual([200, 200, 200]);
  const { counted, linked } = await chargedFor(app, project);
  expect(counted).toBe(linked);
  // Whoever comes too late is told so: 404, and the client pushes again.
  expect([...statuses].filter((status) => ![200, 201, 202, 404].includes(status))).toEqual([]);
});
