import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { robotPermissions } from '#src/access/permissions.ts';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const open = {
  auth_mode: 'db_auth',
  primary_auth_mode: false,
  self_registration: false,
  banner_message: '',
  oidc_provider_name: '',
};

describe('GET /systeminfo', () => {
  test('tells anonymous callers only how to log in', async () => {
    expect((await api.as('anonymous').get('/systeminfo')).body).toEqual(open);
  });

  test('tells those who are logged in what they work with', async () => {
    const { body } = await api.as('limitedGuest').get('/systeminfo', { host: 'evil.example' });

    expect(body).toEqual({
      ...open,
      current_time: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      external_url: 'https://registry.example.test',
      registry_url: 'registry.example.test',
      project_creation_restriction: 'everyone',
      has_ca_root: false,
      harbor_version: 'v2.16.0-moorage.0.0.0-test',
      registry_storage_provider_name: 'memory',
      read_only: false,
      notification_enable: true,
      robot_name_prefix: 'robot$',
      robot_token_duration: 30,
    });
  });
});

test('GET /health names the components that exist here', async () => {
  const { status, body } = await api.as('anonymous').get('/health');

  expect(status).toBe(200);
  expect(body).toEqual({
    status: 'healthy',
    components: [
      { name: 'core', status: 'healthy' },
      { name: 'database', status: 'healthy' },
      { name: 'registry', status: 'healthy' },
    ],
  });
});

test('GET /ping answers text, and JSON to whoever asks for that', async () => {
  const text = await api.as('anonymous').get('/ping');
  const json = await api.as('anonymous').get('/ping', { accept: 'application/json' });

  expect(text).toMatchObject({ status: 200, body: 'Pong' });
  expect(text.headers['content-type']).toMatch(/^text\/plain/);
  expect(json).toMatchObject({ status: 200, body: 'Pong' });
  expect(json.headers['content-type']).toMatch(/^application\/json/);
});

test('GET /api/version is outside the base path', async () => {
  expect((await api.as('anonymous').get('/api/version')).body).toEqual({ version: 'v2.0' });
});

describe('GET /permissions', () => {
  test('offers a system administrator both tables', async () => {
    const { body } = await api.as('admin').get('/permissions');

    expect(body).toEqual(robotPermissions);
  });

  test('offers the administrator of a project the project’s', async () => {
    const { body } = await api.as('projectAdmin').get('/permissions');

    expect(body).toEqual({ system: null, project: robotPermissions.project });
  });

  test('is for administrators', async () => {
    expect((await api.as('maintainer').get('/permissions')).status).toBe(403);
    expect((await api.as('anonymous').get('/permissions')).status).toBe(401);
  });
});

describe('what is no operation', () => {
  test('is 404, and a wrong method on a path that exists is 405', async () => {
    const missing = await api.as('admin').get('/nothing');
    const wrong = await api.as('admin').patch('/projects/team', {});

    expect(missing).toMatchObject({ status: 404, body: { errors: [{ code: 'NOT_FOUND' }] } });
    expect(wrong).toMatchObject({ status: 405, body: { errors: [{ code: 'METHOD_NOT_ALLOWED' }] } });
  });

  test('runs of slashes count as one', async () => {
    expect((await api.as('anonymous').get('//ping')).body).toBe('Pong');
  });
});

test('X-Request-Id is given back, or made', async () => {
  const given = await api.as('anonymous').get('/ping', { 'x-request-id': 'abc-123' });
  const made = await api.as('anonymous').get('/nothing');

  expect(given.headers['x-request-id']).toBe('abc-123');
  expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test.each(['/health', '/ping', '/api/version', '/openapi.json'])(
  '%s answers in an outage, whoever sends his password with it',
  async (path) => {
    const other = await createTestApi();
    await other.database.close();

    const { status, body } = await other.as('admin').get(path);

    expect(status).toBe(200);
    if (path === '/health') expect(body).toMatchObject({ status: 'unhealthy' });
    await other.close();
  },
);
