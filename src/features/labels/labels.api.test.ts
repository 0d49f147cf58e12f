import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const idOf = (location: string | undefined) => Number(location?.split('/').at(-1));
const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const names = (body: { name: string }[]) => body.map(({ name }) => name);

async function make(body: object): Promise<number> {
  const reply = await api.as('admin').post('/labels', body);
  expect(reply).toMatchObject({ status: 201, body: '' });
  return idOf(reply.headers['location']);
}

const ofTeam = (name: string, project = 'team') =>
  make({ name, scope: 'p', project_id: api.projects[project] });

describe('creating a label', () => {
  test('answers 201 with its path, and it comes back in exactly the shape that Harbor sends', async () => {
    const project_id = api.projects['team'];
    const given = { name: 'reviewed', description: 'by people', color: '#0065AB', scope: 'p', project_id };

    const reply = await api.as('maintainer').post('/labels', given);

    const id = idOf(reply.headers['location']);
    expect(reply).toMatchObject({ status: 201, body: '', headers: { location: `/api/v2.0/labels/${id}` } });
    const { body } = await api.as('guest').get(`/labels/${id}`);
    expect(body).toEqual({ id, ...given, creation_time: date, update_time: date });
  });

  test('leaves out what is empty, and a global one has no project', async () => {
    const id = await make({ name: 'plain', scope: 'g', project_id: api.projects['team'] });

    const { body } = await api.as('admin').get(`/labels/${id}`);

    expect(body).toEqual({ id, name: 'plain', scope: 'g', creation_time: date, update_time: date });
  });

  test('of a taken name is a conflict in that scope alone', async () => {
    const [team, foreign] = [api.projects['team'], api.projects['foreign']];
    await make({ name: 'twice', scope: 'g' });
    await make({ name: 'twice', scope: 'p', project_id: team });
    await make({ name: 'twice', scope: 'p', project_id: foreign });

    const again = [
      await api.as('admin').post('/labels', { name: 'twice', scope: 'g' }),
      await api.as('admin').post('/labels', { name: 'twice', scope: 'p', project_id: team }),
    ];

    for (const reply of again) {
      expect(reply.status).toBe(409);
      expect(reply.body.errors).toEqual([{ code: 'CONFLICT', message: 'label twice already exists' }]);
    }
  });

  test.each([
    [{}, 400],
    [{ name: 'a' }, 400],
    [{ name: 'a', scope: 'x' }, 400],
    [{ name: '', scope: 'g' }, 400],
    [{ name: 'n'.repeat(129), scope: 'g' }, 400],
    [{ name: 'a', scope: 'g', color: 'red;background:url(//x)' }, 400],
    [{ name: 'a', scope: 'p' }, 404],
    [{ name: 'a', scope: 'p', project_id: 777_777 }, 404],
    [{ name: 7, scope: 'g' }, 422],
    [{ name: 'a', scope: 'p', project_id: 99_999_999_999 }, 422],
  ])('refuses %j with %d', async (body, status) => {
    const reply = await api.as('admin').post('/labels', body);

    expect(reply.status).toBe(status);
  });

  test.each(['__proto__', 'constructor', 'hasOwnProperty', '<img src=x onerror=alert(1)>'])(
    'G-66: keeps the name %s as it stands',
    async (name) => {
      const id = await make({ name, scope: 'g' });

      expect((await api.as('admin').get(`/labels/${id}`)).body.name).toBe(name);
    },
  );
});

