import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import { guardBrowsers } from './browser-guard.ts';

function pages(secure = false) {
  const app = fastify();
  guardBrowsers(app, secure);
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send('<!doctype html>'));
  app.get('/own-policy', (_request, reply) =>
    reply.type('text/html').header('content-security-policy', "default-src 'none'").send('<!doctype html>'),
  );
  app.get('/assets/page.js', (_request, reply) => reply.type('text/javascript').send('1'));
  app.get('/broken', (_request, reply) => reply.status(500).type('text/html').send('<h1>broken</h1>'));
  return app;
}

const cookiesOf = (headers: Record<string, unknown>) => [headers['set-cookie'] ?? []].flat() as string[];

test.each(['/', '/broken'])('G-38: HTML is never framed: %s', async (url) => {
  const { headers } = await pages().inject(url);

  expect(headers['x-frame-options']).toBe('DENY');
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
});

test('a page with a policy of its own keeps it', async () => {
  const { headers } = await pages().inject('/own-policy');

  expect(headers['content-security-policy']).toBe("default-src 'none'");
});

test('a page gets a session that is nobody’s, once, for its own requests to carry', async () => {
  const app = pages(true);

  const first = cookiesOf((await app.inject('/')).headers);
  const again = cookiesOf((await app.inject({ url: '/', headers: { cookie: 'sid=x' } })).headers);

  expect(first).toEqual([
    expect.stringMatching(/^sid=[\w-]{86}; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
    expect.stringMatching(/^_gorilla_csrf=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
  ]);
  expect(again).toEqual([]);
});

test('files that caches keep have neither cookie nor token', async () => {
  const { headers } = await pages().inject({ url: '/assets/page.js', headers: { cookie: 'sid=x' } });

  expect(cookiesOf(headers)).toEqual([]);
  expect(headers['x-harbor-csrf-token']).toBeUndefined();
});
