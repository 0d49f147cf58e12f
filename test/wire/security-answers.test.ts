import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { digestOf } from '#src/oci/digest.ts';
import { basic, pushBlob, pushImage, startTestApp, type TestApp, type TestImage } from '../support/app.ts';
import type { HttpAnswer } from '../support/http.ts';
import { rawRequest, sendRaw, statusesIn } from '../support/raw.ts';
import { callApi, type Call, idIn, prepare } from '../support/walk-place.ts';

let app: TestApp;
let image: TestImage;
let team: number;
beforeAll(async () => {
  app = await startTestApp();
  team = await app.createProject('team');
  await app.addMember(team, await app.createUser('owner'), 1);
  await app.createUser('stranger');
  ({ image } = await pushImage(app, 'admin', 'team/app', 'v1'));
});
afterAll(() => app.close());

const call = (as: string | undefined, method: Call['method'], path: string, body?: object) =>
  callApi(app, as, { method, path, ...(body && { body }) });
const statuses = (answers: readonly HttpAnswer[]) => answers.map(({ status }) => status);

test('G-08: what a proxy or an attacker says of the host reaches no answer', async () => {
  const evil = {
    'X-Forwarded-Host': 'evil.test',
    'X-Forwarded-Proto': 'javascript',
    Forwarded: 'host=evil.test;proto=javascript',
    'X-Original-URL': '/v2/_catalog',
    'X-Rewrite-URL': '/v2/_catalog',
  };
  const admin = { Authorization: basic('admin')['authorization'] ?? '' };
  const requests: [string, string, Record<string, string>][] = [
    ['GET', '/v2/', {}],
    ['GET', '/v2/team/app/manifests/v1', {}],
    ['GET', '/v2/', { Host: 'a"b' }],
    ['GET', '/v2/', { Host: 'evil.test\\"x' }],
    ['POST', '/v2/team/app/blobs/uploads/', { ...admin, 'Content-Length': '0' }],
    ['GET', '/v2/team/app/tags/list?n=1', admin],
    ['GET', '/api/v2.0/projects?page_size=1', admin],
    ['GET', '/api/v2.0/systeminfo', admin],
  ];

  for (const [method, target, headers] of requests) {
    const answer = await sendRaw(app.url, rawRequest(method, target, { ...headers, ...evil }));

    expect(answer).not.toMatch(/evil\.test|javascript:/);
    expect(answer).not.toMatch(/realm="[^"]*a"b/);
    expect(statusesIn(answer)[0]).toBeLessThan(500);
  }
});

test('G-40: bytes that somebody pushed are never a page', async () => {
  const page = Buffer.from('<html><script>alert(1)</script>');
  await pushBlob(app, 'admin', 'team/app', page);
  const large = Buffer.concat([page, Buffer.alloc(100_000, ' ')]);
  await pushBlob(app, 'admin', 'team/app', large);

  for (const bytes of [page, large]) {
    for (const range of [undefined, 'bytes=0-9']) {
      const { headers } = await app.send('admin', {
        path: `/v2/team/app/blobs/${digestOf(bytes)}`,
        headers: { accept: 'text/html', ...(range && { range }) },
      });

      expect(headers['content-type']).toBe('application/octet-stream');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  }
});

test.each(['text/html', 'image/svg+xml', 'application/xhtml+xml'])(
  'G-40: a manifest of the type %s is no page either',
  async (type) => {
    const body = JSON.stringify({ type, page: '<script>alert(1)</script>' });
    const path = '/v2/team/app/manifests/page';
    await app.send('admin', { method: 'PUT', path, headers: { 'content-type': type }, body });

    const { status, headers } = await app.send('admin', { path });

    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  },
);

test('G-43: no cache keeps what was answered to one person for another', async () => {
  const token = '/service/token?service=harbor-registry&scope=repository:team/app:pull';
  const answers = [
    await call('owner', 'GET', '/projects/team'),
    await call('owner', 'GET', '/users/current'),
    await call(undefined, 'GET', '/projects'),
    await call('owner', 'GET', '/projects/none'),
    await app.send('owner', { path: token }),
    await app.send('owner', { path: `/v2/team/app/blobs/${image.blobs[0]?.digest}` }),
  ];

  for (const { headers } of answers) expect(headers['cache-control']).toMatch(/no-store|no-cache|private/);
  expect(answers[4]?.headers['cache-control']).toBe('no-store');
});

describe('G-66: names that objects have already', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

  test.each(names)('%s is a tag, a label, an annotation and a search word like any other', async (name) => {
    const { answer } = await pushImage(app, 'admin', 'team/odd', name, image);
    const label = await call('owner', 'POST', '/labels', { name, scope: 'p', project_id: team });
    const shown = await call('owner', 'GET', `/projects/team/repositories/odd/artifacts/${name}`);
    const found = await call('owner', 'GET', `/labels?scope=p&project_id=${team}&name=${name}`);
    const filtered = await call('owner', 'GET', `/projects?q=${name}=1&sort=${name}`);
    const metadata = await call('owner', 'GET', `/projects/team/metadatas/${name}`);

    expect(statuses([answer, label, shown])).toEqual([201, 201, 200]);
    expect(found.json<{ name: string }[]>().map((one) => one.name)).toEqual([name]);
    expect([200, 400]).toContain(filtered.status);
    expect([400, 404]).toContain(metadata.status);
  });

  test('in a body change nothing of what comes after them', async () => {
    const raw = (path: string, text: string) =>
      app.send('owner', {
        method: 'POST',
        path: `/api/v2.0${path}`,
        headers: { 'content-type': 'application/json' },
        body: text,
      });

    const answers = [
      await raw('/projects', '{"project_name":"polluted","__proto__":{"public":true,"sysadmin":true}}'),
      await raw('/projects', '{"project_name":"polluted2","constructor":{"prototype":{"public":true}}}'),
      await raw('/projects', '{"project_name":["polluted3"],"metadata":[]}'),
      await raw('/projects', '{"project_name":{"toString":1}}'),
    ];
    const { rows } = await sql<{ name: string; public: boolean }>`
      select name, public from project where name like 'polluted%' and public`.execute(app.database.db);

    expect(statuses(answers).every((status) => [201, 400, 422].includes(status))).toBe(true);
    expect(rows).toEqual([]);
    expect(({} as { public?: unknown }).public).toBeUndefined();
  });
});

