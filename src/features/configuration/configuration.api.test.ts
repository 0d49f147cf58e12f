import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Forwarder } from '#src/features/audit/forward.ts';
import { parsed, startReceiver } from '#src/features/audit/receivers.fixture.ts';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterEach(async () => {
  await api.database.db.deleteFrom('configuration').execute();
  // A change of nothing makes the process read its settings again.
  await set({ banner_message: '' });
});
afterAll(() => api.close());

const set = (body: object) => api.as('admin').put('/configurations', body);

async function shown(name: string): Promise<unknown> {
  const { body } = await api.as('admin').get('/configurations');
  return body[name];
}

async function lastEntry() {
  return api.database.db
    .selectFrom('audit_log')
    .select(['username', 'operation', 'resource_type', 'detail'])
    .where('resource_type', '=', 'configuration')
    .where('operation_result', '=', true)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

describe('GET /configurations', () => {
  test('gives every setting with its value and whether it can be changed', async () => {
    const { status, body } = await api.as('admin').get('/configurations');

    expect(status).toBe(200);
    expect(Object.keys(body)).toHaveLength(57);
    expect(body).toMatchObject({
      token_expiration: { value: 30, editable: true },
      read_only: { value: false, editable: true },
      robot_name_prefix: { value: 'robot$', editable: true },
      oidc_extra_redirect_parms: { value: '{}', editable: true },
    });
  });

  test('says what each setting is by itself, and whose word its value is', async () => {
    await set({ session_timeout: 90 });
    await api.database.db
      .insertInto('configuration')
      .values({ name: 'token_expiration', value: '15', given_at_start: true })
      .execute();

    const { body } = await api.as('admin').get('/configurations');

    expect(body['restore_hours']).toEqual({ value: 24, editable: true, default: 24, source: 'default' });
    expect(body['session_timeout']).toMatchObject({ value: 90, default: 60, source: 'administrator' });
    expect(body['token_expiration']).toMatchObject({ value: 15, default: 30, source: 'start' });
  });

  test('G-70: shows no password, and nothing of what only the environment gives', async () => {
    const { body } = await api.as('admin').get('/configurations');

    const hidden = ['ldap_search_password', 'oidc_client_secret', 'pull_audit_log_disable'];
    expect(hidden.filter((name) => name in body)).toEqual([]);
  });

  test('may be written back whole, with the blanks of what was never set', async () => {
    const { body } = await api.as('admin').get('/configurations');
    const { scan_all_policy: _, ...settings } = body as Record<string, { value?: unknown }>;

    const whole = Object.fromEntries(Object.entries(settings).map(([name, { value }]) => [name, value]));

    expect(whole).toMatchObject({ ldap_url: '', ldap_base_dn: '' });
    expect((await set(whole)).status).toBe(200);
    expect((await set({ ldap_uid: '' })).status).toBe(400);
  });

  // Harbor: its command line shows a table of all members, and ends with a panic where one is missing.
  test('G-70: has every member of Harbor, the secret among them empty; written back, it stays as it was', async () => {
    await set({ uaa_client_secret: 'Sesame' });
    const stored = () =>
      api.database.db
        .selectFrom('configuration')
        .select('value')
        .where('name', '=', 'uaa_client_secret')
        .executeTakeFirst();
    const before = await stored();

    const { body } = await api.as('admin').get('/configurations');
    await set({ uaa_client_secret: body.uaa_client_secret.value });

    expect(body).toMatchObject({ uaa_client_secret: { value: '', editable: true }, scan_all_policy: {} });
    expect(before).toBeDefined();
    expect(await stored()).toEqual(before);
  });

  test('says that the auth mode stays as it is while there are users', async () => {
    expect(await shown('auth_mode')).toMatchObject({ value: 'db_auth', editable: false });
  });

  test('and PUT are for system administrators', async () => {
    const answers = await Promise.all([
      api.as('anonymous').get('/configurations'),
      api.as('projectAdmin').get('/configurations'),
      api.as('projectAdmin').put('/configurations', { read_only: true }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([401, 403, 403]);
  });
});

describe('PUT /configurations', () => {
  test('changes what is named and leaves the rest; unknown and null members are passed over', async () => {
    const answer = await set({
      banner_message: 'hello',
      session_timeout: null,
      pull_audit_log_disable: true,
      zzz: 1,
    });

    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(await shown('banner_message')).toMatchObject({ value: 'hello', editable: true });
    const rows = await api.database.db.selectFrom('configuration').select('name').execute();
    expect(rows).toEqual([{ name: 'banner_message' }]);
  });

  test('refuses values of another type, every one at once, and changes nothing', async () => {
    const { status, body } = await set({
      read_only: 'true',
      session_timeout: '10',
      token_expiration: 1.5,
      banner_message: 7,
      ldap_uid: 'mail',
    });

    expect(status).toBe(422);
    for (const name of ['read_only', 'session_timeout', 'token_expiration', 'banner_message']) {
      expect(body.errors[0].message).toContain(name);
    }
    expect(await shown('ldap_uid')).toMatchObject({ value: 'cn' });
  });

  test.each([
    [{ token_expiration: 0 }, 'token_expiration must be a whole number from 1 to 9999999999'],
    [{ robot_token_duration: -1 }, 'robot_token_duration'],
    [{ session_timeout: 10_000_000_000 }, 'session_timeout'],
    [{ storage_per_project: 0 }, 'storage_per_project must be -1'],
    [{ auth_mode: 'magic' }, 'auth_mode must be one of'],
    [{ auth_mode: 'ldap_auth' }, 'the auth mode cannot be modified as new users have been inserted'],
    [{ project_creation_restriction: 'nobody' }, 'project_creation_restriction'],
    [{ ldap_url: ' ' }, 'ldap_url must not be blank'],
    [{ ldap_base_dn: ' ' }, 'ldap_base_dn must not be blank'],
    [{ ldap_uid: '' }, 'ldap_uid must not be blank'],
    [{ ldap_scope: 3 }, 'ldap_scope'],
    [{ robot_name_prefix: '' }, 'robot_name_prefix'],
    [{ oidc_extra_redirect_parms: '[]' }, 'oidc_extra_redirect_parms must be a JSON object'],
    [{ skip_audit_log_database: true }, 'skip_audit_log_database needs audit_log_forward_endpoint'],
    [{ audit_log_forward_endpoint: 'http://x' }, 'audit_log_forward_endpoint must be host:port'],
  ])('%j is 400', async (body, reason) => {
    const answer = await set(body);

    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'BAD_REQUEST' }] } });
    expect(answer.body.errors[0].message).toContain(reason);
  });

  test('names every broken rule at once', async () => {
    const { body } = await set({ token_expiration: -1, ldap_uid: ' ', auth_mode: 'oidc_auth' });

    expect(body.errors[0].message).toMatch(/token_expiration.*; .*auth mode/s);
    expect(body.errors[0].message).toContain('ldap_uid');
  });

  test('gives an LDAP address a scheme', async () => {
    await set({ ldap_url: 'ldap.example.com:389' });

    expect(await shown('ldap_url')).toMatchObject({ value: 'ldap://ldap.example.com:389' });
  });

  test('is recorded with the old value and the new one', async () => {
    await set({ token_expiration: 45, read_only: false });

    expect(await lastEntry()).toEqual({
      username: 'admin',
      operation: 'update',
      resource_type: 'configuration',
      detail: { from: { token_expiration: 30 }, to: { token_expiration: 45 } },
    });
  });

  test('that is refused leaves no entry of a change', async () => {
    await set({ banner_message: 'before' });

    await set({ token_expiration: 0 });

    expect(await lastEntry()).toMatchObject({ detail: { to: { banner_message: 'before' } } });
  });

  test('S-030: no secret reaches the audit log, an answer, or the database unsealed', async () => {
    const marker = 'Marker-5ecret-91';
    const secrets = { ldap_search_password: marker, oidc_client_secret: marker, uaa_client_secret: marker };

    const answers = [
      await set(secrets),
      await set({ ...secrets, token_expiration: 0 }),
      await set({ ...secrets, ldap_search_password: 5 }),
      await api.as('admin').get('/configurations'),
    ];

    const { db } = api.database;
    const everything = JSON.stringify([
      answers,
      await db.selectFrom('audit_log').selectAll().execute(),
      await db.selectFrom('configuration').selectAll().execute(),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 422, 200]);
    expect(everything).not.toContain(marker);
    expect(everything).not.toContain(Buffer.from(marker).toString('base64'));
    expect(await lastEntry()).toMatchObject({ detail: { to: { oidc_client_secret: '[secret]' } } });
  });
});

