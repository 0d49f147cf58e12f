import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  fastify,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { nameOf } from '#src/access/authorize.ts';
import { nobody, type Principal } from '#src/access/principal.ts';
import type { Context } from '#src/context.ts';
import type { Db } from '#src/database/pool.ts';
import { Failure } from '#src/failures.ts';
import type { Logger } from '#src/log.ts';
import { guardBrowsers } from './browser-guard.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import {
  type Endpoint,
  Answer,
  type Input,
  Listed,
  type EndpointOptions,
  type Page,
  pathOf,
  type Route,
  Streamed,
} from './endpoint.ts';
import { refusalOf, translate } from './errors.ts';
import { readOnlyForms } from './form-body.ts';
import { checkGuard, type FindProject } from './guard.ts';
import { readOnlyJson } from './json-body.ts';
import { linkOf } from './list.ts';
import { refuseWhenReadOnly } from './read-only.ts';
import { logRequest, sentOn } from './request-log.ts';
import { stream } from './stream.ts';
import { refuseUnreadable } from './unreadable.ts';
import { createValidators, type Validators } from './validation.ts';

/** What the API needs from the rest of the program. */
export interface ApiParts {
  readonly db: Db;
  readonly log: Logger;
  readonly routes: readonly Route[];
  readonly live: Context['live'];
  readonly counts: Context['counts'];
  readonly forget: Context['forget'];
  identify(
    credentials: Credentials,
  ): Promise<{ who: Principal; how: 'anonymous' | 'basic' | 'token' | 'session' | 'failed' }>;
  findProject: FindProject;
  /** Told of whoever was refused a change, before the refusal is sent. Does not throw. */
  refused(ctx: Context, attempt: Attempt, error: unknown): Promise<void>;
  /** Cookies travel over TLS only. */
  readonly secureCookies: boolean;
  /** Makes the listening server; requests of the data plane never enter Fastify. */
  serverFactory?(handler: (request: IncomingMessage, response: ServerResponse) => void): Server;
}

/** A request that would have changed something. */
export interface Attempt {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly params: unknown;
  readonly body: unknown;
}

/** The request's own id when it is harmless, else a fresh one; on every response (Harbor: X-Request-Id). */
export function requestIdOf(headers: IncomingMessage['headers']): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID();
}

