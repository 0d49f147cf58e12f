import { createHash, type Hash } from 'node:crypto';
import { Failure } from '#src/failures.ts';
import { isDigestOf, parseDigest } from '#src/oci/digest.ts';
import { parseRange, type Span } from '#src/oci/range.ts';
import { NoSuchObject } from '#src/storage/driver.ts';
import type { FoundBlob } from './content.ts';
import { type RepositoryExchange, reply, signalOf } from './exchange.ts';
import { matches } from './manifests.ts';
import { contentRange, multipartBody } from './multipart.ts';

/** Blobs up to this size are kept in memory once read: configs above all (44 k/s read from a file, 66 k from memory). */
const smallBlob = 64 * 1024;

export const unknownBlob = (digest: string, repository: string) =>
  new Failure('BLOB_UNKNOWN', `blob ${digest} is not known in ${repository}`, { detail: { digest } });

/**
 * GET/HEAD /v2/<name>/blobs/<digest>: no query when warm and sole writer, else one; then a read loop, or a
 * redirect to the object store. Saying that a blob exists promises it for a lease.
 */
export function getBlob(exchange: RepositoryExchange, text: string): Promise<void> | undefined {
  const { registry, request, repository } = exchange;
  const digest = parseDigest(text);
  const known = registry.content.knownBlob(repository.name, digest.text);
  if (!known || !registry.content.leased(known)) return loadBlob(exchange, digest.text);
  if (request.method === 'HEAD') {
    head(exchange, digest.text, known);
    return undefined;
  }
  return serve(exchange, digest.text, known);
}

async function loadBlob(exchange: RepositoryExchange, digest: string): Promise<void> {
  const { registry, request, repository } = exchange;
  const found = await registry.content.promiseBlob(repository.name, digest);
  if (!found) throw unknownBlob(digest, repository.name);
  if (request.method === 'HEAD') return head(exchange, digest, found);
  await serve(exchange, digest, found);
}

function headersOf(digest: string, size: number): Record<string, string | number> {
  return {
    'Content-Type': 'application/octet-stream',
    // G-40: pushers write these bytes, and no browser may take them for a page.
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': size,
    'Docker-Content-Digest': digest,
    Etag: `"${digest}"`,
    'Accept-Ranges': 'bytes',
    // Content never changes under its digest, but who may read it does.
    'Cache-Control': 'private, max-age=31536000',
  };
}

function head(exchange: RepositoryExchange, digest: string, { size }: FoundBlob): void {
  const { request, response } = exchange;
  if (matches(request.headers['if-none-match'], `"${digest}"`)) return notModified(exchange, digest);
  reply(exchange, 200, headersOf(digest, size));
  response.end();
}

function notModified(exchange: RepositoryExchange, digest: string): void {
  reply(exchange, 304, { Etag: `"${digest}"`, 'Docker-Content-Digest': digest });
  exchange.response.end();
}

async function serve(exchange: RepositoryExchange, digest: string, blob: FoundBlob): Promise<void> {
  const { registry, request, response } = exchange;
  if (matches(request.headers['if-none-match'], `"${digest}"`)) return notModified(exchange, digest);
  if (blob.size <= smallBlob || blob.location === undefined) {
    return sendBytes(exchange, digest, await smallBytes(exchange, digest, blob));
  }
  const elsewhere = await registry.storage.signedUrl(blob.location, 'GET');
  if (elsewhere !== undefined) {
    reply(exchange, 307, { Location: elsewhere, 'Docker-Content-Digest': digest, 'Content-Length': 0 });
    response.end();
    return;
  }
  await sendObject(exchange, digest, { ...blob, location: blob.location });
}

/** A small blob whole, its digest checked before anybody sees a byte of it. */
async function smallBytes(exchange: RepositoryExchange, digest: string, blob: FoundBlob): Promise<Buffer> {
  const { registry, repository } = exchange;
  const cached = registry.small.get(digest);
  if (cached) return cached;
  if (blob.location === undefined) return registry.content.payload({ blobId: blob.blobId, digest });
  const { location, size } = blob;
  const parts: Buffer[] = [];
  if (size > 0) {
    const reader = await registry.storage
      .read(location, { start: 0, end: size - 1, total: size }, signalOf(exchange))
      .catch(lost(digest));
    try {
      for (let chunk = await reader.next(); chunk; chunk = await reader.next())
        parts.push(Buffer.from(chunk));
    } finally {
      await reader.close();
    }
  }
  const bytes = Buffer.concat(parts);
  if (!isDigestOf(digest, bytes)) throw damaged(digest, repository.name);
  registry.small.set(digest, bytes);
  return bytes;
}

/** Storage lost what the database promises: a fault (5xx), never "not found" (house invariant 11). */
function lost(digest: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof NoSuchObject)
      throw new Error(`the bytes of ${digest} are gone from storage`, { cause: error });
    throw error;
  };
}

const damaged = (digest: string, repository: string) =>
  new Error(
    `the stored bytes of ${digest} in ${repository} do not match their digest; run verify, then push the blob again`,
  );

