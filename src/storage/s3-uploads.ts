import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { type ByteRange, type DraftPart, NoSuchObject } from './driver.ts';
import type { Expected } from './s3-look.ts';
import { encodeChecksum } from './s3-reader.ts';
import { codeOf, type S3Store } from './s3-store.ts';

/** An open multipart upload: where its bytes will be, and what is there already. */
export interface OpenUpload {
  key: string;
  id: string;
  parts: DraftPart[];
}

export async function putObject(
  store: S3Store,
  key: string,
  body: Buffer,
  options: { lasting: boolean; tagging?: string },
  signal: AbortSignal,
): Promise<void> {
  await store.call(signal, (http) =>
    store.client.send(
      new PutObjectCommand({
        Bucket: store.bucket,
        Key: key,
        Body: body,
        ContentLength: body.length,
        ContentType: 'application/octet-stream',
        ...(options.lasting ? store.lasting() : store.passing()),
        ...(options.tagging && store.can.tag ? { Tagging: options.tagging } : {}),
      }),
      http,
    ),
  );
}

/**
 * A small object, or `range` of one, as one buffer. Throws NoSuchObject, and when it is not `size` bytes or has
 * another CRC-32: what is read here is written on, and a wrong byte would be found only when the upload ends.
 */
export async function getBytes(
  store: S3Store,
  source: { key: string; size: number; crc32?: number; range?: ByteRange },
  signal: AbortSignal,
): Promise<Buffer> {
  const { key, size, range } = source;
  try {
    const bytes = await store.call(signal, async (http) => {
      const command = new GetObjectCommand({
        Bucket: store.bucket,
        Key: key,
        ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}),
      });
      const answer = await store.client.send(command, http);
      return answer.Body?.transformToByteArray();
    });
    if (bytes?.length !== size) throw new Error(`${key}: ${size} bytes were expected, ${bytes?.length} came`);
    if (source.crc32 !== undefined && crc32(bytes) !== source.crc32)
      throw new Error(`${key}: the store gave bytes that do not match their CRC-32`);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    if (codeOf(error) === 'NoSuchKey') throw new NoSuchObject(key);
    throw error;
  }
}

/** Of a range no checksum is known: it is read twice. */
export async function getRange(
  store: S3Store,
  key: string,
  range: ByteRange,
  signal: AbortSignal,
): Promise<Buffer> {
  const source = { key, size: range.end + 1 - range.start, range };
  const bytes = await getBytes(store, source, signal);
  if (!bytes.equals(await getBytes(store, source, signal)))
    throw new Error(`${key}: the store gave other bytes when it was asked for the same ones again`);
  return bytes;
}

export async function deleteObject(store: S3Store, key: string, signal: AbortSignal): Promise<void> {
  try {
    await store.call(signal, (http) =>
      store.client.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: key }), http),
    );
  } catch (error) {
    if (codeOf(error) !== 'NoSuchKey') throw error; // S3 itself answers 204 for a key that is not there
  }
}

/** At most 1,000 keys. Returns those of which the store does not say that they are gone, with its reason. */
export async function deleteObjects(
  store: S3Store,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const Delete = { Objects: keys.map((Key) => ({ Key })) };
  const { Deleted = [], Errors = [] } = await store.call(signal, (http) =>
    store.client.send(new DeleteObjectsCommand({ Bucket: store.bucket, Delete }), http),
  );
  const failed = new Map(keys.map((key) => [key, 'the object store said nothing about it']));
  for (const { Key = '', Code, Message } of Errors) failed.set(Key, `${Code}: ${Message}`);
  const gone = [...Deleted, ...Errors.filter(({ Code }) => Code === 'NoSuchKey')];
  for (const { Key = '' } of gone) failed.delete(Key);
  return failed;
}

export async function createUpload(
  store: S3Store,
  signal: AbortSignal,
  key: string = store.newKey('blobs'),
): Promise<OpenUpload> {
  const answer = await store.call(signal, (http) =>
    store.client.send(
      new CreateMultipartUploadCommand({
        Bucket: store.bucket,
        Key: key,
        ContentType: 'application/octet-stream',
        ...store.lasting(),
        // The checksum of the whole, not of the list of parts: it is known beforehand and survives copying.
        ...(store.can.checksum ? { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } : {}),
      }),
      http,
    ),
  );
  if (!answer.UploadId) throw new Error(`${key}: the store began a multipart upload without an id`);
  return { key, id: answer.UploadId, parts: [] };
}

