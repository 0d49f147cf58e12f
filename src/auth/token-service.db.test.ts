import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '#src/database/pool.ts';
import {
  addMember,
  adminPassword,
  basic,
  insertProject,
  insertRobot,
  insertUser,
  openAuth,
  password,
  type Replica,
} from './people.fixture.ts';
import { handleToken } from './token-service.ts';

let auth: Awaited<ReturnType<typeof openAuth>>;
let database: Database;
let replica: Replica;
let privateProject: number;

beforeAll(async () => {
  auth = await openAuth();
  database = auth.database;
  replica = await auth.replica();
  privateProject = await insertProject(database, 'secret');
});

afterAll(() => auth.close());

const admin = basic('admin', adminPassword);
const service = 'service=harbor-registry';

function ask(query: string, authorization?: string, method = 'GET') {
  return handleToken(replica, {
    method,
    url: `/service/token?${query}`,
    authorization,
    session: undefined,
    renewSession: true,
    clientAddress: '192.0.2.1',
  });
}

interface Body {
  readonly token: string;
  readonly errors: { code: string; message: string }[];
}

const read = ({ body }: { body: string }): Body => JSON.parse(body) as Body;

async function accessOf(query: string, authorization?: string): Promise<unknown> {
  const { token } = read(await ask(`${service}&${query}`, authorization));
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    access: unknown;
  };
  return claims.access;
}

const repository = (name: string, ...actions: string[]) => ({ type: 'repository', name, actions });

test('the answer has the members that Harbor gives', async () => {
  const reply = await ask(`${service}&scope=repository:library/nginx:pull`, admin);

  expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  expect(JSON.parse(reply.body)).toEqual({
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}$/),
    access_token: '',
    expires_in: 1800,
    issued_at: '2026-01-02T03:04:05.000Z',
  });
});

