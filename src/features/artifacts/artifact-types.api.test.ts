import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/support/app.ts';
import { childOf, client, type NewArtifact } from './artifacts.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const empty = 'application/vnd.oci.empty.v1+json';

/** Type as a list shows it → what was pushed. */
const kinds: readonly (readonly [string, NewArtifact])[] = [
  ['IMAGE', {}],
  ['IMAGE', { configType: 'application/vnd.docker.container.image.v1+json' }],
  ['IMAGE', { artifactType: 'application/vnd.docker.attestation.manifest.v1+json' }],
  ['CHART', { configType: 'application/vnd.cncf.helm.config.v1+json' }],
  ['WASM', { configType: 'application/vnd.wasm.config.v1+json' }],
  ['WASM', { configType: 'application/vnd.wasm.config.v0+json' }],
  ['WASM', { annotations: { 'module.wasm.image/variant': 'compat' } }],
  ['WASM', { annotations: { 'run.oci.handler': 'wasm' } }],
  ['CNAI', { configType: empty, artifactType: 'application/vnd.cncf.model.manifest.v1+json' }],
  ['SBOM', { configType: 'application/vnd.goharbor.harbor.sbom.v1' }],
  ['SBOM', { configType: empty, artifactType: 'application/vnd.goharbor.harbor.sbom.v1' }],
  ['OPENPOLICYAGENT', { configType: 'application/vnd.cncf.openpolicyagent.config.v1+json' }],
  ['FALCO.RULESFILE', { configType: 'application/vnd.cncf.falco.rulesfile.config.v1+json' }],
  ['PLUGIN', { configType: 'application/vnd.docker.plugin.v1+json' }],
  ['SBOM.REPORT', { configType: empty, artifactType: 'application/vnd.example.sbom.report.v2.1+json' }],
  ['SPDX', { configType: empty, artifactType: 'application/spdx+json' }],
  ['CYCLONEDX', { configType: empty, artifactType: 'application/vnd.cyclonedx+json' }],
  ['SCRIPT', { configType: 'application/vnd.x.<script>.v1+json' }],
  ['UNKNOWN', { configType: 'application/vnd.unknown.config.v1+json' }],
  ['UNKNOWN', { configType: empty }],
];

test.each(kinds)('a manifest is of type %s by %j', async (type, artifact) => {
  const { push, get } = client(app);
  const { digest } = await push('library/kinds', artifact);

  const { body } = await get(`/projects/library/repositories/kinds/artifacts/${digest}`);

  expect(body.type).toBe(type);
});

test('an index is an image, unless it says what else it is', async () => {
  const { push, index, get } = client(app);
  const child = childOf(await push('library/indexes'));
  await index('library/indexes', [child], { tag: 'plain' });
  await index('library/indexes', [child], {
    tag: 'other',
    artifactType: 'application/vnd.example.bundle.v1',
  });
  const cnab = { 'org.opencontainers.artifactType': 'application/vnd.cnab.manifest.v1' };
  await index('library/indexes', [child], { tag: 'cnab', annotations: cnab });

  const { body } = await get('/projects/library/repositories/indexes/artifacts?q=tags=*&sort=id');

  expect(body.map((one: { type: string; media_type: string }) => [one.type, one.media_type])).toEqual([
    ['IMAGE', 'application/vnd.oci.image.index.v1+json'],
    ['BUNDLE', 'application/vnd.oci.image.index.v1+json'],
    ['CNAB', 'application/vnd.cnab.manifest.v1'],
  ]);
});

test('a list of one type shows that type only', async () => {
  const { get } = client(app);

  const charts = await get('/projects/library/repositories/kinds/artifacts?q=type=CHART');
  const both = await get('/projects/library/repositories/kinds/artifacts?q=type={CHART SPDX}');

  expect(charts.headers['x-total-count']).toBe('1');
  expect(charts.body[0].icon).toBe('sha256:61cf3a178ff0f75bf08a25d96b75cf7355dc197749a9f128ed3ef34b0df05518');
  expect(both.body.map((one: { type: string }) => one.type)).toEqual(['CHART', 'SPDX']);
});

test('links to additions are those of the type, and name the repository encoded twice', async () => {
  const { push, get } = client(app);
  const { digest } = await push('library/a/b', { configType: 'application/vnd.cncf.helm.config.v1+json' });

  const { body } = await get(`/projects/library/repositories/a%252Fb/artifacts/${digest}`);

  const href = `/api/v2.0/projects/library/repositories/a%252Fb/artifacts/${digest}/additions`;
  expect(body.addition_links).toEqual({
    'values.yaml': { href: `${href}/values.yaml`, absolute: false },
    'readme.md': { href: `${href}/readme.md`, absolute: false },
    dependencies: { href: `${href}/dependencies`, absolute: false },
  });
});
