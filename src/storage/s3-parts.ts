import { Buffer } from 'node:buffer';
import { ListPartsCommand } from '@aws-sdk/client-s3';
import { type Draft, DraftLost, type DraftParts, NoSuchObject } from './driver.ts';
import { type Expected, expectObject, WrongObject } from './s3-look.ts';
import { codeOf, type S3Store } from './s3-store.ts';
import * as uploads from './s3-uploads.ts';
import type { WriterStart } from './s3-writer.ts';

/** Pieces that S3 copies by itself at the same time when an upload moves to another key. */
const copiesAtOnce = 4;

export function sizeOf({ parts }: Pick<DraftParts, 'parts'>): number {
  return parts.reduce((sum, part) => sum + part.size, 0);
}

/** False when the upload was completed, to be read or taken over, or ended. */
export async function isOpen(
  store: S3Store,
  draft: Draft,
  { id }: DraftParts,
  signal: AbortSignal,
): Promise<boolean> {
  const command = new ListPartsCommand({ Bucket: store.bucket, Key: draft.key, UploadId: id, MaxParts: 1 });
  try {
    await store.call(signal, (http) => store.client.send(command, http));
    return true;
  } catch (error) {
    if (codeOf(error) === 'NoSuchUpload') return false;
    throw error;
  }
}

/** Makes the parts (not the tail) an object, unless that was done before. */
export async function completeParts(
  store: S3Store,
  draft: Draft,
  multipart: DraftParts,
  signal: AbortSignal,
): Promise<void> {
  const expected = { size: sizeOf(multipart), crc32: multipart.tail ? undefined : draft.crc32 };
  const upload = { key: draft.key, id: multipart.id, parts: multipart.parts };
  let failure: { cause: unknown } | undefined;
  try {
    await uploads.completeUpload(store, upload, expected, signal);
  } catch (cause) {
    failure = { cause };
  }
  await expectCompleted(store, draft, expected, failure, signal);
}

/**
 * Throws unless the object is there as expected. A failed completion may be one whose answer was lost, by the
 * SDK's second attempt or by an earlier request; then the look shows it, and else `failure` is the reason. When the
 * look fails as well, nobody knows.
 */
export async function expectCompleted(
  store: S3Store,
  draft: Draft,
  expected: Expected,
  failure: { cause: unknown } | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    await expectMade(expectObject(store, draft.key, expected, signal));
  } catch (error) {
    const looked = error instanceof NothingMade || error instanceof WrongObject;
    if (!failure || !looked) throw error;
    // However often they are put together, the parts have another checksum than the bytes that were sent.
    if (codeOf(failure.cause) === 'BadDigest') throw lost(draft, failure.cause);
    throw explain(draft, failure.cause);
  }
}

class NothingMade extends Error {}

/** After a success the absence of the object is a fault of the store: nobody may conclude that nothing was there. */
export async function expectMade(look: Promise<void>): Promise<void> {
  try {
    await look;
  } catch (error) {
    if (!(error instanceof NoSuchObject)) throw error;
    throw new NothingMade(`the store reported success, and has nothing to show for it: ${error.message}`);
  }
}

/** After the draft itself has gone, what is at the place of its commit is all that can be had. */
export async function expectCommitted(draft: Draft, look: Promise<void>): Promise<void> {
  try {
    await look;
  } catch (error) {
    throw error instanceof WrongObject ? lost(draft, error) : explain(draft, error);
  }
}

/** Brings the confirmed bytes into a new upload that no former writer knows. */
export async function rebase(
  store: S3Store,
  draft: Draft,
  multipart: DraftParts,
  signal: AbortSignal,
): Promise<WriterStart> {
  await completeParts(store, draft, multipart, signal);
  const base = sizeOf(multipart);
  const upload = await uploads.createUpload(store, signal);
  try {
    await copyParts(store, draft.key, base, upload, signal);
    const copied = sizeOf(upload);
    const range = { start: copied, end: base - 1 };
    const { tail } = multipart;
    const rest = Buffer.concat([
      copied < base ? await uploads.getRange(store, draft.key, range, signal) : Buffer.alloc(0),
      tail ? await uploads.getBytes(store, tail, signal) : Buffer.alloc(0),
    ]);
    return { draft, upload, head: rest, rebased: true, signal };
  } catch (error) {
    await uploads.abortUpload(store, upload, AbortSignal.timeout(10_000)).catch(nothingMore);
    throw error;
  }
}

/** Copies whole parts, and a rest that may be a part: inside the store, or through here when it cannot do that well. */
async function copyParts(
  store: S3Store,
  key: string,
  base: number,
  upload: uploads.OpenUpload,
  signal: AbortSignal,
): Promise<void> {
  const pieces: { number: number; start: number; end: number }[] = [];
  for (let start = 0; start < base; ) {
    const number = pieces.length + 1;
    const size = Math.min(store.partSizeAt(number), base - start);
    if (size < store.shortestPart) break;
    pieces.push({ number, start, end: start + size - 1 });
    start += size;
  }
  const waiting = pieces.values();
  if (!store.can.copyRange) {
    for (const { start, end } of waiting) {
      const bytes = await uploads.getRange(store, key, { start, end }, signal);
      await uploads.uploadPart(store, upload, bytes, signal);
    }
    return;
  }
  const copyOne = async () => {
    for (const { number, start, end } of waiting) {
      const source = { key, size: end + 1 - start, range: { start, end } };
      upload.parts.push(await uploads.copyPart(store, upload, number, source, signal));
    }
  };
  await Promise.all(Array.from({ length: copiesAtOnce }, copyOne));
  upload.parts.sort((a, b) => a.number - b.number);
}

/** What the store itself says is not there makes a draft lost; a fault stays a fault. */
export async function orLost<T>(draft: Draft, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw explain(draft, error);
  }
}

function explain(draft: Draft, error: unknown): unknown {
  const code = codeOf(error);
  // InvalidPart: a part is not there, or another writer has replaced it.
  const isGone = error instanceof NoSuchObject || code === 'NoSuchUpload' || code === 'InvalidPart';
  return isGone ? lost(draft, error) : error;
}

function lost(draft: Draft, reason: unknown): DraftLost {
  return new DraftLost(draft, reason instanceof Error ? reason.message : String(reason));
}

/** The error that led here is the one to report. */
function nothingMore(): void {}
