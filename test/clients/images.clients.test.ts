import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { busyboxImage, localName, type Image } from '#test/support/clients-images.ts';
import { layoutContents, layoutDigest } from '#test/support/clients-layout.ts';
import { startRegistry, type Registry } from '#test/support/clients-registry.ts';
import { pullContents, transfers, type Transfer } from '#test/support/clients-transfer.ts';
import { ok, rememberLogin, testWith, workplace, type Workplace } from '#test/support/clients.ts';

let registry: Registry;
let place: Workplace;

beforeAll(async () => {
  registry = await startRegistry();
  place = await workplace(registry.host);
  await rememberLogin(place, registry.host, registry.admin.user, registry.admin.password);
});

afterAll(async () => {
  await place?.leave();
  await registry?.stop();
});

/** What one client has pushed, built and pushed when the first test asks for it. */
function pushedBy(client: Transfer): () => Promise<Image & { reference: string; contents: string[] }> {
  let done: Promise<Image & { reference: string; contents: string[] }> | undefined;
  const push = async () => {
    const image = await busyboxImage(place);
    const reference = `${registry.host}/library/from-${client.name}:1`;
    await client.push(place, image, reference);
    // podman and buildah compress what they push, so the registry says what the digest is.
    const digest = await ok(place, 'crane', ['digest', reference]);
    const contents = client.writesLayout ? await layoutContents(image.layout, digest) : [];
    return { ...image, digest, reference, contents };
  };
  return () => (done ??= push());
}

describe.each(transfers)('what $name pushes', (pusher) => {
  const pushed = pushedBy(pusher);

  for (const puller of transfers) {
    testWith(
      'buildah',
      'crane',
      pusher.name,
      puller.name,
    )(`${puller.name} pulls byte for byte`, async () => {
      const { reference, digest, contents } = await pushed();

      if (puller.writesLayout) {
        const arrived = await pullContents(place, puller, reference);
        expect(arrived.join('\n')).toContain(digest);
        if (contents.length > 0) expect(arrived).toEqual(contents);
      } else {
        expect(await puller.pull(place, reference, '')).toBe(digest);
      }
    });
  }
});

describe('a multi-platform index', () => {
  testWith(
    'buildah',
    'skopeo',
    'crane',
    'regctl',
    'oras',
    'podman',
  )(
    'made by buildah passes through every client unchanged, and podman picks the foreign platform',
    async () => {
      const repository = `${registry.host}/library/platforms`;
      const amd64 = await busyboxImage(place, { platform: 'linux/amd64' });
      const arm64 = await busyboxImage(place, { platform: 'linux/arm64' });
      const names = [amd64, arm64].map(({ layout }) => `oci:${layout}:image`);
      await ok(place, 'buildah', ['manifest', 'create', 'localhost/platforms:1', ...names]);
      await ok(place, 'buildah', [
        ...['manifest', 'push', '--all', '--quiet', '--format=oci', '--tls-verify=false'],
        ...['localhost/platforms:1', `docker://${repository}:buildah`],
      ]);

      await ok(place, 'skopeo', [
        ...[
          'copy',
          '--all',
          '--preserve-digests',
          '--quiet',
          '--src-tls-verify=false',
          '--dest-tls-verify=false',
        ],
        ...[`docker://${repository}:buildah`, `docker://${repository}-a/skopeo:1`],
      ]);
      await ok(place, 'crane', ['copy', `${repository}-a/skopeo:1`, `${repository}-b/crane:1`]);
      await ok(place, 'regctl', ['image', 'copy', `${repository}-b/crane:1`, `${repository}-c/regctl:1`]);
      await ok(place, 'oras', [
        ...['cp', '--recursive', '--from-plain-http', '--to-plain-http'],
        ...[`${repository}-c/regctl:1`, `${repository}-d/oras:1`],
      ]);

      const [skopeo] = transfers;
      const arrived = await pullContents(place, skopeo as Transfer, `${repository}-d/oras:1`);
      expect(arrived).toEqual(await pullContents(place, skopeo as Transfer, `${repository}:buildah`));
      // The index, two manifests, two configs and two layers.
      expect(arrived).toHaveLength(7);
      await ok(place, 'podman', [
        ...['pull', '--quiet', '--tls-verify=false', '--arch=arm64', `${repository}-d/oras:1`],
      ]);
      const format = '--format={{.Architecture}}';
      expect(await ok(place, 'podman', ['image', 'inspect', format, `${repository}-d/oras:1`])).toBe('arm64');
    },
  );

  testWith(
    'buildah',
    'crane',
    'regctl',
  )('is put together in the registry by regctl and by crane', async () => {
    const repository = `${registry.host}/library/assembled`;
    for (const platform of ['linux/amd64', 'linux/arm64']) {
      const image = await busyboxImage(place, { platform });
      await ok(place, 'crane', ['push', image.layout, `${repository}:${platform.slice(6)}`]);
    }
    const digests = await Promise.all(
      ['amd64', 'arm64'].map((tag) => ok(place, 'crane', ['digest', `${repository}:${tag}`])),
    );

    const refs = digests.flatMap((digest) => ['--ref', `${repository}@${digest}`]);
    await ok(place, 'regctl', ['index', 'create', ...refs, `${repository}:regctl`]);
    const parts = ['amd64', 'arm64'].flatMap((tag) => ['--manifest', `${repository}:${tag}`]);
    await ok(place, 'crane', ['index', 'append', ...parts, '--tag', `${repository}:crane`]);

    for (const tag of ['regctl', 'crane']) {
      const index = JSON.parse(await ok(place, 'crane', ['manifest', `${repository}:${tag}`]));
      const children = (index as { manifests: { digest: string }[] }).manifests.map(({ digest }) => digest);
      expect(children.sort()).toEqual([...digests].sort());
    }
  });
});

