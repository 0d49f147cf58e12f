import { afterAll, beforeAll, describe, expect } from 'vitest';
import { busyboxImage } from '#test/support/clients-images.ts';
import { startRegistry, type Registry } from '#test/support/clients-registry.ts';
import { pullContents, transfers, type Transfer } from '#test/support/clients-transfer.ts';
import { layoutContents } from '#test/support/clients-layout.ts';
import { obstacle, ok, rememberLogin, testWith, workplace, type Workplace } from '#test/support/clients.ts';
import { storageUrl } from '#test/support/clients-s3.ts';
import { startS3, type S3Server } from '#test/support/s3.ts';

/** Blobs in a bucket: pushes go through the registry, pulls are sent on to the bucket by a signed URL. */
const needed = ['versitygw', 'buildah', 'crane'];

let s3: S3Server;
let registry: Registry;
let place: Workplace;

beforeAll(async () => {
  if (obstacle(needed) !== undefined) return;
  s3 = await startS3();
  registry = await startRegistry({ MOORAGE_STORAGE: storageUrl(s3, { redirect: true }) });
  place = await workplace(registry.host);
  await rememberLogin(place, registry.host, registry.admin.user, registry.admin.password);
});

afterAll(async () => {
  await place?.leave();
  await registry?.stop();
  await s3?.stop();
});

describe('on S3 with redirects', () => {
  for (const client of transfers) {
    testWith(...needed, client.name)(
      `${client.name} pushes 20 MiB and pulls them from the bucket`,
      async () => {
        const image = await busyboxImage(place, { random: 20 * 1024 * 1024 });
        const reference = `${registry.host}/library/s3-${client.name}:1`;

        await client.push(place, image, reference);

        const digest = await ok(place, 'crane', ['digest', reference]);
        expect(await client.pull(place, reference, `${image.layout}-pulled`)).toBe(digest);
        const crane = transfers.find(({ name }) => name === 'crane') as Transfer;
        const arrived = await pullContents(place, crane, reference);
        if (client.writesLayout) expect(arrived).toEqual(await layoutContents(image.layout, digest));
      },
    );
  }

  testWith(...needed)('a blob is answered with a signed URL of the bucket', async () => {
    const image = await busyboxImage(place);
    const reference = `${registry.host}/library/s3-signed`;
    await ok(place, 'crane', ['push', image.layout, `${reference}:1`]);
    const manifest = JSON.parse(await ok(place, 'crane', ['manifest', `${reference}:1`]));
    const { digest } = (manifest as { layers: [{ digest: string }] }).layers[0];
    const { user, password } = registry.admin;

    const answer = await fetch(`${registry.url}/v2/library/s3-signed/blobs/${digest}`, {
      redirect: 'manual',
      headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
    });

    expect(answer.status).toBe(307);
    const url = new URL(answer.headers.get('location') ?? '');
    expect(url.port).toBe(String(s3.port));
    expect(url.searchParams.has('X-Amz-Signature')).toBe(true);
  });
});
