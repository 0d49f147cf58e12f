import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import {
  makeImage,
  pushBlob,
  pushImage,
  startTestApp,
  type TestApp,
  type TestImage,
} from '../support/app.ts';
import type { HttpAnswer, HttpRequest } from '../support/http.ts';
import { prepare } from '../support/walk-place.ts';

const roles = { projectadmin: 1, maintainer: 4, developer: 2, guest: 3, limitedguest: 5 };
const index = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

let app: TestApp;
let secretId: number;
let mineId: number;
let image: TestImage;
beforeAll(async () => {
  app = await startTestApp();
  secretId = await app.createProject('secret');
  mineId = await app.createProject('mine');
  for (const [name, role] of Object.entries(roles)) {
    await app.addMember(secretId, await app.createUser(name), role);
  }
  // Whoever pushes to `mine` and has nothing to do with `secret`.
  for (const name of ['pusher', 'rival']) await app.addMember(mineId, await app.createUser(name), 2);
  await app.createUser('stranger');
  ({ image } = await pushImage(app, 'admin', 'secret/app', 'v1'));
});
afterAll(() => app.close());

async function tokenOf(as: string | undefined, ...scopes: string[]): Promise<string> {
  const query = scopes.map((scope) => `&scope=${scope}`).join('');
  const answer = await app.send(as, { path: `/service/token?service=harbor-registry${query}` });
  return answer.json<{ token: string }>().token;
}

const withToken = (token: string, call: HttpRequest) =>
  app.send(undefined, { ...call, headers: { authorization: `Bearer ${token}`, ...call.headers } });
const statuses = (answers: readonly HttpAnswer[]) => answers.map(({ status }) => status);

describe('S-108, S-110: whatever is read of a private project, whatever it is made of', () => {
  const reads = async (): Promise<HttpRequest[]> => {
    const [config, layer] = image.blobs;
    const list = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: index,
        manifests: [{ mediaType: manifestType, digest: image.digest, size: image.manifest.length }],
      }),
    );
    await app.send('admin', {
      method: 'PUT',
      path: '/v2/secret/app/manifests/list',
      headers: { 'content-type': index },
      body: list,
    });
    const start = await app.send('admin', { method: 'POST', path: '/v2/secret/app/blobs/uploads/' });
    return [
      { path: '/v2/secret/app/manifests/v1' },
      { path: '/v2/secret/app/manifests/list' },
      { path: `/v2/secret/app/manifests/${image.digest}` },
      { method: 'HEAD', path: `/v2/secret/app/manifests/${image.digest}` },
      { path: `/v2/secret/app/blobs/${config?.digest}` },
      { path: `/v2/secret/app/blobs/${layer?.digest}`, headers: { range: 'bytes=0-9' } },
      { path: `/v2/secret/app/referrers/${image.digest}` },
      { path: '/v2/secret/app/tags/list' },
      { path: start.headers['location'] ?? '' },
      { path: '/v2/_catalog' },
    ];
  };

  test('strangers, nobody and robots of other projects are refused each read', async () => {
    const robot = await app.createRobot({
      name: 'elsewhere',
      project: { id: mineId, name: 'mine' },
      grants: [
        { kind: 'project', project: mineId, namespace: 'mine', resource: 'repository', action: 'pull' },
      ],
    });
    const calls = await reads();
    const scopes = ['repository:secret/app:pull', 'registry:catalog:*'];

    for (const as of [undefined, 'stranger', 'pusher', `${robot.name}:${robot.secret}`]) {
      const token = await tokenOf(as, ...scopes);
      const answers = [
        ...(await Promise.all(calls.map((call) => app.send(as, call)))),
        ...(await Promise.all(calls.map((call) => withToken(token, call)))),
      ];

      expect([as, statuses(answers)]).toEqual([as, answers.map(() => 401)]);
      expect(answers.some(({ body }) => body.includes(image.blobs[0]?.digest ?? '-'))).toBe(false);
    }
  });
});

