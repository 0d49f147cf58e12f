import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { rawRequest, sendRaw } from '../support/raw.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

test.each([
  ['a path with half an escape', rawRequest('GET', '/api/v2.0/projects/%'), 400, 'BAD_REQUEST'],
  ['a path that is no UTF-8', rawRequest('GET', '/api/v2.0/projects/%ff'), 400, 'BAD_REQUEST'],
  [
    'a name of 3,000 letters',
    rawRequest('GET', `/api/v2.0/projects/${'a'.repeat(3000)}`),
    400,
    'BAD_REQUEST',
  ],
  ['what is no HTTP', 'HELLO\r\n\r\n', 400, 'BAD_REQUEST'],
  [
    'headers of 100 KB',
    rawRequest('GET', '/v2/', { 'X-Much': 'a'.repeat(100_000) }),
    431,
    'REQUEST_HEADER_FIELDS_TOO_LARGE',
  ],
])("%s gets Harbor's envelope and a request id", async (_what, request, status, code) => {
  const answer = await sendRaw(app.url, request);

  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head).toMatch(/^x-request-id: [\w-]{36}$/im);
  expect(head).toMatch(/^content-type: application\/json; charset=utf-8$/im);
  expect(JSON.parse(body).errors).toMatchObject([{ code }]);
});
