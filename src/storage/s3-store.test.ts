import { expect, test } from 'vitest';
import { S3Store } from './s3-store.ts';
import type { S3Settings } from './settings.ts';

const MiB = 1 << 20;

function storeWith(changes: Partial<S3Settings>): S3Store {
  const settings = { bucket: 'b', prefix: '', region: 'us-east-1', pathStyle: false, redirect: true };
  return new S3Store({ driver: 's3', ...settings, ...changes });
}

function sizeOfParts(store: S3Store, count: number): number {
  let sum = 0;
  for (let number = 1; number <= count; number++) sum += store.partSizeAt(number);
  return sum;
}

test('parts grow, so that 10,000 of them hold more than S3 does', () => {
  const store = storeWith({});

  expect(store.partSizeAt(1)).toBe(16 * MiB);
  expect(store.partSizeAt(1_000)).toBe(16 * MiB);
  expect(store.partSizeAt(1_001)).toBe(32 * MiB);
  expect(sizeOfParts(store, 10_000)).toBeGreaterThan(5 * 1024 ** 4);
  expect(() => store.checkPartNumber(10_001)).toThrow('raise part_size');
});

test('no part is smaller or larger than S3 allows', () => {
  expect(storeWith({ partSize: 1 }).partSizeAt(1)).toBe(5 * MiB);
  expect(storeWith({ partSize: 4 * 1024 ** 3 }).partSizeAt(10_000)).toBe(5 * 1024 ** 3);
});

test('on R2 all parts have one size', () => {
  const store = storeWith({ endpoint: 'https://account.r2.cloudflarestorage.com' });

  expect(store.partSizeAt(10_000)).toBe(16 * MiB);
  expect(store.shortestPart).toBe(16 * MiB);
});

test('objects that stay are encrypted and classed as asked; those that go soon are only encrypted', () => {
  const store = storeWith({ sseAlgorithm: 'aws:kms', kmsKeyId: 'key', storageClass: 'STANDARD_IA' });

  expect(store.passing()).toEqual({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key' });
  expect(store.lasting()).toEqual({ ...store.passing(), StorageClass: 'STANDARD_IA' });
});

test('a copy source is encoded part by part', () => {
  expect(storeWith({}).copySource('a b/c+d/é')).toBe('b/a%20b/c%2Bd/%C3%A9');
});
