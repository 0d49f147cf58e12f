import type { Buffer } from 'node:buffer';
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import {
  type BlobDriver,
  type BlobReader,
  type ByteRange,
  type Draft,
  type DraftWriter,
  NoSuchObject,
  type Report,
  type StoredDraft,
  type StoredObject,
} from './driver.ts';
import { draftName } from './layout.ts';
import { S3Drafts } from './s3-drafts.ts';
import { listObjects, listUploads } from './s3-list.ts';
import { expectObject, headObject } from './s3-look.ts';
import { probeStore } from './s3-probe.ts';
import { openReader } from './s3-reader.ts';
import { codeOf, maximumPart, S3Store } from './s3-store.ts';
import * as uploads from './s3-uploads.ts';
import type { S3Settings } from './settings.ts';

/** Seconds. Long enough to begin a download that waits in a client's queue; it is checked only at its beginning. */
const signedUrlLife = 20 * 60;

/**
 * Objects in a bucket:
 *
 *     <prefix>/blobs/<unique>             committed; also where a large upload will be when it is completed
 *     <prefix>/drafts/<unique>            small uploads, and the tails of large ones
 *     <prefix>/quarantine/<former key>    set aside
 *     <prefix>/probe/<unique>             moments at start
 *
 * A location is the whole key, so that objects which another program put elsewhere in the bucket can be rows too.
 */
export class S3Driver implements BlobDriver {
  readonly name = 's3';
  readonly #store: S3Store;
  readonly #drafts: S3Drafts;
  readonly #redirect: boolean;
  readonly #report: (message: string) => void;
  /** Until the store says that it does not know how. */
  #deletesMany = true;

  /** `report` hears at the probe what the store cannot do and the registry does without. */
  constructor(settings: S3Settings, report: (message: string) => void = () => {}) {
    this.#store = new S3Store(settings);
    this.#drafts = new S3Drafts(this.#store);
    this.#redirect = settings.redirect;
    this.#report = report;
  }

  async probe(): Promise<void> {
    try {
      await probeStore(this.#store, this.#report);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        `the bucket ${this.#store.bucket} cannot hold blobs: ${why}. Check its name, region, endpoint and ` +
          'credentials, and that they allow to put, get, list, copy, tag and delete objects and multipart uploads.',
        { cause: error },
      );
    }
  }

  begin(): Draft {
    return this.#drafts.begin();
  }

  append(draft: Draft, options: { takeover: boolean; signal: AbortSignal }): Promise<DraftWriter> {
    return this.#drafts.append(draft, options);
  }

  readDraft(draft: Draft, signal: AbortSignal): AsyncIterable<Buffer> {
    return this.#drafts.read(draft, signal);
  }

  commit(draft: Draft, digest: string, signal: AbortSignal): Promise<string> {
    return this.#drafts.commit(draft, digest, signal);
  }

  discard(draft: Draft, signal: AbortSignal): Promise<void> {
    return this.#drafts.discard(draft, signal);
  }

