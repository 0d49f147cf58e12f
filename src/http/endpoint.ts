import type { IncomingHttpHeaders } from 'node:http';
import type { Static, TObject, TSchema } from 'typebox';
import type { ProjectPermission, SystemPermission } from '#src/access/permissions.ts';
import type { Context } from '#src/context.ts';

/**
 * Who may call. `project` looks the project up from the path parameter `project_name_or_id` (or `project_name`)
 * and hands it to the handler; `service` means that the decision needs the object and is taken in the service,
 * with the reason named.
 */
export type Guard =
  | 'open'
  | 'login'
  | { readonly system: SystemPermission }
  | { readonly project: ProjectPermission }
  | { readonly service: string };

export interface EndpointOptions {
  /** Harbor's operationId. */
  readonly id: string;
  readonly tag: string;
  readonly guard: Guard;
  /** The answer is the same for everybody: nobody looks who asks, so that it comes without a database, too. */
  readonly impersonal?: true;
  readonly summary?: string;
  readonly params?: TObject;
  readonly query?: TObject;
  /** Request headers with a meaning of their own, for openapi.json; X-Request-Id and X-Is-Resource-Name go without saying. */
  readonly headers?: TObject;
  readonly body?: TSchema;
  /** The body is a form (Harbor: below /c/); everywhere else only JSON is read (S-007). */
  readonly form?: true;
  readonly reply?: TSchema;
  /** Status of success; 200 unless given. */
  readonly status?: number;
  /** A list: `page`, `page_size`, `q`, `sort` as in Harbor, X-Total-Count and Link on the answer. */
  readonly list?: boolean;
  /** Statuses of failure to document beside 400, 401, 403, 404 and 500. */
  readonly failures?: readonly number[];
}

export interface Endpoint<O extends EndpointOptions = EndpointOptions, P extends string = string> {
  /** Method and path as written: by this literal the portal's client finds the types of an operation. */
  readonly operation: P;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` parameters; below /api/v2.0 unless it begins with /api/, /c/ or /service/. */
  readonly path: string;
  readonly options: O;
}

/** One value per operation: method, path, guard, shapes. Validation, types and openapi.json come from it. */
export function endpoint<const O extends EndpointOptions, const P extends `${Endpoint['method']} /${string}`>(
  operation: P,
  options: O,
): Endpoint<O, P> {
  const [method, path] = operation.split(' ') as [Endpoint['method'], string];
  return { operation, method, path, options };
}

/** The whole path, as routers write it. */
export function pathOf({ path }: Endpoint): string {
  return /^\/(api|c|service)\//.test(path) ? path : `/api/v2.0${path}`;
}

type Shape<T> = T extends TSchema ? Static<T> : undefined;

/** The project a `project` guard found. */
export interface GuardedProject {
  readonly id: number;
  readonly name: string;
  readonly public: boolean;
}

export interface Input<O extends EndpointOptions> {
  readonly params: Shape<O['params']>;
  readonly query: Shape<O['query']>;
  readonly body: Shape<O['body']>;
  readonly headers: IncomingHttpHeaders;
  /** The request's own path, as the client addressed it, without the query. */
  readonly path: string;
  readonly url: string;
  readonly project: O['guard'] extends { readonly project: ProjectPermission } ? GuardedProject : undefined;
  readonly page: O['list'] extends true ? Page : undefined;
}

/** What a list was asked for. `size` 0 means everything. */
export interface Page {
  readonly number: number;
  readonly size: number;
  readonly q: string | undefined;
  readonly sort: string | undefined;
}

/** An answer that is more than a body. */
export class Answer<T> {
  readonly body: T | undefined;
  readonly headers: Record<string, string>;
  readonly status: number | undefined;

  constructor(body: T | undefined, headers: Record<string, string> = {}, status?: number) {
    this.body = body;
    this.headers = headers;
    this.status = status;
  }
}

/** 201 with a Location; the path is absolute and has no host (Harbor, wire.md section 3). */
export const created = <T>(location: string, body?: T): Answer<T> => new Answer(body, { location }, 201);

/** One page of a list, with the number of all. */
export class Listed<T> {
  readonly items: T;
  readonly total: number;

  constructor(items: T, total: number) {
    this.items = items;
    this.total = total;
  }
}

/** An answer that is sent piece by piece as it comes into being; `signal` ends when the client goes away. */
export class Streamed {
  readonly contentType: string;
  readonly pieces: (signal: AbortSignal) => AsyncIterable<string>;
  readonly headers: Record<string, string>;

  constructor(
    contentType: string,
    pieces: (signal: AbortSignal) => AsyncIterable<string>,
    headers: Record<string, string> = {},
  ) {
    this.contentType = contentType;
    this.pieces = pieces;
    this.headers = headers;
  }
}

type Result<O extends EndpointOptions> = O['reply'] extends TSchema
  ? Static<O['reply']> | Answer<Static<O['reply']>> | Listed<Static<O['reply']>> | Streamed
  : void | null | Answer<never>;

export interface Route {
  readonly endpoint: Endpoint;
  readonly run: (ctx: Context, input: Input<EndpointOptions>) => Promise<unknown>;
}

/** Joins an operation with the function that carries it out; a wrong reply shape does not compile. */
export function route<O extends EndpointOptions>(
  operation: Endpoint<O>,
  run: (ctx: Context, input: Input<O>) => Promise<Result<O>>,
): Route {
  return { endpoint: operation, run };
}
