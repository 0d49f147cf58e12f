import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  for (const name of ['a_b', 'axb', 'zeta-1', 'zeta-2']) await api.createProject(name, { public: 'true' });
  await api.createProject('hidden');
});
afterAll(() => api.close());

const names = async (client: Client, query = '') => {
  const { status, body } = await client.get(`/projects?page_size=0${query}`);
  expect(status).toBe(200);
  return (body as { name: string }[]).map((project) => project.name);
};

const publicOnes = ['a_b', 'axb', 'library', 'zeta-1', 'zeta-2'];

describe('who sees what', () => {
  test('anonymous sees public projects, in order of their names', async () => {
    expect(await names(api.as('anonymous'))).toEqual(publicOnes);
    expect(await names(api.as('anonymous'), '&public=false')).toEqual([]);
  });

  test('a user sees public projects and those he is in', async () => {
    expect(await names(api.as('guest'))).toEqual([...publicOnes.slice(0, 3), 'team', ...publicOnes.slice(3)]);
    expect(await names(api.as('guest'), '&public=false')).toEqual(['team']);
    expect(await names(api.as('guest'), '&public=true')).toEqual(publicOnes);
  });

  test('a system administrator sees every one', async () => {
    expect(await names(api.as('admin'), '&public=false')).toEqual(['foreign', 'hidden', 'team']);
  });

  test('S-021: a project made private is gone from the next answer', async () => {
    const id = await api.createProject('was-public', { public: 'true' });
    expect(await names(api.as('anonymous'), '&name=was-public')).toEqual(['was-public']);

    await api.as('admin').put(`/projects/${id}`, { metadata: { public: 'false' } });

    expect(await names(api.as('anonymous'), '&name=was-public')).toEqual([]);
    await api.as('admin').delete(`/projects/${id}`);
  });
});

describe('sizes', () => {
  const sizes = async (client: Client) =>
    ((await client.get('/projects?with_size=true&page_size=0')).body as { name: string; size?: number }[])
      .filter(({ size }) => size !== undefined)
      .map(({ name, size }) => `${name} ${size}`);

  test('are those of the quota, with what is not folded into it yet', async () => {
    const [team] = (await api.as('admin').get('/projects?name=team')).body as { project_id: number }[];
    const project_id = team?.project_id ?? 0;
    const { db } = api.database;
    await db.updateTable('quota').set({ used_storage: 700 }).where('project_id', '=', project_id).execute();
    await db.insertInto('quota_charge').values({ project_id, bytes: 50 }).execute();

    expect(await sizes(api.as('guest'))).toEqual(['team 750']);
    expect(await sizes(api.as('admin'))).toEqual(expect.arrayContaining(['library 0', 'team 750']));
  });

  test('are not for those who may not read the quota, and for nobody who does not ask', async () => {
    expect(await sizes(api.as('anonymous'))).toEqual([]);
    const { body } = await api.as('admin').get('/projects');
    expect((body as object[]).some((project) => 'size' in project)).toBe(false);
  });
});

test('each says whether the caller may delete it', async () => {
  const deletable = async (client: Client) =>
    ((await client.get('/projects?name=team')).body as { may_delete: boolean }[]).map(
      (one) => one.may_delete,
    );

  expect(await deletable(api.as('admin'))).toEqual([true]);
  expect(await deletable(api.as('projectAdmin'))).toEqual([true]);
  expect(await deletable(api.as('maintainer'))).toEqual([false]);
  expect(await deletable(api.as('guest'))).toEqual([false]);
});

describe('filters', () => {
  test('name finds a part, literally (S-005)', async () => {
    expect(await names(api.as('admin'), '&name=a_b')).toEqual(['a_b']);
    expect(await names(api.as('admin'), '&q=name%3D~a_b')).toEqual(['a_b']);
    expect(await names(api.as('admin'), '&name=%25')).toEqual([]);
    expect(await names(api.as('admin'), '&name=ZETA')).toEqual(['zeta-1', 'zeta-2']);
  });

  test('owner is exact', async () => {
    expect(await names(api.as('admin'), '&owner=stranger')).toEqual(['foreign']);
    expect(await names(api.as('admin'), '&q=owner%3Dstranger')).toEqual(['foreign']);
  });

  test('q takes lists, ranges and booleans, and ignores keys that it does not know', async () => {
    expect(await names(api.as('admin'), '&q=name%3D{team%20hidden}')).toEqual(['hidden', 'team']);
    expect(
      await names(api.as('admin'), `&q=project_id%3D[${api.projects['team']}~${api.projects['team']}]`),
    ).toEqual(['team']);
    expect(await names(api.as('admin'), '&q=public%3Dfalse')).toEqual(['foreign', 'hidden', 'team']);
    expect(await names(api.as('anonymous'), '&q=nonsense%3D1')).toEqual(publicOnes);
  });

  test.each(['q=name', 'q=%3Dx', 'q=project_id%3Dabc', 'q=metadata%3D~x', 'q=a__b%3D1', 'sort=metadata'])(
    '%s is refused with 400',
    async (query) => {
      const reply = await api.as('admin').get(`/projects?${query}`);

      expect(reply).toMatchObject({ status: 400, body: { errors: [{ code: 'BAD_REQUEST' }] } });
    },
  );
});

