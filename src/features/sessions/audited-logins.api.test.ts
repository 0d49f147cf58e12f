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

test('G-71: wrong Basic credentials are failed logins, by whatever name one logs in', async () => {
  await api.createUser('Piped');
  const { body } = await api.as('admin').post('/robots', {
    name: 'courier',
    level: 'system',
    duration: -1,
    permissions: [{ kind: 'system', namespace: '/', access: [{ resource: 'label', action: 'create' }] }],
  });
  const { name: robot, secret } = body as { name: string; secret: string };
  const before = (await rows()).length;

  for (const name of ['piped@example.test', robot, 'My-Secret-Pass2']) {
    expect((await api.as(name, 'Wrong-horse-1').get('/users/current')).status).toBe(401);
    expect((await api.as(name, 'Wrong-horse-2').get('/users/current')).status).toBe(401);
  }
  await api.as(robot, secret).get('/projects');

  expect((await rows()).slice(before)).toEqual([
    row('login', 'Piped', false),
    row('login', robot, false, { not_recorded: 1 }),
    row('login', '(unknown name)', false, { not_recorded: 1 }),
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
