import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/support/app.ts';
import { childOf, client, type NewArtifact, type Pushed } from './artifacts.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const empty = 'application/vnd.oci.empty.v1+json';
const cosignLayer = { mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' };
const cosignTag = ({ digest }: Pushed) => `${digest.replace(':', '-')}.sig`;

const kinds: readonly (readonly [string, NewArtifact])[] = [
  ['signature.cosign', { configType: 'application/vnd.dev.cosign.artifact.sig.v1+json' }],
  ['signature.cosign', { configType: empty, artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json' }],
  ['signature.notation', { configType: 'application/vnd.cncf.notary.signature' }],
  ['signature.notation', { configType: empty, artifactType: 'application/vnd.cncf.notary.signature' }],
  ['sbom.harbor', { configType: 'application/vnd.goharbor.harbor.sbom.v1' }],
  [
    'accelerator.nydus',
    { layers: [{}, { annotations: { 'containerd.io/snapshot/nydus-bootstrap': 'true' } }] },
  ],
  ['subject.accessory', { configType: empty, artifactType: 'application/spdx+json' }],
  ['subject.accessory', {}],
];

test.each(kinds)('a manifest with a subject is %s by %j', async (type, artifact) => {
  const { push, get } = client(app);
  const image = await push('library/kinds');
  const accessory = await push('library/kinds', { ...artifact, subject: image });

  const { body } = await get(`/projects/library/repositories/kinds/artifacts/${image.digest}/accessories`);

  const [subject, own] = await Promise.all(
    [image, accessory].map(
      async ({ digest }) => (await get(`/projects/library/repositories/kinds/artifacts/${digest}`)).body,
    ),
  );
  expect(body).toEqual([
    {
      id: expect.any(Number),
      artifact_id: own.id,
      subject_artifact_id: subject.id,
      subject_artifact_digest: image.digest,
      subject_artifact_repo: 'library/kinds',
      size: own.size,
      digest: accessory.digest,
      type,
      icon: expect.any(String),
      creation_time: own.push_time,
    },
  ]);
});

test("a signature under cosign's tag belongs to the image that the tag names", async () => {
  const { push, get } = client(app);
  const image = await push('library/cosign', { tag: '1' });
  const signature = await push('library/cosign', { tag: cosignTag(image), layers: [cosignLayer] });

  const { body, headers } = await get('/projects/library/repositories/cosign/artifacts?with_accessory=true');

  expect(headers['x-total-count']).toBe('1');
  expect(body).toMatchObject([
    { digest: image.digest, accessories: [{ digest: signature.digest, type: 'signature.cosign' }] },
  ]);
  const all = await get('/projects/library/repositories/cosign/artifacts?q=base=*');
  expect(all.body.map((one: { type: string }) => one.type)).toEqual(['IMAGE', 'SIGNATURE']);
});

test('a second signature under the same tag does not make the first one an image', async () => {
  const { push, get } = client(app);
  const image = await push('library/twice', { tag: '1' });
  await push('library/twice', { tag: cosignTag(image), layers: [cosignLayer] });
  await push('library/twice', { tag: cosignTag(image), layers: [cosignLayer] });

  const { body } = await get('/projects/library/repositories/twice/artifacts?with_accessory=true');

  expect(body).toHaveLength(1);
  expect(body[0].accessories).toHaveLength(2);
});

test("an image under cosign's tag is no signature, and none signs itself", async () => {
  const { push, get } = client(app);
  const image = await push('library/disguise', { tag: '1' });
  await push('library/disguise', { tag: cosignTag(image) });
  const own = await push('library/disguise', { tag: 'own', layers: [cosignLayer] });
  const path = `/v2/library/disguise/manifests/${own.digest}`;
  const { body: manifest } = await app.send('admin', { method: 'GET', path });
  await app.send('admin', {
    method: 'PUT',
    path: `/v2/library/disguise/manifests/${cosignTag(own)}`,
    headers: { 'content-type': own.mediaType },
    body: manifest,
  });

  const { body } = await get('/projects/library/repositories/disguise/artifacts?with_accessory=true');

  expect(body.map((one: { accessories: unknown }) => one.accessories)).toEqual([null, null, null]);
});

test('an accessory may come before its subject; until then it is listed itself', async () => {
  const { push, get } = client(app);
  const image = await push('library/elsewhere', { tag: '1' });
  await push('library/early', { subject: image, artifactType: 'application/spdx+json', configType: empty });
  const list = '/projects/library/repositories/early/artifacts?with_accessory=true';

  const before = await get(list);
  for (const { digest } of [image]) {
    const { body } = await app.send('admin', {
      method: 'GET',
      path: `/v2/library/elsewhere/manifests/${digest}`,
    });
    const { config, layers } = JSON.parse(body.toString());
    for (const blob of [config, ...layers]) {
      const path = `/v2/library/early/blobs/uploads/?mount=${blob.digest}&from=library/elsewhere`;
      await app.send('admin', { method: 'POST', path });
    }
    const headers = { 'content-type': image.mediaType };
    await app.send('admin', { method: 'PUT', path: `/v2/library/early/manifests/${digest}`, headers, body });
  }
  const after = await get(list);

  expect(before.body.map((one: { type: string }) => one.type)).toEqual(['SPDX']);
  expect(after.body).toMatchObject([{ digest: image.digest, accessories: [{ type: 'subject.accessory' }] }]);
});

test('accessories of an index are inherited by its children when that is asked for', async () => {
  const { push, index, get } = client(app);
  const child = await push('library/inherited', { tag: 'child' });
  const parent = await index('library/inherited', [childOf(child)], { tag: 'parent' });
  const signature = await push('library/inherited', {
    subject: parent,
    configType: 'application/vnd.cncf.notary.signature',
  });
  const path = '/projects/library/repositories/inherited/artifacts';

  const without = await get(`${path}/child?with_accessory=true`);
  const inherited = await get(`${path}/child?with_accessory=true&with_inherited_accessory=true`);

  expect(without.body).not.toHaveProperty('inherited_accessories');
  expect(inherited.body.accessories).toBeNull();
  expect(inherited.body.inherited_accessories).toMatchObject([
    { digest: signature.digest, subject_artifact_digest: parent.digest, type: 'signature.notation' },
  ]);
});

test('accessories are listed by page, type and order', async () => {
  const { push, get } = client(app);
  const image = await push('library/paged', { tag: '1' });
  for (let i = 0; i < 3; i += 1) await push('library/paged', { subject: image });
  await push('library/paged', { subject: image, configType: 'application/vnd.cncf.notary.signature' });
  const path = '/projects/library/repositories/paged/artifacts/1/accessories';

  const page = await get(`${path}?page_size=2&page=2&sort=-id`);
  const notation = await get(`${path}?q=type%3Dsignature.notation`);

  expect(page.headers['x-total-count']).toBe('4');
  expect(page.body.map((one: { type: string }) => one.type)).toEqual([
    'subject.accessory',
    'subject.accessory',
  ]);
  expect(notation.body).toHaveLength(1);
});
