import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { busyboxImage } from '#test/support/clients-images.ts';
import { hashFile, layoutContents } from '#test/support/clients-layout.ts';
import { createProject, startRegistry, type Registry } from '#test/support/clients-registry.ts';
import { pullContents, transfers, type Transfer } from '#test/support/clients-transfer.ts';
import {
  ok,
  refused,
  rememberLogin,
  run,
  testWith,
  tool,
  workplace,
  type Workplace,
} from '#test/support/clients.ts';

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

const client = (name: string) => transfers.find((transfer) => transfer.name === name) as Transfer;
const open = '--tls-verify=false';
const gone = /not.?found|unknown|404/i;

/** A fresh image, pushed by crane to a repository of its own. */
async function pushed(project = 'library') {
  const image = await busyboxImage(place);
  const repository = `${registry.host}/${project}/${randomUUID().slice(0, 8)}`;
  await ok(place, 'crane', ['push', image.layout, `${repository}:1`]);
  return { ...image, repository, reference: `${repository}:1` };
}

describe('large layers', () => {
  testWith(
    'buildah',
    'skopeo',
    'crane',
  )('300 MiB pushed by skopeo arrive at crane byte for byte', async () => {
    const image = await busyboxImage(place, { random: 300 * 1024 * 1024 });
    const reference = `${registry.host}/library/large:1`;

    await client('skopeo').push(place, image, reference);

    const arrived = await pullContents(place, client('crane'), reference);
    expect(arrived).toEqual(await layoutContents(image.layout, image.digest));
    await rm(image.layout, { recursive: true });
  });

  testWith(
    'buildah',
    'regctl',
    'skopeo',
  )('a layer sent in many chunks arrives whole', async () => {
    const image = await busyboxImage(place, { random: 20 * 1024 * 1024 });
    const reference = `${registry.host}/library/chunked:1`;
    const chunks = ['--blob-chunk=1000001', '--blob-max=1000001'];
    await ok(place, 'regctl', ['registry', 'set', '--skip-check', ...chunks, registry.host]);

    await client('regctl').push(place, image, reference);

    await ok(place, 'regctl', [
      'registry',
      'set',
      '--skip-check',
      '--blob-chunk=0',
      '--blob-max=0',
      registry.host,
    ]);
    const arrived = await pullContents(place, client('skopeo'), reference);
    expect(arrived).toEqual(await layoutContents(image.layout, image.digest));
  });

  testWith('crane', 'buildah')('a layer read from a pipe is uploaded without a known length', async () => {
    const { reference, repository } = await pushed();
    await writeFile(join(place.folder, 'streamed'), randomUUID().repeat(100_000));
    await ok(place, 'tar', ['-cf', 'streamed.tar', 'streamed']);

    const tar = await readFile(join(place.folder, 'streamed.tar'));

    const flags = ['--base', reference, '--new_layer=-', '--new_tag', `${repository}:2`];
    await ok(place, 'crane', ['append', ...flags], { input: tar });

    await ok(place, 'crane', ['export', `${repository}:2`, 'exported.tar']);
    expect((await ok(place, 'tar', ['-tf', 'exported.tar'])).split('\n')).toContain('streamed');
  });

  testWith('regctl')('a blob named by its sha512 digest is stored and read back', async () => {
    const bytes = randomBytes(100_000);
    const digest = `sha512:${createHash('sha512').update(bytes).digest('hex')}`;
    const repository = `${registry.host}/library/sha512`;

    await ok(place, 'regctl', ['blob', 'put', '--digest', digest, repository], { input: bytes });

    await ok(place, 'bash', [
      '-c',
      '"$0" blob get "$1" "$2" > sha512',
      tool('regctl') ?? '',
      repository,
      digest,
    ]);
    expect((await hashFile(join(place.folder, 'sha512'), 'sha512')).hex).toBe(digest.slice(7));
  });

  testWith(
    'regctl',
    'buildah',
    'crane',
  )('an image with sha512 digests throughout is copied', async () => {
    const { reference, repository } = await pushed();

    await ok(place, 'regctl', [
      ...['image', 'mod', '--digest-algo=sha512', '--create', `${repository}:sha512`, reference],
    ]);

    const manifest = JSON.parse(
      await ok(place, 'regctl', ['manifest', 'get', '--format=raw-body', `${repository}:sha512`]),
    );
    expect((manifest as { config: { digest: string } }).config.digest).toMatch(/^sha512:/);
    const target = `${registry.host}/elsewhere/sha512:1`;
    await ok(place, 'regctl', ['image', 'copy', `${repository}:sha512`, target]);
    const digest = await ok(place, 'regctl', ['image', 'digest', `${repository}:sha512`]);
    expect(await ok(place, 'regctl', ['image', 'digest', target])).toBe(digest);
  });
});

