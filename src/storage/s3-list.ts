import {
  type ListMultipartUploadsCommandOutput,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import type { S3Store } from './s3-store.ts';

export interface ListedObject {
  key: string;
  size: number;
  modifiedAt: number;
}

export interface ListedUpload {
  key: string;
  id: string;
  startedAt: number;
}

/** All objects below a prefix, a page at a time. A page that cannot be had is thrown, never skipped. */
export async function* listObjects(
  store: S3Store,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const page = await store.call(signal, (http) =>
      store.client.send(
        new ListObjectsV2Command({
          Bucket: store.bucket,
          Prefix: prefix,
          EncodingType: 'url', // a key may hold characters that XML cannot
          ...(token ? { ContinuationToken: token } : {}),
        }),
        http,
      ),
    );
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key === undefined || Size === undefined || LastModified === undefined) {
        throw new Error(`the list of ${prefix} has an entry without key, size or time`);
      }
      const key = page.EncodingType === 'url' ? decode(Key) : Key;
      yield { key, size: Size, modifiedAt: LastModified.getTime() };
    }
    token = nextMarker(prefix, page.IsTruncated, page.NextContinuationToken, token);
  } while (token !== undefined);
}

/** All open multipart uploads below a prefix. */
export async function* listUploads(
  store: S3Store,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ListedUpload> {
  let marker: { KeyMarker: string; UploadIdMarker: string } | undefined;
  do {
    const page: ListMultipartUploadsCommandOutput = await store.call(signal, (http) =>
      store.client.send(
        new ListMultipartUploadsCommand({ Bucket: store.bucket, Prefix: prefix, ...marker }),
        http,
      ),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || Initiated === undefined) {
        throw new Error(`the list of uploads of ${prefix} has an entry without key, id or time`);
      }
      yield { key: Key, id: UploadId, startedAt: Initiated.getTime() };
    }
    const before = marker && `${marker.KeyMarker}\n${marker.UploadIdMarker}`;
    const after = `${page.NextKeyMarker ?? ''}\n${page.NextUploadIdMarker ?? ''}`;
    const next = nextMarker(prefix, page.IsTruncated, after === '\n' ? undefined : after, before);
    marker = next === undefined ? undefined : markerOf(page);
  } while (marker);
}

function markerOf(page: ListMultipartUploadsCommandOutput): { KeyMarker: string; UploadIdMarker: string } {
  return { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' };
}

/** Where the next page begins. A server that says "more" but not where would be asked for ever. */
function nextMarker(
  prefix: string,
  truncated: boolean | undefined,
  next: string | undefined,
  before: string | undefined,
): string | undefined {
  if (!truncated) return undefined;
  if (next === undefined || next === before) {
    throw new Error(`the list of ${prefix} is incomplete: the store does not tell where it goes on`);
  }
  return next;
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