describe('G-13, S-080: a blob is linked to another repository', () => {
  const bytes = randomBytes(200);
  const digest = digestOf(bytes);
  const grid = [true, false].flatMap((pull) =>
    [true, false].flatMap((push) =>
      [true, false].flatMap((there) =>
        [true, false].flatMap((listed) => [true, false].map((from) => ({ pull, push, there, listed, from }))),
      ),
    ),
  );

  beforeAll(async () => {
    const source = await app.createProject('source');
    const target = await app.createProject('target');
    await pushBlob(app, 'admin', 'source/full', bytes);
    await pushBlob(app, 'admin', 'source/empty', randomBytes(20));
    for (const pull of [true, false]) {
      for (const push of [true, false]) {
        const user = await app.createUser(`mount-${pull}-${push}`);
        if (pull) await app.addMember(source, user, 5);
        if (push) await app.addMember(target, user, 2);
      }
    }
  });

  test.each(grid)(
    'only by who pulls there ($pull), pushes here ($push), with a token for both ($listed): there $there, named $from',
    async ({ pull, push, there, listed, from }) => {
      const name = `target/${[pull, push, there, listed, from].map(Number).join('')}`;
      const source = there ? 'source/full' : 'source/empty';
      const scopes = [`repository:${name}:pull,push`, ...(listed ? [`repository:${source}:pull`] : [])];
      const token = await tokenOf(`mount-${pull}-${push}`, ...scopes);
      const query = from ? `&from=${source}` : '';

      const { status } = await withToken(token, {
        method: 'POST',
        path: `/v2/${name}/blobs/uploads/?mount=${digest}${query}`,
      });
      const head = await app.send('admin', { method: 'HEAD', path: `/v2/${name}/blobs/${digest}` });

      // Without `from` the registry looks where the token lets it.
      const linked = pull && push && there && listed;
      expect([status === 201, head.status === 200]).toEqual([linked, linked]);
      expect([201, 202, 401]).toContain(status);
    },
  );
});

test('G-14: a repository answers for its own blobs only, and knowing a digest saves no byte', async () => {
  const known = image.blobs[1]?.bytes ?? Buffer.alloc(0);
  const digest = digestOf(known);
  const ask = (method: string, path: string, body?: Buffer) =>
    app.send('pusher', { method, path, ...(body && { body }) });

  const absent = digestOf(randomBytes(8));
  const there = [
    await ask('HEAD', `/v2/mine/app/blobs/${digest}`),
    await ask('GET', `/v2/mine/app/blobs/${digest}`),
    await ask('POST', `/v2/mine/app/blobs/uploads/?digest=${digest}`, Buffer.alloc(0)),
    await ask('POST', `/v2/mine/app/blobs/uploads/?mount=${digest}&from=secret/app`),
  ];
  const missing = [
    await ask('HEAD', `/v2/mine/app/blobs/${absent}`),
    await ask('GET', `/v2/mine/app/blobs/${absent}`),
    await ask('POST', `/v2/mine/app/blobs/uploads/?digest=${absent}`, Buffer.alloc(0)),
    await ask('POST', `/v2/mine/app/blobs/uploads/?mount=${absent}&from=secret/app`),
  ];
  const whole = await ask('POST', `/v2/mine/app/blobs/uploads/?digest=${digest}`, known);

  expect(statuses(there)).toEqual([404, 404, 400, 202]);
  expect(statuses(missing)).toEqual(statuses(there));
  expect(whole.status).toBe(201);
});

test('G-15: lists and their numbers are of what the caller may see', async () => {
  await pushImage(app, 'admin', 'mine/app', 'v1');
  const json = async (as: string | undefined, path: string) => {
    const answer = await app.send(as, { path: `/api/v2.0${path}` });
    return { ...answer, text: answer.body.toString() };
  };

  const lists = [
    '/projects',
    '/repositories',
    '/search?q=e',
    '/projects?page_size=1',
    '/repositories?page_size=1',
  ];
  for (const as of [undefined, 'stranger', 'pusher']) {
    for (const list of lists) {
      const { status, text, headers } = await json(as, list);

      expect([as, list, status]).toEqual([as, list, 200]);
      expect(text).not.toContain('secret');
      expect(Number(headers['x-total-count'] ?? 0)).toBeLessThanOrEqual(as === 'pusher' ? 2 : 1);
    }
  }
  const { text } = await json('stranger', '/statistics');
  expect(JSON.parse(text)).toMatchObject({
    private_project_count: 0,
    private_repo_count: 0,
    total_storage_consumption: 0,
  });
});

