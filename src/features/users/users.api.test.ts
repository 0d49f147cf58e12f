import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const valid = (username: string) => ({
  username,
  email: `${username.toLowerCase().replace(/[^a-z0-9]/g, '')}@example.org`,
  realname: 'Ada L',
  password: 'Sesame-0pen',
  comment: 'hello',
});
const idOf = (location: string | undefined) => Number(location?.split('/').at(-1));
const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('creating a user', () => {
  test('answers 201 with its path, and the user can log in', async () => {
    const reply = await api.as('admin').post('/users', valid('ada'));

    expect(reply).toMatchObject({ status: 201, body: '' });
    expect(reply.headers['location']).toMatch(/^\/api\/v2\.0\/users\/\d+$/);
    const me = await api.as('ada', 'Sesame-0pen').get('/users/current');
    expect(me.body).toEqual({
      user_id: idOf(reply.headers['location']),
      username: 'ada',
      email: 'ada@example.org',
      realname: 'Ada L',
      comment: 'hello',
      sysadmin_flag: false,
      admin_role_in_auth: false,
      creation_time: date,
      update_time: date,
    });
  });

  test.each([
    ['name', { ...valid('bob'), email: 'other@example.org' }],
    ['name in other letters', { ...valid('BOB'), email: 'another@example.org' }],
    ['address', { ...valid('bob2'), email: 'bob@example.org' }],
    ['address in other letters', { ...valid('bob3'), email: 'BOB@Example.ORG' }],
  ])('with a taken %s is a conflict', async (_what, body) => {
    await api.as('admin').post('/users', valid('bob'));

    const reply = await api.as('admin').post('/users', body);

    expect(reply).toMatchObject({ status: 409, body: { errors: [{ code: 'CONFLICT' }] } });
  });

  test.each([
    [{ username: '' }],
    [{ username: null }],
    [{ username: 'a,b' }],
    [{ username: 'a$b' }],
    [{ username: 'robot$x' }],
    [{ email: '' }],
    [{ email: 'nobody' }],
    [{ email: 'a@b' }],
    [{ email: 'a b@example.org' }],
    [{ realname: '' }],
    [{ realname: 'a#b' }],
    [{ comment: 'x'.repeat(31) }],
    [{ password: 'short1A' }],
    [{ password: 'nouppercase1' }],
    [{ password: `${'Aa1'.repeat(43)}` }],
    [{ password: null }],
  ])('refuses %j with 400', async (part) => {
    const reply = await api.as('admin').post('/users', { ...valid('carol'), ...part });

    expect(reply).toMatchObject({ status: 400, body: { errors: [{ code: 'BAD_REQUEST' }] } });
  });

  test('is for administrators', async () => {
    expect((await api.as('anonymous').post('/users', valid('dan'))).status).toBe(401);
    expect((await api.as('projectAdmin').post('/users', valid('dan'))).status).toBe(403);
  });

  test('S-002: gives no right that the body asks for', async () => {
    const extra = {
      has_admin_role: true,
      sysadmin_flag: true,
      admin_role_in_auth: true,
      role_id: 1,
      user_id: 1,
    };

    const reply = await api.as('admin').post('/users', { ...valid('eve'), ...extra });

    expect(reply.status).toBe(201);
    const id = idOf(reply.headers['location']);
    expect(id).toBeGreaterThan(2);
    expect((await api.as('admin').get(`/users/${id}`)).body).toMatchObject({
      sysadmin_flag: false,
      admin_role_in_auth: false,
    });
  });

  test.each(['Ad\u043cin', 'adm\u200din', 'ADMIN', 'admin.', ' admin', '\uff21dmin', 'a\u202edmin'])(
    'G-05: a name that looks like the administrator’s is refused: %j',
    async (username) => {
      const reply = await api.as('admin').post('/users', { ...valid('fake'), username });

      expect([400, 409]).toContain(reply.status);
    },
  );
});

