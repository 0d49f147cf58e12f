import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';
import { routes } from '#test/support/routes.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const operations = routes.map(({ endpoint }) => endpoint);

const ofProjects = operations.filter((endpoint) => endpoint.path.includes(':project_name_or_id'));

async function ask(who: 'anonymous' | 'stranger', method: string, path: string) {
  const authorization = `Basic ${Buffer.from('stranger:Harbor-12345').toString('base64')}`;
  const reply = await api.app.inject({
    method: method as 'GET',
    url: `/api/v2.0${path}`,
    headers: { ...(who === 'stranger' && { authorization }), 'x-request-id': 'same' },
    ...((method === 'POST' || method === 'PUT') && { payload: {} }),
  });
  const { date: _date, ...headers } = reply.headers;
  return { status: reply.statusCode, body: reply.body, headers };
}

describe('S-010: a private project and one that does not exist are answered alike', () => {
  test.each(ofProjects.map(({ method, path, options }) => [options.id, method, path] as const))(
    'by %s, to whoever is not in it',
    async (_id, method, path) => {
      const at = (project: string) => path.replace(':project_name_or_id', project).replace(/:[a-z_]+/g, '1');
      for (const who of ['anonymous', 'stranger'] as const) {
        const byName = await ask(who, method, at('team'));
        const noName = await ask(who, method, at('none'));
        const byId = await ask(who, method, at(String(api.projects['team'])));
        const noId = await ask(who, method, at('777777'));

        expect(byName.status).toBe(who === 'anonymous' ? 401 : 403);
        for (const answer of [noName, byId, noId]) expect(answer).toEqual(byName);
      }
    },
  );

  test('by HEAD /projects, to anonymous callers', async () => {
    const there = await ask('anonymous', 'HEAD', '/projects?project_name=team');
    const none = await ask('anonymous', 'HEAD', '/projects?project_name=none');

    expect(there).toMatchObject({ status: 401, body: '' });
    expect(none).toEqual(there);
  });
});
