import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { busyboxImage } from '#test/support/clients-images.ts';
import { hashFile } from '#test/support/clients-layout.ts';
import { createProject, startRegistry, type Registry } from '#test/support/clients-registry.ts';
import { ok, refused, rememberLogin, testWith, workplace, type Workplace } from '#test/support/clients.ts';

let registry: Registry;
let place: Workplace;

beforeAll(async () => {
  registry = await startRegistry();
  await createProject(registry, 'elsewhere', { public: true });
  place = await workplace(registry.host);
  await rememberLogin(place, registry.host, registry.admin.user, registry.admin.password);
});

afterAll(async () => {
  await place?.leave();
  await registry?.stop();
});

interface Referrers {
  manifests: { digest: string; artifactType: string; annotations?: Record<string, string> }[];
}

describe('helm', () => {
  testWith('helm')('pushes a chart, shows it, renders it and pulls the same file', async () => {
    await ok(place, 'helm', ['create', 'shop']);
    await ok(place, 'helm', ['package', 'shop']);

    await ok(place, 'helm', [
      'push',
      'shop-0.1.0.tgz',
      `oci://${registry.host}/library/charts`,
      '--plain-http',
    ]);

    const chart = `oci://${registry.host}/library/charts/shop`;
    await mkdir(join(place.folder, 'charts'));
    await ok(place, 'helm', ['pull', chart, '--version=0.1.0', '--plain-http', '--destination=charts']);
    expect(await hashFile(join(place.folder, 'charts/shop-0.1.0.tgz'))).toEqual(
      await hashFile(join(place.folder, 'shop-0.1.0.tgz')),
    );
    expect(await ok(place, 'helm', ['show', 'chart', chart, '--plain-http'])).toContain('name: shop');
    expect(await ok(place, 'helm', ['template', 'x', chart, '--plain-http'])).toContain('kind: Deployment');
  });

  testWith('helm')('picks the newest version of a chart that fits a range', async () => {
    await ok(place, 'helm', ['create', 'many']);
    for (const version of ['1.0.0', '1.2.0', '2.0.0', '1.10.0+build.7']) {
      await ok(place, 'helm', ['package', 'many', '--version', version]);
      const file = `many-${version}.tgz`;
      await ok(place, 'helm', ['push', file, `oci://${registry.host}/library/charts`, '--plain-http']);
    }

    const chart = `oci://${registry.host}/library/charts/many`;
    const shown = await ok(place, 'helm', ['show', 'chart', chart, '--version=^1', '--plain-http']);

    // A plus sign cannot stand in a tag: helm pushes 1.10.0_build.7 and finds its way back.
    expect(shown).toContain('version: 1.10.0+build.7');
  });
});

