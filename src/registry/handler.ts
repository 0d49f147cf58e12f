import type { IncomingMessage, ServerResponse } from 'node:http';
import { mayInProject, nameOf } from '#src/access/authorize.ts';
import type { Identity } from '#src/auth/authenticate.ts';
import type { Project } from '#src/auth/directory.ts';
import { Failure } from '#src/failures.ts';
import { refusalOf, sendRefusal } from '#src/http/errors.ts';
import { refuseWhenReadOnly } from '#src/http/read-only.ts';
import { logRequest, sentOn } from '#src/http/request-log.ts';
import { requestIdOf } from '#src/http/server.ts';
import { type Action, actionsOf, checkBase, checkCatalog, denial, mayOnRepository } from './access.ts';
import { deleteBlob } from './blob-delete.ts';
import { getBlob } from './blobs.ts';
import { explain } from './database-failures.ts';
import { always, type Exchange, type Registry, reply, type RepositoryExchange } from './exchange.ts';
import { getCatalog, getReferrers, getTags } from './lists.ts';
import { deleteManifest } from './manifest-delete.ts';
import { putManifest } from './manifest-push.ts';
import { getManifest } from './manifests.ts';
import { noteRefusal } from './refused.ts';
import { parseTarget, type RepositoryTarget, type Target } from './router.ts';
import { cancelUpload, finishUpload, patchUpload, startUpload, uploadStatus } from './uploads.ts';

/**
 * The whole data plane as one plain listener. Warm pulls run through it without waiting for anything: no hooks,
 * no parser, no query for who is asking.
 */
export function createRegistry(
  registry: Registry,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const requestId = requestIdOf(request.headers);
    const began = performance.now();
    const sentBefore = sentOn(request);
    const seen: Seen = { identity: undefined };
    response.once('close', () => {
      const actor = seen.identity ? nameOf(seen.identity.who) : '-';
      logRequest(registry.log, request, response, { id: requestId, actor, began, sentBefore });
    });
    // No `async` on the warm path: each await is a turn of the microtask queue.
    try {
      const done = admit(registry, request, response, requestId, seen);
      if (done !== undefined)
        done.catch((error: unknown) => fail(registry, request, response, requestId, error));
    } catch (error) {
      fail(registry, request, response, requestId, error);
    }
  };
}

interface Seen {
  identity: Identity | undefined;
}

type Outcome = Promise<void> | undefined;

function admit(
  registry: Registry,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  seen: Seen,
): Outcome {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  const target = parseTarget(mark < 0 ? url : url.slice(0, mark));
  if (!target) throw new Failure('NOT_FOUND', 'this path names nothing in the registry API');
  const query = new URLSearchParams(mark < 0 ? undefined : url.slice(mark + 1));
  const known = registry.authenticator.peek(request.headers.authorization);
  const go = (identity: Identity): Outcome => {
    seen.identity = identity;
    return enter({ registry, request, response, requestId, identity, query }, target);
  };
  if (known) return go(known);
  return registry.authenticator
    .identify(request.headers.authorization, request.socket.remoteAddress ?? '')
    .then((identity) => go(identity));
}

function enter(exchange: Exchange, target: Target): Outcome {
  const { registry, request, response, identity } = exchange;
  refuseWhenReadOnly(registry.live, request.method ?? '', '/v2');
  if (target.kind === 'base') {
    allowOnly(request, 'GET', 'HEAD');
    checkBase(registry, request, identity);
    reply(exchange, 200, { 'content-type': 'application/json; charset=utf-8', 'content-length': 2 });
    response.end(request.method === 'HEAD' ? undefined : '{}');
    return undefined;
  }
  if (target.kind === 'catalog') {
    allowOnly(request, 'GET');
    checkCatalog(registry, request, identity);
    return getCatalog(exchange);
  }
  const project = registry.directory.knownProject(target.repository.project);
  if (project !== 'unknown') return inRepository(exchange, target, project);
  return registry.directory
    .project(target.repository.project)
    .then((found) => inRepository(exchange, target, found));
}

