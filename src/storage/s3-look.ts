import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { NoSuchObject } from './driver.ts';
import { checksumOf } from './s3-reader.ts';
import { isBare404, type S3Store } from './s3-store.ts';

/** What an object must be like when its making is over. */
export interface Expected {
  size: number;
  crc32: number | undefined;
}

/** Size and, where the store tells it, CRC-32 of an object. Throws NoSuchObject. */
export async function headObject(
  store: S3Store,
  key: string,
  signal: AbortSignal,
): Promise<{ size: number; crc32: number | undefined }> {
  try {
    const answer = await store.call(signal, (http) =>
      store.client.send(
        new HeadObjectCommand({
          Bucket: store.bucket,
          Key: key,
          ...(store.can.checksum ? { ChecksumMode: 'ENABLED' } : {}),
        }),
        http,
      ),
    );
    if (answer.ContentLength === undefined) throw new Error(`${key}: the store does not tell its size`);
    return { size: answer.ContentLength, crc32: checksumOf(answer) };
  } catch (error) {
    if (isBare404(error) && (await store.isAbsent(key, signal))) throw new NoSuchObject(key);
    throw error;
  }
}

/** An object is there and is not what it should be. */
export class WrongObject extends Error {}

/**
 * Compares what the store has with what it should have. Servers have been seen to report success for an object
 * of 672 bytes where a layer should be. Throws WrongObject when a second look shows a wrong one, too.
 */
export async function expectObject(
  store: S3Store,
  key: string,
  expected: Expected,
  signal: AbortSignal,
): Promise<void> {
  const first = differenceOf(await headObject(store, key, signal), expected);
  const second = first && differenceOf(await headObject(store, key, signal), expected);
  if (second !== undefined) throw new WrongObject(`${key}: ${second}`);
}

function differenceOf(found: Expected, expected: Expected): string | undefined {
  if (found.size !== expected.size)
    return `the store has ${found.size} bytes; ${expected.size} were uploaded`;
  if (found.crc32 === undefined || expected.crc32 === undefined || found.crc32 === expected.crc32)
    return undefined;
  return "the store's CRC-32 is not that of what was uploaded";
}
