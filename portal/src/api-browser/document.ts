/** What this page reads of /api/v2.0/openapi.json (OpenAPI 3.1, written from the server's contracts). */
export interface ApiDocument {
  info: { title: string; version: string };
  paths: Record<string, Record<string, DocumentOperation>>;
  components: { schemas: Record<string, Schema> };
}

interface DocumentOperation {
  operationId: string;
  tags: string[];
  summary?: string;
  'x-guard': string;
  parameters: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

type Content = Record<string, { schema: Schema }>;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: Schema;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  patternProperties?: Record<string, Schema>;
}

export const formType = 'application/x-www-form-urlencoded';

export interface Operation {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string | undefined;
  /** Who may call, in words. */
  guard: string;
  parameters: Parameter[];
  body: Schema | undefined;
  /** The body is a form, not JSON. */
  form: boolean;
  answers: { status: string; description: string; schema: Schema | undefined }[];
}

export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({
      id: one.operationId,
      method: method.toUpperCase(),
      path,
      tag: one.tags[0] ?? 'other',
      summary: one.summary,
      guard: guardText(one['x-guard']),
      parameters: one.parameters,
      body: Object.values(one.requestBody?.content ?? {})[0]?.schema,
      form: formType in (one.requestBody?.content ?? {}),
      answers: Object.entries(one.responses).map(([status, { description, content }]) => ({
        status,
        description,
        schema: content?.['application/json']?.schema,
      })),
    })),
  );
}

function guardText(guard: string): string {
  const [kind = '', ...rest] = guard.split(' ');
  const words = rest.join(' ');
  const texts: Record<string, string> = {
    open: 'Anybody may call it.',
    login: 'Whoever is logged in may call it.',
    system: `Needs the permission ${words} on the system.`,
    project: `Needs the permission ${words} in the project.`,
    service: `Decided case by case: ${words}.`,
  };
  return texts[kind] ?? guard;
}

/** Operations by tag, both in the order of the alphabet, of those that hold every word of the search. */
export function found(operations: Operation[], search: string): [tag: string, operations: Operation[]][] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const tags = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { id, method, path, tag, summary = '' } = operation;
    const text = `${id} ${method} ${path} ${tag} ${summary}`.toLowerCase();
    if (words.every((word) => text.includes(word))) tags.set(tag, [...(tags.get(tag) ?? []), operation]);
  }
  return [...tags].sort(([a], [b]) => a.localeCompare(b));
}
