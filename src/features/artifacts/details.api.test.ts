import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { misreadOnce } from '#test/support/misread.ts';
import { startTestApp, type TestApp } from '../../../test/support/app.ts';
import { childOf, client } from './artifacts.fixture.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

const list = '/projects/library/repositories/details/artifacts?page_size=100';
const helm = 'application/vnd.cncf.helm.config.v1+json';

test('an image shows what its config says', async () => {
  const { push, get } = client(app);
  const config = { Env: ['A=b'], Labels: { maintainer: 'Ada' } };
  const created = '2026-01-02T03:04:05Z';
  await push('library/details', {
    config: { architecture: 'arm64', os: 'linux', created, config, rootfs: {}, history: [{}] },
  });

  const { body } = await get(list);

  expect(body[0].extra_attrs).toEqual({ architecture: 'arm64', os: 'linux', created, author: 'Ada', config });
});

test('a chart and any other artifact show their whole config', async () => {
  const { push, get } = client(app);
  const chart = { name: 'nginx', version: '1.2.3', dependencies: [{ name: 'common' }] };
  await push('library/details', { configType: helm, config: chart });
  await push('library/details', {
    configType: 'application/vnd.acme.rocket.config.v1+json',
    config: { a: 1 },
  });

  const { body } = await get(list);

  expect(body.map((one: { extra_attrs: unknown }) => one.extra_attrs)).toEqual([chart, { a: 1 }]);
});

test("a CNAB bundle shows its bundle.json, which is a child's config", async () => {
  const { push, index, get } = client(app);
  const bundle = { name: 'hello', version: '0.1.0', invocationImages: [] };
  // Where a registry takes no config of its own type, cnab-to-oci calls it an image's.
  const config = childOf(
    await push('library/details', {
      configType: 'application/vnd.docker.container.image.v1+json',
      config: bundle,
    }),
  );
  const image = childOf(await push('library/details', { config: { architecture: 'amd64' } }));
  const kind = (type: string) => ({ annotations: { 'io.cnab.manifest.type': type } });
  const { digest } = await index(
    'library/details',
    [
      { ...image, ...kind('invocation') },
      { ...config, ...kind('config') },
    ],
    { annotations: { 'org.opencontainers.artifactType': 'application/vnd.cnab.manifest.v1' } },
  );

  const { body } = await get(`/projects/library/repositories/details/artifacts/${digest}`);

  expect([body.type, body.extra_attrs]).toEqual(['CNAB', bundle]);
});

test('what was read once is not read again: the storage may be gone', async () => {
  const { push, get } = client(app);
  for (let i = 0; i < 20; i += 1)
    await push('library/details', { configType: helm, config: { name: `n${i}` } });
  const cold = await get(list);
  await rm(app.storage, { recursive: true });

  const warm = await get(list);

  expect(warm.body).toEqual(cold.body);
  expect(warm.body[19].extra_attrs).toEqual({ name: 'n19' });
});

test('a config that cannot be read leaves the list whole, and is read as soon as that is possible', async () => {
  const { push, get } = client(app);
  const config = Buffer.from('{"name":"late"}');
  await push('library/details', { configType: helm, config });
  const digest = digestOf(config);
  const { db } = app.database;
  const { location } = await db
    .selectFrom('blob')
    .select('location')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  await db.updateTable('blob').set({ location: 'nowhere' }).where('digest', '=', digest).execute();

  const broken = await get(list);
  await db.updateTable('blob').set({ location }).where('digest', '=', digest).execute();
  const mended = await get(list);

  expect(broken.status).toBe(200);
  expect(broken.body[0]).not.toHaveProperty('extra_attrs');
  expect(mended.body[0].extra_attrs).toEqual({ name: 'late' });
});

test('a config that is read wrongly once is not remembered so', async () => {
  const { push, get } = client(app);
  await push('library/details', { configType: helm, config: { name: 'right' } });
  misreadOnce(app.app.registry.storage);

  const wrong = await get(list);
  const then = await get(list);

  expect(wrong.status).toBe(200);
  expect(wrong.body[0]).not.toHaveProperty('extra_attrs');
  expect(then.body[0].extra_attrs).toEqual({ name: 'right' });
});

const nested = (depth: number) => `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`;

test.each([
  ['nests 100,000 deep', `{"a":${nested(50_000)}}`, undefined],
  ['nests 60 deep', `{"a":${nested(30)}}`, { a: JSON.parse(nested(30)) }],
  ['holds NUL', '{"a":"\\u0000"}', undefined],
  ['holds half of a surrogate pair', '{"a":"\\ud800"}', undefined],
  ['is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), undefined],
  ['has a key twice', '{"a":1,"a":2}', undefined],
  ['has numbers beyond all bounds', '{"a":1e400,"b":-1e999999}', { a: null, b: null }],
  ['has a key __proto__', '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"toJSON":1}', 'as it is'],
  ['is an array', '[1]', undefined],
  ['is null', 'null', undefined],
  ['is no JSON', '<html>', undefined],
  ['is empty', '', undefined],
  ['is larger than 4 MiB', `{"a":"${'x'.repeat(4 * 1024 * 1024)}"}`, undefined],
])('G-25: a config that %s never breaks a list', async (_what, text, expected) => {
  const { push, get } = client(app);
  const config = Buffer.from(text as string);
  const { digest } = await push('library/details', { configType: helm, config });
  await push('library/details', { config });

  const answers = [await get(list), await get(list), await get(list.replace('?', `/${digest}?`))];

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const wanted = expected === 'as it is' ? JSON.parse(String(text)) : expected;
  expect(answers[1]?.body[0].extra_attrs).toEqual(wanted);
  expect(answers[2]?.body.extra_attrs).toEqual(wanted);
  expect(({} as { x?: number }).x).toBeUndefined();
});

test('an image whose config has members of odd types shows those that are as they should be', async () => {
  const { push, get } = client(app);
  await push('library/details', {
    config: { architecture: 7, os: 'linux', author: ['x'], created: {}, config: [1] },
  });

  const { body } = await get(list);

  expect(body[0].extra_attrs).toEqual({
    architecture: '',
    os: 'linux',
    author: '',
    created: null,
    config: {},
  });
});

test('attributes and annotations beyond 64 KiB are left out of lists, and shown with the artifact alone', async () => {
  const { push, get } = client(app);
  const long = 'x'.repeat(70_000);
  const one = { configType: helm, config: { long }, annotations: { long } };
  const { digest } = await push('library/details', one);

  const lists = [await get(list), await get(list)];
  const alone = await get(list.replace('?', `/${digest}?`));

  for (const { body } of lists) {
    expect(body[0]).not.toHaveProperty('extra_attrs');
    expect(body[0]).not.toHaveProperty('annotations');
  }
  expect(alone.body).toMatchObject({ extra_attrs: { long }, annotations: { long } });
});

test('G-18: a manifest that names the config of another project shows nothing of it', async () => {
  const { push, blob, put, get } = client(app);
  await app.createProject('secret');
  await push('secret/app', { configType: helm, config: { password: 'hidden' } });
  const config = Buffer.from('{"password":"hidden"}');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  await put('library/details', 'x', mediaType, {
    schemaVersion: 2,
    mediaType,
    // Nobody has to push layers of this type, so nothing is known about who may read them.
    config: {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: digestOf(config),
      size: config.length,
    },
    layers: [await blob('library/details', helm, Buffer.from('layer'))],
  });

  const answers = [await get(list), await get(list.replace('?', '/x?'))];

  expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain('hidden');
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});
