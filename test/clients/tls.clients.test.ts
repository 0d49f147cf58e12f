import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { busyboxImage, type Image } from '#test/support/clients-images.ts';
import { startRegistry, type Registry } from '#test/support/clients-registry.ts';
import {
  obstacle,
  ok,
  refused,
  rememberLogin,
  testWith,
  workplace,
  type Workplace,
} from '#test/support/clients.ts';

/** The same clients without their flags for plain HTTP: a certificate of an authority that they trust. */
const needed = ['buildah', 'crane'];

let registry: Registry;
let place: Workplace;
let image: Image;

beforeAll(async () => {
  if (obstacle(needed) !== undefined) return;
  const certificates = await workplace('');
  await ok(certificates, 'openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...[
      '-subj',
      '/CN=registry',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
    ],
  ]);
  const certificate = join(certificates.folder, 'cert.pem');
  registry = await startRegistry({
    MOORAGE_TLS_CERTIFICATE: certificate,
    MOORAGE_TLS_PRIVATE_KEY: join(certificates.folder, 'key.pem'),
  });
  place = await workplace(registry.host);
  await ok(place, 'cp', [certificate, 'cert.pem']);
  await certificates.leave();
  place.env['SSL_CERT_FILE'] = join(place.folder, 'cert.pem');
  await rememberLogin(place, registry.host, registry.admin.user, registry.admin.password);
  image = await busyboxImage(place);
});

afterAll(async () => {
  await place?.leave();
  await registry?.stop();
});

interface Transport {
  name: string;
  push(from: string, to: string): string[];
  pull(from: string, to: string): string[];
}

const transports: readonly Transport[] = [
  {
    name: 'skopeo',
    push: (from, to) => ['copy', '--quiet', '--preserve-digests', `oci:${from}:image`, `docker://${to}`],
    pull: (from, to) => ['copy', '--quiet', '--preserve-digests', `docker://${from}`, `oci:${to}:image`],
  },
  {
    name: 'crane',
    push: (from, to) => ['push', from, to],
    pull: (from, to) => ['pull', '--format=oci', from, to],
  },
  {
    name: 'oras',
    push: (from, to) => ['cp', '--from-oci-layout', `${from}:image`, '--to-plain-http=false', to],
    pull: (from, to) => ['cp', '--from-plain-http=false', from, '--to-oci-layout', `${to}:image`],
  },
  {
    name: 'regctl',
    push: (from, to) => [
      'image',
      'copy',
      '--host',
      `reg=${host(to)},tls=enabled`,
      `ocidir://${from}:image`,
      to,
    ],
    pull: (from, to) => [
      'image',
      'copy',
      '--host',
      `reg=${host(from)},tls=enabled`,
      from,
      `ocidir://${to}:image`,
    ],
  },
];

const host = (reference: string) => reference.slice(0, reference.indexOf('/'));

describe('over TLS', () => {
  for (const { name, push, pull } of transports) {
    testWith(...needed, name)(`${name} pushes and pulls`, async () => {
      const reference = `${registry.host}/library/tls-${name}:1`;

      await ok(place, name, push(image.layout, reference));

      await ok(place, name, pull(reference, join(place.folder, `pulled-${name}`)));
      expect(await ok(place, 'crane', ['digest', reference])).toBe(image.digest);
    });
  }

  testWith(...needed, 'podman')('podman pulls', async () => {
    const reference = `${registry.host}/library/tls-podman:1`;
    await ok(place, 'crane', ['push', image.layout, reference]);

    await ok(place, 'podman', ['pull', '--quiet', reference]);
  });

  testWith(...needed, 'skopeo')('a client that does not trust the authority sends nothing', async () => {
    const stranger = await workplace(registry.host);
    const said = await refused(stranger, 'skopeo', ['list-tags', `docker://${registry.host}/library/any`]);
    await stranger.leave();

    expect(said).toMatch(/certificate/i);
  });
});
