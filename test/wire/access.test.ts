import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
let privateId: number;

const roles = { projectAdmin: 1, maintainer: 4, developer: 2, guest: 3, limitedGuest: 5 };

beforeAll(async () => {
  app = await startTestApp();
  privateId = await app.createProject('secret');
  for (const [name, role] of Object.entries(roles)) {
    await app.addMember(privateId, await app.createUser(name.toLowerCase()), role);
  }
  await app.createUser('stranger');
  await pushImage(app, 'admin', 'secret/app', 'v1');
  await pushImage(app, 'admin', 'library/open', 'v1');
});

afterAll(() => app.close());

async function tokenOf(as: string | undefined, ...scopes: string[]): Promise<string> {
  const query = scopes.map((scope) => `&scope=${scope}`).join('');
  const answer = await app.send(as, { path: `/service/token?service=harbor-registry${query}` });
  return answer.json<{ token: string }>().token;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test.each([
  ['GET', '/v2/secret/app/manifests/v1', 'repository:secret/app:pull'],
  ['PUT', '/v2/secret/app/manifests/v2', 'repository:secret/app:pull,push'],
  ['POST', '/v2/secret/app/blobs/uploads/', 'repository:secret/app:pull,push'],
  ['DELETE', '/v2/secret/app/manifests/v1', 'repository:secret/app:delete'],
  ['GET', '/v2/library/open/manifests/v1', 'repository:library/open:pull'],
  [
    'POST',
    '/v2/secret/app/blobs/uploads/?mount=sha256:0&from=library/open',
    'repository:secret/app:pull,push repository:library/open:pull',
  ],
])('%s %s without credentials says where to get a token, and for what', async (method, path, scope) => {
  const answer = await app.send(undefined, { method, path });

  expect(answer).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0');
  expect(answer.headers['www-authenticate']).toBe(
    `Bearer realm="${app.url}/service/token",service="harbor-registry",scope="${scope}"`,
  );
});

test('GET /v2/ answers any valid credential and challenges the rest', async () => {
  const nobody = await app.send(undefined, { path: '/v2/' });
  const wrong = await app.send('admin:wrong', { path: '/v2/' });
  const basic = await app.send('stranger', { path: '/v2/' });
  const token = await app.send(undefined, {
    path: '/v2/',
    headers: bearer(await tokenOf('stranger', 'repository:secret/app:pull')),
  });

  expect([nobody.status, wrong.status, basic.status, token.status]).toEqual([401, 401, 200, 200]);
  expect(nobody.headers['www-authenticate']).toMatch(/^Bearer realm=.*service="harbor-registry"$/);
  expect(wrong.headers['www-authenticate']).toBe('Basic realm="harbor"');
});

test.each([
  ['projectadmin', 200, 202, 202],
  ['maintainer', 200, 202, 202],
  ['developer', 200, 202, 401],
  ['guest', 200, 401, 401],
  ['limitedguest', 200, 401, 401],
  ['stranger', 401, 401, 401],
])('%s may pull %d, push %d, delete %d', async (name, pull, push, remove) => {
  const { image } = await pushImage(app, 'admin', `secret/${name}`, 'v1');
  const repository = `secret/${name}`;

  const answers = [
    await app.send(name, { path: `/v2/${repository}/manifests/v1` }),
    await app.send(name, { method: 'POST', path: `/v2/${repository}/blobs/uploads/` }),
    await app.send(name, { method: 'DELETE', path: `/v2/${repository}/manifests/${image.digest}` }),
  ];
  const token = await tokenOf(name, `repository:${repository}:pull,push,delete`);
  const viaToken = await app.send(undefined, { path: `/v2/${repository}/tags/list`, headers: bearer(token) });

  expect(answers.map(({ status }) => status)).toEqual([pull, push, remove]);
  expect(viaToken.status).toBe(pull);
});

test('anybody pulls from a public project with a token obtained without credentials, and no more', async () => {
  const token = await tokenOf(undefined, 'repository:library/open:pull,push,delete');
  const send = (method: string, path: string) =>
    app.send(undefined, { method, path, headers: bearer(token) });

  const answers = [
    await send('GET', '/v2/library/open/manifests/v1'),
    await send('POST', '/v2/library/open/blobs/uploads/'),
    await send('DELETE', '/v2/library/open/manifests/v1'),
    await send('GET', '/v2/_catalog'),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 401, 401, 401]);
});