describe('pages', () => {
  test('are counted before they are cut, and linked', async () => {
    const reply = await api.as('anonymous').get('/projects?page=2&page_size=2');

    expect(reply.body).toHaveLength(2);
    expect(reply.headers['x-total-count']).toBe('5');
    expect(reply.headers['link']).toBe(
      '</api/v2.0/projects?page=1&page_size=2>; rel="prev" , </api/v2.0/projects?page=3&page_size=2>; rel="next"',
    );
  });

  test('beyond the end are empty, with the true total', async () => {
    const reply = await api.as('anonymous').get('/projects?page=99999999999999999999');

    expect(reply).toMatchObject({ status: 200, body: [] });
    expect(reply.headers['x-total-count']).toBe('5');
    expect(reply.headers['link']).toBeUndefined();
  });

  test('of size 0 hold everything, without a link', async () => {
    const reply = await api.as('anonymous').get('/projects?page_size=0');

    expect(reply.body).toHaveLength(5);
    expect(reply.headers['link']).toBeUndefined();
  });

  // Harbor: go-client's page without a value; harbor-cli looks names up in `page=0&page_size=0`.
  test.each(['page=0&page_size=2', 'page=0&page_size=0'])('%s begins at the beginning', async (query) => {
    const [zero, one] = await Promise.all([
      api.as('anonymous').get(`/projects?${query}`),
      api.as('anonymous').get(`/projects?${query.replace('page=0', 'page=1')}`),
    ]);

    expect(zero.status).toBe(200);
    expect(zero.body).toEqual(one.body);
    expect(zero.headers['link']).toBe(one.headers['link']);
  });

  // As Python and go-client write them; Harbor takes them all.
  test.each([
    ['public=True', 'public=true'],
    ['public=0', 'public=false'],
    ['public=&page=&page_size=', ''],
  ])('%s is the same as %s', async (query, plain) => {
    const [one, other] = await Promise.all(
      [query, plain].map((text) => api.as('admin').get(`/projects?${text}`)),
    );

    expect(one?.status).toBe(200);
    expect(one?.body).toEqual(other?.body);
  });

  test.each([
    'page_size=101',
    'page=-1',
    'page_size=-1',
    'page_size=x',
    'page=1&page=2',
    'with_detail=perhaps',
  ])('%s is refused with 422', async (query) => {
    const reply = await api.as('anonymous').get(`/projects?${query}`);

    expect(reply.status).toBe(422);
    expect(reply.body.errors[0].message).toMatch(/^validation failure list:/);
  });

  test('are turned in the order asked for, each project once', async () => {
    const seen: string[] = [];
    for (let page = 1; page <= 4; page += 1) {
      const { body } = await api.as('admin').get(`/projects?sort=-name&page_size=2&page=${page}`);
      seen.push(...(body as { name: string }[]).map(({ name }) => name));
    }

    expect(seen).toEqual(['zeta-2', 'zeta-1', 'team', 'library', 'hidden', 'foreign', 'axb', 'a_b']);
  });
});

test('without detail there is no metadata and no owner', async () => {
  const { body } = await api.as('anonymous').get('/projects?with_detail=false&name=library');

  expect(body[0]).toMatchObject({ name: 'library', repo_count: 0, current_user_role_ids: null });
  expect(body[0]).not.toHaveProperty('metadata');
  expect(body[0]).not.toHaveProperty('owner_name');
  expect(body[0].cve_allowlist).toEqual({
    items: null,
    creation_time: '0001-01-01T00:00:00.000Z',
    update_time: '0001-01-01T00:00:00.000Z',
  });
});
