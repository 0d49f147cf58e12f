import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterEach(async () => {
  await api.database.db.deleteFrom('configuration').execute();
  await set({ read_only: false });
});
afterAll(() => api.close());

const set = (body: object) => api.as('admin').put('/configurations', body);

const robot = (name: string) => ({
  name,
  level: 'system',
  duration: -1,
  permissions: [{ kind: 'system', namespace: '/', access: [{ resource: 'project', action: 'list' }] }],
});

describe('G-90: read_only', () => {
  test('refuses whatever changes anything, before anybody’s rights are asked', async () => {
    await set({ read_only: true });

    const answers = await Promise.all([
      api.as('admin').post('/projects', { project_name: 'late' }),
      api.as('admin').put('/projects/team', { metadata: { public: 'true' } }),
      api.as('admin').delete('/projects/foreign'),
      api.as('anonymous').post('/users', {}),
    ]);

    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 403,
        body: {
          errors: [
            {
              code: 'DENIED',
              message: 'The system is in read only mode. Any modification is prohibited.',
            },
          ],
        },
      });
    }
  });

  test('leaves reading alone, and can be switched off', async () => {
    await set({ read_only: true });

    const read = await api.as('admin').get('/projects');
    const off = await set({ read_only: false });
    const written = await api.as('admin').post('/projects', { project_name: 'after' });

    expect([read.status, off.status, written.status]).toEqual([200, 200, 201]);
  });
});

describe('projects', () => {
  test('are created by administrators only when project_creation_restriction says so', async () => {
    await set({ project_creation_restriction: 'adminonly' });

    const stranger = await api.as('stranger').post('/projects', { project_name: 'theirs' });
    const admin = await api.as('admin').post('/projects', { project_name: 'ours' });

    expect([stranger.status, admin.status]).toEqual([403, 201]);
  });

  test('begin with the quota of storage_per_project', async () => {
    await set({ storage_per_project: 12_345 });

    await api.as('stranger').post('/projects', { project_name: 'limited' });

    const { body } = await api.as('stranger').get('/projects/limited/summary');
    expect(body.quota.hard).toEqual({ storage: 12_345 });
  });
});

describe('G-50: robot_name_prefix', () => {
  test('renames every robot at once, for logging in too', async () => {
    const { body } = await api.as('admin').post('/robots', robot('mover'));
    const before = await api.as('robot$mover', body.secret).get('/projects');

    await set({ robot_name_prefix: 'bot-' });

    const old = await api.as('robot$mover', body.secret).get('/configurations');
    const renamed = await api.as('bot-mover', body.secret).get('/configurations');
    const shown = await api.as('admin').get(`/robots/${body.id}`);
    expect(before.status).toBe(200);
    expect([old.status, renamed.status]).toEqual([401, 403]);
    expect(renamed.body.errors[0].message).toContain('bot-mover');
    expect(shown.body.name).toBe('bot-mover');
  });

  test('may not begin the name of a user, in whatever case', async () => {
    const { status, body } = await set({ robot_name_prefix: 'STR' });

    expect(status).toBe(400);
    expect(body.errors[0].message).toContain('"stranger"');
  });

  test('belongs to robots from then on', async () => {
    await set({ robot_name_prefix: 'bot-' });

    const { status } = await api.as('admin').post('/users', {
      username: 'Bot-er',
      email: 'boter@example.test',
      realname: 'x',
      password: 'Harbor-12345',
    });

    expect(status).toBe(400);
  });
});

describe('GET /systeminfo', () => {
  test('tells everybody how to log in by the settings', async () => {
    await set({
      self_registration: true,
      banner_message: '{"message":"soon"}',
      primary_auth_mode: true,
      oidc_name: 'x',
    });

    expect((await api.as('anonymous').get('/systeminfo')).body).toEqual({
      auth_mode: 'db_auth',
      primary_auth_mode: true,
      self_registration: true,
      banner_message: '{"message":"soon"}',
      oidc_provider_name: '',
    });
  });

  test('tells those who are logged in what they may do by the settings', async () => {
    await set({ read_only: true, notification_enable: false, project_creation_restriction: 'adminonly' });

    expect((await api.as('guest').get('/systeminfo')).body).toMatchObject({
      read_only: true,
      notification_enable: false,
      project_creation_restriction: 'adminonly',
    });
  });
});
