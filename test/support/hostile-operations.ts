import fc from 'fast-check';
import { type Endpoint, pathOf as wholePathOf } from '#src/http/endpoint.ts';

/** A request of the API, derived from an operation's contract. */
export interface HostileRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly type: string | undefined;
  readonly caller: number;
}

/** Values that fit, by the name of a parameter or a member; with a colon before it only for paths. */
export type Plausible = Readonly<Record<string, readonly (string | number)[]>>;

interface Shape {
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
  enum?: unknown[];
  const?: unknown;
  type?: string | string[];
  patternProperties?: Record<string, Shape>;
}

const odd = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '..',
    "' or 1=1--",
    '$1',
    '%',
    '_',
    '\\',
    '\ud800',
    '\u202e',
    '__proto__',
    'x'.repeat(2000),
    '<img src=x onerror=alert(1)>',
  ),
  fc.constantFrom(0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -1e308),
  fc.constantFrom(null, true, [], {}, [null], [[]], { a: { b: null } }),
  fc.string({ maxLength: 20 }),
);

const words = [
  'team',
  'project',
  'system',
  '/',
  '*',
  'allow',
  'robot$x',
  'Sesame-0pen',
  'a@example.org',
  'pull',
  'repository',
  'true',
  'false',
  'g',
  'p',
];

/** Something that has the members of the schema; `oddness` to 8 of its values are odd, the others fit. */
function nearly(shape: Shape, plausible: Plausible, oddness: number, name = ''): fc.Arbitrary<unknown> {
  const fit = fitting(shape, plausible, oddness, name);
  return oddness === 0 ? fit : fc.oneof({ weight: 8, arbitrary: fit }, { weight: oddness, arbitrary: odd });
}

function fitting(shape: Shape, plausible: Plausible, oddness: number, name: string): fc.Arbitrary<unknown> {
  if (shape.const !== undefined) return fc.constant(shape.const);
  if (shape.enum) return fc.constantFrom(...shape.enum);
  if (shape.anyOf) return fc.oneof(...shape.anyOf.map((one) => fitting(one, plausible, oddness, name)));
  if (Array.isArray(shape.type)) {
    const types = shape.type.map((type) =>
      type === 'null' ? { weight: 1, arbitrary: fc.constant(null) } : { weight: 5, arbitrary: ofType(type) },
    );
    return fc.oneof(...types);
  }
  return ofType(shape.type);

  function ofType(type: string | undefined): fc.Arbitrary<unknown> {
    const known = plausible[name] ?? [];
    switch (type) {
      case 'object':
        return objectOf(shape, plausible, oddness);
      case 'array':
        return fc.array(shape.items ? nearly(shape.items, plausible, oddness, name) : odd, { maxLength: 2 });
      case 'integer':
      case 'number': {
        const numbers = known.filter((value) => typeof value === 'number');
        return numbers.length > 0 ? fc.constantFrom(...numbers) : fc.integer({ min: -2, max: 6 });
      }
      case 'boolean':
        return fc.boolean();
      case 'string':
        return known.length > 0 ? fc.constantFrom(...known.map(String)) : fc.constantFrom(...words);
      default:
        return odd;
    }
  }
}

function objectOf(shape: Shape, plausible: Plausible, oddness: number): fc.Arbitrary<unknown> {
  const [others] = Object.values(shape.patternProperties ?? {});
  if (others) {
    const names = fc.constantFrom('storage', 'public', 'severity', 'auto_scan', 'x', '');
    return names.chain((name) =>
      nearly(others, plausible, oddness, name).map((value) => ({ [name]: value })),
    );
  }
  const members = Object.fromEntries(
    Object.entries(shape.properties ?? {}).map(([name, of]) => [name, nearly(of, plausible, oddness, name)]),
  );
  // Of many members only few: with all of them the first that is wrong would hide the others.
  const few = fc
    .subarray(Object.keys(members), { maxLength: Math.min(3, Object.keys(members).length) })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, members[name] ?? odd]))));
  return fc.oneof(fc.record(members), fc.record(members, { requiredKeys: [] }), few);
}

