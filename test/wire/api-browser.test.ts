import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const page = (query = '') => app.send(undefined, { path: `/devcenter-api-2.0${query}` });

test("the API browser is where Harbor's is, for everybody", async () => {
  const answer = await page();

  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(answer.body.toString()).toContain('id="api-browser"');
});

test('S-068, G-42: nothing of it runs or comes from elsewhere', async () => {
  const { headers, body } = await page();

  const rules = headers['content-security-policy'] ?? '';
  expect(rules).toContain("default-src 'none'");
  expect(rules).toContain("script-src 'self'");
  expect(rules).toContain("connect-src 'self'");
  expect(rules).not.toMatch(/unsafe|https?:|\*/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  const html = body.toString();
  expect(html).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style|\son\w+=|\sstyle=|https?:\/\//);
});

test('S-068: what stands behind the path changes nothing', async () => {
  const [plain, other] = await Promise.all([
    page(),
    page('?url=https://example.org/x.json&configUrl=data:,{}'),
  ]);

  expect(other.body.equals(plain.body)).toBe(true);
});

test('every file that it names is there', async () => {
  const html = (await page()).body.toString();
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);

  const answers = await Promise.all(files.map((path) => app.send(undefined, { path })));

  expect(files.length).toBeGreaterThan(2);
  expect(answers.map(({ status }) => status)).toEqual(files.map(() => 200));
});

test('S-068: its scripts name no other host', async () => {
  const html = (await page()).body.toString();
  const scripts = [...html.matchAll(/"(\/assets\/[^"]+\.js)"/g)].map(([, path = '']) => path);
  const answers = await Promise.all(scripts.map((path) => app.send(undefined, { path })));
  const text = answers.map(({ body }) => body.toString()).join('\n');

  // React names its own documentation in messages and XML's namespaces; nothing of that is ever fetched.
  const hosts = [...text.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host]) => host);
  expect(hosts.filter((host) => host !== 'react.dev' && host !== 'www.w3.org')).toEqual([]);
});

test.each(['/', '/harbor/projects', '/devcenter-api-2.0'])(
  'HEAD %s tells a monitor what GET would, without the page',
  async (path) => {
    const [get, head] = await Promise.all([
      app.send(undefined, { path }),
      app.send(undefined, { method: 'HEAD', path }),
    ]);

    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(head.headers['content-length']).toBe(String(get.body.length));
    expect(head.body.length).toBe(0);
  },
);
