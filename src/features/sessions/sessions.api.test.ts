import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';
import { Browser } from './browser.fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.createUser('mistaken');
});
afterAll(() => api.close());

const sessionsOf = async (name: string) =>
  api.database.db
    .selectFrom('session')
    .innerJoin('user_account', 'user_account.user_id', 'session.user_id')
    .selectAll('session')
    .where('username', '=', name)
    .execute();

async function loggedIn(name: string, secret = password): Promise<Browser> {
  const browser = new Browser(api.app);
  expect(await browser.logIn(name, secret)).toMatchObject({ status: 200, text: '' });
  return browser;
}

/** Makes every session of a user older. */
async function age(user: number, minutes: number): Promise<void> {
  await api.database.query(
    {
      name: 'test_age',
      text: `update session set renewal_time = renewal_time - make_interval(mins => $2),
             expires_at = expires_at - make_interval(mins => $2) where user_id = $1`,
    },
    [user, minutes],
  );
}

describe('a login', () => {
  test('answers 200 without a body, and from then on the cookie says who asks', async () => {
    const browser = await loggedIn('guest');

    expect(await browser.self()).toBe('guest');
  });

  test('goes by e-mail address too', async () => {
    const browser = await loggedIn('guest@example.test');

    expect(await browser.self()).toBe('guest');
  });

  test.each([
    ['a wrong password', { principal: 'mistaken', password: 'Wrong-horse-1' }],
    ['an unknown name', { principal: 'nobody-at-all', password }],
    ['no name', { password }],
    ['no password', { principal: 'limitedGuest' }],
    ['a very long password', { principal: 'developer', password: 'A1a'.repeat(4000) }],
    ['a robot’s name', { principal: 'robot$x', password }],
  ])('with %s is 401 without a body and without a session', async (_what, form) => {
    const browser = new Browser(api.app);
    await browser.send('POST', '/c/login', { form: {} });

    const reply = await browser.send('POST', '/c/login', { form: form as unknown as Record<string, string> });

    expect(reply).toMatchObject({ status: 401, text: '' });
    expect(browser.cookies.has('sid')).toBe(false);
  });

  test('of a robot with its right secret is refused: sessions are for people', async () => {
    const permissions = [
      { kind: 'project', namespace: 'team', access: [{ resource: 'repository', action: 'pull' }] },
    ];
    const robot = { name: 'in-portal', duration: -1, level: 'project', permissions };
    const { body } = await api.as('admin').post('/robots', robot);

    const reply = await new Browser(api.app).logIn(body.name, body.secret);

    expect(reply.status).toBe(401);
  });

  test('S-007: is a form and nothing else, and everything else is JSON', async () => {
    const browser = new Browser(api.app);
    await browser.send('POST', '/c/login', { form: {} });

    const asJson = await browser.send('POST', '/c/login', { json: { principal: 'guest', password } });
    const large = await browser.send('POST', '/c/login', { form: { principal: 'x'.repeat(20_000) } });

    expect([asJson.status, large.status]).toEqual([415, 413]);
    const admin = await loggedIn('admin');
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
      const reply = await api.app.inject({
        method: 'POST',
        url: '/api/v2.0/projects',
        headers: {
          cookie: [...admin.cookies].map((pair) => pair.join('=')).join('; '),
          'x-harbor-csrf-token': admin.token ?? '',
          'content-type': type,
        },
        payload: '{"project_name":"forged"}',
      });
      expect([type, reply.statusCode]).toEqual([type, 415]);
    }
  });

  test('G-37: sets a cookie that no script reads and no foreign page sends', async () => {
    const browser = new Browser(api.app);
    await browser.send('POST', '/c/login', { form: {} });

    const reply = await browser.send('POST', '/c/login', { form: { principal: 'guest', password } });

    expect([reply.headers['set-cookie']].flat()).toEqual([
      expect.stringMatching(/^sid=[\w-]{86}; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
    ]);
  });

  test('G-55: gives a new id, ends the session that was there, and keeps nothing but a hash', async () => {
    const id = await api.createUser('renewer');
    const browser = await loggedIn('renewer');
    const before = browser.cookies.get('sid') ?? '';

    await browser.logIn('renewer', password);

    expect(browser.cookies.get('sid')).not.toBe(before);
    const rows = await sessionsOf('renewer');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ user_id: id });
    expect(JSON.stringify(rows)).not.toContain(browser.cookies.get('sid'));
    browser.cookies.set('sid', before);
    expect(await browser.self()).toBe(401);
  });

  test('G-55: never adopts an id that was there before', async () => {
    const browser = new Browser(api.app);
    browser.cookies.set('sid', 'A'.repeat(86));

    await browser.logIn('guest', password);

    expect(browser.cookies.get('sid')).not.toBe('A'.repeat(86));
    browser.cookies.set('sid', 'A'.repeat(86));
    expect(await browser.self()).toBe(401);
  });

  test('sets `sid`, and nothing else does', async () => {
    const replies = [
      await api.as('guest').get('/users/current'),
      await api.as('anonymous').get('/projects'),
      await api.as('guest', 'Wrong-horse-1').get('/projects'),
      await api.as('admin').post('/projects', { project_name: 'by-basic' }),
    ];

    expect(replies.map(({ headers }) => headers['set-cookie'])).toEqual(replies.map(() => undefined));
    expect(replies.map(({ headers }) => headers['x-harbor-csrf-token'])).toEqual(
      replies.map(() => undefined),
    );
  });

  test('removes expired sessions in passing, a bounded number', async () => {
    const id = await api.createUser('collector');
    await api.database.query(
      {
        name: 'test_expired',
        text: `insert into session (id_hash, user_id, epoch, expires_at)
               select sha256(n::text::bytea), $1, 0, now() - interval '1 hour' from generate_series(1, 150) n`,
      },
      [id],
    );

    await loggedIn('collector');

    expect(await sessionsOf('collector')).toHaveLength(51);
  });
});

