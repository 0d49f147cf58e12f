import { Buffer } from 'node:buffer';
import { CopyObjectCommand, PutObjectTaggingCommand } from '@aws-sdk/client-s3';
import { type BlobReader, type Draft, type DraftParts, type DraftWriter } from './driver.ts';
import { checkDigest, draftName, uniqueName } from './layout.ts';
import { expectObject, headObject } from './s3-look.ts';
import {
  completeParts,
  expectCommitted,
  expectCompleted,
  expectMade,
  isOpen,
  orLost,
  rebase,
  sizeOf,
} from './s3-parts.ts';
import { openReader } from './s3-reader.ts';
import { codeOf, type S3Store } from './s3-store.ts';
import * as uploads from './s3-uploads.ts';
import { S3Writer, type WriterStart } from './s3-writer.ts';

/**
 * Uploads on S3. A draft is in one of three states (`S3Writer` says which when):
 *  - empty: nothing is stored;
 *  - small: its bytes are the object `drafts/<unique>`, and a commit copies it inside S3 to `blobs/<unique>`;
 *  - large: a multipart upload to `blobs/<unique>`, whose tail may be an object under `drafts/`.
 *
 * A small blob (POST, PATCH, PUT) costs PUT at the PATCH, and COPY, HEAD and DELETE, the last two at once, at the
 * PUT. Sending it to its final key at once would save the COPY, but then discarding a draft could remove a blob
 * that another request has just committed; so nothing that a discard deletes is ever under `blobs/`.
 *
 * The parts of an open upload cannot be read. Who must read them (`read`) or shut out another writer (`takeover`)
 * completes the upload, which gives an object that nobody may append to, and goes on with a new upload that begins
 * with a copy of it. The first object has no row then and is found by whoever compares list and rows.
 */
export class S3Drafts {
  readonly #store: S3Store;

  constructor(store: S3Store) {
    this.#store = store;
  }

  begin(): Draft {
    return { key: `${this.#store.prefix}drafts/${uniqueName()}`, size: 0 };
  }

