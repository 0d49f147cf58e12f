import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const grant = (resource: string, action: string) => ({ resource, action });

test.each([
  [
    '/users',
    { username: 'a$b', password: 'short', email: 'nowhere', realname: 'x,y', comment: 'c'.repeat(31) },
    ['user name', 'password', 'email', 'realname', 'comment'],
  ],
  [
    '/projects',
    {
      project_name: 'Upper',
      storage_limit: -5,
      metadata: { public: 'perhaps', severity: 'bad', auto_scan: 'so' },
    },
    ['project name', 'storage_limit', 'public', 'severity', 'auto_scan'],
  ],
  [
    '/robots',
    {
      name: 'Upper',
      duration: 0,
      level: 'system',
      permissions: [
        { kind: 'project', namespace: '*', access: [grant('moon', 'read'), grant('sun', 'read')] },
        { kind: 'system', namespace: '/', access: [grant('sea', 'read')] },
      ],
    },
    ['robot name', 'duration', 'moon:read', 'sun:read', 'sea:read'],
  ],
])('POST %s names all that is wrong with %j', async (path, body, words) => {
  const { status, body: answer } = await api.as('admin').post(path, body);

  expect(status).toBe(400);
  for (const word of words) expect(answer.errors[0].message).toContain(word);
});

test('PUT of a project names all that is wrong', async () => {
  const { status, body } = await api.as('admin').put('/projects/team', {
    storage_limit: -5,
    metadata: { public: 'perhaps', severity: 'bad' },
    cve_allowlist: { project_id: 99 },
  });

  expect(status).toBe(400);
  for (const word of ['storage_limit', 'public', 'severity', 'cve_allowlist']) {
    expect(body.errors[0].message).toContain(word);
  }
});
