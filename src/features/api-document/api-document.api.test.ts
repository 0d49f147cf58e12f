import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';
import { routes } from '#test/support/routes.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

test('anybody may read the document, which names every operation that does something', async () => {
  const reply = await api.as('anonymous').get('/openapi.json');

  expect(reply).toMatchObject({ status: 200, body: { openapi: '3.1.0', info: { version: '0.0.0-test' } } });
  const paths: Record<string, Record<string, { operationId: string }>> = reply.body.paths;
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
  expect(ids.toSorted()).toEqual(routes.map(({ endpoint }) => endpoint.options.id).toSorted());
});

test('it is compressed for whoever takes that', async () => {
  const reply = await api.app.inject({
    url: '/api/v2.0/openapi.json',
    headers: { 'accept-encoding': 'gzip, br' },
  });

  expect(reply.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(JSON.parse(gunzipSync(reply.rawPayload).toString())).toMatchObject({ openapi: '3.1.0' });
});
