import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeS3 } from '#test/support/s3.ts';
import { type FaultyDrivers, startFaultyDrivers } from '#test/support/s3-faulty-drivers.ts';
import { all, digestOf, fetchBytes, send, soon } from './driver.suite.ts';
import { S3Driver } from './s3.ts';
import type { S3Settings } from './settings.ts';

const large = randomBytes((11 << 20) + 5);

describeS3('the start-up probe of S3', () => {
  let s3: FaultyDrivers;
  beforeAll(async () => {
    s3 = await startFaultyDrivers();
  });
  afterEach(() => s3.heal());
  afterAll(() => s3?.end());

  const open = (changes: Partial<S3Settings> = {}) => {
    const reports: string[] = [];
    const driver = new S3Driver(
      s3.settings({ timeouts: { attempts: 1, connect: 500 }, ...changes }),
      (message) => reports.push(message),
    );
    return { driver, reports };
  };

  test('it leaves nothing behind', async () => {
    const { driver } = open({ prefix: 'clean' });

    await driver.probe();

    expect(await all(driver.list(soon()))).toEqual([]);
    expect(await all(driver.listDrafts(soon()))).toEqual([]);
    await driver.close();
  });

  test('a bucket, keys or a server that are wrong are named, and what to check', async () => {
    for (const [changes, reason] of [
      [{ bucket: 'no-such-bucket' }, /NoSuchBucket/],
      [{ accessKeyId: 'wrong', secretAccessKey: 'wrong' }, /access key/i],
      [{ secretAccessKey: 'wrong' }, /SignatureDoesNotMatch/],
      [{ endpoint: 'http://127.0.0.1:9' }, /ECONNREFUSED/],
    ] as const) {
      const { driver } = open(changes);
      await expect(driver.probe()).rejects.toThrow(reason);
      await expect(driver.probe()).rejects.toThrow('Check its name, region, endpoint and credentials');
      await driver.close();
    }
  });

  test('a store that lacks what the registry needs is refused with the call', async () => {
    for (const operation of [
      'PutObject',
      'HeadObject',
      'GetObject',
      'DeleteObject',
      'ListObjectsV2',
      'CreateMultipartUpload',
      'UploadPart',
      'UploadPartCopy',
      'CompleteMultipartUpload',
    ]) {
      const { driver } = open();
      s3.failing(operation, { kind: 'status', status: 501, code: 'NotImplemented' });

      await expect(driver.probe()).rejects.toThrow(new RegExp(`${operation}.* failed: .*HTTP 501`));

      s3.heal();
      await driver.close();
    }
  });

  test('a store that loses, changes or forgets to list what was put is refused', async () => {
    for (const [operation, fault, reason] of [
      ['PutObject', { kind: 'pretend' }, 'HeadObject failed'],
      ['HeadObject', { kind: 'size', size: 672 }, 'HeadObject failed: .* has 672 bytes; 1000 were uploaded'],
      ['GetObject', { kind: 'flipDown' }, 'GetObject'],
      ['DeleteObject', { kind: 'pretend' }, 'DeleteObject leaves the object readable'],
      ['CompleteMultipartUpload', { kind: 'pretend' }, 'failed'],
    ] as const) {
      const { driver } = open();
      s3.failing(operation, fault);

      await expect(driver.probe()).rejects.toThrow(new RegExp(reason));

      s3.heal();
      await driver.close();
    }
  });

  test('a store without checksums is used without them, and says so', async () => {
    s3.proxy.fault = (_operation, headers) =>
      Object.keys(headers).some((name) => /^x-amz-(sdk-)?checksum-(crc32|algorithm|type)/.test(name))
        ? { kind: 'status', status: 400, code: 'InvalidRequest' }
        : undefined;
    const { driver, reports } = open({ prefix: 'plain' });

    await driver.probe();

    expect(reports).toEqual([expect.stringContaining('does not take CRC-32 checksums')]);
    await roundTrip(driver);
    await driver.close();
  });

  test('a store without tags is used without them, and says so', async () => {
    s3.proxy.fault = (operation, headers) =>
      operation.includes('Tagging') || headers['x-amz-tagging'] !== undefined
        ? { kind: 'status', status: 501, code: 'NotImplemented' }
        : undefined;
    const { driver, reports } = open({ prefix: 'tagless' });

    await driver.probe();

    expect(reports).toContainEqual(expect.stringContaining('does not keep tags'));
    await roundTrip(driver);
    await driver.close();
  });

  test('a store that copies ranges wrongly is not asked to, and says so', async () => {
    s3.proxy.fault = (_operation, headers) =>
      headers['x-amz-copy-source-range'] === undefined
        ? undefined
        : { kind: 'status', status: 501, code: 'NotImplemented' };
    const { driver, reports } = open({ prefix: 'rangeless' });

    await driver.probe();

    expect(reports).toContainEqual(expect.stringContaining('does not copy ranges'));
    await roundTrip(driver);
    await driver.close();
  });
});

/** A large upload that two processes write, and a small one. */
async function roundTrip(driver: S3Driver): Promise<void> {
  for (const bytes of [large, large.subarray(0, 1_000), large.subarray(0, 0)]) {
    const half = Math.floor(bytes.length / 2);
    const first = await send(driver, driver.begin(), bytes.subarray(0, half));
    const writer = await driver.append(first, { takeover: true, signal: soon() });
    await writer.write(bytes.subarray(half));
    const location = await driver.commit(await writer.close(), digestOf(bytes), soon());
    expect((await fetchBytes(driver, location, 0, bytes.length - 1)).equals(bytes)).toBe(true);
  }
}
