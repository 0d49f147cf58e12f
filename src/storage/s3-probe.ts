import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { GetObjectTaggingCommand } from '@aws-sdk/client-s3';
import { NoSuchObject } from './driver.ts';
import { listObjects } from './s3-list.ts';
import { expectObject, headObject } from './s3-look.ts';
import { openReader } from './s3-reader.ts';
import type { S3Store } from './s3-store.ts';
import * as uploads from './s3-uploads.ts';

/**
 * Tries on the real bucket what the driver relies on; "S3-compatible" means something else with each server.
 * Throws with the step that failed; `report` hears what the registry can do without.
 */
export async function probeStore(store: S3Store, report: (message: string) => void): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  try {
    await tryObjects(store, signal);
    await tryUpload(store, signal);
  } catch (error) {
    if (!store.can.checksum || !isRefusal(error)) throw error;
    store.withoutChecksums();
    await tryObjects(store, signal);
    await tryUpload(store, signal);
    report(
      `the object store does not take CRC-32 checksums (${messageOf(error)}): ` +
        'uploads are protected by their SHA-256 signature only, and what the store keeps is compared by size only',
    );
  }
  await tryCopyOfRange(store, signal, report);
  await tryTags(store, signal, report);
}

/** Read-after-write, ranges, list-after-write, delete, and that what was deleted is gone. */
async function tryObjects(store: S3Store, signal: AbortSignal): Promise<void> {
  const key = store.newKey('probe');
  const bytes = randomBytes(1_000);
  await step('PutObject', uploads.putObject(store, key, bytes, { lasting: true }, signal));
  await step('HeadObject', expectObject(store, key, { size: 1_000, crc32: crc32(bytes) }, signal));
  const whole = await step('GetObject', readAll(store, key, { start: 0, end: 999, total: 1_000 }, signal));
  expect(whole.equals(bytes), 'GetObject', 'gives other bytes than were put');
  const range = await step('GetObject with Range', readAll(store, key, { start: 10, end: 19 }, signal));
  expect(
    range.equals(bytes.subarray(10, 20)),
    'GetObject with Range',
    'gives other bytes than were asked for',
  );
  expect(
    await step('ListObjectsV2', isListed(store, key, signal)),
    'ListObjectsV2',
    'misses an object just put',
  );
  await step('DeleteObject', uploads.deleteObject(store, key, signal));
  const gone = await step('HeadObject', isGone(store, key, signal));
  expect(gone, 'DeleteObject', 'leaves the object readable');
  expect(
    !(await step('ListObjectsV2', isListed(store, key, signal))),
    'ListObjectsV2',
    'has a deleted object',
  );
}

/** A multipart upload made of a copied and a replaced part, and the size and checksum of the whole. */
async function tryUpload(store: S3Store, signal: AbortSignal): Promise<void> {
  const bytes = randomBytes(1_000);
  const source = store.newKey('probe');
  await step('PutObject', uploads.putObject(store, source, bytes, { lasting: false }, signal));
  try {
    const copied = { key: source, size: bytes.length };
    await completeOne(store, bytes, signal, async (upload) => {
      await step('UploadPart', uploads.uploadPart(store, upload, bytes.subarray(1), signal));
      // The same number again replaces the part, as it happens after an upload that was cut off.
      upload.parts.pop();
      upload.parts.push(await step('UploadPartCopy', uploads.copyPart(store, upload, 1, copied, signal)));
    });
  } finally {
    await uploads.deleteObject(store, source, signal);
  }
}

