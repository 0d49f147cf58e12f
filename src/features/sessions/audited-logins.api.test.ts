import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';
import { Browser } from './browser.fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const rows = () =>
  api.database.db
    .selectFrom('audit_log')
    .select(['username', 'operation', 'resource_type', 'resource', 'operation_result', 'detail'])
    .where('operation', 'in', ['login', 'logout'])
    .orderBy('op_time')
    .orderBy('id')
    .execute();

const row = (operation: string, name: string, operation_result = true, detail: object | null = null) => ({
  username: name,
  operation,
  resource_type: 'user',
  resource: name,
  operation_result,
  detail,
});

test('G-71: logins, logouts and failed logins are recorded, one row each, without what was typed', async () => {
  await api.createUser('Audited');
  const browser = new Browser(api.app);

  await browser.logIn('audited@example.test', password);
  await browser.send('GET', '/c/log_out');
  await browser.send('GET', '/c/log_out');
  await new Browser(api.app).logIn('AUDITED', 'Wrong-horse-1');
  await new Browser(api.app).logIn('My-Secret-Pass1', 'My-Secret-Pass1');

  expect(await rows()).toEqual([
    row('login', 'Audited'),
    row('logout', 'Audited'),
    row('login', 'Audited', false),
    row('login', '(unknown name)', false),
  ]);
});

test('G-71: whoever guesses passwords does not fill the log', async () => {
  const before = (await rows()).length;
  const browser = new Browser(api.app);
  for (let i = 0; i < 60; i += 1) await browser.logIn(`guess-${i}`, 'Wrong-horse-1');

  const added = (await rows()).slice(before);

  expect(added.length).toBeLessThanOrEqual(30);
  expect(added.length).toBeGreaterThan(20);
});