describe('audit_log_forward_endpoint', () => {
  const server = createServer((socket) => socket.destroy());
  let address: string;
  beforeEach(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  test('is taken while somebody listens there', async () => {
    expect(await set({ audit_log_forward_endpoint: address, skip_audit_log_database: true })).toMatchObject({
      status: 200,
    });
  });

  test('G-72: the change itself and what follows at once are sent there', async () => {
    const receiver = await startReceiver('tcp');
    const live = { get: () => receiver.endpoint as never };
    const forwarder = new Forwarder({ database: api.database, live, log: pino({ level: 'silent' }) });

    await set({ audit_log_forward_endpoint: receiver.endpoint });
    await api.as('admin').post('/projects', { project_name: 'at-once' });

    await vi.waitFor(
      async () => {
        await forwarder.round(new AbortController().signal);
        const sent = receiver.messages.map((message) => parsed(message).row['resource']);
        expect(sent.slice(-2)).toEqual(['configuration', 'at-once']);
      },
      { timeout: 10_000, interval: 50 },
    );
    await receiver.close();
  });

  test('is refused when nobody does, and the old one stays', async () => {
    await new Promise((resolve) => server.close(resolve));

    const answer = await set({ audit_log_forward_endpoint: address });

    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].message).toContain('could not connect to the audit endpoint');
    expect(await shown('audit_log_forward_endpoint')).toMatchObject({ value: '' });
  });
});

test('GET /internalconfig is refused to everybody', async () => {
  const statuses = await Promise.all([
    api.as('anonymous').get('/internalconfig'),
    api.as('admin').get('/internalconfig'),
  ]);

  expect(statuses.map(({ status }) => status)).toEqual([401, 403]);
});