test('S-009: a group named like a statement is a group, and opens nothing', async () => {
  const names = ["x') or 1=1 --", "'; drop table project; --", '$1', '%', "\\' or ''='"];
  const user = await app.createUser('grouped');

  for (const group_name of names) {
    const made = await call('admin', 'POST', '/usergroups', { group_name, group_type: 3 });
    const id = idIn(made);
    await app.database.db.insertInto('user_account_group').values({ user_id: user, group_id: id }).execute();
    app.app.registry.forget('everything');
    const found = await call(
      'admin',
      'GET',
      `/usergroups/search?groupname=${encodeURIComponent(group_name)}`,
    );
    const projects = await call('grouped', 'GET', '/projects');
    const private_ = await call('grouped', 'GET', '/projects/team');

    expect(made.status).toBe(201);
    expect(found.json<{ group_name: string }[]>().map((one) => one.group_name)).toContain(group_name);
    expect(projects.json<{ name: string }[]>().map(({ name }) => name)).toEqual(['library']);
    expect(private_.status).toBe(403);
  }
});

test('S-039: no list tells of a secret by a filter or an order', async () => {
  const lists = [
    '/robots',
    `/robots?q=Level%3Dproject,ProjectID%3D${team}`,
    '/projects/team/robots',
    '/users',
    '/projects',
    '/repositories',
    '/labels?scope=g',
    '/quotas',
    '/audit-logs',
    '/projects/team/members',
    '/projects/team/repositories/app/artifacts',
  ];
  const columns = ['secret', 'secret_hash', 'password', 'password_hash', 'salt', 'client_address'];

  for (const list of lists) {
    for (const column of columns) {
      const and = list.includes('?') ? '&' : '?';
      const totals = await Promise.all(
        ['a', 'zzzz'].map((value) => call('admin', 'GET', `${list}${and}q=${column}%3D~${value}`)),
      );
      const sorted = await call('admin', 'GET', `${list}${and}sort=${column}`);

      expect([list, column, totals[0]?.headers['x-total-count']]).toEqual([
        list,
        column,
        totals[1]?.headers['x-total-count'],
      ]);
      expect(totals[0]?.status).toBe(totals[1]?.status);
      expect(sorted.status).toBeLessThan(500);
    }
  }
});

test('S-056: the prefix of robots is never empty, blank, or the beginning of somebody’s name', async () => {
  const answers = await Promise.all(
    ['', ' ', 'robot ', 'own', 'OWN', 'ad'].map((robot_name_prefix) =>
      call('admin', 'PUT', '/configurations', { robot_name_prefix }),
    ),
  );
  const still = await call('owner', 'GET', '/users/current');

  expect(statuses(answers)).toEqual(answers.map(() => 400));
  expect(still.status).toBe(200);
});

test('S-131: a cookie alone changes nothing, whatever page says it sends it', async () => {
  const { headers } = await app.send(undefined, { path: '/c/log_out' });
  const [cookie = ''] = (headers['set-cookie'] ?? '').split(';');
  const csrf = { cookie, 'x-harbor-csrf-token': headers['x-harbor-csrf-token'] ?? '' };
  const form = { principal: 'owner', password: 'Correct-horse-1' };
  const login = await callApi(app, undefined, { method: 'POST', path: '/c/login', form }, csrf);
  const sid = /\bsid=[^;]+/.exec(login.headers['set-cookie'] ?? '')?.[0] ?? '';
  const from: Record<string, string>[] = [
    {},
    { origin: app.url, referer: `${app.url}/` },
    { origin: 'null' },
    { origin: 'http://evil.test' },
    { referer: 'http://evil.test/' },
  ];

  const answers = await Promise.all(
    from.map((headers) =>
      callApi(
        app,
        undefined,
        { method: 'POST', path: '/projects', body: { project_name: 'forged' } },
        { cookie: `${cookie}; ${sid}`, ...headers },
      ),
    ),
  );

  expect(login.status).toBe(200);
  expect(statuses(answers)).toEqual(from.map(() => 403));
});

test('G-34: a statement that takes too long is ended by the database', async () => {
  const { rows } = await sql<{ statement_timeout: string }>`show statement_timeout`.execute(app.database.db);

  expect(rows).toEqual([{ statement_timeout: '30s' }]);
});

test('G-83: a setting that changes under load is in force or not, for each request', async () => {
  const made: HttpAnswer[] = [];
  const toggling = (async () => {
    for (let i = 0; i < 10; i += 1) {
      await prepare(app, 'PUT', '/configurations', { read_only: i % 2 === 0 });
    }
  })();

  for (let round = 0; round < 10; round += 1) {
    const names = [1, 2, 3].map((n) => `toggled-${round}-${n}`);
    made.push(
      ...(await Promise.all(
        names.map((project_name) => call('owner', 'POST', '/projects', { project_name })),
      )),
    );
  }
  await toggling;

  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from project where name like 'toggled-%'`.execute(app.database.db);
  expect(made.every(({ status, code }) => status === 201 || (status === 403 && code === 'DENIED'))).toBe(
    true,
  );
  expect(rows[0]?.count).toBe(made.filter(({ status }) => status === 201).length);
});
