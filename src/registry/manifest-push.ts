import { nameOf } from '#src/access/authorize.ts';
import type { Project } from '#src/auth/directory.ts';
import { Failure } from '#src/failures.ts';
import { insertManifest, type ManifestProblem } from '#src/features/artifacts/index.ts';
import { isRecorded } from '#src/features/audit/index.ts';
import { areRulesOutdated, pushRefusal } from '#src/features/immutability/index.ts';
import { digestOf, parseDigest } from '#src/oci/digest.ts';
import { type ParsedManifest, parseManifest } from '#src/oci/manifest.ts';
import { isTag } from '#src/oci/reference.ts';
import { reply, type RepositoryExchange } from './exchange.ts';

/** Harbor's and the specification's bound on a manifest. */
const manifestLimit = 4 * 1024 * 1024;

/** The specification asks for at least ten tags in one push; more than this in one request is refused. */
const tagLimit = 1_000;

/** What the audit log calls a push. */
const pushed = { operation: 'create', resource_type: 'artifact' } as const;

interface Push {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly manifest: ParsedManifest;
  readonly tags: readonly string[];
}

/**
 * PUT /v2/<name>/manifests/<reference>: checks everything the manifest names and writes artifact, references,
 * quota, tags and audit in one statement, so in one transaction, whatever the number of layers.
 */
export async function putManifest(exchange: RepositoryExchange, reference: string): Promise<void> {
  const { registry, project, repository } = exchange;
  const push = await readPush(exchange, reference);
  const repositoryId = await registry.repositories.ensure(project.id, repository);
  await registry.content.tagging(repository.name, () => store(exchange, repositoryId, push));
  answer(exchange, push);
}

async function readPush(exchange: RepositoryExchange, reference: string): Promise<Push> {
  const { request, query } = exchange;
  const kind = reference.includes(':') ? 'digest' : 'tag';
  if (kind === 'tag' && !isTag(reference)) throw invalidTag(reference);
  const tags = kind === 'tag' ? [reference] : tagsOf(query);
  const bytes = await readBody(exchange);
  const algorithm = kind === 'digest' ? parseDigest(reference).algorithm : 'sha256';
  const digest = digestOf(bytes, algorithm);
  if (kind === 'digest' && digest !== reference) {
    throw new Failure(
      'DIGEST_INVALID',
      `the manifest has digest ${digest}, not ${reference}; push it under its own digest`,
    );
  }
  return { bytes, digest, tags, manifest: parseManifest(bytes, request.headers['content-type']) };
}

const invalidTag = (tag: string) =>
  new Failure(
    'TAG_INVALID',
    `${JSON.stringify(tag)} is not a tag: at most 128 of letters, digits, "_", "." and "-", not beginning with "." or "-"`,
  );

/** `?tag=a&tag=b` beside a digest: every tag is checked, all are set or none (S-085). */
function tagsOf(query: URLSearchParams): string[] {
  const tags = [...new Set(query.getAll('tag'))];
  if (tags.length > tagLimit)
    throw new Failure('TAG_INVALID', `at most ${tagLimit} tags fit in one request, not ${tags.length}`);
  for (const tag of tags) if (!isTag(tag)) throw invalidTag(tag);
  return tags.sort();
}

/** At most a manifest's worth is kept; what comes beyond is read away, so that the client gets to see the answer. */
function readBody({ request }: RepositoryExchange): Promise<Buffer> {
  const tooLarge = () =>
    new Failure('REQUEST_ENTITY_TOO_LARGE', `a manifest may have at most ${manifestLimit} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > manifestLimit) throw tooLarge();
  const chunks: Buffer[] = [];
  let received = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= manifestLimit) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => reject(new Error('the client closed the connection within the manifest')));
    request.once('error', reject);
  });
}

/** More often the rules of immutable tags do not change within one push. */
const mostTries = 10;

async function store(exchange: RepositoryExchange, repositoryId: number, push: Push): Promise<void> {
  const { registry, repository } = exchange;
  let { project } = exchange;
  for (let tries = 1; ; tries += 1) {
    try {
      return await storeUnder(exchange, project, { repositoryId, push });
    } catch (error) {
      if (!areRulesOutdated(error) || tries === mostTries) {
        const { protection } = project;
        throw pushRefusal(error, { repository: repository.name, protection }) ?? error;
      }
    }
    registry.directory.forget(`project:${project.name}`);
    const now = await registry.directory.project(project.name);
    if (now?.id !== project.id) throw new Failure('NAME_UNKNOWN', `project ${project.name} was deleted`);
    project = now;
  }
}

async function storeUnder(
  { registry, repository, identity, request, requestId }: RepositoryExchange,
  project: Project,
  { repositoryId, push }: { repositoryId: number; push: Push },
): Promise<void> {
  const { manifest, digest, bytes, tags } = push;
  const problem = await insertManifest(registry.database.query, {
    projectId: project.id,
    repositoryId,
    repository: repository.name,
    digest,
    bytes,
    manifest,
    tags,
    lease: `${registry.leaseSeconds} seconds`,
    username: nameOf(identity.who),
    auditedFrom: isRecorded(registry.live, pushed) ? (request.socket.remoteAddress ?? '') : null,
    protection: project.protection,
    told: { operator: nameOf(identity.who), requestId },
  });
  if (problem) throw explain(problem);
}

function explain({ blobs, sizes, children }: ManifestProblem): Failure {
  if (blobs) return missingError('blobs', blobs);
  if (children) return missingError('manifests', children);
  const wrong = (sizes ?? []).map(
    ({ digest, named, stored }) => `${digest} has ${stored} bytes, not ${named}`,
  );
  return new Failure('MANIFEST_INVALID', `the manifest names wrong sizes: ${wrong.slice(0, 20).join('; ')}`);
}

function missingError(what: 'blobs' | 'manifests', digests: readonly string[]): Failure {
  return new Failure(
    'MANIFEST_BLOB_UNKNOWN',
    `the manifest names ${what} that are not in this repository: ${digests.slice(0, 20).join(', ')}; push or mount them first`,
    { detail: digests.map((digest) => ({ digest })) },
  );
}

function answer(exchange: RepositoryExchange, { digest, tags, manifest }: Push): void {
  reply(exchange, 201, {
    Location: `/v2/${exchange.repository.name}/manifests/${digest}`,
    'Docker-Content-Digest': digest,
    'Content-Length': 0,
    ...(manifest.subject ? { 'OCI-Subject': manifest.subject.digest } : {}),
    ...(tags.length > 0 ? { 'OCI-Tag': tags } : {}),
  });
  exchange.response.end();
}