describe('the list', () => {
  test('leaves out user 1 and is ordered by name', async () => {
    const { body } = await api.as('admin').get('/users?page_size=0');

    const names = (body as { username: string }[]).map(({ username }) => username);
    expect(names).not.toContain('admin');
    expect(names).toContain('guest');
    expect(names).not.toContain('anonymous');
  });

  test('finds by name and address, in part and literally', async () => {
    await api.createUser('u_1');
    await api.createUser('ux1');

    const byName = await api.as('admin').get('/users?username=u_1');
    const byQ = await api.as('admin').get('/users?q=email%3D~u_1%40example');
    const byEmail = await api.as('admin').get('/users?email=u_1%40');

    for (const { body } of [byName, byQ, byEmail]) {
      expect(body.map((user: { username: string }) => user.username)).toEqual(['u_1']);
    }
  });

  test('S-027: tells nothing about hidden columns', async () => {
    const rows = await api.database.db
      .selectFrom('information_schema.columns' as never)
      .select('column_name' as never)
      .where('table_name' as never, '=', 'user_account' as never)
      .execute();
    const columns = (rows as { column_name: string }[]).map((row) => row.column_name);
    const { body } = await api.as('admin').get('/users');
    const hidden = columns.filter((column) => !(column in body[0]) && column !== 'comment');

    expect(hidden).toContain('password_hash');
    for (const column of [...hidden, 'password', 'salt']) {
      for (const match of ['=~a', '=[a~b]', '=x']) {
        const reply = await api.as('admin').get(`/users?q=${encodeURIComponent(column + match)}`);
        expect([column, match, reply.status]).toEqual([column, match, 400]);
      }
      expect((await api.as('admin').get(`/users?sort=${column}`)).status).toBe(400);
    }
  });
});

