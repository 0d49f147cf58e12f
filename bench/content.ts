import { createCipheriv, createHash } from 'node:crypto';

/** Content is made from seeds on both sides of the process boundary, so only seeds travel. */

export interface Blob {
  digest: string;
  bytes: Buffer;
}

export interface Image {
  config: Blob;
  layers: Blob[];
  manifest: Blob;
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Incompressible bytes, the same for the same seed. */
export function randomBytesFrom(seed: string, size: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16, 32));
  return cipher.update(Buffer.alloc(size));
}

export function blobFrom(seed: string, size: number): Blob {
  const bytes = randomBytesFrom(seed, size);
  return { bytes, digest: digestOf(bytes) };
}

/** One image with layers of 1-10 KiB. The blobs of different seeds never coincide. */
export function imageFrom(seed: string, layerCount: number): Image {
  const sizes = randomBytesFrom(`${seed}/sizes`, layerCount);
  const layers = [...sizes].map((size, index) =>
    blobFrom(`${seed}/${String(index)}`, 1024 + Math.floor((size / 256) * 9 * 1024)),
  );
  const configBytes = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      config: { Cmd: ['/bin/true'], Labels: { seed } },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
    }),
  );
  const config = { bytes: configBytes, digest: digestOf(configBytes) };
  const manifestBytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)),
    }),
  );
  return { config, layers, manifest: { bytes: manifestBytes, digest: digestOf(manifestBytes) } };
}

function descriptor(mediaType: string, blob: Blob) {
  return { mediaType, digest: blob.digest, size: blob.bytes.length };
}

const pieceSize = 4 * 1024 * 1024;

/**
 * A large blob without holding it: `size` bytes made of one 4 MiB piece repeated, except that the first piece of each
 * seed differs, so that no two large blobs share a digest.
 */
export function largeBlob(seed: string, size: number) {
  const first = randomBytesFrom(`large/${seed}`, Math.min(pieceSize, size));
  const rest = randomBytesFrom('large/rest', pieceSize);
  const slice = (offset: number, length: number): Buffer => {
    const piece = offset < pieceSize ? first : rest;
    const from = offset % pieceSize;
    return piece.subarray(from, Math.min(from + length, pieceSize, from + size - offset));
  };
  const digest = (): string => {
    const hash = createHash('sha256');
    for (let offset = 0; offset < size; offset += pieceSize) hash.update(slice(offset, pieceSize));
    return `sha256:${hash.digest('hex')}`;
  };
  return { size, slice, digest };
}