describe('a session', () => {
  test('ends at logout, and only that one', async () => {
    await api.createUser('leaver');
    const [one, other] = [await loggedIn('leaver'), await loggedIn('leaver')];
    const kept = one.cookies.get('sid') ?? '';

    const reply = await one.send('GET', '/c/log_out');

    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(one.cookies.has('sid')).toBe(false);
    one.cookies.set('sid', kept);
    expect(await one.self()).toBe(401);
    expect(await other.self()).toBe('leaver');
    expect((await new Browser(api.app).send('GET', '/c/log_out')).status).toBe(200);
  });

  test('G-55: ends with the password, wherever it is', async () => {
    const id = await api.createUser('changer');
    const [one, other] = [await loggedIn('changer'), await loggedIn('changer')];
    const path = `/api/v2.0/users/${id}/password`;
    const json = { old_password: password, new_password: 'Sesame-0pen' };

    const reply = await one.send('PUT', path, { json });

    expect(reply.status).toBe(200);
    expect([await one.self(), await other.self()]).toEqual([401, 401]);
    expect(await sessionsOf('changer')).toEqual([]);
  });

  test('ends with its user', async () => {
    const id = await api.createUser('removed');
    const browser = await loggedIn('removed');

    await api.as('admin').delete(`/users/${id}`);

    expect(await browser.self()).toBe(401);
    expect(
      await api.database.db.selectFrom('session').where('user_id', '=', id).select('epoch').execute(),
    ).toEqual([]);
  });

  test('lives as long as session_timeout says, now and not when it began', async () => {
    const id = await api.createUser('idler');
    const browser = await loggedIn('idler');
    await age(id, 59);
    const within = await browser.self({ 'x-harbor-no-session-renewal': 'true' });

    await api.configure({ session_timeout: 30 });
    const shortened = await browser.self({ 'x-harbor-no-session-renewal': 'true' });
    await api.configure({ session_timeout: 60 });
    await age(id, 1);
    await api.configure({ session_timeout: 600 });
    const over = await browser.self();
    await api.configure({ session_timeout: 60 });

    expect([within, shortened, over]).toEqual(['idler', 401, 401]);
  });

  test('S-058: is renewed by use, at most once a minute, and not by requests that say so', async () => {
    const id = await api.createUser('user-of-it');
    const browser = await loggedIn('user-of-it');
    const renewals = async () => (await sessionsOf('user-of-it'))[0]?.renewal_time.getTime();
    const began = await renewals();

    await browser.self();
    const atOnce = await renewals();
    await age(id, 5);
    const older = await renewals();
    await browser.self({ 'x-harbor-no-session-renewal': 'true' });
    const unrenewed = await renewals();
    await browser.self();
    const renewed = await renewals();

    expect(atOnce).toBe(began);
    expect(unrenewed).toBe(older);
    expect(renewed).toBeGreaterThan(began ?? 0);
  });

  test('is no match for an Authorization header, be it right or wrong', async () => {
    const browser = await loggedIn('guest');
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });

    const right = await browser.self(basic(`maintainer:${password}`));
    const wrong = await browser.self(basic('mistaken:Wrong-horse-2'));

    expect([right, wrong]).toEqual(['maintainer', 401]);
  });

  test.each([
    ['empty', ''],
    ['short', 'x'],
    ['of the right length', 'A'.repeat(86)],
    ['long', 'A'.repeat(8000)],
    ['no id at all', '%00"../..'],
  ])('that nobody began is nobody’s: %s', async (_what, value) => {
    const browser = new Browser(api.app);
    browser.cookies.set('sid', value);

    expect(await browser.self()).toBe(401);
  });
});

describe('userExists', () => {
  const ask = async (browser: Browser, target: string, value: string) => {
    const form = { target, value };
    const first = await browser.send('POST', '/c/userExists', { form });
    return first.status === 403 ? browser.send('POST', '/c/userExists', { form }) : first;
  };

  test('is for administrators, unless people may register themselves', async () => {
    const nobody = await ask(new Browser(api.app), 'username', 'guest');
    const person = await ask(await loggedIn('stranger'), 'username', 'guest');
    const admin = await ask(await loggedIn('admin'), 'username', 'GUEST');
    await api.configure({ self_registration: true });
    const open = await ask(new Browser(api.app), 'email', 'Guest@example.test');
    await api.configure({ self_registration: false });

    expect([nobody.status, person.status]).toEqual([412, 412]);
    expect([admin.status, admin.json<boolean>()]).toEqual([200, true]);
    expect([open.status, open.json<boolean>()]).toEqual([200, true]);
  });

  test('says false for what is free, and 400 for another target', async () => {
    const browser = await loggedIn('admin');

    const free = await ask(browser, 'username', 'not-there');
    const other = await ask(browser, 'password_hash', 'x');

    expect([free.json<boolean>(), other.status]).toEqual([false, 400]);
  });
});