describe('oras', () => {
  testWith('oras')('pushes several files with annotations and pulls the same files', async () => {
    const folder = join(place.folder, 'files');
    await mkdir(folder);
    await writeFile(join(folder, 'read.me'), 'one\n');
    await writeFile(join(folder, 'data.json'), '{"two":2}');
    await writeFile(join(folder, 'blob.bin'), randomBytes(3_000_000));
    await writeFile(join(folder, 'empty'), '');
    const reference = `${registry.host}/library/files:1`;

    await ok(
      place,
      'oras',
      [
        ...['push', '--plain-http', reference, '--artifact-type=application/vnd.example.thing.v1'],
        ...['--annotation=org.example.purpose=test', 'read.me:text/plain', 'data.json:application/json'],
        ...['blob.bin', 'empty'],
      ],
      { cwd: folder },
    );

    await ok(place, 'oras', ['pull', '--plain-http', reference, '--output=pulled']);
    for (const file of ['read.me', 'data.json', 'blob.bin', 'empty']) {
      const arrived = await hashFile(join(place.folder, 'pulled', file));
      expect(arrived).toEqual(await hashFile(join(folder, file)));
    }
    const manifest = JSON.parse(await ok(place, 'oras', ['manifest', 'fetch', '--plain-http', reference]));
    expect(manifest).toMatchObject({
      artifactType: 'application/vnd.example.thing.v1',
      annotations: { 'org.example.purpose': 'test' },
    });
  });

  testWith('oras', 'regctl')('attaches referrers through the API, and discovery filters them', async () => {
    const reference = `${registry.host}/library/referred:1`;
    await writeFile(join(place.folder, 'subject.txt'), randomBytes(64));
    await writeFile(join(place.folder, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
    await ok(place, 'oras', ['push', '--plain-http', reference, 'subject.txt']);
    for (const type of ['sbom', 'report']) {
      await ok(place, 'oras', [
        ...['attach', '--plain-http', reference, `--artifact-type=application/vnd.example.${type}.v1`],
        ...[`--annotation=org.example.kind=${type}`, 'sbom.json:application/spdx+json'],
      ]);
    }

    const discover = [
      'discover',
      '--plain-http',
      '--format=json',
      '--distribution-spec=v1.1-referrers-api',
      reference,
    ];
    const all = JSON.parse(await ok(place, 'oras', discover)) as Referrers;
    const filter = '--artifact-type=application/vnd.example.sbom.v1';
    const some = JSON.parse(await ok(place, 'oras', [...discover, filter])) as Referrers;

    expect(all.manifests).toHaveLength(2);
    expect(some.manifests).toEqual([
      expect.objectContaining({
        artifactType: 'application/vnd.example.sbom.v1',
        annotations: expect.objectContaining({ 'org.example.kind': 'sbom' }),
      }),
    ]);
    // Without the API, clients keep an index under the tag sha256-<hex>; nobody may have fallen back to it.
    expect(await ok(place, 'oras', ['repo', 'tags', '--plain-http', reference.slice(0, -2)])).toBe('1');
    expect(await ok(place, 'regctl', ['artifact', 'tree', reference])).toContain(
      'application/vnd.example.report.v1',
    );
  });

  testWith('oras')('copies an artifact with its referrers to another project', async () => {
    const source = `${registry.host}/library/travels:1`;
    const target = `${registry.host}/elsewhere/arrived:1`;
    await writeFile(join(place.folder, 'travels.txt'), randomBytes(64));
    await ok(place, 'oras', ['push', '--plain-http', source, 'travels.txt']);
    const type = '--artifact-type=application/vnd.example.note.v1';
    await ok(place, 'oras', ['attach', '--plain-http', source, type, 'travels.txt']);

    await ok(place, 'oras', ['cp', '--recursive', '--from-plain-http', '--to-plain-http', source, target]);

    const discover = ['discover', '--plain-http', '--format=json'];
    const [before, after] = [
      JSON.parse(await ok(place, 'oras', [...discover, source])) as Referrers,
      JSON.parse(await ok(place, 'oras', [...discover, target])) as Referrers,
    ];
    expect(after.manifests.map(({ digest }) => digest)).toEqual(before.manifests.map(({ digest }) => digest));
  });

  testWith('oras')('stores manifests and configs of media types that nobody knows', async () => {
    const reference = `${registry.host}/library/foreign:1`;
    await writeFile(join(place.folder, 'config.x'), 'not json at all');
    await writeFile(join(place.folder, 'payload.x'), randomBytes(64));

    await ok(place, 'oras', [
      ...['push', '--plain-http', reference, '--config=config.x:application/vnd.example.config+cbor'],
      'payload.x:application/vnd.example.payload',
    ]);

    const config = await ok(place, 'oras', ['manifest', 'fetch-config', '--plain-http', reference]);
    expect(config).toBe('not json at all');
  });
});

describe('cosign', () => {
  /** An image in the registry and a key pair beside it. */
  async function signable(name: string) {
    const image = await busyboxImage(place);
    const reference = `${registry.host}/library/${name}`;
    await ok(place, 'crane', ['push', image.layout, `${reference}:1`]);
    await ok(place, 'cosign', ['generate-key-pair', '--output-key-prefix', name]);
    return { image, reference: `${reference}@${image.digest}`, repository: reference };
  }

  const offline = ['--use-signing-config=false', '--tlog-upload=false', '--allow-http-registry'];
  const verify = ['verify', '--insecure-ignore-tlog=true', '--allow-http-registry'];

  testWith(
    'cosign',
    'buildah',
    'crane',
  )('signs with a bundle kept as referrer and verifies it', async () => {
    const { reference, repository } = await signable('bundled');

    await ok(place, 'cosign', ['sign', '--key=bundled.key', ...offline, reference]);

    expect(await ok(place, 'cosign', [...verify, '--key=bundled.pub', reference])).toContain(
      'docker-manifest-digest',
    );
    expect(await ok(place, 'crane', ['ls', repository])).toBe('1');
  });

  testWith(
    'cosign',
    'buildah',
    'crane',
  )('signs with a .sig tag and verifies it', async () => {
    const { image, reference, repository } = await signable('tagged');

    await ok(place, 'cosign', [
      'sign',
      '--key=tagged.key',
      ...offline,
      '--new-bundle-format=false',
      reference,
    ]);

    const old = [...verify, '--new-bundle-format=false', '--key=tagged.pub', reference];
    expect(await ok(place, 'cosign', old)).toContain(image.digest);
    const tags = (await ok(place, 'crane', ['ls', repository])).split('\n');
    expect(tags).toContain(`${image.digest.replace(':', '-')}.sig`);
  });

  testWith(
    'cosign',
    'buildah',
    'crane',
  )('refuses a signature of another key and an unsigned image', async () => {
    const { reference } = await signable('mine');
    await ok(place, 'cosign', ['generate-key-pair', '--output-key-prefix', 'other']);
    expect(await refused(place, 'cosign', [...verify, '--key=mine.pub', reference])).toMatch(
      /no .*signatures|found/,
    );

    await ok(place, 'cosign', ['sign', '--key=other.key', ...offline, reference]);

    await refused(place, 'cosign', [...verify, '--key=mine.pub', reference]);
    await ok(place, 'cosign', [...verify, '--key=other.pub', reference]);
  });

  testWith(
    'cosign',
    'buildah',
    'crane',
    'oras',
  )('attests, and all of it moves to another project', async () => {
    const { image, reference } = await signable('attested');
    await writeFile(join(place.folder, 'predicate.json'), '{"builder":"test"}');
    await ok(place, 'cosign', ['sign', '--key=attested.key', ...offline, reference]);
    await ok(place, 'cosign', [
      'attest',
      '--key=attested.key',
      '--predicate=predicate.json',
      ...offline,
      reference,
    ]);
    const target = `${registry.host}/elsewhere/attested`;

    // cosign's own copy leaves bundles behind: it knows the .sig and .att tags only.
    await ok(place, 'oras', ['cp', '-r', '--from-plain-http', '--to-plain-http', reference, `${target}:1`]);

    const copied = `${target}@${image.digest}`;
    const attestation = ['verify-attestation', '--insecure-ignore-tlog=true', '--allow-http-registry'];
    await ok(place, 'cosign', [...verify, '--key=attested.pub', copied]);
    await ok(place, 'cosign', [...attestation, '--key=attested.pub', '--type=custom', copied]);
  });

  testWith(
    'cosign',
    'buildah',
    'crane',
  )('copies an image with its .sig tag to another project', async () => {
    const { image, reference } = await signable('moving');
    await ok(place, 'cosign', [
      'sign',
      '--key=moving.key',
      ...offline,
      '--new-bundle-format=false',
      reference,
    ]);
    const target = `${registry.host}/elsewhere/moved`;

    await ok(place, 'cosign', ['copy', '--allow-http-registry', reference, `${target}:1`]);

    const old = [...verify, '--new-bundle-format=false', '--key=moving.pub'];
    await ok(place, 'cosign', [...old, `${target}@${image.digest}`]);
  });
});
