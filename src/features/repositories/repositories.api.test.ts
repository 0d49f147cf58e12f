import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await insert('library', 'library/hello', '2026-01-01');
  await insert('team', 'team/app', '2026-01-02');
  await insert('team', 'team/deep/er/app', '2026-01-03');
  await insert('foreign', 'foreign/app', '2026-01-04');
});
afterAll(() => api.close());

async function insert(project: string, name: string, creation_time: string): Promise<number> {
  const { repository_id } = await api.database.db
    .insertInto('repository')
    .values({
      project_id: api.projects[project] ?? 0,
      name,
      creation_time: new Date(creation_time),
      update_time: new Date(creation_time),
    })
    .returning('repository_id')
    .executeTakeFirstOrThrow();
  return repository_id;
}

const names = async (client: Client, path: string) => {
  const { status, body } = await client.get(path);
  expect(status).toBe(200);
  return (body as { name: string }[]).map(({ name }) => name);
};

describe('who sees what', () => {
  test('anonymous sees the repositories of public projects', async () => {
    expect(await names(api.as('anonymous'), '/repositories')).toEqual(['library/hello']);
  });

  test('a user sees those of public projects and of his own, the newest first', async () => {
    expect(await names(api.as('limitedGuest'), '/repositories')).toEqual([
      'team/deep/er/app',
      'team/app',
      'library/hello',
    ]);
  });

  test('a system administrator sees every one', async () => {
    const reply = await api.as('admin').get('/repositories?page_size=2');

    expect(reply.body.map(({ name }: { name: string }) => name)).toEqual(['foreign/app', 'team/deep/er/app']);
    expect(reply.headers).toMatchObject({
      'x-total-count': '4',
      link: '</api/v2.0/repositories?page=2&page_size=2>; rel="next"',
    });
  });

  test('S-021: the repositories of a project made private are gone from the next answer', async () => {
    const before = await names(api.as('anonymous'), '/repositories');
    await api.as('admin').put('/projects/library', { metadata: { public: 'false' } });

    const seen = await names(api.as('anonymous'), '/repositories');

    await api.as('admin').put('/projects/library', { metadata: { public: 'true' } });
    expect([before.length > 0, seen]).toEqual([true, []]);
  });
});

describe('the list of a project', () => {
  test('holds its own repositories alone', async () => {
    expect(await names(api.as('guest'), '/projects/team/repositories')).toEqual([
      'team/deep/er/app',
      'team/app',
    ]);
  });

  test.each([
    ['q=name%3D~DEEP', ['team/deep/er/app']],
    ['q=name%3Dteam/app', ['team/app']],
    ['q=name%3D~a_p', []],
    ['sort=name', ['team/app', 'team/deep/er/app']],
    ['sort=-update_time,name', ['team/deep/er/app', 'team/app']],
    ['q=description%3Dx', ['team/deep/er/app', 'team/app']],
  ])('%s', async (query, expected) => {
    expect(await names(api.as('guest'), `/projects/team/repositories?${query}`)).toEqual(expected);
  });

  test('is closed to strangers, and a project that is not there looks the same', async () => {
    const closed = await api.as('stranger').get('/projects/team/repositories');
    const missing = await api.as('stranger').get('/projects/nowhere/repositories');

    expect(closed).toMatchObject({ status: 403 });
    expect({ ...closed.body }).toEqual(missing.body);
  });
});

describe('one repository', () => {
  test('is found by its name, whose slashes are encoded twice', async () => {
    const reply = await api.as('guest').get('/projects/team/repositories/deep%252Fer%252Fapp');

    expect(reply.body).toMatchObject({
      name: 'team/deep/er/app',
      project_id: api.projects['team'],
      artifact_count: 0,
      pull_count: 0,
      creation_time: '2026-01-03T00:00:00.000Z',
      update_time: '2026-01-03T00:00:00.000Z',
    });
    expect(reply.body).not.toHaveProperty('description');
  });

  test('Harbor: of a public project it is not for everybody, though the list is', async () => {
    expect(await api.as('anonymous').get('/projects/library/repositories/hello')).toMatchObject({
      status: 401,
    });
    expect(await api.as('stranger').get('/projects/library/repositories/hello')).toMatchObject({
      status: 403,
    });
  });

  test.each(['get', 'delete'] as const)("R1: %s does not reach another project's", async (method) => {
    const other = await api.as('maintainer')[method]('/projects/team/repositories/..%252Fforeign%252Fapp');
    const missing = await api.as('maintainer')[method]('/projects/team/repositories/nothing');

    expect([other.status, missing.status]).toEqual([404, 404]);
  });
});

describe('the description', () => {
  test('is changed by those who may push, with an audit entry', async () => {
    const reply = await api
      .as('developer')
      .put('/projects/team/repositories/app', { description: 'the app' });

    expect(reply).toMatchObject({ status: 200, body: '' });
    const { body } = await api.as('guest').get('/projects/team/repositories/app');
    expect(body.description).toBe('the app');
    expect(new Date(body.update_time).getTime()).toBeGreaterThan(Date.parse(body.creation_time));
    const audit = await api.database.db
      .selectFrom('audit_log')
      .select(['username', 'operation', 'resource_type', 'detail'])
      .where('resource', '=', 'team/app')
      .execute();
    expect(audit).toEqual([
      {
        username: 'developer',
        operation: 'update',
        resource_type: 'repository',
        detail: { description: 'the app' },
      },
    ]);
  });

  test('S-028: is kept and answered as it came, as JSON that no browser runs', async () => {
    const description = '<img src=x onerror=alert(1)> [a](javascript:alert(1)) </script>';

    await api.as('developer').put('/projects/team/repositories/app', { description });

    const reply = await api.as('guest').get('/projects/team/repositories/app');
    expect(reply.body.description).toBe(description);
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('may have 64 KiB', async () => {
    const reply = await api
      .as('developer')
      .put('/projects/team/repositories/app', { description: 'x'.repeat(65_537) });

    expect(reply.status).toBe(422);
  });

  test('is not for guests', async () => {
    expect(await api.as('guest').put('/projects/team/repositories/app', { description: 'x' })).toMatchObject({
      status: 403,
    });
  });
});