function inRepository(exchange: Exchange, target: RepositoryTarget, project: Project | undefined): Outcome {
  const { request, identity } = exchange;
  const { repository } = target;
  const actions = actionsOf(request.method ?? '', target.kind);
  // Harbor: without an Authorization header even a public repository answers 401, and the client fetches a token.
  const asked = request.headers.authorization !== undefined;
  if (
    !asked ||
    !project ||
    !actions.every((action) => mayOnRepository(identity, project, repository.name, action))
  ) {
    return turnAway(exchange, target, project, actions);
  }
  const inside: RepositoryExchange = { ...exchange, repository, project };
  return dispatch(inside, target)?.catch(async (error: unknown) => {
    const explained = await explain(inside, error);
    await noteRefusal(inside, target, project, explained);
    throw explained;
  });
}

function turnAway(
  exchange: Exchange,
  target: RepositoryTarget,
  project: Project | undefined,
  actions: readonly Action[],
): Promise<never> {
  const refusal = refuse(exchange, target, project, actions);
  const { who } = exchange.identity;
  // Whoever may, but whose token does not say so, comes again with another one.
  if (project && actions.every((action) => mayInProject(who, project, `repository:${action}`))) throw refusal;
  return noteRefusal(exchange, target, project, refusal).then(() => {
    throw refusal;
  });
}

function refuse(
  { registry, request, identity, query }: Exchange,
  { kind, repository }: RepositoryTarget,
  project: Project | undefined,
  actions: readonly Action[],
): Failure {
  if (!project && identity.who.kind === 'user' && identity.who.sysadmin) {
    return new Failure('UNAUTHORIZED', `project ${repository.project} not found`);
  }
  const from = query.get('from');
  const source =
    kind === 'uploads' && query.has('mount') && from !== null && request.headers.authorization === undefined;
  return denial({ registry, request, repository, actions, ...(source ? { source: from } : {}) });
}

function dispatch(exchange: RepositoryExchange, target: RepositoryTarget): Outcome {
  const method = exchange.request.method ?? '';
  switch (target.kind) {
    case 'manifest':
      if (method === 'GET' || method === 'HEAD') return getManifest(exchange, target.reference);
      if (method === 'PUT') return putManifest(exchange, target.reference);
      if (method === 'DELETE') return deleteManifest(exchange, target.reference);
      break;
    case 'blob':
      if (method === 'GET' || method === 'HEAD') return getBlob(exchange, target.digest);
      if (method === 'DELETE') return deleteBlob(exchange, target.digest);
      break;
    case 'uploads':
      if (method === 'POST') return startUpload(exchange);
      break;
    case 'upload':
      if (method === 'PATCH') return patchUpload(exchange, target.id);
      if (method === 'PUT') return finishUpload(exchange, target.id);
      if (method === 'GET' || method === 'HEAD') return uploadStatus(exchange, target.id);
      if (method === 'DELETE') return cancelUpload(exchange, target.id);
      break;
    case 'tags':
      if (method === 'GET' || method === 'HEAD') return getTags(exchange);
      break;
    case 'referrers':
      if (method === 'GET' || method === 'HEAD') return getReferrers(exchange, target.digest);
      break;
  }
  throw notAllowed(method);
}

function allowOnly(request: IncomingMessage, ...methods: string[]): void {
  if (!methods.includes(request.method ?? '')) throw notAllowed(request.method ?? '');
}

const notAllowed = (method: string) =>
  new Failure('METHOD_NOT_ALLOWED', `${method} is not allowed on this path`);

function fail(
  registry: Registry,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  error: unknown,
): void {
  // Nobody is there to read an answer, and a client that went away is not our fault.
  if (response.destroyed) return;
  const refusal = refusalOf(error, requestId, registry.log);
  const headers = { ...refusal.headers, ...always(requestId) };
  sendRefusal(response, { ...refusal, headers }, request.method !== 'HEAD');
}
