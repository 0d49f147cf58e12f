import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;

interface Row {
  username?: string;
  operation?: string;
  resource_type?: string;
  resource: string;
  project_id?: number | null;
  operation_result?: boolean;
  op_time?: string;
}

/** Rows of a log that nobody of the fixture wrote. */
async function insert(...rows: Row[]): Promise<void> {
  for (const row of rows) {
    const { op_time = new Date().toISOString(), project_id = null, operation_result = true, ...names } = row;
    const { username = 'admin', operation = 'create', resource_type = 'artifact', resource } = names;
    await sql`insert into audit_log (op_time, username, operation, resource_type, resource, project_id, operation_result)
      values (${op_time}, ${username}, ${operation}, ${resource_type}, ${resource}, ${project_id}, ${operation_result})`.execute(
      api.database.db,
    );
  }
}

const resources = (reply: { body: { resource: string }[] }) => reply.body.map(({ resource }) => resource);

beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('who sees what', () => {
  beforeAll(async () => {
    const { team = 0, foreign = 0, library = 0 } = api.projects;
    await insert(
      { resource: 'seen/team', project_id: team, username: 'seen' },
      { resource: 'seen/foreign', project_id: foreign, username: 'seen' },
      { resource: 'seen/library', project_id: library, username: 'seen' },
      { resource: 'seen', project_id: null, username: 'seen', operation: 'login', resource_type: 'user' },
    );
  });

  const paths = ['/audit-logs', '/auditlog-exts'];

  test.for(paths)('G-72: %s shows everything to system administrators', async (path) => {
    const reply = await api.as('admin').get(`${path}?q=username=seen`);

    expect(resources(reply).sort()).toEqual(['seen', 'seen/foreign', 'seen/library', 'seen/team']);
  });

  test.for(paths)('G-72: %s shows project administrators their projects and nothing else', async (path) => {
    const own = await api.as('projectAdmin').get(`${path}?q=username=seen`);
    const other = await api.as('stranger').get(`${path}?q=username=seen`);

    expect(resources(own)).toEqual(['seen/team']);
    expect(resources(other)).toEqual(['seen/foreign']);
  });

  test.for(['maintainer', 'developer', 'guest', 'limitedGuest'] as const)(
    'G-72: a %s sees no log at all',
    async (caller) => {
      const all = await api.as(caller).get('/auditlog-exts?q=username=seen');
      const project = await api.as(caller).get('/projects/team/auditlog-exts');

      expect([all.status, all.body, all.headers['x-total-count'], project.status]).toEqual([
        200,
        [],
        '0',
        403,
      ]);
    },
  );

  test('nobody sees a log without saying who he is', async () => {
    const replies = await Promise.all(paths.map((path) => api.as('anonymous').get(path)));

    expect(replies.map(({ status }) => status)).toEqual([401, 401]);
  });
});
