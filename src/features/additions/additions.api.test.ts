import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cpuTime } from '#test/support/cpu-time.ts';
import { digestOf } from '#src/oci/digest.ts';
import { misreadOnce } from '#test/support/misread.ts';
import { makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { call, pushIndex, pushManifest } from '../artifacts/content.fixture.ts';
import { type Entry, tar } from './archive.fixture.ts';

let app: TestApp;
let name: string;
let made = 0;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(() => {
  name = `app-${(made += 1)}`;
});

const helmConfig = 'application/vnd.cncf.helm.config.v1+json';
const helmContent = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

interface Layer {
  mediaType: string;
  bytes: Buffer;
  annotations?: Record<string, string>;
}

async function push(given: { config: Layer; layers: Layer[]; artifactType?: string }): Promise<string> {
  const describe = async ({ bytes, ...rest }: Layer) => {
    await pushBlob(app, 'admin', `library/${name}`, bytes);
    return { ...rest, digest: digestOf(bytes), size: bytes.length };
  };
  const layers = [];
  for (const layer of given.layers) layers.push(await describe(layer));
  return pushManifest(
    app,
    `library/${name}`,
    {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      ...(given.artifactType && { artifactType: given.artifactType }),
      config: await describe(given.config),
      layers,
    },
    'v1',
  );
}

const pushChart = (entries: Entry[] | Buffer, config: object = { name: 'app', version: '1.0.0' }) =>
  push({
    config: { mediaType: helmConfig, bytes: Buffer.from(JSON.stringify(config)) },
    layers: [
      { mediaType: helmContent, bytes: Buffer.isBuffer(entries) ? entries : gzipSync(tar(...entries)) },
    ],
  });

const pushModel = (layers: Layer[]) =>
  push({
    artifactType: 'application/vnd.cncf.model.manifest.v1+json',
    config: { mediaType: 'application/vnd.cncf.model.config.v1+json', bytes: Buffer.from('{}') },
    layers,
  });

const get = (addition: string, who = 'admin') =>
  call(app, who, 'GET', `/projects/library/repositories/${name}/artifacts/v1/additions/${addition}`);

test('S-028: what people wrote is sent as text that no browser runs', async () => {
  const html = '<script>alert(1)</script>';
  await pushChart([
    { name: 'app/values.yaml', content: html },
    { name: 'app/README.md', content: html },
  ]);

  const [values, readme] = [await get('values.yaml'), await get('readme.md')];

  for (const [answer, type] of [
    [values, 'text/plain; charset=utf-8'],
    [readme, 'text/markdown; charset=utf-8'],
  ] as const) {
    expect(answer.body.toString()).toBe(html);
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    });
  }
});

test('the build history of an image comes from its config', async () => {
  const history = [
    { created: '2026-01-01T00:00:00Z', created_by: 'COPY . .', author: 'a', comment: 'c' },
    { created_by: 'CMD', empty_layer: true, other: 1 },
    'nonsense',
  ];
  const bytes = Buffer.from(JSON.stringify({ os: 'linux', history }));
  await push({ config: { mediaType: 'application/vnd.oci.image.config.v1+json', bytes }, layers: [] });

  const answer = await get('build_history');

  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.json()).toEqual([history[0], { created_by: 'CMD', empty_layer: true }]);
});

test("the values and README of a chart are those at its top, in whatever case, and Helm's spelling counts", async () => {
  await pushChart([
    { name: 'app/charts/sub/values.yaml', content: 'sub' },
    { name: 'app/readme.MD', content: 'read me' },
    { name: 'app/values.yaml', content: 'old: 1' },
    { name: 'app/values.yaml', content: 'new: 1' },
    { name: 'app/VALUES.yaml', content: 'other: 1' },
    { name: 'values.yaml', content: 'outside' },
  ]);

  expect((await get('values.yaml')).body.toString()).toBe('new: 1');
  expect((await get('readme.md')).body.toString()).toBe('read me');
});