describe('S-083: no tag name is special', () => {
  const pushed = { projectadmin: 201, maintainer: 201, developer: 201, guest: 401, limitedguest: 401 };
  const tags = ['new', 'v1', 'latest', `sha256-${'a'.repeat(64)}`, `sha256-${'a'.repeat(64)}.sig`];

  test.each(Object.entries(pushed))('%s pushes each of them, or none: %d', async (name, status) => {
    const repository = `secret/tags-${name}`;
    const one = makeImage();
    await pushImage(app, 'admin', repository, 'v1', one);
    await pushImage(app, 'admin', repository, 'latest', one);
    const other = makeImage();
    await pushImage(app, 'admin', repository, 'other', other);
    const put = (tag: string) =>
      app.send(name, {
        method: 'PUT',
        path: `/v2/${repository}/manifests/${tag}`,
        headers: { 'content-type': manifestType },
        body: other.manifest,
      });

    const answers = await Promise.all(tags.map(put));

    expect(statuses(answers)).toEqual(tags.map(() => status));
  });
});

describe('S-094, G-11: an upload', () => {
  const begin = async (repository: string) => {
    const started = await app.send('pusher', { method: 'POST', path: `/v2/${repository}/blobs/uploads/` });
    return started.headers['location'] ?? '';
  };
  const bytes = Buffer.from('the bytes of its starter');

  test('is nothing to anybody else, under whatever path, and ends with its own bytes', async () => {
    const upload = await begin('mine/upload');
    // Another repository of the same starter, which is there.
    await begin('mine/other');
    await app.send('pusher', { method: 'PATCH', path: upload, body: bytes.subarray(0, 5) });
    const id = upload.split('/').at(-1)?.split('?')[0] ?? '';
    const paths = ['mine/upload', 'mine/other', 'secret/app'].map(
      (name) => `/v2/${name}/blobs/uploads/${id}`,
    );

    const tryAll = async (who: string, path = '') => {
      const answers: HttpAnswer[] = [];
      for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
        const query = method === 'PUT' ? `?digest=${digestOf(bytes)}` : '';
        answers.push(await app.send(who, { method, path: path + query, body: 'stolen' }));
      }
      return statuses(answers);
    };

    const [own, other, closed] = [
      await tryAll('rival', paths[0]),
      await tryAll('rival', paths[1]),
      await tryAll('rival', paths[2]),
    ];
    const elsewhere = await tryAll('pusher', paths[1]);
    const end = await app.send('pusher', {
      method: 'PUT',
      path: `${upload}?digest=${digestOf(bytes)}`,
      body: bytes.subarray(5),
    });

    const nothing = [404, 404, 404, 404];
    expect({ own, other, closed }).toEqual({ own: nothing, other: nothing, closed: [401, 401, 401, 401] });
    expect(elsewhere).toEqual(nothing);
    expect(end.status).toBe(201);
  });

  test.each([
    ['who is no member any more', 'DELETE', undefined],
    ['who may only read now', 'PUT', { role_id: 3 }],
  ] as const)('G-79: is not finished by one %s', async (_who, method, body) => {
    const name = `revoked-${method.toLowerCase()}`;
    const user = await app.createUser(name);
    const project = await app.createProject(name);
    await app.addMember(project, user, 2);
    const blob = randomBytes(64);
    const token = await tokenOf(name, `repository:${name}/app:pull,push`);
    const started = await app.send(name, { method: 'POST', path: `/v2/${name}/app/blobs/uploads/` });
    const upload = started.headers['location'] ?? '';
    await app.send(name, { method: 'PATCH', path: upload, body: blob });

    const [member] = await app.database.db
      .selectFrom('project_member')
      .select('id')
      .where('user_id', '=', user)
      .execute();
    await prepare(app, method, `/projects/${name}/members/${member?.id}`, body);
    const put = { method: 'PUT', path: `${upload}?digest=${digestOf(blob)}` };
    const ends = [await app.send(name, put), await withToken(token, put)];
    const head = await app.send('admin', { method: 'HEAD', path: `/v2/${name}/app/blobs/${digestOf(blob)}` });

    expect([...statuses(ends), head.status]).toEqual([401, 401, 404]);
  });
});

