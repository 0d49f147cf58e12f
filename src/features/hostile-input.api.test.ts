import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';
import { routes } from '#test/support/routes.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const operations = routes.map(({ endpoint }) => endpoint);

const withBody = operations.filter((endpoint) => endpoint.options.body !== undefined);

interface Shape {
  properties?: Record<string, Shape>;
  items?: Shape;
  type?: string | string[];
}

const odd = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '..',
    "' or 1=1--",
    '%',
    '_',
    '\\',
    '\ud800',
    '\u202e',
    '__proto__',
    'x'.repeat(2000),
  ),
  fc.constantFrom(0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -1e308),
  fc.constantFrom(null, true, [], {}, [null], [[]], { a: { b: null } }),
  fc.string({ maxLength: 20 }),
);

/** Something that has the members of the schema, some of them odd. */
function nearly(shape: Shape): fc.Arbitrary<unknown> {
  const type = Array.isArray(shape.type) ? shape.type[0] : shape.type;
  const fitting: Record<string, () => fc.Arbitrary<unknown>> = {
    object: () =>
      fc.record(
        Object.fromEntries(Object.entries(shape.properties ?? {}).map(([name, of]) => [name, nearly(of)])),
        { requiredKeys: [] },
      ),
    array: () => fc.array(shape.items ? nearly(shape.items) : odd, { maxLength: 3 }),
    integer: () => fc.integer({ min: -2, max: 6 }),
    boolean: () => fc.boolean(),
    string: () =>
      fc.constantFrom(
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
      ),
  };
  const fit = fitting[type ?? 'string'] ?? (() => odd);
  return fc.oneof({ weight: 6, arbitrary: fit() }, { weight: 1, arbitrary: odd });
}

const segment = fc.oneof(
  fc.constantFrom(
    'team',
    'foreign',
    '1',
    '2',
    '3',
    '0',
    '-1',
    '2147483648',
    '9'.repeat(30),
    '1e3',
    '0x1',
    'NaN',
  ),
  fc.constantFrom(
    '%00',
    '..%2f',
    '%25',
    '%E9',
    "'",
    'a%20b',
    '%F0%9F%98%80',
    'library',
    '__proto__',
    'constructor',
  ),
);

const query = fc.array(
  fc.tuple(
    fc.constantFrom(
      'q',
      'sort',
      'page',
      'page_size',
      'name',
      'public',
      'username',
      'scope',
      'entityname',
      'x[y]',
    ),
    fc.oneof(
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
      ),
      fc.constantFrom(
        "name=' or 1=1--",
        'creation_time=[2026-01-01T00:00:00~]',
        'a=(',
        'Level=project,ProjectID=1',
      ),
      fc.string({ maxLength: 12 }),
    ),
  ),
  { maxLength: 4 },
);

const request = fc.tuple(fc.constantFrom(...operations), query).chain(([endpoint, pairs]) => {
  const path = fc.tuple(...(endpoint.path.match(/:[a-z_]+/g) ?? []).map(() => segment)).map((segments) => {
    let i = 0;
    return endpoint.path.replace(/:[a-z_]+/g, () => segments[i++] ?? '');
  });
  const body = endpoint.options.body ? nearly(endpoint.options.body) : fc.constant(undefined);
  return fc.record({ method: fc.constant(endpoint.method), path, pairs: fc.constant(pairs), body });
});

test('S-055, G-63: a thousand requests of every shape meet no fault', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, pairs, body }) => {
      const search = pairs.map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`,
      );
      const reply = await api.app.inject({
        method,
        url: `${path.startsWith('/api/') ? '' : '/api/v2.0'}${path}?${search.join('&')}`,
        headers: { authorization: `Basic ${btoa('admin:Harbor-12345')}` },
        ...(body !== undefined && {
          payload: JSON.stringify(body),
          headers: {
            authorization: `Basic ${btoa('admin:Harbor-12345')}`,
            'content-type': 'application/json',
          },
        }),
      });
      expect([reply.statusCode, reply.body]).toEqual([expect.any(Number), expect.any(String)]);
      expect(reply.statusCode).toBeLessThan(500);
      // G-73: nothing of the machinery shows.
      expect(reply.body).not.toMatch(/select |insert into|node_modules|\bat .*\.ts:\d/);
    }),
    { numRuns: 1000 },
  );
}, 60_000);

describe('S-007: a body that is no JSON', () => {
  test.each(withBody.map((endpoint) => [endpoint.options.id, endpoint] as const))(
    'is refused unread by %s',
    async (_id, endpoint) => {
      const path = endpoint.path.replace(':project_name_or_id', 'team').replace(/:[a-z_]+/g, '3');
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        undefined,
      ]) {
        const reply = await api.app.inject({
          method: endpoint.method,
          url: `/api/v2.0${path}`,
          payload: '{"role_id":1}',
          headers: {
            authorization: `Basic ${btoa('admin:Harbor-12345')}`,
            ...(type !== undefined && { 'content-type': type }),
          },
        });
        expect([type, reply.statusCode]).toEqual([type, 415]);
      }
    },
  );
});

describe('a body', () => {
  const send = (payload: string) =>
    api.as('admin').post('/projects', payload, { 'content-type': 'application/json' });

  test('that is no JSON text is 400 or 422', async () => {
    for (const text of ['{', '{"project_name":"x",}', '[1', 'nonsense', '{"__proto__":{"a":1}}']) {
      expect([400, 422]).toContain((await send(text)).status);
    }
  });

  test('that is missing is 422', async () => {
    expect((await api.as('admin').post('/projects')).status).toBe(422);
    expect((await send('')).status).toBe(422);
  });

  test('G-25: that is nested without end is no fault', async () => {
    const deep = `{"project_name":"deep","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

    expect((await send(deep)).status).toBeLessThan(500);
  });

  test('G-22: that is too large is 413', async () => {
    const reply = await send(JSON.stringify({ project_name: 'x'.repeat(1024 * 1024) }));

    expect(reply).toMatchObject({ status: 413, body: { errors: [{ code: 'REQUEST_ENTITY_TOO_LARGE' }] } });
  });

  test('is not missed where none is needed, even when a type is announced', async () => {
    const id = await api.createProject('typed');

    const reply = await api.as('admin').delete(`/projects/${id}`, { 'content-type': 'application/json' });

    expect(reply.status).toBe(200);
  });
});

test('S-107: a registry token opens nothing here', async () => {
  const admin = await api.directory.user(1);
  if (!admin) throw new Error('there is no user 1');
  const { token } = await api.tokens.issue(
    admin,
    [{ type: 'registry', name: 'catalog', actions: ['*'] }],
    60,
  );

  const reply = await api.app.inject({
    url: '/api/v2.0/users/current',
    headers: { authorization: `Bearer ${token}` },
  });

  expect(reply.statusCode).toBe(401);
});
