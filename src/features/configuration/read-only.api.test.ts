import { afterAll, beforeAll, expect, test } from 'vitest';
import { pathOf } from '#src/http/endpoint.ts';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';
import { routes } from '#test/support/routes.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const spared = ['PUT /api/v2.0/configurations', 'POST /c/login', 'POST /c/userExists'];

test('G-90: of all operations that change something, read-only mode lets through those that Harbor does', async () => {
  const unsafe = routes.filter(({ endpoint }) => !['GET', 'HEAD'].includes(endpoint.method));
  await api.as('admin').put('/configurations', { read_only: true });

  const passed: string[] = [];
  for (const { endpoint } of unsafe) {
    const path = pathOf(endpoint);
    const answer = await api.app.inject({
      method: endpoint.method,
      url: path.replaceAll(/:[a-z_]+/g, '1'),
      headers: { authorization: basicOfAdmin },
    });
    if (answer.statusCode !== 403 || answer.json().errors?.[0]?.code !== 'DENIED') {
      passed.push(`${endpoint.method} ${path}`);
    }
  }

  expect(unsafe.length).toBeGreaterThan(40);
  expect(passed.toSorted()).toEqual(spared.toSorted());
});

const basicOfAdmin = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
