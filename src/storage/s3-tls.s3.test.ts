import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstCertificate, secondCertificate } from '#test/support/certificates.ts';
import { describeS3, type S3Server, startS3 } from '#test/support/s3.ts';
import { fetchBytes, store } from './driver.suite.ts';
import { S3Driver } from './s3.ts';
import type { S3Settings } from './settings.ts';

describeS3('S3 over TLS', () => {
  let server: S3Server;
  let folder: string;
  beforeAll(async () => {
    server = await startS3({ tls: firstCertificate });
    folder = mkdtempSync(join(tmpdir(), 'moorage-ca-'));
    writeFileSync(join(folder, 'right.pem'), firstCertificate.certificate);
    writeFileSync(join(folder, 'wrong.pem'), secondCertificate.certificate);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const probing = async (changes: Partial<S3Settings>) => {
    const driver = new S3Driver(server.settings({ timeouts: { attempts: 1 }, ...changes }));
    try {
      await driver.probe();
      const location = await store(driver, Buffer.alloc(6 << 20, 'x'));
      return (await fetchBytes(driver, location, 0, 9)).toString();
    } finally {
      await driver.close();
    }
  };

  test('a server whose certificate the CA bundle vouches for is trusted', async () => {
    expect(await probing({ caBundle: join(folder, 'right.pem') })).toBe('xxxxxxxxxx');
  });

  test('a server that nobody vouches for is refused', async () => {
    await expect(probing({})).rejects.toThrow(/self-signed certificate/);
    await expect(probing({ caBundle: join(folder, 'wrong.pem') })).rejects.toThrow(/self-signed certificate/);
  });

  test('any certificate is taken when that was asked for', async () => {
    expect(await probing({ skipVerify: true })).toBe('xxxxxxxxxx');
  });
});