export function createApi(parts: ApiParts): FastifyInstance {
  const { serverFactory } = parts;
  const options: FastifyHttpOptions<Server> = {
    logger: false,
    genReqId: (request) => requestIdOf(request.headers),
    bodyLimit: 1024 * 1024,
    exposeHeadRoutes: false,
    return503OnClosing: true,
    // Harbor: slashes in a row are one, and one at the end is none.
    routerOptions: { maxParamLength: 2048, ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
    // No hook runs for these.
    frameworkErrors: (error, request, reply) => {
      const asked = { id: request.id, actor: '-', began: performance.now(), sentBefore: sentOn(request.raw) };
      reply.raw.once('finish', () => logRequest(parts.log, request.raw, reply.raw, asked));
      sendFailure(parts, error, request, reply.header('x-request-id', request.id));
    },
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket, requestIdOf({}), parts.log),
  };
  if (serverFactory) options.serverFactory = (handler) => serverFactory(handler);
  const app: FastifyInstance = fastify(options);
  // Shapes are checked by our own compiled validators (below), which know text from typed bodies.
  app.setValidatorCompiler(() => () => true);
  readOnlyJson(app);
  app.setErrorHandler((error, request, reply) => sendFailure(parts, error, request, reply));
  app.setNotFoundHandler((request) => {
    const methods = methodsAt(parts.routes, request.url.split('?')[0] ?? '');
    if (methods.length > 0) {
      throw new Failure('METHOD_NOT_ALLOWED', `${request.method} is not allowed on this path`, {
        headers: { allow: methods.join(', ') },
      });
    }
    throw new Failure('NOT_FOUND', `path ${JSON.stringify(request.url.split('?')[0])} was not found`);
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  const saw = logAnswers(app, parts.log);
  guardBrowsers(app, parts.secureCookies);
  const validators = createValidators();
  const add = (scope: FastifyInstance, forms: boolean) => {
    for (const one of parts.routes) {
      if ((one.endpoint.options.form ?? false) !== forms) continue;
      register(scope, parts, one, validators, saw);
    }
  };
  add(app, false);
  app.register(async (scope) => {
    readOnlyForms(scope);
    add(scope, true);
  });
  return app;
}

/** Writes a line for each request; who asked is told to what this returns. */
function logAnswers(app: FastifyInstance, log: Logger): (request: IncomingMessage, who: Principal) => void {
  const actors = new WeakMap<IncomingMessage, string>();
  const before = new WeakMap<IncomingMessage, number>();
  app.addHook('onRequest', async ({ raw }) => {
    before.set(raw, sentOn(raw));
  });
  app.addHook('onResponse', async ({ id, raw }, reply) => {
    const actor = actors.get(raw) ?? '-';
    const began = performance.now() - reply.elapsedTime;
    logRequest(log, raw, reply.raw, { id, actor, began, sentBefore: before.get(raw) ?? 0 });
  });
  return (request, who) => actors.set(request, nameOf(who));
}

/** The methods that some operation has at this path, to tell 405 from 404. */
function methodsAt(routes: readonly Route[], path: string): string[] {
  const patterns = routes.map(({ endpoint }) => ({
    method: endpoint.method,
    expression: new RegExp(`^${pathOf(endpoint).replace(/:[a-z_]+/g, '[^/]+')}/?$`),
  }));
  return [...new Set(patterns.filter(({ expression }) => expression.test(path)).map(({ method }) => method))];
}

function register(
  app: FastifyInstance,
  parts: ApiParts,
  { endpoint, run }: Route,
  validators: Validators,
  saw: (request: IncomingMessage, who: Principal) => void,
): void {
  const { options } = endpoint;
  const url = pathOf(endpoint);
  const checkParams = options.params ? validators.text(options.params) : undefined;
  const checkQuery = options.query ? validators.text(options.query) : undefined;
  const checkPage = options.list ? validators.text(pageSchema) : undefined;
  const checkBody = options.body ? validators.body(options.body) : undefined;
  app.route({
    method: endpoint.method,
    url,
    handler: async (request, reply) => {
      const who = options.impersonal ? nobody : await whoAsks(parts, request);
      saw(request.raw, who);
      const ctx = contextOf(parts, who, request);
      let input: Input<EndpointOptions>;
      let result: unknown;
      try {
        refuseWhenReadOnly(parts.live, endpoint.method, endpoint.path);
        checkParams?.(request.params, 'path');
        const project = await checkGuard(options.guard, who, request, parts.findProject);
        checkQuery?.(request.query, 'query');
        checkPage?.(request.query, 'query');
        if (checkBody) checkBody(bodyOf(request), 'body');
        input = {
          // Checked above against the schemas that these types are made from.
          params: request.params as never,
          query: request.query as never,
          body: request.body,
          headers: request.headers,
          path: (request.url.split('?')[0] ?? '').replace(/\/+$/, ''),
          url: request.url,
          project: project as never,
          page: (options.list ? pageOf(request.query) : undefined) as never,
        };
        result = await run(ctx, input);
      } catch (error) {
        if (!safe.has(endpoint.method)) {
          const { params, body } = request;
          const path = request.url.split('?')[0] ?? '';
          await parts.refused(ctx, { endpoint, path, params, body }, error);
        }
        throw error;
      }
      return send(reply, options, request.url, input, result);
    },
  });
}

async function whoAsks(parts: ApiParts, request: FastifyRequest): Promise<Principal> {
  const { who, how } = await parts.identify(credentialsOf(request.headers, request.ip));
  // Harbor: a registry's token is good for /v2 alone, where it holds no more than it names (S-107, G-47).
  return how === 'token' ? nobody : who;
}

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD']);

function contextOf(parts: ApiParts, who: Principal, request: FastifyRequest): Context {
  const aborted = new AbortController();
  request.raw.once('close', () => {
    if (!request.raw.complete) aborted.abort();
  });
  return {
    db: parts.db,
    who,
    log: parts.log,
    signal: aborted.signal,
    requestId: request.id,
    clientAddress: request.ip,
    live: parts.live,
    counts: parts.counts,
    forget: parts.forget,
  };
}

function bodyOf(request: FastifyRequest): unknown {
  if (request.body === undefined || request.body === null) {
    throw new Failure('UNPROCESSABLE_ENTITY', 'validation failure list:\nbody is required');
  }
  return request.body;
}

const pageSchema = {
  type: 'object',
  properties: {
    // Harbor: 0 is the first page, too; its command line asks for `page=0&page_size=0` where it looks for a name.
    page: { type: 'integer', minimum: 0, default: 1 },
    page_size: { type: 'integer', minimum: 0, maximum: 100, default: 10 },
    q: { type: 'string', maxLength: 10_000 },
    sort: { type: 'string', maxLength: 1_000 },
  },
};

function pageOf(query: unknown): Page {
  const { page, page_size, q, sort } = query as {
    page: number;
    page_size: number;
    q?: string;
    sort?: string;
  };
  return { number: page || 1, size: page_size, q, sort };
}

function send(
  reply: FastifyReply,
  options: EndpointOptions,
  url: string,
  input: Input<EndpointOptions>,
  result: unknown,
): FastifyReply {
  if (result instanceof Listed) {
    const link = input.page ? linkOf(url, input.page, result.total) : undefined;
    reply.header('x-total-count', result.total);
    if (link !== undefined) reply.header('link', link);
    return json(reply.status(200), result.items);
  }
  if (result instanceof Streamed) return stream(reply, result);
  if (result instanceof Answer) {
    reply.headers(result.headers).status(result.status ?? options.status ?? 200);
    return json(reply, result.body);
  }
  return json(reply.status(options.status ?? 200), result);
}

function json(reply: FastifyReply, body: unknown): FastifyReply {
  if (body === undefined || body === null) return reply.send();
  if (typeof body === 'string' && reply.hasHeader('content-type')) return reply.send(body);
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}

function sendFailure(parts: ApiParts, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOf(translate(error), request.id, parts.log);
  reply
    .status(refusal.status)
    .headers(refusal.headers)
    .send(request.method === 'HEAD' ? undefined : refusal.body);
}