  async append(draft: Draft, options: { takeover: boolean; signal: AbortSignal }): Promise<DraftWriter> {
    const { takeover, signal } = options;
    this.#check(draft);
    signal.throwIfAborted();
    return new S3Writer(this.#store, await orLost(draft, this.#resume(draft, takeover, signal)));
  }

  async *read(draft: Draft, signal: AbortSignal): AsyncGenerator<Buffer> {
    this.#check(draft);
    if (draft.size === 0) return;
    const base = draft.multipart ? sizeOf(draft.multipart) : draft.size;
    if (draft.multipart) await orLost(draft, completeParts(this.#store, draft, draft.multipart, signal));
    const range = { start: 0, end: base - 1, total: base };
    const reader = await orLost(draft, openReader(this.#store, draft.key, range, signal));
    yield* chunksOf(reader);
    const tail = draft.multipart?.tail;
    if (tail) yield await orLost(draft, uploads.getBytes(this.#store, tail, signal));
  }

  async commit(draft: Draft, digest: string, signal: AbortSignal): Promise<string> {
    this.#check(draft);
    checkDigest(digest);
    if (draft.multipart) return this.#commitParts(draft, draft.multipart, digest, signal);
    // The same name each time, so that a repeated commit finds what the first one did.
    const key = `${this.#store.prefix}blobs/${draft.key.slice(-32)}`;
    const tagging = `moorage-digest=${encodeURIComponent(digest)}`;
    if (draft.size === 0) {
      await uploads.putObject(this.#store, key, Buffer.alloc(0), { lasting: true, tagging }, signal);
      await expectMade(expectObject(this.#store, key, { size: 0, crc32: 0 }, signal));
      return key;
    }
    const copied = await this.#copySmall(draft, key, tagging, signal);
    const look = expectObject(this.#store, key, { size: draft.size, crc32: draft.crc32 }, signal);
    await Promise.all([
      copied ? expectMade(look) : expectCommitted(draft, look),
      copied ? uploads.deleteObject(this.#store, draft.key, signal).catch(nothingMore) : undefined,
    ]);
    return key;
  }

  async discard(draft: Draft, signal: AbortSignal): Promise<void> {
    this.#check(draft);
    const { multipart } = draft;
    if (!multipart) {
      if (draft.size > 0) await uploads.deleteObject(this.#store, draft.key, signal);
      return;
    }
    // A completed upload is left alone: it may be a blob. One that is none has no row, and is found by that.
    await uploads.abortUpload(this.#store, { key: draft.key, id: multipart.id }, signal);
    for (const key of [multipart.tail?.key, multipart.tail?.former]) {
      if (key) await uploads.deleteObject(this.#store, key, signal);
    }
  }

  async #resume(draft: Draft, takeover: boolean, signal: AbortSignal): Promise<WriterStart> {
    const { size, multipart } = draft;
    // A takeover needs another key even where the former writer can write no more: a commit makes its place of the
    // key, and the loser of two commits removes what it has made.
    if (size === 0)
      return { draft: takeover ? this.begin() : draft, head: Buffer.alloc(0), rebased: false, signal };
    if (!multipart) {
      const head = await uploads.getBytes(this.#store, draft, signal);
      return { draft, head, rebased: takeover, signal };
    }
    if (takeover || !(await isOpen(this.#store, draft, multipart, signal)))
      return rebase(this.#store, draft, multipart, signal);
    const { id, parts, tail } = multipart;
    const upload = { key: draft.key, id, parts: [...parts] };
    if (!tail) return { draft, upload, head: Buffer.alloc(0), rebased: false, signal };
    const head = await uploads.getBytes(this.#store, tail, signal);
    return { draft, upload, head, tail, rebased: false, signal };
  }

  async #copySmall(draft: Draft, key: string, tagging: string, signal: AbortSignal): Promise<boolean> {
    const command = new CopyObjectCommand({
      Bucket: this.#store.bucket,
      Key: key,
      CopySource: this.#store.copySource(draft.key),
      ...this.#store.lasting(),
      ...(this.#store.can.tag ? { Tagging: tagging, TaggingDirective: 'REPLACE' } : {}),
      ...(this.#store.can.checksum ? { ChecksumAlgorithm: 'CRC32' } : {}),
    });
    try {
      await this.#store.call(signal, (http) => this.#store.client.send(command, http), true);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'NoSuchKey') throw error;
      return false; // an earlier commit took it away, or it is lost: the look at the target tells
    }
  }

  async #commitParts(
    draft: Draft,
    multipart: DraftParts,
    digest: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { tail } = multipart;
    const upload = { key: draft.key, id: multipart.id, parts: [...multipart.parts] };
    const expected = { size: draft.size, crc32: draft.crc32 };
    let failure: { cause: unknown } | undefined;
    try {
      if (tail) {
        const number = upload.parts.length + 1;
        upload.parts.push(await uploads.copyPart(this.#store, upload, number, tail, signal));
      }
      await uploads.completeUpload(this.#store, upload, expected, signal);
    } catch (cause) {
      if (tail && codeOf(cause) === 'NoSuchUpload' && (await this.#isBaseOnly(draft, multipart, signal))) {
        return this.#commitRebased(draft, multipart, digest, signal);
      }
      failure = { cause };
    }
    await Promise.all([
      this.#tag(draft.key, digest, signal),
      expectCompleted(this.#store, draft, expected, failure, signal),
    ]);
    if (tail) await uploads.deleteObject(this.#store, tail.key, signal).catch(nothingMore);
    return draft.key;
  }

  /** True when `read` completed the upload without its tail. */
  async #isBaseOnly(draft: Draft, multipart: DraftParts, signal: AbortSignal): Promise<boolean> {
    const found = await orLost(draft, headObject(this.#store, draft.key, signal));
    return found.size === sizeOf(multipart);
  }

  async #commitRebased(
    draft: Draft,
    multipart: DraftParts,
    digest: string,
    signal: AbortSignal,
  ): Promise<string> {
    const start = await orLost(draft, rebase(this.#store, draft, multipart, signal));
    const moved = await new S3Writer(this.#store, start).close();
    return this.commit(moved, digest, signal);
  }

  /** For people and for rebuilding a lost database; nothing depends on it, so a failure is none. */
  async #tag(key: string, digest: string, signal: AbortSignal): Promise<void> {
    if (!this.#store.can.tag) return;
    const command = new PutObjectTaggingCommand({
      Bucket: this.#store.bucket,
      Key: key,
      Tagging: { TagSet: [{ Key: 'moorage-digest', Value: digest }] },
    });
    await this.#store.call(signal, (http) => this.#store.client.send(command, http)).catch(nothingMore);
  }

  #check(draft: Draft): void {
    const folder = `${this.#store.prefix}${draft.multipart ? 'blobs' : 'drafts'}/`;
    if (!draft.key.startsWith(folder) || !draftName.test(draft.key.slice(folder.length))) {
      throw new Error(`${JSON.stringify(draft.key)} is not a draft of this storage`);
    }
  }
}

async function* chunksOf(reader: BlobReader): AsyncGenerator<Buffer> {
  try {
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) yield chunk;
  } finally {
    await reader.close();
  }
}

/** The error that led here is the one to report. */
function nothingMore(): void {}