test.each(['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s is 405 and names GET', async (method) => {
  const reply = await ask(service, admin, method);

  expect([reply.status, reply.headers['allow'], read(reply).errors[0]?.code]).toEqual([
    405,
    'GET',
    'METHOD_NOT_ALLOWED',
  ]);
});

test.each(['', 'service=', 'service=other', 'Service=harbor-registry'])(
  'another service (%s) is 400',
  async (query) => {
    const reply = await ask(query, admin);

    expect([reply.status, read(reply).errors[0]?.code]).toEqual([400, 'BAD_REQUEST']);
  },
);

test('without credentials and scope it is 401 with an empty body', async () => {
  const replies = [
    await ask(service),
    await ask(service, basic('admin', 'Wrong-horse-1')),
    await ask(`${service}&scope=`),
  ];

  expect(replies.map(({ status, body }) => [status, body])).toEqual(replies.map(() => [401, '']));
});

test('with credentials and without scope it is a token that allows nothing', async () => {
  await insertUser(database, 'no-scope');

  const access = await accessOf('', basic('no-scope', password));

  expect(access).toEqual([]);
});

test('without credentials one gets what is public', async () => {
  const access = await accessOf(
    'scope=repository:library/nginx:pull,push&scope=repository:secret/nginx:pull',
  );

  expect(access).toEqual([repository('library/nginx', 'pull'), repository('secret/nginx')]);
});

test('with wrong credentials and a scope one gets what is public', async () => {
  const access = await accessOf('scope=repository:library/nginx:pull', basic('nobody', 'Wrong-horse-1'));

  expect(access).toEqual([repository('library/nginx', 'pull')]);
});

test.each([
  ['projectAdmin', 1, ['pull', 'push', 'delete']],
  ['maintainer', 4, ['pull', 'push', 'delete']],
  ['developer', 2, ['pull', 'push']],
  ['guest', 3, ['pull']],
  ['limitedGuest', 5, ['pull']],
])('G-47: a %s gets every action of the role, whatever was asked', async (name, role, actions) => {
  const id = await insertUser(database, name);
  await addMember(database, privateProject, id, role);

  const access = await accessOf('scope=repository:secret/deep/er:pull,push,delete,*', basic(name, password));

  expect(access).toEqual([repository('secret/deep/er', ...actions)]);
});

test('a stranger gets nothing in a private project', async () => {
  await insertUser(database, 'stranger');

  const access = await accessOf('scope=repository:secret/x:pull', basic('stranger', password));

  expect(access).toEqual([repository('secret/x')]);
});

test('S-010: a private project and none at all look the same', async () => {
  const accesses = [
    await accessOf('scope=repository:secret/x:pull'),
    await accessOf('scope=repository:nothing/x:pull'),
  ];

  expect(accesses).toEqual([[repository('secret/x')], [repository('nothing/x')]]);
});

test('robots get their grants: a project robot that pushes pulls too', async () => {
  const grant = {
    kind: 'project',
    namespace: privateProject,
    resource: 'repository',
    action: 'push',
  } as const;
  const { secret } = await insertRobot(database, 'ci', { projectId: privateProject, grants: [grant] });

  const access = await accessOf(
    'scope=repository:secret/x:pull&scope=repository:library/x:push',
    basic('robot$secret+ci', secret),
  );

  expect(access).toEqual([repository('secret/x', 'pull', 'push'), repository('library/x', 'pull')]);
});

test('scopes may be repeated and several may stand in one, each repository comes once', async () => {
  const query =
    'scope=repository:library/a:pull%20repository:library/b:push&scope=repository:library/a:push+repository:library/c:pull';

  const access = await accessOf(query);

  expect(access).toEqual(['a', 'b', 'c'].map((name) => repository(`library/${name}`, 'pull')));
});

test('G-47: the catalog is for system administrators and robots granted it', async () => {
  const catalog = { kind: 'system', namespace: '/', resource: 'catalog', action: 'read' } as const;
  const { secret } = await insertRobot(database, 'catalog', { grants: [catalog] });
  await insertUser(database, 'no-catalog');

  const accesses = [
    await accessOf('scope=registry:catalog:*', admin),
    await accessOf('scope=registry:catalog:*', basic('robot$catalog', secret)),
    await accessOf('scope=registry:catalog:*', basic('no-catalog', password)),
    await accessOf('scope=registry:catalog:*'),
  ];

  const entry = (...actions: string[]) => [{ type: 'registry', name: 'catalog', actions }];
  expect(accesses).toEqual([entry('*'), entry('*'), entry(), entry()]);
});

test.each([
  'library/../secret/x',
  'library/UPPER',
  '',
  'library',
  'library//x',
  `library/${'x'.repeat(300)}`,
  'library/x/',
  '__proto__/x',
])('G-47: an impossible name (%j) gets no action, for an administrator either', async (name) => {
  const access = await accessOf(`scope=${encodeURIComponent(`repository:${name}:pull`)}`, admin);

  expect(access).toEqual([repository(name)]);
});

test.each([
  'repository',
  'repository:library/x',
  ':library/x:pull',
  'registry:other:*',
  'project:library:admin',
  'repository(plugin):library/x:pull',
])('G-47: a scope of no known kind (%j) is left out', async (scope) => {
  const access = await accessOf(`scope=${encodeURIComponent(scope)}`, admin);

  expect(access).toEqual([]);
});

test('G-47: a hundred scopes fit into a token that is accepted, one more is 400', async () => {
  const scopes = (count: number) =>
    Array.from({ length: count }, (_, i) => `scope=repository:library/x${i}:pull`).join('&');

  const good = await ask(`${service}&${scopes(100)}`, admin);
  const bad = await ask(`${service}&${scopes(101)}`, admin);

  expect(replica.tokens.verify(read(good).token)?.access.size).toBe(100);
  expect([bad.status, read(bad).errors[0]?.message]).toEqual([400, expect.stringContaining('at most 100')]);
});

test('G-47: names that would not fit into a header are 400', async () => {
  const long = Array.from(
    { length: 40 },
    (_, i) => `scope=repository:library/${'x'.repeat(220)}${i}:pull`,
  ).join('&');

  const reply = await ask(`${service}&${long}`, admin);

  expect(reply.status).toBe(400);
});

test('a token is no credential for the next token', async () => {
  const { token } = read(await ask(`${service}&scope=repository:library/x:pull`, admin));

  const again = await ask(service, `Bearer ${token}`);
  const access = await accessOf('scope=repository:library/x:push', `Bearer ${token}`);

  expect(again.status).toBe(401);
  expect(access).toEqual([repository('library/x', 'pull')]);
});

test('a steady client costs neither query nor hash', async () => {
  const query = `${service}&scope=repository:library/nginx:pull`;
  await ask(query, admin);
  const before = replica.database.sent.count;

  for (let i = 0; i < 100; i++) await ask(query, admin);

  expect(replica.database.sent.count).toBe(before);
});