test('Harbor: a file that a chart lacks is empty', async () => {
  await pushChart([{ name: 'app/Chart.yaml', content: 'name: app' }]);

  const answer = await get('values.yaml');

  expect([answer.status, answer.body.length]).toEqual([200, 0]);
});

test('G-28: names that climb, links and devices give nothing', async () => {
  await pushChart([
    { name: '../values.yaml', content: 'climbing' },
    { name: '/app/values.yaml', content: 'absolute' },
    { name: 'app/../../values.yaml', content: 'climbing' },
    { name: 'app/values.yaml', type: '2' },
    { name: 'app/values.yaml', type: '1' },
    { name: 'app/values.yaml', type: '3' },
  ]);

  expect((await get('values.yaml')).body.toString()).toBe('');
});

test("the dependencies of a chart have Harbor's members", async () => {
  const dependencies = [
    {
      name: 'postgresql',
      version: '1.x',
      repository: 'oci://example.test/charts',
      condition: 'db.enabled',
      tags: ['db'],
      enabled: true,
      'import-values': ['data', { child: 'a', parent: 'b' }],
      alias: 'db',
      unknown: 1,
    },
    { name: 'plain' },
  ];
  await pushChart([], { name: 'app', version: '1', apiVersion: 'v2', dependencies });

  const answer = await get('dependencies');

  const { unknown: _, ...first } = dependencies[0] ?? {};
  expect(answer.json()).toEqual([first, { name: 'plain', repository: '' }]);
});

test('G-29: YAML in a chart is text, however it is nested', async () => {
  const yaml = '['.repeat(100_000);
  await pushChart([
    { name: 'app/values.yaml', content: yaml },
    { name: 'app/Chart.yaml', content: yaml },
    { name: 'app/requirements.yaml', content: yaml },
  ]);

  expect((await get('values.yaml')).body.length).toBe(100_000);
  expect((await get('dependencies')).json()).toEqual([]);
});

test('the documents and files of a model come from its layers', async () => {
  const file = (path: string, mediaType: string, bytes: Buffer): Layer => ({
    mediaType: `application/vnd.cncf.model.${mediaType}`,
    bytes,
    annotations: { 'org.cncf.model.filepath': path },
  });
  const packed = (path: string, content: string) => tar({ name: path, content });
  await pushModel([
    file('weights/b.bin', 'weight.v1.raw', Buffer.from('bbb')),
    file('weights/../weights/a.bin', 'weight.v1.tar', Buffer.from('aaaa')),
    file('README.md', 'doc.v1.tar+gzip', gzipSync(packed('README.md', '# model'))),
    file('LICENSE', 'doc.v1.raw', Buffer.from('free')),
    file('__proto__', 'code.v1.raw', Buffer.from('x')),
  ]);

  const [readme, license, files] = [await get('readme.md'), await get('license'), await get('files')];

  expect([readme.body.toString(), license.body.toString()]).toEqual(['# model', 'free']);
  const listed = files.json<{ name: string }[]>();
  expect(listed.map(({ name: one }) => one)).toEqual(['weights', 'LICENSE', 'README.md', '__proto__']);
  expect(listed[0]).toEqual({
    name: 'weights',
    type: 'directory',
    children: [
      { name: 'a.bin', type: 'file', size: 4 },
      { name: 'b.bin', type: 'file', size: 3 },
    ],
  });
});

test('zstd is unpacked too, and a model without documents has none', async () => {
  await pushModel([
    {
      mediaType: 'application/vnd.cncf.model.doc.v1.tar+zstd',
      bytes: zstdCompressSync(tar({ name: 'LICENSE.txt', content: 'zstd' })),
      annotations: { 'org.cncf.model.filepath': 'LICENSE.txt' },
    },
  ]);

  expect((await get('license')).body.toString()).toBe('zstd');
  expect((await get('readme.md')).status).toBe(404);
});

test('a path of a million folders, and one that is file and folder, are refused', async () => {
  const layer = (path: string): Layer => ({
    mediaType: 'application/vnd.cncf.model.weight.v1.raw',
    bytes: Buffer.from('x'),
    annotations: { 'org.cncf.model.filepath': path },
  });
  await pushModel([layer('a/'.repeat(1_000_000))]);
  const deep = await get('files');
  await pushModel([layer('a'), layer('a/b')]);
  const both = await get('files');

  expect([deep.status, both.status]).toEqual([413, 422]);
});