describe('the search', () => {
  test('S-004: asks for a name, of whoever is logged in, and shows only id and name', async () => {
    expect((await api.as('anonymous').get('/users/search?username=guest')).status).toBe(401);
    for (const query of ['', '?username=', '?email=g']) {
      expect((await api.as('guest').get(`/users/search${query}`)).status).toBe(422);
    }
    const reply = await api.as('guest').get('/users/search?username=limitedGu');
    expect(reply.body).toEqual([{ user_id: api.users['limitedGuest'], username: 'limitedGuest' }]);
    expect(reply.headers['x-total-count']).toBe('1');
  });

  test('S-004: never sends more than a page', async () => {
    for (let i = 0; i < 101; i += 1) await api.createUser(`crowd${i}`);

    const { body, headers } = await api.as('guest').get('/users/search?username=crowd&page_size=0');

    expect(body).toHaveLength(100);
    expect(headers['x-total-count']).toBe('101');
  });

  test('S-005: finds what contains the text, and nothing else', async () => {
    const names = ['w_x', 'wax', 'w\\x', 'w^x', '_w'];
    for (const name of names) await api.createUser(name);
    const text = fc.string({ unit: fc.constantFrom('w', 'x', '_', '\\', 'a'), minLength: 1, maxLength: 3 });

    await fc.assert(
      fc.asyncProperty(text, async (part) => {
        const { body } = await api
          .as('guest')
          .get(`/users/search?page_size=0&username=${encodeURIComponent(part)}`);
        const found = (body as { username: string }[]).map(({ username }) => username);
        expect(names.filter((name) => found.includes(name))).toEqual(
          names.filter((name) => name.includes(part)),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('one user', () => {
  test('R2: is shown to itself and to administrators; others learn not even whether it exists', async () => {
    const id = api.users['guest'];

    const foreign = await api.as('stranger').get(`/users/${id}`);
    const missing = await api.as('stranger').get('/users/1999999999');

    expect((await api.as('guest').get(`/users/${id}`)).status).toBe(200);
    expect((await api.as('admin').get(`/users/${id}`)).status).toBe(200);
    expect(foreign).toMatchObject({ status: 403, body: missing.body });
    expect(missing.status).toBe(403);
    expect((await api.as('admin').get('/users/1999999999')).status).toBe(404);
    expect((await api.as('anonymous').get(`/users/${id}`)).status).toBe(401);
  });

  test.each(['99999999999', 'x', '1.5', '%00', '-1'])('with id %s is no fault', async (id) => {
    expect([404, 422]).toContain((await api.as('admin').get(`/users/${id}`)).status);
  });
});

describe('the profile', () => {
  const profile = { email: 'new@example.org', realname: 'New', comment: '' };

  test('is changed by the user itself', async () => {
    const id = await api.createUser('paula');

    const reply = await api
      .as('paula', password)
      .put(`/users/${id}`, { ...profile, sysadmin_flag: true, user_id: 1 });

    expect(reply).toMatchObject({ status: 200, body: '' });
    const { body } = await api.as('admin').get(`/users/${id}`);
    expect(body).toMatchObject({ email: 'new@example.org', realname: 'New', sysadmin_flag: false });
    expect(body).not.toHaveProperty('comment');
  });

  test('S-006: of somebody else is not', async () => {
    const id = await api.createUser('quentin');

    const reply = await api.as('stranger').put(`/users/${id}`, profile);

    expect(reply.status).toBe(403);
    expect((await api.as('admin').get(`/users/${id}`)).body.email).toBe('quentin@example.test');
  });

  test('S-006: cannot take an address that somebody has, in any letter case', async () => {
    const id = await api.createUser('rita');

    const reply = await api
      .as('rita', password)
      .put(`/users/${id}`, { ...profile, email: 'GUEST@Example.Test' });

    expect(reply).toMatchObject({ status: 409, body: { errors: [{ code: 'CONFLICT' }] } });
  });
});

describe('the password', () => {
  test('S-006: of oneself asks for the old one', async () => {
    const id = await api.createUser('sam');
    const change = (old_password: string, new_password: string) =>
      api.as('sam', password).put(`/users/${id}/password`, { old_password, new_password });

    expect((await change('wrong-Pass1', 'Sesame-0pen')).status).toBe(403);
    expect((await change(password, 'weak')).status).toBe(400);
    expect((await change(password, password)).status).toBe(400);
    expect((await change(password, 'Sesame-0pen')).status).toBe(200);
  });

  test('ends the old one at once', async () => {
    const id = await api.createUser('tess');
    expect((await api.as('tess', password).get('/users/current')).status).toBe(200);

    await api.as('admin').put(`/users/${id}/password`, { new_password: 'Sesame-0pen' });

    // In this order, because a failed attempt makes the next one wait.
    expect((await api.as('tess', 'Sesame-0pen').get('/users/current')).status).toBe(200);
    expect((await api.as('tess', password).get('/users/current')).status).toBe(401);
  });

  test('S-006: is not given to an account that logs in elsewhere', async () => {
    const id = await api.createUser('outside');
    await api.database.db
      .updateTable('user_account')
      .set({ password_hash: null })
      .where('user_id', '=', id)
      .execute();

    const reply = await api.as('admin').put(`/users/${id}/password`, { new_password: 'Sesame-0pen' });

    expect(reply.status).toBe(403);
  });

  test('G-69: is in no audit entry', async () => {
    const id = await api.createUser('uma');
    await api.as('admin').put(`/users/${id}/password`, { new_password: 'Marker-Pass1' });

    const rows = await api.database.db
      .selectFrom('audit_log')
      .selectAll()
      .where('resource', '=', 'uma')
      .execute();

    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('Marker');
  });
});

describe('the flag of system administrators', () => {
  test('is given and taken by an administrator, with effect at once', async () => {
    const id = await api.createUser('vera');
    const flag = (sysadmin_flag: boolean) => api.as('admin').put(`/users/${id}/sysadmin`, { sysadmin_flag });

    expect((await flag(true)).status).toBe(200);
    expect((await api.as('vera', password).get('/users')).status).toBe(200);
    expect((await flag(false)).status).toBe(200);
    expect((await api.as('vera', password).get('/users')).status).toBe(403);
  });

  test('cannot be taken from user 1, and nobody gives it to himself', async () => {
    const id = await api.createUser('wim');

    expect((await api.as('admin').put('/users/1/sysadmin', { sysadmin_flag: false })).status).toBe(403);
    expect((await api.as('wim', password).put(`/users/${id}/sysadmin`, { sysadmin_flag: true })).status).toBe(
      403,
    );
  });
});

describe('deleting a user', () => {
  test('frees name and address, and nothing comes back with them (G-80)', async () => {
    const id = await api.createUser('xena');
    await api.addMember(api.projects['team'] ?? 0, id, 1);
    expect((await api.as('xena', password).get('/projects/team')).status).toBe(200);

    expect((await api.as('admin').delete(`/users/${id}`)).status).toBe(200);

    expect((await api.as('xena', password).get('/users/current')).status).toBe(401);
    expect((await api.as('admin').get('/projects/team/members?entityname=xena')).body).toEqual([]);
    expect((await api.as('admin').get('/projects/team/summary')).body.project_admin_count).toBe(2);
    expect((await api.as('admin').get(`/users/${id}`)).status).toBe(404);
    expect((await api.as('admin').delete(`/users/${id}`)).status).toBe(404);
    const again = { ...valid('xena'), email: 'xena@example.test', password };
    expect((await api.as('admin').post('/users', again)).status).toBe(201);
    expect((await api.as('xena', password).get('/projects/team')).status).toBe(403);
  });

  test('keeps the row, marked with its id', async () => {
    const id = await api.createUser(`y${'x'.repeat(254)}`);

    await api.as('admin').delete(`/users/${id}`);

    const row = await api.database.db
      .selectFrom('user_account')
      .selectAll()
      .where('user_id', '=', id)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ deleted: true, password_hash: null });
    expect(row.username).toMatch(new RegExp(`x#${id}$`));
    expect(row.username).toHaveLength(255);
  });

  test('never hits user 1 nor oneself', async () => {
    const id = await api.createUser('zoe');
    await api.as('admin').put(`/users/${id}/sysadmin`, { sysadmin_flag: true });

    expect((await api.as('zoe', password).delete('/users/1')).status).toBe(403);
    expect((await api.as('zoe', password).delete(`/users/${id}`)).status).toBe(403);
  });
});

test('a secret for the command line is only for OIDC', async () => {
  await api.configure({ auth_mode: 'ldap_auth' });

  const reply = await api.as('guest').put(`/users/${api.users['guest']}/cli_secret`, { secret: 'Abcdefg1' });

  expect(reply).toMatchObject({ status: 412, body: { errors: [{ code: 'PRECONDITION' }] } });
  expect(reply.body.errors[0].message).toContain('ldap_auth');
  await api.configure({ auth_mode: 'db_auth' });
});

describe('the own permissions', () => {
  const ask = async (who: 'admin' | 'guest' | 'stranger', query: string) => {
    const { body } = await api.as(who).get(`/users/current/permissions${query}`);
    return (body as { resource: string; action: string }[]).map((one) => `${one.resource} ${one.action}`);
  };

  test('in a project are those of the role, relative to it or not', async () => {
    const scope = `/project/${api.projects['team']}`;

    const relative = await ask('guest', `?scope=${scope}&relative=true`);
    const absolute = await ask('guest', `?scope=${scope}`);

    expect(relative).toContain('. read');
    expect(relative).toContain('member list');
    expect(relative).not.toContain('member create');
    expect(absolute).toContain(`${scope} read`);
    expect(absolute).toContain(`${scope}/member list`);
  });

  test('in the system are only an administrator’s', async () => {
    expect(await ask('admin', '?scope=/system')).toContain('/system/configuration update');
    expect(await ask('admin', '?scope=/system&relative=true')).toContain('project create');
    expect(await ask('guest', '?scope=/system')).toEqual([]);
  });

  test.each(['', '?scope=', '?scope=/nothing', '?scope=/project/x', '?scope=/project/99999999999'])(
    'in no scope (%s) are none',
    async (query) => {
      expect(await ask('stranger', query)).toEqual([]);
    },
  );
});
