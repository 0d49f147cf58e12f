/** How each client pushes an OCI layout to a registry without TLS, and pulls an image back. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { layoutContents, layoutDigest } from './clients-layout.ts';
import { localName, type Image } from './clients-images.ts';
import { ok, type Workplace } from './clients.ts';

export interface Transfer {
  name: string;
  /** Pushes the image to `host/repository:tag`, unchanged. */
  push(place: Workplace, image: Image, reference: string): Promise<unknown>;
  /**
   * Pulls into an empty place and returns the digest that arrived. Clients that write an OCI layout leave it
   * at `layout`; the others (podman, buildah) check each layer themselves while they unpack it.
   */
  pull(place: Workplace, reference: string, layout: string): Promise<string>;
  writesLayout: boolean;
}

const open = '--tls-verify=false';

const skopeo: Transfer = {
  name: 'skopeo',
  writesLayout: true,
  push: (place, image, reference) =>
    ok(place, 'skopeo', [
      ...['copy', '--quiet', '--preserve-digests', '--all', '--dest-tls-verify=false'],
      ...[`oci:${image.layout}:image`, `docker://${reference}`],
    ]),
  async pull(place, reference, layout) {
    const flags = ['--quiet', '--preserve-digests', '--all', '--src-tls-verify=false'];
    await ok(place, 'skopeo', ['copy', ...flags, `docker://${reference}`, `oci:${layout}:image`]);
    return layoutDigest(layout);
  },
};

const crane: Transfer = {
  name: 'crane',
  writesLayout: true,
  push: (place, image, reference) => ok(place, 'crane', ['push', image.layout, reference]),
  async pull(place, reference, layout) {
    await ok(place, 'crane', ['pull', '--format=oci', reference, layout]);
    return layoutDigest(layout);
  },
};

const regctl: Transfer = {
  name: 'regctl',
  writesLayout: true,
  push: (place, image, reference) =>
    ok(place, 'regctl', ['image', 'copy', `ocidir://${image.layout}:image`, reference]),
  async pull(place, reference, layout) {
    await ok(place, 'regctl', ['image', 'copy', reference, `ocidir://${layout}:image`]);
    return layoutDigest(layout);
  },
};

const oras: Transfer = {
  name: 'oras',
  writesLayout: true,
  push: (place, image, reference) =>
    ok(place, 'oras', ['cp', '--from-oci-layout', `${image.layout}:image`, '--to-plain-http', reference]),
  async pull(place, reference, layout) {
    await ok(place, 'oras', ['cp', '--from-plain-http', reference, '--to-oci-layout', `${layout}:image`]);
    return layoutDigest(layout);
  },
};

/**
 * podman and buildah share their store: an own root for each pull makes sure that bytes really travel. The
 * name is short because podman refuses a runroot of more than 50 characters.
 */
function store(place: Workplace) {
  const folder = join(place.folder, `s-${randomUUID().slice(0, 8)}`);
  const flags = ['--root', folder, '--runroot', `${folder}/run`];
  return { flags, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

const podman: Transfer = {
  name: 'podman',
  writesLayout: false,
  push: (place, image, reference) =>
    ok(place, 'podman', ['push', '--quiet', open, localName(image), `docker://${reference}`]),
  async pull(place, reference) {
    const { flags, remove } = store(place);
    await ok(place, 'podman', [...flags, 'pull', '--quiet', open, reference]);
    const digest = await ok(place, 'podman', [
      ...flags,
      'image',
      'inspect',
      '--format={{.Digest}}',
      reference,
    ]);
    await remove();
    return digest;
  },
};

const buildah: Transfer = {
  name: 'buildah',
  writesLayout: false,
  push: (place, image, reference) =>
    ok(place, 'buildah', ['push', '--quiet', open, localName(image), `docker://${reference}`]),
  async pull(place, reference) {
    const { flags, remove } = store(place);
    await ok(place, 'buildah', [...flags, 'pull', '--quiet', open, reference]);
    const format = '--format={{.FromImageDigest}}';
    const digest = await ok(place, 'buildah', [...flags, 'inspect', '--type=image', format, reference]);
    await remove();
    return digest;
  },
};

export const transfers: readonly Transfer[] = [skopeo, podman, buildah, crane, regctl, oras];

/** Pulls with a client that writes a layout and returns its hashed contents, then removes the layout. */
export async function pullContents(place: Workplace, client: Transfer, reference: string): Promise<string[]> {
  const layout = join(place.folder, `pulled-${randomUUID()}`);
  const digest = await client.pull(place, reference, layout);
  const contents = await layoutContents(layout, digest);
  await rm(layout, { recursive: true });
  return contents;
}
