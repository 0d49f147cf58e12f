import type { Hash } from 'node:crypto';
import { mayInProject } from '#src/access/authorize.ts';
import { Failure } from '#src/failures.ts';
import { type Digest, type DigestAlgorithm, parseDigest } from '#src/oci/digest.ts';
import { parseContentRange } from '#src/oci/range.ts';
import type { Draft } from '#src/storage/driver.ts';
import { reply, type RepositoryExchange } from './exchange.ts';
import { mountBlob } from './mounts.ts';
import { hasBody, receive } from './receive.ts';
import { type Session, unknownUpload } from './upload-sessions.ts';
import { type StoredBlob, uploadStore } from './upload-store.ts';

/** POST /v2/<name>/blobs/uploads/: begins a session, mounts (`mount`), or takes the whole blob at once (`digest`). */
export async function startUpload(exchange: RepositoryExchange): Promise<void> {
  const { registry, project, repository, query } = exchange;
  const mount = query.get('mount');
  if (mount !== null) {
    const wanted = parseDigest(mount);
    if (await mountBlob(exchange, wanted)) return created(exchange, wanted);
  }
  const repositoryId = await registry.repositories.ensure(project.id, repository);
  const given = query.get('digest');
  if (given !== null) return wholeBlob(exchange, repositoryId, parseDigest(given));
  const session = registry.sessions.begin(repositoryId, starterOf(exchange), algorithmOf(query));
  await registry.sessions.keep(session);
  accepted(exchange, session, 202);
}

function algorithmOf(query: URLSearchParams): DigestAlgorithm {
  const asked = query.get('digest-algorithm') ?? 'sha256';
  if (asked !== 'sha256' && asked !== 'sha512') {
    throw new Failure(
      'DIGEST_INVALID',
      `digest algorithm ${JSON.stringify(asked)} is not supported; use sha256 or sha512`,
    );
  }
  return asked;
}

async function wholeBlob(exchange: RepositoryExchange, repositoryId: number, digest: Digest): Promise<void> {
  const { registry } = exchange;
  const session = registry.sessions.begin(repositoryId, starterOf(exchange), digest.algorithm);
  const { draft, complete } = await receiveInto(exchange, session, session.hash);
  await commit(exchange, withDraft(session, draft), session.hash, digest, complete, (stored) =>
    uploadStore.link(registry.database, stored),
  );
}

/** PATCH: appends. With Content-Range the chunk must begin where the last one ended. */
export async function patchUpload(exchange: RepositoryExchange, id: string): Promise<void> {
  await inSession(exchange, id, async (session) => {
    checkRange(exchange, session);
    const hash = session.hash.copy();
    const { draft, complete } = await receiveInto(exchange, session, hash);
    // What a client managed to send before it went away is a right prefix, and it may come back for the rest.
    await exchange.registry.sessions.confirm(session, draft, hash);
    if (complete) accepted(exchange, session, 202);
  });
}

/** PUT ?digest=: appends what the request brings, compares, and makes the bytes a blob of the repository. */
export async function finishUpload(exchange: RepositoryExchange, id: string): Promise<void> {
  const { registry, query } = exchange;
  const given = query.get('digest');
  if (given === null)
    throw new Failure('DIGEST_INVALID', 'the last request of an upload needs ?digest=<algorithm>:<hex>');
  const digest = parseDigest(given);
  try {
    await inSession(exchange, id, (session) => finishSession(exchange, session, digest));
  } catch (error) {
    // The answer to an earlier PUT may have been lost: what it asked for is there, so the repetition succeeds too.
    if (!(error instanceof Failure) || error.code !== 'BLOB_UPLOAD_UNKNOWN') throw error;
    if (!(await registry.content.promiseBlob(exchange.repository.name, digest.text))) throw error;
    created(exchange, digest);
  }
}

async function finishSession(exchange: RepositoryExchange, session: Session, digest: Digest): Promise<void> {
  const { registry } = exchange;
  checkRange(exchange, session);
  const hash = await registry.sessions.hashFor(session, digest.algorithm);
  // The session itself stays as it is confirmed: what fails before the commit can be repeated.
  let whole = session;
  // A session taken over is copied even when nothing is added: its former writer may still be writing to the draft.
  if (hasBody(exchange.request) || session.row.draft.size === 0 || session.takeover) {
    const { draft, complete } = await receiveInto(exchange, session, hash);
    if (!complete) return registry.sessions.confirm(session, draft, hash);
    whole = withDraft(session, draft);
  }
  const { id, owner } = session.row;
  await commit(exchange, whole, hash, digest, true, (stored) =>
    session.stored
      ? uploadStore.finish(registry.database, { id, owner }, stored)
      : uploadStore.link(registry.database, stored),
  );
}

/** The session with what the last request has added. */
function withDraft(session: Session, draft: Draft): Session {
  const former = session.row.draft;
  return { ...session, row: { ...session.row, draft }, ...(draft.key === former.key ? {} : { former }) };
}

/**
 * The fixed order of a commit (house.md section 3): digest compared, bytes durable under their final name, then
 * one statement for blob, link and quota, then 201.
 */
