import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectTaggingCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeS3, type S3Server, startS3 } from '#test/support/s3.ts';
import { all, digestOf, driverSuite, fetchBytes, send, soon, store } from './driver.suite.ts';
import { S3Driver } from './s3.ts';
import { S3Store } from './s3-store.ts';
import type { S3Settings } from './settings.ts';

describeS3('on versitygw', () => {
  driverSuite('s3', async () => {
    const server = await startS3();
    return {
      open: async () => {
        const driver = new S3Driver(server.settings({ prefix: 'registry/blobs of one' }));
        await driver.probe();
        return driver;
      },
      end: () => server.stop(),
      // Parts are of 5 MiB here: exactly one, one byte more, a rest that is a part, a rest that is a tail.
      sizes: [5 << 20, (5 << 20) + 1, 11 << 20],
    };
  });
});

describeS3('the bucket', () => {
  let server: S3Server;
  const opened: S3Driver[] = [];
  const open = async (changes: Partial<S3Settings> = {}) => {
    const driver = new S3Driver(server.settings(changes));
    await driver.probe();
    opened.push(driver);
    return driver;
  };
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(async () => {
    for (const driver of opened) await driver.close();
    await server?.stop();
  });

  test('an object carries its digest as a tag', async () => {
    const driver = await open();
    const { client, bucket } = new S3Store(server.settings());
    for (const size of [0, 10, (5 << 20) + 1]) {
      const bytes = randomBytes(size);

      const location = await store(driver, bytes);

      const found = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: location }));
      expect(found.TagSet).toEqual([{ Key: 'moorage-digest', Value: digestOf(bytes) }]);
    }
    client.destroy();
  });

  test('a signed URL gives the object, or a range of it, to a client without keys', async () => {
    const driver = await open();
    const location = await store(driver, Buffer.from('0123456789'));

    const get = await driver.signedUrl(location, 'GET');
    const head = await driver.signedUrl(location, 'HEAD');

    expect(new URL(get ?? '').searchParams.get('X-Amz-Expires')).toBe('1200');
    expect(await (await fetch(get ?? '')).text()).toBe('0123456789');
    expect(await (await fetch(get ?? '', { headers: { range: 'bytes=2-4' } })).text()).toBe('234');
    const answer = await fetch(head ?? '', { method: 'HEAD' });
    expect(answer.headers.get('content-length')).toBe('10');
    expect((await fetch((get ?? '').replace(/Signature=\w{4}/, 'Signature=0000'))).status).toBe(403);
  });

  test('without redirects there is no signed URL', async () => {
    const driver = await open({ redirect: false });

    expect(await driver.signedUrl(await store(driver, Buffer.from('x')), 'GET')).toBeUndefined();
  });

  test('two prefixes in one bucket do not see each other', async () => {
    const [one, other] = [await open({ prefix: 'one' }), await open({ prefix: 'one-more' })];
    await store(other, Buffer.from('x'));
    await send(other, other.begin(), randomBytes((5 << 20) + 10));
    await send(other, other.begin(), randomBytes(10));

    expect(await all(one.list(soon()))).toEqual([]);
    expect(await all(one.listDrafts(soon()))).toEqual([]);
  });

  test('names that this storage never makes are skipped and reported', async () => {
    const driver = await open({ prefix: 'odd' });
    const location = await store(driver, Buffer.from('x'));
    mkdirSync(join(server.folder, 'odd/drafts'), { recursive: true });
    for (const folder of ['odd/blobs', 'odd/drafts']) {
      for (const name of ['x', 'a b+c%2F&<>"é', '0'.repeat(33)])
        writeFileSync(join(server.folder, folder, name), '');
    }
    const reported: string[] = [];
    const report = (name: string) => reported.push(name);

    const objects = await all(driver.list(soon(), report));
    const drafts = await all(driver.listDrafts(soon(), report));

    expect(objects.map((each) => each.location)).toEqual([location]);
    expect(drafts).toEqual([]);
    expect(reported.toSorted()).toEqual(
      ['odd/blobs', 'odd/drafts'].flatMap((folder) =>
        ['0'.repeat(33), 'a b+c%2F&<>"é', 'x'].map((name) => `${folder}/${name}`),
      ),
    );
  });

  test('an object under a name that another program gave is readable', async () => {
    const driver = await open();
    mkdirSync(join(server.folder, 'docker/registry'), { recursive: true });
    writeFileSync(join(server.folder, 'docker/registry/data'), 'theirs');

    expect((await fetchBytes(driver, 'docker/registry/data', 0, 5)).toString()).toBe('theirs');
    expect(await driver.quarantine('docker/registry/data', soon())).toBe('quarantine/docker/registry/data');
  });

  test('a draft that is none is refused', async () => {
    const driver = await open({ prefix: 'mine' });
    for (const key of ['mine/blobs/0123', 'drafts/x', `mine/quarantine/${'0'.repeat(32)}`]) {
      await expect(driver.discard({ key, size: 1 }, soon())).rejects.toThrow('not a draft');
      await expect(driver.commit({ key, size: 1 }, digestOf(randomBytes(1)), soon())).rejects.toThrow(
        'not a draft',
      );
    }
  });
});
