import { afterAll, beforeEach, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
beforeEach(() => api.database.db.deleteFrom('system_cve_allowlist').execute());
afterAll(() => api.close());

const path = '/system/CVEAllowlist';
const unset = '0001-01-01T00:00:00.000Z';

test('the system’s allowlist is empty until somebody sets it', async () => {
  const { status, body } = await api.as('guest').get(path);

  expect(status).toBe(200);
  expect(body).toEqual({ items: [], creation_time: unset, update_time: unset });
});

test('what was set is read again, as the system’s own whatever project the body names', async () => {
  const items = [{ cve_id: 'CVE-2024-1' }, { cve_id: 'CVE-2024-2' }];

  const put = await api.as('admin').put(path, { project_id: 7, expires_at: 1_900_000_000, items });

  expect(put).toMatchObject({ status: 200, body: '' });
  const { body } = await api.as('stranger').get(path);
  expect(body).toMatchObject({ id: 1, items, expires_at: 1_900_000_000 });
  expect(body).not.toHaveProperty('project_id');
});

test('a second change keeps when the list was made, and is recorded with both lists', async () => {
  await api.as('admin').put(path, { items: [{ cve_id: 'CVE-1' }] });
  const first = await api.as('admin').get(path);

  await api.as('admin').put(path, { items: [] });

  const second = await api.as('admin').get(path);
  expect(second.body.creation_time).toBe(first.body.creation_time);
  expect(second.body).toMatchObject({ items: [] });
  const entry = await api.database.db
    .selectFrom('audit_log')
    .select(['operation', 'resource_type', 'detail'])
    .orderBy('id', 'desc')
    .executeTakeFirst();
  expect(entry).toEqual({
    operation: 'update',
    resource_type: 'configuration',
    detail: { from: { items: ['CVE-1'], expires_at: null }, to: { items: [], expires_at: null } },
  });
});

test.each([
  [{ items: [{ cve_id: 'CVE-1' }, { cve_id: 'CVE-1' }] }, 400],
  [{ items: [{ cve_id: ' ' }] }, 400],
  [{ items: [{}] }, 400],
  [{ items: 'CVE-1' }, 422],
  [{ expires_at: 'never' }, 422],
])('%j is refused', async (body, status) => {
  expect((await api.as('admin').put(path, body)).status).toBe(status);
});

test('anybody logged in reads it, system administrators change it', async () => {
  const answers = await Promise.all([
    api.as('anonymous').get(path),
    api.as('projectAdmin').put(path, { items: [] }),
    api.as('anonymous').put(path, { items: [] }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([401, 403, 401]);
});
