import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser } from '#src/features/sessions/browser.fixture.ts';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
beforeEach(() => api.configure({ self_registration: true, auth_mode: 'db_auth' }));
afterAll(() => api.close());

const secret = 'Sesame-0pen';
const given = (username: string) => ({
  username,
  email: `${username}@example.org`,
  realname: 'Ada L',
  password: secret,
  comment: '',
});

/** A page of the portal: it has a `sid` that is nobody's, and asks something before it shows its form. */
async function page(): Promise<Browser> {
  const browser = new Browser(api.app);
  browser.cookies.set('sid', 'A'.repeat(86));
  await browser.send('GET', '/api/v2.0/systeminfo');
  return browser;
}

const register = (browser: Browser, json: object) => browser.send('POST', '/api/v2.0/users', { json });

test('somebody signs up on a page and logs in with what was chosen', async () => {
  const browser = await page();

  const reply = await register(browser, given('newcomer'));

  expect(reply.status).toBe(201);
  expect(reply.headers['location']).toMatch(/^\/api\/v2\.0\/users\/\d+$/);
  expect((await browser.logIn('newcomer', secret)).status).toBe(200);
  expect(await browser.self()).toBe('newcomer');
});

test('S-002: nothing in the body gives rights, whoever signs up', async () => {
  const columns = await api.database.db
    .selectFrom('information_schema.columns' as never)
    .select('column_name' as never)
    .where('table_name' as never, '=', 'user_account' as never)
    .execute();
  const names = (columns as { column_name: string }[]).map((row) => row.column_name);
  const wanted = Object.fromEntries(
    names
      .filter((name) => !['username', 'email', 'realname', 'comment'].includes(name))
      .map((name) => [name, 1]),
  );
  const flags = {
    has_admin_role: true,
    sysadmin_flag: true,
    admin_role_in_auth: true,
    role_id: 1,
    user_id: 1,
  };
  const [anonymous, person] = [await page(), await page()];
  await register(anonymous, given('plain'));
  await person.logIn('plain', secret);

  for (const [browser, name] of [
    [anonymous, 'greedy'],
    [person, 'greedier'],
  ] as const) {
    const reply = await register(browser, { ...wanted, ...flags, ...given(name) });

    expect(reply.status).toBe(201);
    const id = Number(String(reply.headers['location']).split('/').at(-1));
    expect(id).toBeGreaterThan(2);
    expect((await api.as('admin').get(`/users/${id}`)).body).toMatchObject({
      username: name,
      sysadmin_flag: false,
      admin_role_in_auth: false,
    });
    expect((await api.as(name, secret).get('/users')).status).toBe(403);
  }
});

test('scripts do not sign up: it takes the session of a page', async () => {
  const nobody = await api.as('anonymous').post('/users', given('scripted'));
  const person = await api.as('guest').post('/users', given('scripted'));

  expect([nobody.status, person.status]).toEqual([403, 403]);
  expect(nobody.body.errors[0].message).toBe('self-registration cannot be triggered via API');
});

test('while it is switched off nobody signs up, from a page neither', async () => {
  await api.configure({ self_registration: false });

  const reply = await register(await page(), given('late'));

  expect(reply.status).toBe(401);
});

test('nor where accounts come from a directory, and then administrators make none either', async () => {
  await api.configure({ auth_mode: 'ldap_auth' });

  const reply = await register(await page(), given('local'));
  const admin = await api.as('admin').post('/users', given('local'));

  expect([reply.status, admin.status]).toEqual([401, 403]);
});
