import type { TObject, TSchema } from 'typebox';
import { type Endpoint, pathOf, type Route } from './endpoint.ts';

/** An OpenAPI 3.1 document, whose schemas are the contracts' own. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly object[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: object;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary?: string;
  /** Who may call, in the words of the guard. */
  readonly 'x-guard': string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Record<string, object>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: object;
}

/** The document of all operations, in an order that does not depend on that of the routes. */
export function openApiOf(routes: readonly Route[], version: string): OpenApi {
  const paths: OpenApi['paths'] = {};
  const endpoints = routes.map(({ endpoint }) => endpoint);
  for (const endpoint of endpoints.toSorted((a, b) => compare(keyOf(a), keyOf(b)))) {
    const path = templateOf(endpoint);
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  }
  return {
    openapi: '3.1.0',
    info: { title: "Moorage: Harbor's API v2.0", version },
    servers: [{ url: '/' }],
    security: [{ basic: [] }, {}],
    paths,
    components: {
      securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
      schemas: { Errors: errors },
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const keyOf = (endpoint: Endpoint): string => `${templateOf(endpoint)} ${endpoint.method}`;

const templateOf = (endpoint: Endpoint): string => pathOf(endpoint).replace(/:([a-z_]+)/g, '{$1}');

function operationOf({ path, options }: Endpoint): Operation {
  return {
    operationId: options.id,
    tags: [options.tag],
    ...(options.summary !== undefined && { summary: options.summary }),
    'x-guard': guardOf(options.guard),
    parameters: [
      ...(path.includes(':project_name_or_id') ? [resourceName] : []),
      ...parametersOf('header', options.headers),
      ...parametersOf('path', options.params),
      ...parametersOf('query', options.query),
      ...(options.list === true ? paging : []),
    ],
    ...(options.body && { requestBody: { required: true, content: contentOf(options) } }),
    responses: responsesOf(options),
  };
}

function contentOf({ body = {}, form }: Endpoint['options']): object {
  return form === true ? { 'application/x-www-form-urlencoded': { schema: body } } : json(body);
}

function guardOf(guard: Endpoint['options']['guard']): string {
  if (typeof guard === 'string') return guard;
  return Object.entries(guard)
    .map(([kind, rule]) => `${kind} ${rule}`)
    .join();
}

function parametersOf(where: Parameter['in'], shape: TObject | undefined): Parameter[] {
  if (!shape) return [];
  const required = shape.required ?? [];
  return Object.entries(shape.properties).map(([name, schema]) => ({
    name,
    in: where,
    // What has a default need not be sent.
    required: where === 'path' || (required.includes(name) && !('default' in schema)),
    schema,
  }));
}

const resourceName: Parameter = {
  name: 'X-Is-Resource-Name',
  in: 'header',
  required: false,
  schema: { type: 'boolean', default: false },
};

const paging: readonly Parameter[] = [
  { name: 'page', in: 'query', required: false, schema: { type: 'integer', minimum: 0, default: 1 } },
  {
    name: 'page_size',
    in: 'query',
    required: false,
    schema: { type: 'integer', minimum: 0, maximum: 100, default: 10 },
  },
  { name: 'q', in: 'query', required: false, schema: { type: 'string' } },
  { name: 'sort', in: 'query', required: false, schema: { type: 'string' } },
];

function responsesOf({
  status = 200,
  reply,
  list,
  params,
  body,
  query,
  guard,
  failures = [],
}: Endpoint['options']) {
  const refusals = new Set<number>([...failures, 500]);
  if (guard !== 'open') refusals.add(401);
  if (typeof guard === 'object') refusals.add(403);
  if (params) refusals.add(404);
  if (params || body || query || list === true) refusals.add(400);
  if (params || body || query || list === true) refusals.add(422);
  const responses: Record<string, object> = {
    [status]: {
      description: status === 201 ? 'Created' : 'Success',
      ...(status === 201 && { headers: { Location: textHeader } }),
      ...(list === true && { headers: { 'X-Total-Count': countHeader, Link: textHeader } }),
      ...(reply && { content: json(reply) }),
    },
  };
  for (const refusal of refusals) {
    responses[refusal] = { description: reasons[refusal] ?? 'Refused', content: json(errorsRef) };
  }
  return responses;
}

const textHeader = { schema: { type: 'string' } };
const countHeader = { schema: { type: 'integer' } };

const reasons: Readonly<Record<number, string>> = {
  400: 'A value is wrong',
  401: 'Not logged in',
  403: 'Not permitted',
  404: 'Not there',
  409: 'It exists already',
  412: 'Something stands in the way',
  422: 'The request does not have the form of this contract',
  500: 'A fault of the server',
};

function json(schema: TSchema | object): object {
  return { 'application/json': { schema } };
}

const errorsRef = { $ref: '#/components/schemas/Errors' };

const errors = {
  type: 'object',
  properties: {
    errors: {
      type: 'array',
      items: { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } },
    },
  },
};