function sendBytes(exchange: RepositoryExchange, digest: string, bytes: Buffer): void {
  const { request, response } = exchange;
  const range = parseRange(rangeOf(request.headers, digest), bytes.length);
  if (range.kind === 'unsatisfiable') throw unsatisfiable(bytes.length);
  if (range.kind === 'whole') {
    reply(exchange, 200, headersOf(digest, bytes.length));
    response.end(bytes);
    return;
  }
  const [first] = range.ranges;
  if (first && range.ranges.length === 1) {
    const part = bytes.subarray(first.start, first.end + 1);
    reply(exchange, 206, {
      ...headersOf(digest, part.length),
      'Content-Range': contentRange(first, bytes.length),
    });
    response.end(part);
    return;
  }
  const { headers, parts, closing } = multipartBody(range.ranges, bytes.length);
  reply(exchange, 206, { ...headersOf(digest, 0), ...headers });
  for (const part of parts) {
    response.write(part.head);
    response.write(bytes.subarray(part.span.start, part.span.end + 1));
  }
  response.end(closing);
}

/** If-Range names the version that the client has a part of; another one means the whole blob. */
function rangeOf(headers: RepositoryExchange['request']['headers'], digest: string): string | undefined {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== `"${digest}"`) return undefined;
  return headers.range;
}

const unsatisfiable = (size: number) =>
  new Failure('RANGE_INVALID', `the requested range is outside the blob, which has ${size} bytes`, {
    headers: { 'Content-Range': `bytes */${size}` },
  });

async function sendObject(
  exchange: RepositoryExchange,
  digest: string,
  blob: FoundBlob & { location: string },
): Promise<void> {
  const { request, response } = exchange;
  const range = parseRange(rangeOf(request.headers, digest), blob.size);
  if (range.kind === 'unsatisfiable') throw unsatisfiable(blob.size);
  if (range.kind === 'whole') return sendWhole(exchange, digest, blob);
  const [first] = range.ranges;
  if (first && range.ranges.length === 1) {
    const length = first.end - first.start + 1;
    await pour(exchange, digest, blob, first, () =>
      reply(exchange, 206, {
        ...headersOf(digest, length),
        'Content-Range': contentRange(first, blob.size),
      }),
    );
    response.end();
    return;
  }
  const { headers, parts, closing } = multipartBody(range.ranges, blob.size);
  reply(exchange, 206, { ...headersOf(digest, 0), ...headers });
  for (const part of parts) {
    response.write(part.head);
    await pour(exchange, digest, blob, part.span, () => undefined);
  }
  response.end(closing);
}

/**
 * A whole object. The first time that this process serves it (or when the file changed since) it is hashed on its
 * way out, and a mismatch cuts the connection before the last bytes: no client ever holds a whole wrong blob.
 * Hashing each time would cost 0.57 s of CPU a GiB, more than serving it.
 */
async function sendWhole(
  exchange: RepositoryExchange,
  digest: string,
  blob: FoundBlob & { location: string },
): Promise<void> {
  const { response, registry, repository } = exchange;
  const whole = { start: 0, end: blob.size - 1 };
  const version = await registry.storage.version(blob.location, signalOf(exchange)).catch(lost(digest));
  const trusted = registry.verified.has(blob.location, version);
  const hash = trusted ? undefined : createHash(parseDigest(digest).algorithm);
  const held = await pour(
    exchange,
    digest,
    blob,
    whole,
    () => reply(exchange, 200, headersOf(digest, blob.size)),
    hash,
  );
  if (hash && !digest.endsWith(`:${hash.digest('hex')}`)) {
    response.destroy();
    throw damaged(digest, repository.name);
  }
  if (!trusted) registry.verified.add(blob.location, version);
  response.end(held);
}

/**
 * Copies a span of an object to the client: a chunk is read while the one before is on its way, and nothing is
 * read for a client that does not take it. With a hash, the last chunk is returned instead of sent.
 */
async function pour(
  exchange: RepositoryExchange,
  digest: string,
  blob: FoundBlob & { location: string },
  span: Span,
  begin: () => void,
  hash?: Hash,
): Promise<Buffer | undefined> {
  const { registry, response } = exchange;
  const reader = await registry.storage
    .read(blob.location, { ...span, total: blob.size }, signalOf(exchange))
    .catch(lost(digest));
  try {
    let left = span.end - span.start + 1;
    let begun = false;
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
      // The head goes out with the first bytes, so that a storage fault can still be answered with its status.
      if (!begun) begin();
      begun = true;
      left -= chunk.length;
      hash?.update(chunk);
      if (hash && left === 0) return Buffer.from(chunk);
      await sent(response, chunk);
    }
    return undefined;
  } finally {
    await reader.close();
  }
}

/** Waits until the buffer may be reused: the socket has taken every byte of it. */
function sent(response: RepositoryExchange['response'], chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (response.destroyed) return reject(new Error('the client closed the connection'));
    response.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