async function commit(
  exchange: RepositoryExchange,
  session: Session,
  hash: Hash,
  digest: Digest,
  complete: boolean,
  link: (stored: StoredBlob) => Promise<{ location: string | null } | undefined>,
): Promise<void> {
  const { registry, project } = exchange;
  const { draft, repository_id: repositoryId, id } = session.row;
  const found = `${digest.algorithm}:${hash.digest('hex')}`;
  if (!complete || found !== digest.text) {
    await registry.sessions.drop(session);
    if (!complete) return;
    throw new Failure(
      'DIGEST_INVALID',
      `the ${draft.size} bytes received have digest ${found}, not ${digest.text}; push the blob again`,
    );
  }
  await checkStillAllowed(exchange).catch(async (error: unknown) => {
    if (error instanceof Failure) await registry.sessions.drop(session);
    throw error;
  });
  // Whatever happens from here on, a repetition starts from what the row says.
  registry.sessions.forget(id);
  const location = await registry.storage.commit(draft, digest.text, deadline());
  const stored: StoredBlob = {
    projectId: project.id,
    repositoryId,
    digest: digest.text,
    size: draft.size,
    location,
    lease: `${registry.leaseSeconds} seconds`,
  };
  const linked = await link(stored).catch(async (error: unknown) => {
    // Only when PostgreSQL itself said no is it certain that no row names these bytes.
    if (isStatementError(error)) {
      await removeCopy(exchange, location);
      await registry.sessions.drop(session);
    }
    throw error;
  });
  // Another push of the same bytes came first (or the session is gone): this copy serves nobody.
  if (linked?.location !== location) await removeCopy(exchange, location);
  if (!linked) throw unknownUpload(id);
  await registry.sessions.finished(session);
  created(exchange, digest);
}

/** A copy that cannot be removed is nobody's failure: the next comparison of storage and database finds it. */
async function removeCopy({ registry, requestId }: RepositoryExchange, location: string): Promise<void> {
  await registry.storage.remove(location, deadline()).catch((error: unknown) => {
    registry.log.warn({ err: error, location, requestId }, 'a superfluous copy could not be removed');
  });
}

function isStatementError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(MR|22|23|42)/.test(code);
}

/** Storage calls that a client's departure must not cut short. */
const deadline = () => AbortSignal.timeout(5 * 60_000);

/** Rights may have been taken away during a long upload (G-79); the token's age does not matter any more. */
async function checkStillAllowed({ registry, identity, project }: RepositoryExchange): Promise<void> {
  const { who } = identity;
  const now =
    who.kind === 'user'
      ? await registry.directory.user(who.id)
      : who.kind === 'robot'
        ? await registry.directory.robot(who.id)
        : who;
  const there = await registry.directory.project(project.name);
  if (!now || there?.id !== project.id || !mayInProject(now, there, 'repository:push')) {
    throw new Failure('DENIED', `the right to push to ${project.name} was withdrawn during the upload`);
  }
}

/** GET: how much is confirmed. */
export async function uploadStatus(exchange: RepositoryExchange, id: string): Promise<void> {
  await inSession(exchange, id, async (session) => accepted(exchange, session, 204));
}

/** DELETE: forgets the session and its bytes. */
export async function cancelUpload(exchange: RepositoryExchange, id: string): Promise<void> {
  await inSession(exchange, id, async (session) => {
    if (!(await exchange.registry.sessions.drop(session))) throw unknownUpload(id);
    reply(exchange, 204, { 'Content-Length': 0 });
    exchange.response.end();
  });
}

async function inSession(
  exchange: RepositoryExchange,
  id: string,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const { registry, repository } = exchange;
  const repositoryId = await registry.repositories.find(repository);
  if (repositoryId === undefined) throw unknownUpload(id);
  await registry.sessions.with(id, repositoryId, starterOf(exchange), work);
}

function starterOf({ identity: { who } }: RepositoryExchange): string {
  return who.kind === 'anonymous' ? 'anonymous' : `${who.kind}:${who.id}`;
}

function receiveInto(exchange: RepositoryExchange, session: Session, hash: Hash) {
  const { request, registry } = exchange;
  // Not the client's signal: what it sent before it went away is kept. The socket's idle deadline bounds the wait.
  const signal = AbortSignal.timeout(24 * 3_600_000);
  return receive(request, registry.storage, session.row.draft, hash, { takeover: session.takeover, signal });
}

function checkRange(exchange: RepositoryExchange, session: Session): void {
  const header = exchange.request.headers['content-range'];
  if (header === undefined) return;
  const span = parseContentRange(header);
  const { size } = session.row.draft;
  if (span?.start !== size) {
    throw new Failure(
      'RANGE_INVALID',
      `Content-Range ${header} does not continue the upload, which has ${size} bytes; go on at byte ${size}`,
      {
        headers: progress(exchange, session),
      },
    );
  }
  const length = exchange.request.headers['content-length'];
  if (length !== undefined && Number(length) !== span.end - span.start + 1) {
    throw new Failure(
      'SIZE_INVALID',
      `Content-Range ${header} announces ${span.end - span.start + 1} bytes, Content-Length ${length}`,
    );
  }
}

function progress({ repository }: RepositoryExchange, { row }: Session): Record<string, string> {
  return {
    Location: `/v2/${repository.name}/blobs/uploads/${row.id}`,
    Range: `0-${Math.max(row.draft.size - 1, 0)}`,
    'Docker-Upload-UUID': row.id,
  };
}

function accepted(exchange: RepositoryExchange, session: Session, status: 202 | 204): void {
  reply(exchange, status, { ...progress(exchange, session), 'Content-Length': 0 });
  exchange.response.end();
}

function created(exchange: RepositoryExchange, digest: Digest): void {
  const { response, repository } = exchange;
  reply(exchange, 201, {
    Location: `/v2/${repository.name}/blobs/${digest.text}`,
    'Docker-Content-Digest': digest.text,
    'Content-Length': 0,
  });
  response.end();
}