describe('formats', () => {
  testWith(
    'buildah',
    'podman',
    'skopeo',
  )('docker-archive goes in as schema 2 and comes out again', async () => {
    const image = await busyboxImage(place);
    const reference = `docker://${registry.host}/library/docker-archive:1`;
    await ok(place, 'podman', [
      'save',
      '--quiet',
      '--format=docker-archive',
      '-o',
      'in.tar',
      localName(image),
    ]);

    await ok(place, 'skopeo', [
      'copy',
      '--quiet',
      '--dest-tls-verify=false',
      'docker-archive:in.tar',
      reference,
    ]);
    await ok(place, 'skopeo', [
      'copy',
      '--quiet',
      '--src-tls-verify=false',
      reference,
      'docker-archive:out.tar',
    ]);

    const raw = await ok(place, 'skopeo', ['inspect', '--raw', '--tls-verify=false', reference]);
    expect(JSON.parse(raw)).toMatchObject({
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    });
    // The files of the archive are named by the hash of their contents.
    const parts = async (file: string) => {
      const [entry] = JSON.parse(await ok(place, 'tar', ['-xOf', file, 'manifest.json'])) as object[];
      return { ...entry, RepoTags: null };
    };
    expect(await parts('out.tar')).toEqual(await parts('in.tar'));
  });

  testWith(
    'buildah',
    'skopeo',
    'crane',
    'podman',
  )('zstd layers are stored and unpacked again', async () => {
    const image = await busyboxImage(place);
    const reference = `${registry.host}/library/zstd:1`;

    await ok(place, 'skopeo', [
      ...['copy', '--quiet', '--dest-compress-format=zstd', '--dest-compress', '--dest-tls-verify=false'],
      ...[`oci:${image.layout}:image`, `docker://${reference}`],
    ]);

    const manifest = JSON.parse(await ok(place, 'crane', ['manifest', reference]));
    expect((manifest as { layers: unknown[] }).layers).toEqual([
      expect.objectContaining({ mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' }),
    ]);
    const digest = await ok(place, 'crane', ['digest', reference]);
    const podman = transfers.find(({ name }) => name === 'podman') as Transfer;
    expect(await podman.pull(place, reference, '')).toBe(digest);
  });

  testWith('buildah', 'skopeo')(
    'encrypted layers keep their media type and decrypt to the same bytes',
    async () => {
      const image = await busyboxImage(place, { gzip: true });
      const reference = `docker://${registry.host}/library/encrypted:1`;
      await ok(place, 'openssl', ['genrsa', '-out', 'key.pem', '2048']);
      await ok(place, 'openssl', ['rsa', '-in', 'key.pem', '-pubout', '-out', 'public.pem']);

      await ok(place, 'skopeo', [
        ...['copy', '--quiet', '--encryption-key=jwe:public.pem', '--dest-tls-verify=false'],
        ...[`oci:${image.layout}:image`, reference],
      ]);
      await ok(place, 'skopeo', [
        ...[
          'copy',
          '--quiet',
          '--decryption-key=key.pem',
          '--src-tls-verify=false',
          reference,
          'oci:decrypted:image',
        ],
      ]);

      const raw = await ok(place, 'skopeo', ['inspect', '--raw', '--tls-verify=false', reference]);
      expect(raw).toContain('+encrypted');
      const decrypted = join(place.folder, 'decrypted');
      expect(await layoutDigest(decrypted)).toBe(image.digest);
      expect(await layoutContents(decrypted, image.digest)).toEqual(
        await layoutContents(image.layout, image.digest),
      );
    },
  );
});