describe('copies between repositories', () => {
  testWith('buildah', 'crane')('crane mounts the blobs instead of sending them', async () => {
    const source = await pushed();
    const target = `${registry.host}/elsewhere/mounted-${randomUUID().slice(0, 8)}:1`;

    const { stderr } = await run(place, 'crane', ['copy', '--verbose', source.reference, target]);

    // One layer and one config, both answered with 201 by the mount.
    expect(stderr.match(/mounted blob/g)).toHaveLength(2);
    expect(await ok(place, 'crane', ['digest', target])).toBe(source.digest);
  });

  for (const [name, args] of [
    ['regctl', ['image', 'copy']],
    ['oras', ['cp', '--from-plain-http', '--to-plain-http']],
    ['crane', ['copy']],
  ] as const) {
    testWith(
      'buildah',
      'crane',
      name,
    )(`${name} copies between projects`, async () => {
      const source = await pushed();
      const target = `${registry.host}/elsewhere/copied-by-${name}:1`;

      await ok(place, name, [...args, source.reference, target]);

      expect(await pullContents(place, client('crane'), target)).toEqual(
        await pullContents(place, client('crane'), source.reference),
      );
    });
  }

  testWith(
    'buildah',
    'crane',
    'skopeo',
  )('skopeo copies between projects', async () => {
    const source = await pushed();
    const target = `${registry.host}/elsewhere/copied-by-skopeo:1`;

    await ok(place, 'skopeo', [
      ...['copy', '--quiet', '--preserve-digests', '--src-tls-verify=false', '--dest-tls-verify=false'],
      ...[`docker://${source.reference}`, `docker://${target}`],
    ]);

    expect(await ok(place, 'crane', ['digest', target])).toBe(source.digest);
  });
});

describe('listing', () => {
  testWith(
    'buildah',
    'crane',
    'oras',
    'regctl',
    'skopeo',
  )('every client sees all tags, in order', async () => {
    const { reference, repository } = await pushed();
    const names = [
      '1',
      ...Array.from({ length: 30 }, (_, number) => `t${number}`),
      'A',
      'z',
      '_u',
      'a.b-c_d',
    ];
    for (const name of names.slice(1)) await ok(place, 'crane', ['tag', reference, name]);
    const sorted = [...names].sort();

    expect((await ok(place, 'crane', ['ls', repository])).split('\n')).toEqual(sorted);
    expect((await ok(place, 'regctl', ['tag', 'ls', repository])).split('\n')).toEqual(sorted);
    expect((await ok(place, 'oras', ['repo', 'tags', '--plain-http', repository])).split('\n')).toEqual(
      sorted,
    );
    const listed = JSON.parse(await ok(place, 'skopeo', ['list-tags', open, `docker://${repository}`]));
    expect((listed as { Tags: string[] }).Tags).toEqual(sorted);
  });

  testWith(
    'buildah',
    'crane',
    'regctl',
    'oras',
  )('tags are listed from a given one and in pages', async () => {
    const { reference, repository } = await pushed();
    for (const name of ['a', 'b', 'c', 'd']) await ok(place, 'crane', ['tag', reference, name]);

    const after = await ok(place, 'oras', ['repo', 'tags', '--plain-http', '--last=b', repository]);
    const page = await ok(place, 'regctl', ['tag', 'ls', '--last=a', '--limit=2', repository]);

    expect(after.split('\n')).toEqual(['c', 'd']);
    expect(page.split('\n')).toEqual(['b', 'c']);
  });

  testWith(
    'buildah',
    'crane',
    'oras',
    'regctl',
  )('the catalog names every repository', async () => {
    const { repository } = await pushed();
    const name = repository.slice(registry.host.length + 1);

    expect((await ok(place, 'crane', ['catalog', registry.host])).split('\n')).toContain(name);
    expect((await ok(place, 'regctl', ['repo', 'ls', registry.host])).split('\n')).toContain(name);
    expect((await ok(place, 'oras', ['repo', 'ls', '--plain-http', registry.host])).split('\n')).toContain(
      name,
    );
  });
});

