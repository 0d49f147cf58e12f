import type { OpenApi, Operation } from '#src/http/openapi.ts';

/** Harbor's published interface, as far as it is compared. */
export interface HarborDocument {
  operations: HarborOperation[];
  definitions: Record<string, HarborSchema>;
}

interface HarborOperation {
  operationId: string;
  method: string;
  path: string;
  params: { name: string; in: string; required: boolean; type: string }[];
  body?: { schema: HarborSchema };
  responses: Record<string, { schema?: HarborSchema; headers?: Record<string, object> }>;
}

interface HarborSchema {
  type?: string;
  ref?: string;
  items?: HarborSchema;
  properties?: Record<string, HarborSchema>;
  additionalProperties?: HarborSchema;
  absentWhen?: 'empty' | 'unset' | 'never';
}

interface OurSchema {
  enum?: unknown[];
  const?: unknown;
  type?: string | string[];
  anyOf?: OurSchema[];
  items?: OurSchema;
  properties?: Record<string, OurSchema>;
  required?: string[];
}

/**
 * Every difference between our document and Harbor's in the operations that we have, one line each, beginning with
 * the operation. Harbor's X-Request-Id is on every operation of both and is left out.
 */
export function differences(ours: OpenApi, harbor: HarborDocument): string[] {
  const found: string[] = [];
  const known = new Map(harbor.operations.map((operation) => [operation.operationId, operation]));
  for (const [path, methods] of Object.entries(ours.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const theirs = known.get(operation.operationId);
      const say = (text: string) => found.push(`${operation.operationId}: ${text}`);
      if (!theirs) {
        say('Harbor has no such operation');
        continue;
      }
      const at = `${theirs.method} /api/v2.0${theirs.path}`;
      if (at !== `${method.toUpperCase()} ${path}`) say(`is ${at} there`);
      compareParameters(operation, theirs, say);
      compareBodies(operation, theirs, harbor, say);
      compareAnswers(operation, theirs, harbor, say);
    }
  }
  return found;
}

/** Operation of a later feature → `METHOD /path`, written as our endpoints write it. */
export type LaterOperations = Readonly<Record<string, string>>;

/** Harbor's operations that we neither have nor count among the later ones, and later ones that Harbor does not have. */
export function missing(ours: OpenApi, harbor: HarborDocument, later: LaterOperations): string[] {
  const own = new Set(
    Object.values(ours.paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId)),
  );
  const theirs = new Map(
    harbor.operations.map(({ operationId, method, path }) => [
      operationId,
      `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    ]),
  );
  return [
    ...[...theirs.keys()].filter((id) => !own.has(id) && !(id in later)).map((id) => `${id}: is missing`),
    ...Object.entries(later)
      .filter(([id, operation]) => theirs.get(id) !== operation)
      .map(([id, operation]) => `${id}: is later, and no ${operation} there`),
    ...Object.keys(later)
      .filter((id) => own.has(id))
      .map((id) => `${id}: is both here and later`),
  ];
}

type Say = (text: string) => void;

function compareParameters(ours: Operation, theirs: HarborOperation, say: Say): void {
  const expected = theirs.params.filter((param) => param.name !== 'X-Request-Id');
  for (const { name, in: where, required, type } of expected) {
    const own = ours.parameters.find((param) => param.name === name && param.in === where);
    if (!own) say(`lacks the ${where} parameter ${name}`);
    else {
      if (own.required !== required)
        say(`the ${where} parameter ${name} is ${required ? '' : 'not '}required there`);
      if (typesOf(own.schema).join() !== type) say(`the ${where} parameter ${name} is of type ${type} there`);
    }
  }
  for (const { name, in: where } of ours.parameters) {
    if (!expected.some((param) => param.name === name && param.in === where)) {
      say(`has the ${where} parameter ${name} in addition`);
    }
  }
}

function compareBodies(ours: Operation, theirs: HarborOperation, harbor: HarborDocument, say: Say): void {
  const own = contentOf(ours.requestBody);
  if (!theirs.body || !own) {
    if (theirs.body) say('takes no body');
    if (own) say('takes a body');
    return;
  }
  compareShapes(own, theirs.body.schema, harbor, 'body', say, false);
}

function compareAnswers(ours: Operation, theirs: HarborOperation, harbor: HarborDocument, say: Say): void {
  // Harbor sends these wherever they fit, and documents them only here and there.
  const general = ['400', '401', '403', '404', '422', '500'];
  for (const [status, answer] of Object.entries(theirs.responses)) {
    const own = ours.responses[status];
    if (!own) {
      say(`lacks the answer ${status}`);
      continue;
    }
    if (!status.startsWith('2')) continue;
    for (const header of Object.keys(answer.headers ?? {})) {
      const headers = (own as { headers?: object }).headers ?? {};
      if (header !== 'X-Request-Id' && !(header in headers)) say(`lacks the header ${header} of ${status}`);
    }
    const shape = contentOf(own);
    if (answer.schema && shape) compareShapes(shape, answer.schema, harbor, `answer`, say, true);
    else if (answer.schema || shape) say(`has ${shape ? 'a' : 'no'} body in ${status}`);
  }
  for (const status of Object.keys(ours.responses)) {
    if (!(status in theirs.responses) && !general.includes(status))
      say(`has the answer ${status} in addition`);
  }
}

function contentOf(holder: object | undefined): OurSchema | undefined {
  const { content } = (holder ?? {}) as { content?: { 'application/json': { schema: OurSchema } } };
  return content?.['application/json'].schema;
}

/** In answers a member is required exactly where Harbor never leaves it out. */
function compareShapes(
  ours: OurSchema,
  theirs: HarborSchema,
  harbor: HarborDocument,
  at: string,
  say: Say,
  answer: boolean,
): void {
  const their = theirs.ref === undefined ? theirs : { ...harbor.definitions[theirs.ref] };
  const types = typesOf(ours);
  if (their.type !== undefined && !types.includes(their.type)) say(`${at} is of type ${their.type} there`);
  const own = ours.anyOf?.find((one) => one.type === their.type) ?? ours;
  if (own.items && their.items) compareShapes(own.items, their.items, harbor, `${at}[]`, say, answer);
  if (their.additionalProperties) return;
  for (const [name, member] of Object.entries(their.properties ?? {})) {
    const mine = own.properties?.[name];
    if (!mine) {
      say(`${at}.${name} is missing`);
      continue;
    }
    const always = own.required?.includes(name) ?? false;
    if (answer && always !== (member.absentWhen === 'never')) {
      say(`${at}.${name} is ${always ? 'sometimes left out' : 'always sent'} there`);
    }
    compareShapes(mine, member, harbor, `${at}.${name}`, say, answer);
  }
  for (const name of Object.keys(own.properties ?? {})) {
    if (!(name in (their.properties ?? {}))) say(`${at}.${name} is not there`);
  }
}

function typesOf(schema: OurSchema): string[] {
  if (schema.anyOf) return [...new Set(schema.anyOf.flatMap(typesOf))];
  if (schema.type !== undefined) return [schema.type].flat();
  return [...new Set([schema.enum ?? schema.const ?? []].flat().map((value) => typeof value))];
}
