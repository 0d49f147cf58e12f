import { Failure } from '#src/failures.ts';
import { parseDigest } from '#src/oci/digest.ts';
import { isImageManifestType, isIndexType } from '#src/oci/media-types.ts';
import { isTag } from '#src/oci/reference.ts';
import type { FoundManifest } from './content.ts';
import { reply, type RepositoryExchange } from './exchange.ts';

/** A reference is a digest when it has a colon (tags cannot), else a tag that keeps the grammar. */
export function readReference(reference: string): 'digest' | 'tag' {
  if (reference.includes(':')) {
    parseDigest(reference);
    return 'digest';
  }
  // Harbor: a reference outside the grammar is 404, as it can name nothing (test/wire/registry).
  if (!isTag(reference)) throw unknownManifest(reference);
  return 'tag';
}

const unknownManifest = (reference: string, repository?: string) =>
  new Failure(
    'MANIFEST_UNKNOWN',
    `manifest ${reference} is not known${repository === undefined ? '' : ` in ${repository}`}`,
  );

/** GET/HEAD /v2/<name>/manifests/<reference>: no query when warm and sole writer, else one; never a storage call. */
export function getManifest(exchange: RepositoryExchange, reference: string): Promise<void> | undefined {
  const { registry, repository } = exchange;
  const kind = readReference(reference);
  const known = registry.content.knownManifest(repository.name, reference);
  const payload = known && registry.content.knownPayload(known);
  if (known && payload) {
    answer(exchange, reference, known, payload);
    return undefined;
  }
  return loadManifest(exchange, reference, kind === 'digest');
}

/** G-40: the type is the pusher's to say, and a browser that is led to it runs nothing. */
const asData = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "sandbox; default-src 'none'",
};

async function loadManifest(
  exchange: RepositoryExchange,
  reference: string,
  byDigest: boolean,
): Promise<void> {
  const { registry, repository } = exchange;
  const found = await registry.content.findManifest(repository.name, reference, byDigest);
  if (!found) throw unknownManifest(reference, repository.name);
  answer(exchange, reference, found, await registry.content.payload(found));
}

function answer(
  exchange: RepositoryExchange,
  reference: string,
  found: FoundManifest,
  payload: Buffer,
): void {
  const { registry, request, response, repository, project, identity } = exchange;
  const etag = `"${found.digest}"`;
  if (matches(request.headers['if-none-match'], etag)) {
    reply(exchange, 304, { Etag: etag, 'Docker-Content-Digest': found.digest });
    response.end();
    return;
  }
  reply(exchange, 200, {
    'Content-Type': found.mediaType,
    'Content-Length': payload.length,
    'Docker-Content-Digest': found.digest,
    Etag: etag,
    ...(isImageManifestType(found.mediaType) || isIndexType(found.mediaType) ? undefined : asData),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.end(payload);
  registry.pulls.note({
    who: identity.who,
    project: project.id,
    repository: repository.name,
    reference,
    found,
    clientAddress: request.socket.remoteAddress ?? '',
  });
}

/** If-None-Match (RFC 9110 section 13.1.2): weak comparison, a list, or any. */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => {
    const value = one.trim().replace(/^W\//, '');
    return value === '*' || value === etag || value === etag.slice(1, -1);
  });
}