test('S-095: a tampered state of an upload ends it, and is evaluated by nothing', async () => {
  const replica = await app.replica();
  const bytes = randomBytes(300);
  const started = await app.send('pusher', { method: 'POST', path: '/v2/mine/state/blobs/uploads/' });
  const upload = started.headers['location'] ?? '';
  await app.send('pusher', { method: 'PATCH', path: upload, body: bytes });
  const id = upload.split('/').at(-1)?.split('?')[0] ?? '';
  const wrong = digestOf(Buffer.from('something else'));
  await app.database.db.updateTable('upload').set({ digest: wrong }).where('id', '=', id).execute();

  const { request } = await import('../support/http.ts');
  const { basic } = await import('../support/app.ts');
  const end = await request(replica.url, {
    method: 'PUT',
    path: `${upload}?digest=${wrong}&_state=eyJhIjoxfQ`,
    headers: basic('pusher'),
  });
  const head = await app.send('pusher', { method: 'HEAD', path: `/v2/mine/state/blobs/${wrong}` });

  expect(end.status).toBeGreaterThanOrEqual(400);
  expect(head.status).toBe(404);
});

describe('S-044: a token of a project that was made anew under its name', () => {
  test('opens neither the new one nor a mount out of it', async () => {
    const user = await app.createUser('former');
    const target = await app.createProject('taker');
    await app.addMember(target, user, 2);
    const old = await app.createProject('phoenix');
    await app.addMember(old, user, 1);
    const token = await tokenOf(
      'former',
      'repository:phoenix/app:pull,push',
      'repository:taker/app:pull,push',
    );
    await prepare(app, 'DELETE', '/projects/phoenix');
    await app.createProject('phoenix');
    const { image: other } = await pushImage(app, 'admin', 'phoenix/app', 'v1');
    const mount = `/v2/taker/app/blobs/uploads/?mount=${other.blobs[0]?.digest}&from=phoenix/app`;

    const answers = [
      await withToken(token, { path: '/v2/phoenix/app/manifests/v1' }),
      await withToken(token, { method: 'POST', path: '/v2/phoenix/app/blobs/uploads/' }),
      await withToken(token, { method: 'POST', path: mount }),
    ];

    expect(statuses(answers)).toEqual([401, 401, 202]);
  });
});

test('S-043: while the database does not answer nobody gets in, and nobody is told that nothing is there', async () => {
  const broken = await startTestApp();
  await broken.createProject('hidden');
  await broken.createUser('waits');
  await broken.database.db.schema.alterTable('user_account').renameTo('user_account_away').execute();
  await broken.database.db.schema.alterTable('project').renameTo('project_away').execute();

  const answers = [
    await broken.send('waits', { path: '/api/v2.0/users/current' }),
    await broken.send('waits', { path: '/api/v2.0/projects/hidden' }),
    await broken.send(undefined, { path: '/api/v2.0/projects/hidden' }),
    await broken.send('waits', { path: '/v2/hidden/app/manifests/v1' }),
    await broken.send('waits', { method: 'PUT', path: '/v2/hidden/app/manifests/v1', body: '{}' }),
    await broken.send('waits', {
      path: '/service/token?service=harbor-registry&scope=repository:hidden/app:pull',
    }),
  ];

  await broken.close();
  expect(answers.map(({ status }) => status >= 500)).toEqual(answers.map(() => true));
});