describe('deletion', () => {
  testWith(
    'buildah',
    'crane',
    'regctl',
  )('regctl deletes one tag and leaves the other', async () => {
    const { reference, repository, digest } = await pushed();
    await ok(place, 'crane', ['tag', reference, 'stays']);

    await ok(place, 'regctl', ['tag', 'delete', reference]);

    expect(await refused(place, 'crane', ['manifest', reference])).toMatch(gone);
    expect(await ok(place, 'crane', ['digest', `${repository}:stays`])).toBe(digest);
  });

  testWith('buildah', 'crane')('crane deletes a manifest with all its tags', async () => {
    const { repository, digest } = await pushed();

    await ok(place, 'crane', ['delete', `${repository}@${digest}`]);

    expect(await refused(place, 'crane', ['manifest', `${repository}:1`])).toMatch(gone);
    expect(await refused(place, 'crane', ['manifest', `${repository}@${digest}`])).toMatch(gone);
  });

  testWith(
    'buildah',
    'crane',
    'skopeo',
  )('skopeo deletes what a tag names', async () => {
    const { reference } = await pushed();

    await ok(place, 'skopeo', ['delete', open, `docker://${reference}`]);

    expect(await refused(place, 'skopeo', ['inspect', open, `docker://${reference}`])).toMatch(gone);
  });

  testWith(
    'buildah',
    'crane',
    'oras',
  )('oras deletes a manifest, and a push brings it back', async () => {
    const { layout, reference, digest } = await pushed();

    await ok(place, 'oras', ['manifest', 'delete', '--plain-http', '--force', reference]);

    expect(await refused(place, 'oras', ['pull', '--plain-http', reference])).toMatch(gone);
    await ok(place, 'crane', ['push', layout, reference]);
    expect(await ok(place, 'crane', ['digest', reference])).toBe(digest);
  });

  testWith(
    'buildah',
    'crane',
    'oras',
  )('deleting in one repository leaves the copy in another', async () => {
    const source = await pushed();
    const target = `${registry.host}/elsewhere/kept-${randomUUID().slice(0, 8)}:1`;
    await ok(place, 'crane', ['copy', source.reference, target]);

    await ok(place, 'crane', ['delete', `${source.repository}@${source.digest}`]);

    expect((await pullContents(place, client('oras'), target)).join('\n')).toContain(source.digest);
  });
});

describe('tags', () => {
  testWith('buildah', 'crane')(
    'a tag pushed again names the new image, and the old one stays by digest',
    async () => {
      const first = await pushed();
      const second = await busyboxImage(place);

      await ok(place, 'crane', ['push', second.layout, first.reference]);

      expect(await ok(place, 'crane', ['digest', first.reference])).toBe(second.digest);
      await ok(place, 'crane', ['manifest', `${first.repository}@${first.digest}`]);
    },
  );

  testWith('buildah', 'crane')('crane mutates an image in place', async () => {
    const { reference, repository } = await pushed();

    await ok(place, 'crane', [
      'mutate',
      reference,
      '--label=org.example.k=v',
      '--tag',
      `${repository}:labelled`,
    ]);

    const config = JSON.parse(await ok(place, 'crane', ['config', `${repository}:labelled`]));
    expect(config).toMatchObject({ config: { Labels: { 'org.example.k': 'v' } } });
  });
});
