import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debianImage, debianRoot, type Image } from '#test/support/clients-images.ts';
import { startRegistry, type Registry } from '#test/support/clients-registry.ts';
import { pullContents, transfers } from '#test/support/clients-transfer.ts';
import { obstacle, ok, rememberLogin, workplace, type Workplace } from '#test/support/clients.ts';

/** A Debian root filesystem, as real as an image gets here: pushed once by each client, pulled by all. */
const needed = ['debootstrap', 'buildah', 'podman', 'skopeo', 'crane', 'regctl', 'oras'];
const reason = obstacle(needed);

let registry: Registry;
let place: Workplace;
let image: Image | undefined;
let unreachable = '';

beforeAll(async () => {
  if (reason !== undefined) return;
  registry = await startRegistry();
  place = await workplace(registry.host);
  const archive = await debianRoot(place);
  if (archive.startsWith('skipped:')) {
    unreachable = archive;
    console.log(`debian.clients.test.ts ${archive}`);
    return;
  }
  await rememberLogin(place, registry.host, registry.admin.user, registry.admin.password);
  image = await debianImage(place, archive);
}, 240_000);

afterAll(async () => {
  await place?.leave();
  await registry?.stop();
});

const note = reason === undefined ? '' : ` [skipped: ${reason}]`;

for (const pusher of transfers) {
  // podman and buildah gzip 120 MB for each push, which takes longer than everything else together.
  if (pusher.name === 'buildah') continue;
  test.skipIf(reason !== undefined)(
    `Debian pushed by ${pusher.name} is pulled by all${note}`,
    async ({ skip }) => {
      if (!image) return skip(unreachable);
      const reference = `${registry.host}/library/debian/${pusher.name}:1`;

      await pusher.push(place, image, reference);

      const digest = await ok(place, 'crane', ['digest', reference]);
      const arrivals: string[][] = [];
      for (const puller of transfers) {
        if (puller.writesLayout) arrivals.push(await pullContents(place, puller, reference));
      }
      for (const arrival of arrivals) expect(arrival).toEqual(arrivals[0]);
      expect(arrivals[0]?.join('\n')).toContain(digest);
    },
  );
}

test.skipIf(reason !== undefined)(
  `a pulled Debian has the files of the built one${note}`,
  async ({ skip }) => {
    if (!image) return skip(unreachable);
    const reference = `${registry.host}/library/debian/files:1`;
    await ok(place, 'crane', ['push', image.layout, reference]);

    const container = `files-${randomUUID()}`;
    await ok(place, 'buildah', [
      'from',
      '--quiet',
      '--pull-always',
      '--tls-verify=false',
      '--name',
      container,
      reference,
    ]);

    const root = await ok(place, 'buildah', ['mount', container]);
    expect(await readFile(join(root, 'var/lib/dpkg/status'), 'utf8')).toContain('Package: libc6\n');
    expect(await ok(place, 'chroot', [root, '/bin/sh', '-c', 'cat /etc/os-release'])).toContain('ID=debian');
    await ok(place, 'buildah', ['umount', container]);
  },
);