test('S-010: to strangers a private project looks like one that does not exist', async () => {
  const mask = (text: string) => text.replaceAll(/secret|absent/g, 'X');
  for (const as of [undefined, 'stranger']) {
    for (const path of [
      'tags/list',
      'manifests/v1',
      `blobs/sha256:${'0'.repeat(64)}`,
      `referrers/sha256:${'0'.repeat(64)}`,
    ]) {
      const [there, absent] = await Promise.all(
        ['secret', 'absent'].map((project) => app.send(as, { path: `/v2/${project}/app/${path}` })),
      );

      expect(there?.status).toBe(401);
      expect(absent?.status).toBe(401);
      expect(mask(there?.body.toString() ?? '')).toBe(mask(absent?.body.toString() ?? ''));
      expect(mask(there?.headers['www-authenticate'] ?? '')).toBe(
        mask(absent?.headers['www-authenticate'] ?? ''),
      );
    }
  }
});

test('S-084: a token that may push cannot delete, and unknown methods run nothing', async () => {
  const { image } = await pushImage(app, 'admin', 'secret/methods', 'v1');
  const token = await tokenOf('developer', 'repository:secret/methods:pull,push');
  const send = (method: string, path: string) =>
    app.send(undefined, { method, path, headers: bearer(token) });

  const deletes = await Promise.all(
    [`manifests/v1`, `manifests/${image.digest}`, `blobs/${image.blobs[0]?.digest}`].map((path) =>
      send('DELETE', `/v2/secret/methods/${path}`),
    ),
  );
  const odd = await Promise.all(
    ['PROPFIND', 'POST', 'PATCH'].map((method) => send(method, '/v2/secret/methods/manifests/v1')),
  );

  expect(deletes.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect(odd.map(({ status }) => status)).toEqual([405, 405, 405]);
});

test('G-47: a token is good for the repositories it names only', async () => {
  const token = await tokenOf('developer', 'repository:secret/app:pull,push');

  const own = await app.send(undefined, { path: '/v2/secret/app/tags/list', headers: bearer(token) });
  const other = await app.send(undefined, { path: '/v2/secret/other/tags/list', headers: bearer(token) });

  expect([own.status, other.status]).toEqual([200, 401]);
});

test('G-48: tokens and checked passwords lose what their holder lost', async () => {
  const user = await app.createUser('leaver');
  await app.addMember(privateId, user, 2);
  const token = await tokenOf('leaver', 'repository:secret/app:pull');
  const pull = () => app.send(undefined, { path: '/v2/secret/app/tags/list', headers: bearer(token) });
  const basic = () => app.send('leaver', { path: '/v2/secret/app/tags/list' });
  const before = [(await pull()).status, (await basic()).status];

  await app.database.db.deleteFrom('project_member').where('user_id', '=', user).execute();
  app.app.registry.forget(`user:${user}`);
  const after = [(await pull()).status, (await basic()).status];

  expect(before).toEqual([200, 200]);
  expect(after).toEqual([401, 401]);
});

test('G-80: a token does not survive its project, nor one of the same name', async () => {
  const id = await app.createProject('phoenix');
  await pushImage(app, 'admin', 'library/source', 'v1');
  const token = await tokenOf('admin', 'repository:phoenix/app:pull');
  const list = () => app.send(undefined, { path: '/v2/phoenix/app/tags/list', headers: bearer(token) });
  const before = await list();

  await app.database.db.deleteFrom('project').where('project_id', '=', id).execute();
  app.app.registry.forget('project:phoenix');
  const gone = await list();
  const again = await app.createProject('phoenix');
  await app.database.db
    .updateTable('project')
    .set({ creation_time: new Date(Date.now() + 120_000) })
    .where('project_id', '=', again)
    .execute();
  app.app.registry.forget('project:phoenix');
  const reborn = await list();

  expect([before.status, gone.status, reborn.status]).toEqual([404, 401, 401]);
});

test('robots pull and push as granted, by Basic and by token', async () => {
  const project = { id: privateId, name: 'secret' };
  const robot = await app.createRobot({
    name: 'ci',
    project,
    grants: [
      { kind: 'project', project: privateId, namespace: 'secret', resource: 'repository', action: 'push' },
    ],
  });
  const as = `${robot.name}:${robot.secret}`;

  const push = await pushImage(app, as, 'secret/robot', 'v1');
  const pull = await app.send(as, { path: '/v2/secret/robot/manifests/v1' });
  const elsewhere = await app.send(as, { method: 'POST', path: '/v2/library/robot/blobs/uploads/' });
  const token = await tokenOf(as, 'repository:secret/robot:pull');
  const viaToken = await app.send(undefined, { path: '/v2/secret/robot/tags/list', headers: bearer(token) });

  expect([push.answer.status, pull.status, elsewhere.status, viaToken.status]).toEqual([201, 200, 401, 200]);
});

test('a disabled robot is nobody, also with a token from before', async () => {
  const robot = await app.createRobot({
    name: 'off',
    grants: [{ kind: 'project', namespace: '*', resource: 'repository', action: 'pull' }],
  });
  const as = `${robot.name}:${robot.secret}`;
  const token = await tokenOf(as, 'repository:secret/app:pull');
  const pull = () => app.send(undefined, { path: '/v2/secret/app/tags/list', headers: bearer(token) });
  const before = await pull();

  const { id } = await app.database.db
    .updateTable('robot')
    .set({ disabled: true })
    .where('name', '=', 'off')
    .returning('id')
    .executeTakeFirstOrThrow();
  app.app.registry.forget(`robot:${id}`);
  const after = [(await pull()).status, (await app.send(as, { path: '/v2/' })).status];

  expect(before.status).toBe(200);
  expect(after).toEqual([401, 401]);
});

test("S-106: a new secret ends a robot's tokens with the old one, and no later ones", async () => {
  const robot = await app.createRobot({
    name: 'leaked',
    grants: [{ kind: 'project', namespace: '*', resource: 'repository', action: 'pull' }],
  });
  const { id } = await app.database.db
    .selectFrom('robot')
    .select('id')
    .where('name', '=', 'leaked')
    .executeTakeFirstOrThrow();
  const scope = 'repository:secret/app:pull';
  const before = await tokenOf(`${robot.name}:${robot.secret}`, scope);
  const pull = async (token: string) =>
    (await app.send(undefined, { path: '/v2/secret/app/tags/list', headers: bearer(token) })).status;
  expect(await pull(before)).toBe(200);

  const answer = await app.send('admin', {
    method: 'PATCH',
    path: `/api/v2.0/robots/${id}`,
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });

  const after = await tokenOf(`${robot.name}:${JSON.parse(answer.body.toString()).secret}`, scope);
  expect([await pull(before), await pull(after)]).toEqual([401, 200]);
});

test('S-080: a mount needs pull on the source; knowing a digest opens nothing', async () => {
  const mine = await app.createProject('mine');
  await app.addMember(mine, await app.createUser('mounter'), 2);
  const secret = Buffer.from('a private layer');
  await pushBlob(app, 'admin', 'secret/app', secret);
  const digest = digestOf(secret);
  const mount = (query: string) =>
    app.send('mounter', { method: 'POST', path: `/v2/mine/r/blobs/uploads/?mount=${digest}${query}` });

  const answers = [
    await mount('&from=secret/app'),
    await mount(''),
    await mount('&from=mine/other'),
    await mount('&from=absent/x'),
  ];
  const head = await app.send('mounter', { method: 'HEAD', path: `/v2/mine/r/blobs/${digest}` });

  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  expect(head.status).toBe(404);
});

test('a mount from a readable repository links the blob, with from and without', async () => {
  const blob = Buffer.from(`a layer to share ${Math.random()}`);
  await pushBlob(app, 'admin', 'library/share', blob);
  const digest = digestOf(blob);

  const named = await app.send('admin', {
    method: 'POST',
    path: `/v2/secret/named/blobs/uploads/?mount=${digest}&from=library/share`,
  });
  const found = await app.send('admin', {
    method: 'POST',
    path: `/v2/secret/found/blobs/uploads/?mount=${digest}`,
  });
  const got = await Promise.all(
    ['named', 'found'].map((name) => app.send('admin', { path: `/v2/secret/${name}/blobs/${digest}` })),
  );

  expect([named.status, found.status]).toEqual([201, 201]);
  expect(got.every(({ body }) => body.equals(blob))).toBe(true);
});

test('a token for the target alone is told which scopes a mount needs', async () => {
  const blob = Buffer.from('for the scope test');
  await pushBlob(app, 'admin', 'secret/app', blob);
  const path = `/v2/secret/target/blobs/uploads/?mount=${digestOf(blob)}&from=secret/app`;
  const narrow = await tokenOf('developer', 'repository:secret/target:pull,push');

  const asked = await app.send(undefined, { method: 'POST', path, headers: bearer(narrow) });
  const wide = await tokenOf('developer', 'repository:secret/target:pull,push', 'repository:secret/app:pull');
  const mounted = await app.send(undefined, { method: 'POST', path, headers: bearer(wide) });

  expect(asked.status).toBe(401);
  expect(asked.headers['www-authenticate']).toContain(
    'scope="repository:secret/target:pull,push repository:secret/app:pull"',
  );
  expect(mounted.status).toBe(201);
});

test('pushing to a project that is not there is refused with its name, for those who may know', async () => {
  const answer = await app.send('admin', { method: 'POST', path: '/v2/nowhere/app/blobs/uploads/' });

  expect(answer).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  expect(answer.body.toString()).toContain('project nowhere not found');
});

test('the catalog is for administrators and robots that were granted it', async () => {
  const robot = await app.createRobot({
    name: 'catalog',
    grants: [{ kind: 'system', namespace: '/', resource: 'catalog', action: 'read' }],
  });

  const answers = await Promise.all(
    ['admin', `${robot.name}:${robot.secret}`, 'projectadmin', undefined].map((as) =>
      app.send(as, { path: '/v2/_catalog' }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 401]);
});

test('50 pushes at the limit of a quota: exactly those that fit go in', async () => {
  const id = await app.createProject('narrow', { limit: 10_000 });
  const images = Array.from({ length: 50 }, () => makeImage(0).manifest).map((_, index) =>
    Buffer.alloc(1_000, index),
  );

  const answers = await Promise.all(images.map((blob) => pushBlob(app, 'admin', 'narrow/app', blob)));

  const counts = answers.map(({ status }) => status);
  const refused = answers.find(({ status }) => status === 403);
  const { rows } = {
    rows: await app.database.db
      .selectFrom('quota')
      .select('used_storage')
      .where('project_id', '=', id)
      .execute(),
  };
  expect(counts.filter((status) => status === 201)).toHaveLength(10);
  expect(counts.filter((status) => status === 403)).toHaveLength(40);
  expect(refused?.code).toBe('DENIED');
  expect(refused?.body.toString()).toContain(
    'Quota exceeded when processing the request of adding 1000 B of storage resource, which when updated to current usage of 9.8 KiB will exceed the configured upper limit of 9.8 KiB.',
  );
  expect(rows).toEqual([{ used_storage: 10_000 }]);
});
