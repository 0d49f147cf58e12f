/** OCI image layouts on disk: what the clients pull into, read back and hashed to the last byte. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

interface Descriptor {
  digest: string;
  size: number;
  mediaType?: string;
}

interface Document {
  manifests?: Descriptor[];
  config?: Descriptor;
  layers?: Descriptor[];
}

/** The digest that the layout's index.json names; with more than one entry, the last written. */
export async function layoutDigest(layout: string): Promise<string> {
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as Document;
  const entry = index.manifests?.at(-1);
  if (!entry) throw new Error(`${layout}/index.json names no manifest`);
  return entry.digest;
}

/**
 * Everything reachable from a manifest or index in the layout, as sorted lines `digest size`. Each file is
 * hashed and measured: a missing, short or altered one is an error. Two equal lists mean equal bytes.
 */
export async function layoutContents(layout: string, digest: string): Promise<string[]> {
  const lines = new Set<string>();
  await walk(layout, digest, lines);
  return [...lines].sort();
}

async function walk(layout: string, digest: string, lines: Set<string>): Promise<void> {
  lines.add(`${digest} ${await measured(layout, digest)}`);
  const document = JSON.parse(await readFile(blobPath(layout, digest), 'utf8')) as Document;
  for (const child of document.manifests ?? []) await walk(layout, child.digest, lines);
  for (const blob of [document.config, ...(document.layers ?? [])]) {
    if (!blob) continue;
    const size = await measured(layout, blob.digest);
    if (size !== blob.size)
      throw new Error(`${blob.digest} has ${size} bytes, its manifest says ${blob.size}`);
    lines.add(`${blob.digest} ${size}`);
  }
}

/** Size of a file whose name is the digest of its bytes; an error when it is not. */
async function measured(layout: string, digest: string): Promise<number> {
  const [algorithm = '', hex = ''] = digest.split(':');
  const found = await hashFile(blobPath(layout, digest), algorithm);
  if (found.hex !== hex) throw new Error(`${layout}: the file of ${digest} hashes to ${found.hex}`);
  return found.size;
}

/** Hash and size of a file, streamed. */
export async function hashFile(path: string, algorithm = 'sha256'): Promise<{ hex: string; size: number }> {
  const hash = createHash(algorithm);
  const source = createReadStream(path);
  await pipeline(source, hash);
  return { hex: hash.digest('hex'), size: source.bytesRead };
}

function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', digest.replace(':', '/'));
}
