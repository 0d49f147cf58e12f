import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pathOf } from '#src/http/endpoint.ts';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';
import { routes } from '#test/support/routes.ts';
import { Browser } from './browser.fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

async function loggedIn(name: string): Promise<Browser> {
  const browser = new Browser(api.app);
  await browser.logIn(name, password);
  return browser;
}

/** The browser without its page: cookies are sent, the header is not. */
function foreignPage(victim: Browser): Browser {
  const page = new Browser(api.app);
  for (const [name, value] of victim.cookies) page.cookies.set(name, value);
  return page;
}

let count = 0;
const create = (browser: Browser) =>
  browser.send('POST', '/api/v2.0/projects', { json: { project_name: `made-${(count += 1)}` } });

const unsafe = routes
  .map(({ endpoint }) => endpoint)
  .filter(({ method }) => !['GET', 'HEAD'].includes(method))
  .map((endpoint) => [endpoint.method, pathOf(endpoint).replace(/:[a-z_]+/g, '1')] as const);

test.each(unsafe)('S-007: %s %s with nothing but cookies is 403', async (method, path) => {
  const reply = await foreignPage(await loggedIn('guest')).send(method, path, { json: {} });

  expect(reply).toMatchObject({ status: 403 });
  expect(reply.json()).toMatchObject({ errors: [{ code: 'FORBIDDEN' }] });
  expect(reply.text).toContain('CSRF token invalid');
});

test('S-007: the walk above saw the unsafe operations', () => {
  expect(unsafe.length).toBeGreaterThan(20);
  expect(unsafe.map(([, path]) => path)).toContain('/c/login');
});

describe('the answer that refuses', () => {
  test.each(['both', 'the header'])('carries what was missing, token and cookie: %s', async (without) => {
    const browser = await loggedIn('admin');
    if (without === 'both') browser.cookies.delete('_gorilla_csrf');
    browser.token = undefined;

    const refused = await create(browser);
    const again = await create(browser);

    expect([refused.status, again.status]).toEqual([403, 201]);
    expect(refused.headers['set-cookie']).toMatch(
      /^_gorilla_csrf=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(refused.headers['x-harbor-csrf-token']).toMatch(/^[\w+/]{86}==$/);
  });

  test('is like any other to a client of no browser: header names and values are Harbor’s', async () => {
    const browser = new Browser(api.app);

    const refused = await browser.send('POST', '/c/login', { form: { principal: 'admin', password } });

    expect(refused.status).toBe(403);
    expect(browser.cookies.has('sid')).toBe(false);
    expect(browser.cookies.has('_gorilla_csrf')).toBe(true);
  });
});

describe('a token', () => {
  test('is in every answer to a request with a session, and the cookie where it was not sent', async () => {
    const browser = await loggedIn('guest');

    const first = await browser.send('GET', '/api/v2.0/users/current');
    browser.cookies.delete('_gorilla_csrf');
    const second = await browser.send('GET', '/api/v2.0/no/such/path/1');
    const third = await browser.send('GET', '/api/v2.0/projects/foreign');

    expect(first.headers['x-harbor-csrf-token']).toBeDefined();
    expect(first.headers['set-cookie']).toBeUndefined();
    expect(first.headers['cache-control']).toBe('no-store');
    expect(second.status).toBe(404);
    expect(third.headers['x-harbor-csrf-token']).not.toBe(first.headers['x-harbor-csrf-token']);
    expect(third.headers['set-cookie']).toMatch(/^_gorilla_csrf=/);
  });

  test('taken before a login is good after it, as scripts for Harbor have it', async () => {
    const browser = new Browser(api.app);
    await browser.send('POST', '/c/login', { form: {} });
    const before = browser.token;
    await browser.logIn('admin', password);

    browser.token = before;

    expect((await create(browser)).status).toBe(201);
  });

  test('S-007: of another session is worth nothing, not even with that session’s cookie', async () => {
    const [victim, attacker] = [await loggedIn('admin'), await loggedIn('stranger')];

    const [header, both] = [foreignPage(victim), foreignPage(victim)];
    header.token = attacker.token;
    both.token = attacker.token;
    both.cookies.set('_gorilla_csrf', attacker.cookies.get('_gorilla_csrf') ?? '');

    expect([(await create(header)).status, (await create(both)).status]).toEqual([403, 403]);
    expect((await create(victim)).status).toBe(201);
  });

  test.each(['', 'x', 'A'.repeat(88), '%', 'A'.repeat(5000)])(
    'that is none is refused: %.10s',
    async (token) => {
      const browser = await loggedIn('admin');
      browser.token = token;

      expect((await create(browser)).status).toBe(403);
    },
  );

  test('is asked of whoever carries `sid`, with Basic too, and of nobody else', async () => {
    const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    const send = (headers: Record<string, string>, path = '/api/v2.0/projects') =>
      api.app.inject({
        method: 'POST',
        url: path,
        headers: { authorization, ...headers },
        payload: { project_name: `made-${(count += 1)}` },
      });

    const carried = await send({ cookie: 'sid=x' });
    const encoded = await send({ cookie: 'sid=x' }, '//api/v2.0/%70rojects');
    const plain = await send({ cookie: 'other=x' });

    expect([carried.statusCode, encoded.statusCode, plain.statusCode]).toEqual([403, 403, 201]);
    expect(plain.headers['x-harbor-csrf-token']).toBeUndefined();
  });
});

test('G-36: no answer allows another origin', async () => {
  const origins = ['https://evil.example', 'null', 'https://registry.example.test.evil.example'];
  for (const origin of origins) {
    for (const method of ['GET', 'OPTIONS'] as const) {
      const reply = await api.app.inject({
        method,
        url: '/api/v2.0/projects',
        headers: { origin, 'access-control-request-method': 'DELETE' },
      });
      const allowing = Object.keys(reply.headers).filter((name) => name.startsWith('access-control'));
      expect([origin, method, allowing]).toEqual([origin, method, []]);
    }
  }
});
