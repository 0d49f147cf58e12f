import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from '#src/features/sessions/browser.fixture.ts';
import { createTestApi, type Reply, type TestApi } from '#test/support/api.ts';
import { later, laterLogins } from './later.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

async function call(who: 'anonymous' | 'admin' | 'stranger', operation: string): Promise<Reply> {
  const [method = '', path = ''] = operation.split(' ');
  const client = api.as(who);
  const url = path.replace(/:project_name(_or_id)?/, 'team').replace(/:[a-z_]+/g, '1');
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
  return verb === 'get' || verb === 'delete' ? client[verb](url) : client[verb](url, {});
}

describe.each(Object.entries(later))('%s', (feature, operations) => {
  test.each(Object.entries(operations))(
    '%s says 501 and which feature is missing',
    async (_id, operation) => {
      const reply = await call('admin', operation);

      expect(reply).toMatchObject({ status: 501, body: { errors: [{ code: 'NOT_IMPLEMENTED' }] } });
      expect(reply.body.errors[0].message).toContain(feature);
    },
  );

  test.each(Object.entries(operations))('%s asks for a login first', async (_id, operation) => {
    const reply = await call('anonymous', operation);

    expect(reply).toMatchObject({ status: 401, body: { errors: [{ code: 'UNAUTHORIZED' }] } });
  });
});

test('a project that the caller may not see is answered like one that is not there', async () => {
  const [there, not] = await Promise.all([
    api.as('stranger').put('/projects/team/scanner', {}),
    api.as('stranger').put('/projects/nobody/scanner', {}),
  ]);

  expect([there.status, there.body]).toEqual([not.status, not.body]);
});

test.each(['/scanners', '/registries', '/registries?name=hub'])('%s is a list of nothing', async (path) => {
  const reply = await api.as('admin').get(path);

  expect(reply).toMatchObject({ status: 200, body: [], headers: { 'x-total-count': '0' } });
});

test('a project has no scanner, for whoever may see the project', async () => {
  const [guest, stranger] = await Promise.all([
    api.as('limitedGuest').get('/projects/team/scanner'),
    api.as('stranger').get('/projects/team/scanner'),
  ]);

  expect(guest).toMatchObject({ status: 200, body: {} });
  expect(stranger.status).toBe(403);
});

test('another method on such a path is 405', async () => {
  expect(await api.as('admin').delete('/export/cve')).toMatchObject({
    status: 405,
    headers: { allow: 'POST' },
  });
});

const logins = Object.entries(laterLogins).flatMap(([feature, operations]) =>
  Object.values(operations).map((operation) => ({ operation, feature })),
);

test.each(logins)('$operation says 501 to a browser that nobody has logged in with', async (login) => {
  const [method = '', path = ''] = login.operation.split(' ');
  const browser = new Browser(api.app);
  await browser.send('GET', '/c/log_out');

  const reply = await browser.send(method as 'GET' | 'POST', `${path}?redirect_url=%2Fharbor`, {
    ...(method === 'POST' && { json: { username: 'ada' } }),
  });

  expect([reply.status, reply.json()]).toEqual([
    501,
    { errors: [{ code: 'NOT_IMPLEMENTED', message: expect.stringContaining(login.feature) }] },
  ]);
  expect(reply.headers['location']).toBeUndefined();
});

test('onboarding asks for the token of its page first', async () => {
  const reply = await new Browser(api.app).send('POST', '/c/oidc/onboard', { json: { username: 'ada' } });

  expect(reply.status).toBe(403);
});