const oddSegment = fc.constantFrom(
  '1',
  '0',
  '-1',
  '2147483648',
  '9'.repeat(30),
  '1e3',
  '0x1',
  'NaN',
  '%00',
  '..%2f',
  '%25',
  '%E9',
  "'",
  '%27%20or%201=1--',
  'a%20b',
  '%F0%9F%98%80',
  'library',
  '__proto__',
  'constructor',
  'a%252Fb',
  `sha256:${'a'.repeat(64)}`,
);

const oddFilter = fc.oneof(
  fc.constantFrom(
    'name=~',
    'name=[1~]',
    'user_id={1 x}',
    'project_id=[~]',
    '-name',
    'id',
    '%',
    '1',
    '-1',
    '1e9',
    "name=' or 1=1--",
    'creation_time=[2026-01-01T00:00:00~]',
    'op_time=[~99999999999999]',
    'a=(',
    'tags=nil',
    'tags=~v',
    'labels=(1 2)',
    'labels=(x)',
    'Level=project,ProjectID=1',
    '-creation_time,name',
    'used.storage',
  ),
  fc.string({ maxLength: 12 }),
);

const filter = { type: 'string' };
const count = { type: 'integer' };
const ofLists: Record<string, Shape> = { q: filter, sort: filter, page: count, page_size: count };

function queryOf({ options }: Endpoint, plausible: Plausible, oddness: number): fc.Arbitrary<string> {
  const shapes: Record<string, Shape> = {
    ...options.query?.properties,
    ...(options.list === true && ofLists),
    'x[y]': filter,
  };
  const values = fc.record(
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        shape === filter ? oddFilter : nearly(shape, plausible, oddness, name),
      ]),
    ),
    { requiredKeys: [] },
  );
  return values.map((given) =>
    Object.entries(given)
      .map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(asText(value).toWellFormed())}`,
      )
      .join('&'),
  );
}

function formOf(value: unknown): string {
  const members = Object.entries(value ?? {});
  return String(new URLSearchParams(members.map(([name, one]): [string, string] => [name, asText(one)])));
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

function pathOf(endpoint: Endpoint, plausible: Plausible): fc.Arbitrary<string> {
  const path = wholePathOf(endpoint);
  const names = (path.match(/:[a-z_]+/g) ?? []).map((name) => name.slice(1));
  const values = fc.tuple(
    ...names.map((name) => {
      const known = (plausible[`:${name}`] ?? plausible[name] ?? []).map(String);
      return known.length === 0
        ? oddSegment
        : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: oddSegment });
    }),
  );
  return values.map((segments) => {
    let i = 0;
    return path.replace(/:[a-z_]+/g, () => String(segments[i++]));
  });
}

/** Requests of every operation, as callers 0 (mostly) and 1; in one of three some values are odd. */
export function hostileOperations(
  endpoints: readonly Endpoint[],
  plausible: Plausible,
): fc.Arbitrary<HostileRequest> {
  return fc.tuple(fc.constantFrom(...endpoints), fc.constantFrom(0, 0, 1)).chain(([endpoint, oddness]) => {
    const { options, method } = endpoint;
    const shape: Shape | undefined = options.body;
    return fc.record({
      id: fc.constant(options.id),
      method: fc.constant(method),
      path: fc
        .tuple(pathOf(endpoint, plausible), queryOf(endpoint, plausible, oddness))
        .map(([path, query]) => (query === '' ? path : `${path}?${query}`)),
      body: shape
        ? nearly(shape, plausible, oddness).map((value) =>
            options.form ? formOf(value) : JSON.stringify(value),
          )
        : fc.constant(undefined),
      type: fc.constant(
        options.form ? 'application/x-www-form-urlencoded' : options.body && 'application/json',
      ),
      caller: fc.constantFrom(0, 0, 1),
    });
  });
}