/** Appends a part. The bytes stay untouched until it is done: the SDK sends them again when it tries again. */
export async function uploadPart(
  store: S3Store,
  upload: OpenUpload,
  body: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const number = upload.parts.length + 1;
  store.checkPartNumber(number);
  const answer = await store.call(signal, (http) =>
    store.client.send(
      new UploadPartCommand({
        Bucket: store.bucket,
        Key: upload.key,
        UploadId: upload.id,
        PartNumber: number,
        Body: body,
        ContentLength: body.length,
      }),
      http,
    ),
  );
  upload.parts.push(partOf(upload.key, number, body.length, answer));
}

/** Has the store itself copy a part from another object, without appending it. Throws NoSuchObject for the source. */
export async function copyPart(
  store: S3Store,
  upload: OpenUpload,
  number: number,
  source: { key: string; size: number; range?: ByteRange },
  signal: AbortSignal,
): Promise<DraftPart> {
  store.checkPartNumber(number);
  const { key, size, range } = source;
  const copy = (http: { abortSignal: AbortSignal; requestTimeout: number }) =>
    store.client.send(
      new UploadPartCopyCommand({
        Bucket: store.bucket,
        Key: upload.key,
        UploadId: upload.id,
        PartNumber: number,
        CopySource: store.copySource(key),
        ...(range ? { CopySourceRange: `bytes=${range.start}-${range.end}` } : {}),
      }),
      http,
    );
  try {
    const answer = await store.call(signal, copy, true);
    return partOf(upload.key, number, size, answer.CopyPartResult);
  } catch (error) {
    if (codeOf(error) === 'NoSuchKey') throw new NoSuchObject(key);
    throw error;
  }
}

/**
 * Puts the parts together. The SDK turns an error in a 200 answer into an exception; the size and the checksum
 * let the store itself refuse a result that is not what was sent. Whatever it answers, the caller looks again.
 */
export async function completeUpload(
  store: S3Store,
  upload: OpenUpload,
  expected: Expected,
  signal: AbortSignal,
): Promise<void> {
  const complete = (http: { abortSignal: AbortSignal; requestTimeout: number }) =>
    store.client.send(
      new CompleteMultipartUploadCommand({
        Bucket: store.bucket,
        Key: upload.key,
        UploadId: upload.id,
        MultipartUpload: { Parts: upload.parts.map(nameOf) },
        ...(store.can.checksum && expected.crc32 !== undefined
          ? { ChecksumType: 'FULL_OBJECT', ChecksumCRC32: encodeChecksum(expected.crc32) }
          : {}),
        ...(store.can.checksum ? { MpuObjectSize: expected.size } : {}),
      }),
      http,
    );
  await store.call(signal, complete, true);
}

export async function abortUpload(
  store: S3Store,
  upload: Pick<OpenUpload, 'key' | 'id'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await store.call(signal, (http) =>
      store.client.send(
        new AbortMultipartUploadCommand({ Bucket: store.bucket, Key: upload.key, UploadId: upload.id }),
        http,
      ),
    );
  } catch (error) {
    if (codeOf(error) !== 'NoSuchUpload') throw error;
  }
}

/** What the store told of a part that it has taken. */
function partOf(
  key: string,
  number: number,
  size: number,
  answer: { ETag?: string | undefined; ChecksumCRC32?: string | undefined } | undefined,
): DraftPart {
  if (!answer?.ETag) throw new Error(`${key}: the store took part ${number} and gave no ETag for it`);
  const { ETag: etag, ChecksumCRC32: checksum } = answer;
  return { number, etag, size, ...(checksum ? { crc32: checksum } : {}) };
}

/** The checksum is superfluous beside that of the whole, but some servers ask for both. */
function nameOf({ number, etag, crc32 }: DraftPart): CompletedPart {
  return { PartNumber: number, ETag: etag, ...(crc32 ? { ChecksumCRC32: crc32 } : {}) };
}