test('an SBOM is sent as it is, under its own media type', async () => {
  const sbom = 'application/vnd.goharbor.harbor.sbom.v1';
  await push({
    config: { mediaType: sbom, bytes: Buffer.from('{}') },
    layers: [{ mediaType: sbom, bytes: Buffer.from('{"sbom":1}') }],
  });

  const answer = await get('sbom');

  expect(answer.headers['content-type']).toBe(`${sbom}; charset=utf-8`);
  expect(answer.body.toString()).toBe('{"sbom":1}');
});

const bomb = (size: number) => Buffer.alloc(size);
const nested = gzipSync(gzipSync(tar({ name: 'app/values.yaml', content: 'x' })));
const wide = zstdCompressSync(bomb(16 << 20), { params: { [constants.ZSTD_c_windowLog]: 27 } });

test.each<[string, () => Buffer, number]>([
  ['1 GiB of zeroes in one file', () => gzipBomb(tar({ name: 'app/x', size: '10000000000\0' }), 1024), 413],
  ['a file of 6 MiB', () => gzipSync(tar({ name: 'app/values.yaml', content: bomb(6 << 20) })), 413],
  ['a file said to have 8 GiB', () => gzipSync(tar({ name: 'app/values.yaml', size: '77777777777\0' })), 413],
  [
    '100,000 entries',
    () => gzipSync(Buffer.concat(Array(100_000).fill(tar({ name: 'a' }).subarray(0, 512)))),
    413,
  ],
  ['gzip in gzip', () => nested, 422],
  ['half of it', () => gzipSync(tar({ name: 'app/x', content: randomText(50_000) })).subarray(0, 9_000), 422],
  ['no gzip behind the first bytes', () => Buffer.from('1f8b0800ffffffffffff', 'hex'), 422],
  ['a web page', () => Buffer.from('<html></html>'.repeat(100)), 422],
  ['zstd with a wide window', () => wide, 422],
])(
  'S-049, G-26: %s in place of a chart is refused within 5 s of computing',
  async (_what, archive, status) => {
    await pushChart(archive());
    const began = cpuTime();

    const answer = await get('values.yaml');

    expect(answer.status).toBe(status);
    expect(cpuTime() - began).toBeLessThan(5_000);
  },
);

function randomText(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(33 + Math.random() * 90)).join('');
}

/** Megabytes of zeroes after a head, without holding them. */
function gzipBomb(head: Buffer, megabytes: number): Buffer {
  const zeroes = gzipSync(bomb(1024 * 1024), { level: 1 });
  return Buffer.concat([gzipSync(head.subarray(0, 512)), ...Array<Buffer>(megabytes).fill(zeroes)]);
}

test('S-049: six bombs at once leave memory flat', async () => {
  await pushChart(gzipBomb(tar({ name: 'app/x', size: '10000000000\0' }), 512));
  await get('values.yaml');
  const before = process.memoryUsage.rss();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);

  const answers = await Promise.all(Array.from({ length: 6 }, () => get('values.yaml')));

  clearInterval(watch);
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(413));
  // 600 MiB went through; what is left of them is what nobody has collected yet.
  expect(most - before).toBeLessThan(200 * 1024 * 1024);
});

