import { digestOf, imageFrom, largeBlob, manifestType } from '../content.ts';
import type { ImagePlace, RequestSpec } from '../load/jobs.ts';
import type { Target } from '../target.ts';

/** What scenarios find in a registry before they start. Each seed is written once a run and server. */

export const readRepository = 'bench/read';
const imagesToRead = 20;
const layersToRead = 6;
export const smallBlobSize = 10 * 1024;

export const imagesRead: ImagePlace[] = Array.from({ length: imagesToRead }, (_, index) => ({
  seed: `read/${index}`,
  layers: layersToRead,
  repository: readRepository,
  tag: `v${index}`,
}));

export async function pushImages(target: Target, images: ImagePlace[], connections: number): Promise<void> {
  const authorization = await authorizationOf(target, images);
  await target.run({ kind: 'push-images', port: target.port, connections, images, authorization });
}

/** Authorization headers by repository; empty where the server is open. */
export async function authorizationOf(
  target: Target,
  images: readonly ImagePlace[],
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const repository of new Set(images.map((image) => image.repository))) {
    const value = (await target.headers(repository))['Authorization'];
    if (value !== undefined) headers[repository] = value;
  }
  return headers;
}

export function seedImagesRead(target: Target): Promise<void> {
  return target.once('images-read', () => pushImages(target, imagesRead, 4));
}

function smallBlobSeed(index: number): string {
  return `small/${index}`;
}

export function smallBlobDigest(index: number): string {
  return largeBlob(smallBlobSeed(index), smallBlobSize).digest();
}

export function seedSmallBlobs(target: Target): Promise<void> {
  return target.once('small-blobs', async () => {
    for (let index = 0; index < imagesToRead; index += 1) {
      await pushOneBlob(target, smallBlobSeed(index), smallBlobSize);
    }
  });
}

export const smallBlobs = Array.from({ length: imagesToRead }, (_, index) => index);

export async function pushOneBlob(target: Target, seed: string, size: number): Promise<void> {
  const authorization = (await target.headers(readRepository))['Authorization'];
  await target.run({
    kind: 'push-blob',
    port: target.port,
    repository: readRepository,
    ...(authorization === undefined ? {} : { authorization }),
    seed,
    size,
    form: 'monolithic',
  });
}

/** A repository whose tags `t000000` ... all name one manifest. */
export function seedTags(target: Target, repository: string, count: number): Promise<void> {
  return target.once(`tags/${repository}`, async () => {
    const place = { seed: `tags/${repository}`, layers: 1, repository, tag: tagName(0) };
    await pushImages(target, [place], 1);
    // In pieces: the requests travel to the load process as one message.
    const piece = 5000;
    for (let first = 1; first < count; first += piece) {
      const names = Array.from({ length: Math.min(piece, count - first) }, (_, index) =>
        tagName(first + index),
      );
      const requests = await tagPuts(target, place, names);
      await target.run({ kind: 'requests', port: target.port, connections: 8, requests, until: 'each-once' });
    }
  });
}

export async function tagPuts(target: Target, place: ImagePlace, names: string[]): Promise<RequestSpec[]> {
  const { manifest } = imageFrom(place.seed, place.layers);
  const headers = { ...(await target.headers(place.repository)), 'Content-Type': manifestType };
  const body = manifest.bytes.toString();
  return names.map((name) => ({
    method: 'PUT',
    path: `/v2/${place.repository}/manifests/${name}`,
    headers,
    body,
    status: 201,
    length: 'same',
  }));
}

export function tagName(index: number): string {
  return `t${String(index).padStart(6, '0')}`;
}

export function sha256Of(bytes: Uint8Array): string {
  return digestOf(bytes).slice('sha256:'.length);
}
