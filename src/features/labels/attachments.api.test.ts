import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
let digest: string;
let made = 0;
let repository: string;
let project: number;
beforeAll(async () => {
  app = await startTestApp();
  project = await app.createProject('team');
  await app.createProject('foreign');
  for (const [name, role] of [
    ['dev', 2],
    ['visitor', 3],
  ] as const) {
    await app.addMember(project, await app.createUser(name), role);
  }
});
afterAll(() => app.close());

beforeEach(async () => {
  repository = `app-${(made += 1)}`;
  const { image } = await pushImage(app, 'dev', `team/${repository}`, 'v1', makeImage(made));
  digest = image.digest;
});

const call = (who: string, method: string, path: string, body?: object) =>
  app.send(who, {
    method,
    path: `/api/v2.0${path}`,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });

const path = (reference = 'v1') => `/projects/team/repositories/${repository}/artifacts/${reference}/labels`;

async function make(scope: 'g' | 'p', project_id = project): Promise<number> {
  const body = { name: `label ${(made += 1)}`, scope, project_id };
  const { headers } = await call('admin', 'POST', '/labels', body);
  return Number(headers['location']?.split('/').at(-1));
}

async function attached(): Promise<number[]> {
  const rows = await app.database.db
    .selectFrom('artifact_label')
    .innerJoin('artifact', 'artifact.id', 'artifact_label.artifact_id')
    .select('label_id')
    .where('digest', '=', digest)
    .orderBy('label_id')
    .execute();
  return rows.map(({ label_id }) => label_id);
}

test('an artifact takes labels of its project and of the registry, by tag or digest', async () => {
  const [own, global] = [await make('p'), await make('g')];

  const byTag = await call('dev', 'POST', path(), { id: own });
  const byDigest = await call('dev', 'POST', path(digest), { id: global });

  expect([byTag.status, byDigest.status]).toEqual([200, 200]);
  expect(byTag.body.toString()).toBe('');
  expect(await attached()).toEqual([own, global]);
});

test('a label that is there already is a conflict', async () => {
  const id = await make('p');
  await call('dev', 'POST', path(), { id });

  const again = await call('dev', 'POST', path(), { id });

  expect([again.status, again.code]).toEqual([409, 'CONFLICT']);
  expect(await attached()).toEqual([id]);
});

test('of ten that attach one label at once one wins, and nobody fails otherwise', async () => {
  const id = await make('p');

  const replies = await Promise.all(Array.from({ length: 10 }, () => call('dev', 'POST', path(), { id })));

  const statuses = replies.map(({ status }) => status).sort((a, b) => a - b);
  expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
});

test('R1: a label of another project is not there, exactly as one that never was', async () => {
  const { project_id } = await app.database.db
    .selectFrom('project')
    .select('project_id')
    .where('name', '=', 'foreign')
    .executeTakeFirstOrThrow();
  const id = await make('p', project_id);

  const foreign = await call('admin', 'POST', path(), { id });
  const missing = await call('admin', 'POST', path(), { id: 2_000_000_000 });

  expect([foreign.status, missing.status]).toEqual([404, 404]);
  expect(foreign.body.toString().replace(String(id), 'N')).toBe(
    missing.body.toString().replace('2000000000', 'N'),
  );
  expect(await attached()).toEqual([]);
});

test.each([
  ['an artifact', () => path('none')],
  ['a repository', () => '/projects/team/repositories/none/artifacts/v1/labels'],
  ['a label', () => path()],
])('%s that is not there is a 404', async (_what, where) => {
  const reply = await call('dev', 'POST', where(), { id: where() === path() ? 777_777 : await make('p') });

  expect([reply.status, reply.code]).toEqual([404, 'NOT_FOUND']);
});

test('a body without an id names no label', async () => {
  expect((await call('dev', 'POST', path(), {})).status).toBe(404);
  expect((await call('dev', 'POST', path())).status).toBe(422);
});

test('a label is taken off, once', async () => {
  const id = await make('p');
  await call('dev', 'POST', path(), { id });

  const [first, second] = [
    await call('dev', 'DELETE', `${path()}/${id}`),
    await call('dev', 'DELETE', `${path()}/${id}`),
  ];

  expect([first.status, second.status]).toEqual([200, 404]);
  expect(await attached()).toEqual([]);
});

test('who may only read attaches and takes off nothing', async () => {
  const id = await make('p');
  await call('dev', 'POST', path(), { id });

  expect((await call('visitor', 'POST', path(), { id: await make('g') })).status).toBe(403);
  expect((await call('visitor', 'DELETE', `${path()}/${id}`)).status).toBe(403);
  expect(await attached()).toEqual([id]);
});

test('deleting a label takes it off every artifact and leaves the artifact', async () => {
  const id = await make('p');
  await call('dev', 'POST', path(), { id });

  await call('admin', 'DELETE', `/labels/${id}`);

  expect(await attached()).toEqual([]);
  const pulled = await app.send('dev', { path: `/v2/team/${repository}/manifests/v1` });
  expect(pulled.status).toBe(200);
});

test('G-80: a label of a deleted one’s name is on nothing', async () => {
  const body = { name: 'again', scope: 'p', project_id: project };
  const create = async () =>
    Number((await call('admin', 'POST', '/labels', body)).headers['location']?.split('/').at(-1));
  const id = await create();
  await call('dev', 'POST', path(), { id });
  const before = await attached();
  await call('admin', 'DELETE', `/labels/${id}`);

  const next = await create();

  expect(before).toHaveLength(1);
  expect(next).not.toBe(id);
  expect(await attached()).toEqual([]);
});

test('G-71: attaching and taking off are an audit entry each', async () => {
  const id = await make('g');
  await call('dev', 'POST', path(), { id });
  await call('dev', 'DELETE', `${path()}/${id}`);

  const entries = await app.database.db
    .selectFrom('audit_log')
    .select(['operation', 'resource_type', 'username', 'detail'])
    .where('resource', '=', `team/${repository}@${digest}`)
    .where('operation', '=', 'update')
    .orderBy('id')
    .execute();

  const name = expect.stringMatching(/^label \d+$/);
  const entry = { operation: 'update', resource_type: 'artifact', username: 'dev' };
  expect(entries).toEqual([
    { ...entry, detail: { label_added: name } },
    { ...entry, detail: { label_removed: name } },
  ]);
});