  read(location: string, range: ByteRange, signal: AbortSignal): Promise<BlobReader> {
    return openReader(this.#store, location, range, signal);
  }

  async size(location: string, signal: AbortSignal): Promise<number> {
    return (await headObject(this.#store, location, signal)).size;
  }

  /** An object store replaces objects whole and under their name only; nobody writes a key of ours twice. */
  async version(location: string): Promise<string> {
    return location;
  }

  remove(location: string, signal: AbortSignal): Promise<void> {
    return uploads.deleteObject(this.#store, location, signal);
  }

  async removeAll(locations: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    if (this.#deletesMany) {
      try {
        return await uploads.deleteObjects(this.#store, locations, signal);
      } catch (error) {
        // Some compatible servers know no such request, or not with the checksum that AWS asks for.
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
        if (![400, 405, 411, 501].includes(status)) throw error;
        this.#deletesMany = false;
      }
    }
    const failed = new Map<string, string>();
    const next = locations.values();
    const remover = async () => {
      for (const location of next) {
        await this.remove(location, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          failed.set(location, error instanceof Error ? error.message : String(error));
        });
      }
    };
    await Promise.all(Array.from({ length: 8 }, remover));
    return failed;
  }

  async quarantine(location: string, signal: AbortSignal): Promise<string> {
    const { prefix } = this.#store;
    const aside = `${prefix}quarantine/${location.startsWith(prefix) ? location.slice(prefix.length) : location}`;
    let size: number;
    try {
      ({ size } = await headObject(this.#store, location, signal));
    } catch (error) {
      // The answer to an earlier call may have been lost.
      if (error instanceof NoSuchObject && !(await this.#store.isAbsent(aside, signal))) return aside;
      throw error;
    }
    if (size <= maximumPart) await this.#copy(location, aside, signal);
    else await this.#copyLarge(location, aside, size, signal);
    await expectObject(this.#store, aside, { size, crc32: undefined }, signal);
    await uploads.deleteObject(this.#store, location, signal);
    return aside;
  }

  async #copy(from: string, to: string, signal: AbortSignal): Promise<void> {
    const command = new CopyObjectCommand({
      Bucket: this.#store.bucket,
      Key: to,
      CopySource: this.#store.copySource(from),
      ...this.#store.lasting(),
    });
    try {
      await this.#store.call(signal, (http) => this.#store.client.send(command, http), true);
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') throw new NoSuchObject(from);
      throw error;
    }
  }

  /** S3 copies no more than 5 GiB at once. */
  async #copyLarge(from: string, to: string, size: number, signal: AbortSignal): Promise<void> {
    const upload = await uploads.createUpload(this.#store, signal, to);
    try {
      const piece = 1024 ** 3;
      for (let start = 0; start < size; start += piece) {
        const range = { start, end: Math.min(start + piece, size) - 1 };
        const number = upload.parts.length + 1;
        const source = { key: from, size: range.end + 1 - start, range };
        upload.parts.push(await uploads.copyPart(this.#store, upload, number, source, signal));
      }
      await uploads.completeUpload(this.#store, upload, { size, crc32: undefined }, signal);
    } catch (error) {
      await uploads.abortUpload(this.#store, upload, AbortSignal.timeout(10_000)).catch(() => {});
      throw error;
    }
  }

  async signedUrl(location: string, method: 'GET' | 'HEAD'): Promise<string | undefined> {
    if (!this.#redirect) return undefined;
    const input = { Bucket: this.#store.bucket, Key: location };
    const command = method === 'GET' ? new GetObjectCommand(input) : new HeadObjectCommand(input);
    return getSignedUrl(this.#store.client, command, { expiresIn: signedUrlLife });
  }

  async *list(signal: AbortSignal, report?: Report): AsyncGenerator<StoredObject> {
    const folder = `${this.#store.prefix}blobs/`;
    for await (const { key, size, modifiedAt } of listObjects(this.#store, folder, signal)) {
      if (draftName.test(key.slice(folder.length))) yield { location: key, size, modifiedAt };
      else report?.(key, 'not a name that this storage makes');
    }
  }

  /** The size of an open multipart upload is not asked for; it is given as 0. */
  async *listDrafts(signal: AbortSignal, report?: Report): AsyncGenerator<StoredDraft> {
    const { prefix } = this.#store;
    for await (const { key, size, modifiedAt } of listObjects(this.#store, `${prefix}drafts/`, signal)) {
      if (draftName.test(key.slice(prefix.length + 'drafts/'.length)))
        yield { draft: { key, size }, modifiedAt };
      else report?.(key, 'not a name that this storage makes');
    }
    for await (const { key, id, startedAt } of listUploads(this.#store, `${prefix}blobs/`, signal)) {
      if (draftName.test(key.slice(prefix.length + 'blobs/'.length))) {
        yield { draft: { key, size: 0, multipart: { id, parts: [] } }, modifiedAt: startedAt };
      } else report?.(key, 'not an upload that this storage makes');
    }
  }

  async space(): Promise<undefined> {}

  async close(): Promise<void> {
    this.#store.client.destroy();
  }
}