/** versitygw 1.8.0 gives a copied range the checksum of the whole source, and then refuses its own sum. */
async function tryCopyOfRange(
  store: S3Store,
  signal: AbortSignal,
  report: (message: string) => void,
): Promise<void> {
  const bytes = randomBytes(1_000);
  const source = store.newKey('probe');
  const part = bytes.subarray(100, 900);
  const copied = { key: source, size: part.length, range: { start: 100, end: 899 } };
  await step('PutObject', uploads.putObject(store, source, bytes, { lasting: false }, signal));
  try {
    await completeOne(store, part, signal, async (upload) => {
      upload.parts.push(await step('UploadPartCopy', uploads.copyPart(store, upload, 1, copied, signal)));
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    store.can.copyRange = false;
    report(
      `the object store does not copy ranges as it should (${messageOf(error)}): ` +
        'a large upload that goes on in another process passes through the registry once more',
    );
  } finally {
    await uploads.deleteObject(store, source, signal);
  }
}

/** Completes an upload that `fill` gives one part with these bytes, looks at the result, and removes it. */
async function completeOne(
  store: S3Store,
  bytes: Buffer,
  signal: AbortSignal,
  fill: (upload: uploads.OpenUpload) => Promise<void>,
): Promise<void> {
  const upload = await step('CreateMultipartUpload', uploads.createUpload(store, signal));
  try {
    await fill(upload);
    const expected = { size: bytes.length, crc32: crc32(bytes) };
    await step('CompleteMultipartUpload', uploads.completeUpload(store, upload, expected, signal));
    await step('HeadObject', expectObject(store, upload.key, expected, signal));
    const range = { start: 0, end: bytes.length - 1 };
    const found = await step('GetObject', readAll(store, upload.key, range, signal));
    expect(found.equals(bytes), 'CompleteMultipartUpload', 'made other bytes than were sent');
  } catch (error) {
    await uploads.abortUpload(store, upload, signal).catch(() => {});
    throw error;
  } finally {
    await uploads.deleteObject(store, upload.key, signal);
  }
}

async function tryTags(
  store: S3Store,
  signal: AbortSignal,
  report: (message: string) => void,
): Promise<void> {
  const key = store.newKey('probe');
  try {
    const tagging = 'moorage-digest=sha256%3A00';
    await uploads.putObject(store, key, Buffer.from('tag'), { lasting: false, tagging }, signal);
    const command = new GetObjectTaggingCommand({ Bucket: store.bucket, Key: key });
    const found = await store.call(signal, (http) => store.client.send(command, http));
    expect(
      found.TagSet?.[0]?.Value === 'sha256:00',
      'GetObjectTagging',
      'does not give the tag that was put',
    );
  } catch (error) {
    store.can.tag = false;
    report(`the object store does not keep tags (${messageOf(error)}): objects carry no digest`);
  }
  await uploads.deleteObject(store, key, signal);
}

async function readAll(
  store: S3Store,
  key: string,
  range: { start: number; end: number; total?: number },
  signal: AbortSignal,
): Promise<Buffer> {
  const reader = await openReader(store, key, range, signal);
  const chunks: Buffer[] = [];
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) chunks.push(chunk);
  await reader.close();
  return Buffer.concat(chunks);
}

async function isListed(store: S3Store, key: string, signal: AbortSignal): Promise<boolean> {
  for await (const object of listObjects(store, key, signal)) if (object.key === key) return true;
  return false;
}

async function isGone(store: S3Store, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    await headObject(store, key, signal);
    return false;
  } catch (error) {
    if (error instanceof NoSuchObject) return true;
    throw error;
  }
}

class ProbeFailure extends Error {}

async function step<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new ProbeFailure(`${name} failed: ${messageOf(cause)}`, { cause });
  }
}

function expect(fine: boolean, name: string, what: string): void {
  if (!fine) throw new ProbeFailure(`${name} ${what}`);
}

/** The server answered and said no: a header it does not know, or a call it does not have. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof ProbeFailure ? error.cause : error;
  const status = statusOf(cause);
  return status === 400 || status === 403 || status === 501 || (error instanceof ProbeFailure && !cause);
}

/** With the status: a HEAD answer has no more to tell. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const name = error.name === 'Error' ? '' : `${error.name}: `;
  const status = statusOf(error);
  return `${name}${error.message.replace(/\.$/, '')}${status === undefined ? '' : ` (HTTP ${status})`}`;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}
