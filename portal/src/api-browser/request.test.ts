import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Operation } from './document.ts';
import { addressOf, type Caller, headersOf, send } from './request.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const operation: Operation = {
  id: 'updateRepository',
  method: 'PUT',
  path: '/api/v2.0/projects/{project_name}/repositories/{repository_name}',
  tag: 'repository',
  summary: undefined,
  guard: '',
  parameters: [
    { name: 'X-Is-Resource-Name', in: 'header', required: false, schema: {} },
    { name: 'project_name', in: 'path', required: true, schema: {} },
    { name: 'repository_name', in: 'path', required: true, schema: {} },
    { name: 'q', in: 'query', required: false, schema: {} },
  ],
  body: {},
  form: false,
  answers: [],
};

/** A server whose answers are given one after the other; what it was asked is kept. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { asked, path: `http://127.0.0.1:${port}/x` };
}

test('slashes of a repository are escaped twice, other values once, what is empty is left out', () => {
  const values = { 'path project_name': 'a b', 'path repository_name': 'x/y', 'query q': 'name=~ü' };

  expect(addressOf(operation, values)).toBe(
    '/api/v2.0/projects/a%20b/repositories/x%252Fy?q=name%3D%7E%C3%BC',
  );
  expect(addressOf(operation, {})).toBe('/api/v2.0/projects//repositories/');
});

test('a name and a password outside of ASCII are sent as UTF-8', () => {
  const headers = headersOf(operation, {}, { kind: 'basic', name: 'zoë', password: 'p:ß' }, '');

  expect(Buffer.from(headers.get('authorization')?.slice(6) ?? '', 'base64').toString()).toBe('zoë:p:ß');
});

const refusing = (request: IncomingMessage, response: ServerResponse) => {
  const good = request.headers['x-harbor-csrf-token'] === 'fresh';
  response.writeHead(good ? 200 : 403, { 'x-harbor-csrf-token': 'fresh' }).end();
};

test('an unsafe request of a session that lacked the token is sent once more with it', async () => {
  const { asked, path } = await serve(refusing);
  const token = { current: null };

  const sent = await send({ ...operation, path }, {}, { kind: 'session' }, '{}', token);

  expect([sent.status, asked.length, token.current]).toEqual([200, 2, 'fresh']);
});

test.each<[string, Caller, string | null]>([
  ['a refusal although the token was right', { kind: 'session' }, 'fresh'],
  ['a refusal of a name and a password', { kind: 'basic', name: 'a', password: 'b' }, null],
])('%s is final', async (_case, caller, current) => {
  const { asked, path } = await serve((_request, response) => {
    response.writeHead(403, { 'x-harbor-csrf-token': 'fresh' }).end();
  });

  const sent = await send({ ...operation, path }, {}, caller, '{}', { current });

  expect([sent.status, asked.length]).toEqual([403, 1]);
});

test('an answer is shown as text: JSON indented, other bytes only counted', async () => {
  const types = ['application/json; charset=utf-8', 'image/png', 'text/html'];
  const { path } = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': types.shift() }).end('{"a":"<b>"}');
  });
  const bodies = [];
  for (let i = 0; i < 3; i++) {
    bodies.push((await send({ ...operation, path }, {}, { kind: 'session' }, '', { current: null })).body);
  }

  expect(bodies).toEqual(['{\n  "a": "<b>"\n}', '11 bytes of image/png', '{"a":"<b>"}']);
});