test('the manifest is sent as it was pushed, for every type', async () => {
  const { image } = await pushImage(app, 'admin', `library/${name}`, 'child');
  await pushIndex(app, `library/${name}`, [image], 'v1');

  const [ofIndex, ofImage] = [
    await get('manifest'),
    await call(
      app,
      'admin',
      'GET',
      `/projects/library/repositories/${name}/artifacts/child/additions/manifest`,
    ),
  ];

  expect(ofIndex.json()).toMatchObject({ manifests: [{ digest: image.digest }] });
  expect(ofImage.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(ofImage.body.equals(image.manifest)).toBe(true);
});

test('Harbor: an addition of another type of artifact is BAD_REQUEST, an unknown one is invalid', async () => {
  const { image } = await pushImage(app, 'admin', `library/${name}`, 'child');
  await pushIndex(app, `library/${name}`, [image], 'v1');
  const ofIndex = await get('build_history');
  await pushChart([]);

  const answers = [ofIndex, await get('build_history'), await get('license'), await get('nothing')];

  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 422]);
  expect(answers[3]?.json()).toMatchObject({
    errors: [
      { message: expect.stringMatching(/\naddition in path must be one of build_history, .*, manifest$/) },
    ],
  });
});

test('a config that is no JSON is said to be damaged', async () => {
  for (const bytes of ['[', '[]', '{"a":1,"a":2}']) {
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', bytes: Buffer.from(bytes) };
    await push({ config, layers: [] });

    expect((await get('build_history')).status).toBe(422);
  }
});

test('a layer that names content of another project, which nobody pushed here, is not shown', async () => {
  await app.createProject(`secret-${made}`);
  const secret = tar({ name: 'app/values.yaml', content: 'secret' });
  await pushBlob(app, 'admin', `secret-${made}/app`, secret);
  const config = Buffer.from('{}');
  await pushBlob(app, 'admin', `library/${name}`, config);
  await pushManifest(
    app,
    `library/${name}`,
    {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: helmConfig, digest: digestOf(config), size: config.length },
      layers: [
        {
          mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
          digest: digestOf(secret),
          size: secret.length,
          urls: ['https://example.test/layer'],
        },
      ],
    },
    'v1',
  );

  const answer = await get('values.yaml');

  expect([answer.status, answer.body.toString().includes('secret')]).toEqual([404, false]);
});

test('additions are for those who may read them, and artifacts of other projects are not found', async () => {
  const project = await app.createProject(`team-${made}`);
  await app.addMember(project, await app.createUser(`guest-${made}`), 5);
  await app.createUser(`stranger-${made}`);
  const image = makeImage();
  await pushImage(app, 'admin', `team-${made}/app`, 'v1', image);
  const path = (reference: string) =>
    `/projects/team-${made}/repositories/app/artifacts/${reference}/additions/build_history`;

  const answers = [
    await call(app, `guest-${made}`, 'GET', path('v1')),
    await call(app, `stranger-${made}`, 'GET', path('v1')),
    await call(app, `guest-${made}`, 'GET', path('v2')),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 403, 404]);
});

test('icons are pictures of our own, for everybody', async () => {
  const { digest } = (await pushImage(app, 'admin', `library/${name}`, 'v1')).image;
  const artifact = await call(
    app,
    'admin',
    'GET',
    `/projects/library/repositories/${name}/artifacts/${digest}`,
  );
  const { icon } = artifact.json<{ icon: string }>();

  const answer = await app.send(undefined, { path: `/api/v2.0/icons/${icon}` });
  const others = [`sha256:${'0'.repeat(64)}`, 'sha256:12', '..'].map((one) =>
    app.send(undefined, { path: `/api/v2.0/icons/${encodeURIComponent(one)}` }),
  );

  expect(answer.status).toBe(200);
  const picture = answer.json<{ 'content-type': string; content: string }>();
  expect(picture['content-type']).toBe('image/svg+xml');
  expect(Buffer.from(picture.content, 'base64').toString()).toMatch(/^<svg xmlns=.*<\/svg>$/);
  expect((await Promise.all(others)).map(({ status }) => status)).toEqual([404, 400, 400]);
});

test('what storage gives wrongly once is an error, and right the next time', async () => {
  const config = { architecture: 'amd64', os: 'linux', history: [{ created_by: 'ADD x' }] };
  await push({
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      bytes: Buffer.from(JSON.stringify(config)),
    },
    layers: [],
  });
  misreadOnce(app.app.registry.storage);

  const wrong = await get('build_history');
  const then = await get('build_history');

  expect([wrong.status, then.status]).toEqual([500, 200]);
  expect(then.json()).toEqual(config.history);
});