describe('the list of labels', () => {
  test('needs a scope, and for p a project', async () => {
    const asked = ['', '?scope=', '?scope=x', '?scope=p', '?scope=p&project_id=0'];

    const replies = await Promise.all(asked.map((query) => api.as('admin').get(`/labels${query}`)));

    expect(replies.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
  });

  test('holds the labels of that scope alone, by id', async () => {
    const project_id = await api.createProject('listed');
    await make({ name: 'zebra', scope: 'p', project_id });
    await make({ name: 'apple', scope: 'p', project_id });
    await make({ name: 'not there', scope: 'g' });

    const { body, headers } = await api.as('admin').get(`/labels?scope=p&project_id=${project_id}`);
    const { body: global } = await api.as('stranger').get('/labels?scope=g&page_size=0');

    expect(names(body)).toEqual(['zebra', 'apple']);
    expect(headers['x-total-count']).toBe('2');
    expect(names(global)).toContain('not there');
    expect(names(global)).not.toContain('zebra');
  });

  test('takes name, q, sort and pages', async () => {
    const project_id = await api.createProject('searched');
    for (const name of ['one', 'two', 'three', '100%']) await make({ name, scope: 'p', project_id });
    const list = async (query: string) =>
      names((await api.as('admin').get(`/labels?scope=p&project_id=${project_id}&${query}`)).body);

    expect(await list('name=T')).toEqual(['two', 'three']);
    expect(await list('name=%25')).toEqual(['100%']);
    expect(await list('q=name%3D~o&sort=-name')).toEqual(['two', 'one']);
    expect(await list('sort=name&page=2&page_size=3')).toEqual(['two']);
    expect(await list('q=project_id%3D1')).toHaveLength(4);
  });
});

describe('a label', () => {
  test('changes name, description and color, and neither scope nor project', async () => {
    const id = await ofTeam('changing');

    const reply = await api.as('maintainer').put(`/labels/${id}`, {
      name: 'changed',
      color: 'red',
      scope: 'g',
      project_id: api.projects['foreign'],
    });

    expect(reply).toMatchObject({ status: 200, body: '' });
    const { body } = await api.as('guest').get(`/labels/${id}`);
    expect(body).toEqual({
      id,
      name: 'changed',
      color: 'red',
      scope: 'p',
      project_id: api.projects['team'],
      creation_time: date,
      update_time: date,
    });
  });

  test('cannot take the name of another, and then stays what it was', async () => {
    await ofTeam('first');
    const id = await ofTeam('second');

    const reply = await api.as('maintainer').put(`/labels/${id}`, { name: 'first' });

    expect(reply.status).toBe(409);
    expect((await api.as('guest').get(`/labels/${id}`)).body.name).toBe('second');
  });

  test('that is deleted is gone', async () => {
    const id = await ofTeam('deleted');

    expect((await api.as('maintainer').delete(`/labels/${id}`)).status).toBe(200);

    for (const reply of [
      await api.as('maintainer').get(`/labels/${id}`),
      await api.as('maintainer').put(`/labels/${id}`, { name: 'x' }),
      await api.as('maintainer').delete(`/labels/${id}`),
    ]) {
      expect(reply.status).toBe(404);
    }
  });

  test('G-71: every change is one audit entry with what was and what is', async () => {
    const project_id = await api.createProject('logged');
    const id = await make({ name: 'logged', scope: 'p', project_id });
    await api.as('admin').put(`/labels/${id}`, { name: 'renamed', color: 'red' });
    await api.as('admin').delete(`/labels/${id}`);

    const entries = await api.database.db
      .selectFrom('audit_log')
      .select(['operation', 'resource_type', 'resource', 'username', 'detail'])
      .where('project_id', '=', project_id)
      .orderBy('id')
      .execute();

    const entry = { resource_type: 'label', username: 'admin', detail: null };
    expect(entries).toEqual([
      { ...entry, operation: 'create', resource: 'logged' },
      {
        ...entry,
        operation: 'update',
        resource: 'logged',
        detail: {
          from: { name: 'logged', description: '', color: '' },
          to: { name: 'renamed', description: '', color: 'red' },
        },
      },
      { ...entry, operation: 'delete', resource: 'renamed' },
    ]);
  });
});

describe('who may', () => {
  test('create, change and delete a project’s labels: maintainers', async () => {
    const id = await ofTeam('guarded');
    const body = { name: 'by-developer', scope: 'p', project_id: api.projects['team'] };

    const developer = api.as('developer');

    expect((await developer.post('/labels', body)).status).toBe(403);
    expect((await developer.get(`/labels/${id}`)).status).toBe(200);
    expect((await developer.put(`/labels/${id}`, body)).status).toBe(403);
    expect((await developer.delete(`/labels/${id}`)).status).toBe(403);
    expect((await developer.post('/labels', { name: 'global', scope: 'g' })).status).toBe(403);
  });

  test('touch global ones: administrators; every login may list them', async () => {
    const id = await make({ name: 'of all', scope: 'g' });
    const admin = api.as('projectAdmin');

    expect((await admin.get('/labels?scope=g')).status).toBe(200);
    expect((await admin.get(`/labels/${id}`)).status).toBe(403);
    expect((await admin.put(`/labels/${id}`, { name: 'mine' })).status).toBe(403);
    expect((await admin.delete(`/labels/${id}`)).status).toBe(403);
    expect((await api.as('anonymous').get('/labels?scope=g')).status).toBe(401);
    expect((await api.as('anonymous').get(`/labels/${id}`)).status).toBe(401);
  });

  test('read those of a public project: anybody', async () => {
    const id = await ofTeam('open', 'library');

    const list = await api.as('anonymous').get('/labels?scope=p&project_id=1');

    expect(names(list.body)).toContain('open');
    expect((await api.as('anonymous').get(`/labels/${id}`)).status).toBe(200);
    expect((await api.as('anonymous').delete(`/labels/${id}`)).status).toBe(401);
    expect((await api.as('stranger').delete(`/labels/${id}`)).status).toBe(403);
  });

  test('S-019: by id, only whoever may in the label’s own project', async () => {
    const own = await ofTeam('S-019', 'foreign');
    const claim = { name: 'stolen', scope: 'p', project_id: api.projects['team'] };
    const admin = api.as('projectAdmin');
    const missing = 2_000_000_000;

    for (const call of [
      (id: number) => admin.get(`/labels/${id}`),
      (id: number) => admin.put(`/labels/${id}`, claim),
      (id: number) => admin.delete(`/labels/${id}`),
    ]) {
      const [foreign, none] = [await call(own), await call(missing)];
      expect(foreign.status).toBe(404);
      expect(JSON.stringify(foreign.body).replace(String(own), 'N')).toBe(
        JSON.stringify(none.body).replace(String(missing), 'N'),
      );
    }
    expect((await api.as('stranger').get(`/labels/${own}`)).body.name).toBe('S-019');
  });

  test.each(['anonymous', 'stranger'] as const)(
    'S-010: a private project and none are alike to %s, in list and creation',
    async (who) => {
      const calls = (id: number | undefined) => [
        api.as(who).get(`/labels?scope=p&project_id=${id}`),
        api.as(who).post('/labels', { name: 'x', scope: 'p', project_id: id }),
      ];

      const [there, none] = [
        await Promise.all(calls(api.projects['team'])),
        await Promise.all(calls(777_777)),
      ];

      const status = who === 'anonymous' ? 401 : 403;
      expect(there.map((reply) => reply.status)).toEqual([status, status]);
      expect(none.map(({ body }) => body)).toEqual(there.map(({ body }) => body));
    },
  );
});
