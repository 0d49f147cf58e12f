import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pathOf } from '#src/http/endpoint.ts';
import { createTestApi, type TestApi } from '#test/support/api.ts';
import { routes } from '#test/support/routes.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const operations = routes.map(({ endpoint }) => endpoint);

const withBody = operations.filter((endpoint) => endpoint.options.body !== undefined);

describe('S-007: a body of another type than the operation takes', () => {
  test.each(withBody.map((endpoint) => [endpoint.options.id, endpoint] as const))(
    'is refused unread by %s',
    async (_id, endpoint) => {
      const path = pathOf(endpoint)
        .replace(':project_name_or_id', 'team')
        .replace(/:[a-z_]+/g, '3');
      const other = endpoint.options.form ? 'application/json' : 'application/x-www-form-urlencoded';
      for (const type of ['text/plain', other, 'multipart/form-data; boundary=x', undefined]) {
        const reply = await api.app.inject({
          method: endpoint.method,
          url: path,
          payload: '{"role_id":1}',
          headers: {
            authorization: `Basic ${btoa('admin:Harbor-12345')}`,
            ...(type !== undefined && { 'content-type': type }),
          },
        });
        // Outside of /api nobody is past the CSRF check here.
        expect([type, reply.statusCode]).toEqual([type, path.startsWith('/c/') ? 403 : 415]);
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

  // `curl -d ''` announces a form where it sends nothing; Harbor (go-openapi) asks for the type of a body alone.
  test.each(['application/x-www-form-urlencoded', 'text/plain'])(
    'that is empty has no type, whatever is announced: %s',
    async (type) => {
      const headers = { 'content-type': type, 'content-length': '0' };

      const without = await api.as('admin').delete('/labels/99999', headers);
      const needed = await api.as('admin').post('/projects', undefined, headers);

      expect([without.status, needed.status]).toEqual([404, 422]);
    },
  );

  test.each([
    ['is refused also where none is needed', 'DELETE', 'labels/99999', 415],
    ['changes nothing where there is no such path', 'POST', 'nothing', 404],
    ['changes nothing where there is no such method', 'PATCH', 'labels', 405],
  ] as const)('of another type %s', async (_what, method, path, status) => {
    const reply = await api.app.inject({
      method,
      url: `/api/v2.0/${path}`,
      payload: 'x',
      headers: { authorization: `Basic ${btoa('admin:Harbor-12345')}`, 'content-type': 'text/plain' },
    });

    expect(reply.statusCode).toBe(status);
    // Closed on a client that still sends, the connection would take the answer along.
    expect(reply.headers.connection).not.toBe('close');
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
