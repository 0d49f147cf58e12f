import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { call, changesOf } from '../artifacts/content.fixture.ts';

let app: TestApp;
let name: string;
let repository: string;
let made = 0;
beforeAll(async () => {
  app = await startTestApp();
  const project = await app.createProject('team');
  for (const [who, role] of [
    ['dev', 2],
    ['keeper', 4],
    ['visitor', 3],
  ] as const) {
    await app.addMember(project, await app.createUser(who), role);
  }
});
afterAll(() => app.close());
beforeEach(() => {
  name = `app-${(made += 1)}`;
  repository = `team/${name}`;
});

const path = (reference: string) => `/projects/team/repositories/${name}/artifacts/${reference}/tags`;
const create = (reference: string, tag: unknown, who = 'dev') =>
  call(app, who, 'POST', path(reference), { name: tag });
const remove = (reference: string, tag: string, who = 'keeper') =>
  call(app, who, 'DELETE', `${path(reference)}/${tag}`);
const pulled = async (tag: string) =>
  (await app.send('admin', { path: `/v2/${repository}/manifests/${tag}` })).headers['docker-content-digest'];

test('a new tag names the artifact at once; Harbor: without a Location', async () => {
  const { image } = await pushImage(app, 'admin', repository, 'v1');

  const answer = await create('v1', 'v2');

  expect([answer.status, answer.body.length, answer.headers['location']]).toEqual([201, 0, undefined]);
  expect(await pulled('v2')).toBe(image.digest);
});

test('S-140: a tag of another artifact moves, and the log tells from where to where', async () => {
  const { image: old } = await pushImage(app, 'admin', repository, 'latest');
  const { image } = await pushImage(app, 'admin', repository, 'v2');
  await pulled('latest');

  const answer = await create(image.digest, 'latest');

  expect(answer.status).toBe(201);
  expect(await pulled('latest')).toBe(image.digest);
  expect(await changesOf(app, repository)).toEqual([
    {
      username: 'dev',
      operation: 'create',
      resource_type: 'tag',
      resource: `${repository}:latest`,
      detail: { digest: image.digest, from: old.digest },
    },
  ]);
});

test('a tag that is there already stays as it is, without an audit entry', async () => {
  await pushImage(app, 'admin', repository, 'v1');
  const before = await call(app, 'visitor', 'GET', path('v1'));

  const answer = await create('v1', 'v1');

  expect(answer.status).toBe(201);
  expect((await call(app, 'visitor', 'GET', path('v1'))).json()).toEqual(before.json());
  expect(await changesOf(app, repository)).toEqual([]);
});

test.each(['', '.a', '-a', 'a b', 'a/b', 'ä', 'a\r\nx: y', 'x'.repeat(129)])(
  'G-04: %j is no tag',
  async (tag) => {
    await pushImage(app, 'admin', repository, 'v1');

    const answer = await create('v1', tag);

    expect([answer.status, answer.code]).toEqual([400, 'BAD_REQUEST']);
  },
);

test.each(['latest', 'sha256-x.att', '__proto__', 'constructor', 'x'.repeat(128)])(
  'S-083: %s is a tag like any other',
  async (tag) => {
    const { image } = await pushImage(app, 'admin', repository, 'v1');

    const answers = [await create('v1', tag), await create('v1', tag, 'visitor')];

    expect(answers.map(({ status }) => status)).toEqual([201, 403]);
    expect(await pulled(tag)).toBe(image.digest);
  },
);

test('a deleted tag leaves the artifact and its other tags', async () => {
  const { image } = await pushImage(app, 'admin', repository, 'v1');
  await create('v1', 'v2');
  await pulled('v1');

  const answer = await remove(image.digest, 'v1');

  expect([answer.status, answer.body.length]).toEqual([200, 0]);
  expect([await pulled('v1'), await pulled('v2')]).toEqual([undefined, image.digest]);
  expect((await changesOf(app, repository)).at(-1)).toMatchObject({
    operation: 'delete',
    resource_type: 'tag',
    resource: `${repository}:v1`,
    detail: { digest: image.digest },
  });
});

test('the tag of another artifact is not found here and stays', async () => {
  const { image: other } = await pushImage(app, 'admin', repository, 'other');
  const { image } = await pushImage(app, 'admin', repository, 'v1');

  const answers = [await remove(image.digest, 'other'), await remove(image.digest, 'none')];

  expect(answers.map(({ status, code }) => [status, code])).toEqual([
    [404, 'NOT_FOUND'],
    [404, 'NOT_FOUND'],
  ]);
  expect(await pulled('other')).toBe(other.digest);
});

test('a developer may set tags but not delete them', async () => {
  await pushImage(app, 'admin', repository, 'v1');

  expect((await create('v1', 'v2')).status).toBe(201);
  expect((await remove('v1', 'v2', 'dev')).status).toBe(403);
});

test("the list has Harbor's shape, pages and can be searched", async () => {
  const { image } = await pushImage(app, 'admin', repository, 'a-1');
  for (const tag of ['a-2', 'b_1', 'bx1']) await create('a-1', tag);
  const get = (query: string) => call(app, 'visitor', 'GET', `${path(image.digest)}?${query}`);
  const names = async (query: string) => (await get(query)).json<{ name: string }[]>().map((tag) => tag.name);

  const first = await get('page_size=2&with_immutable_status=true');

  expect(first.headers).toMatchObject({
    'x-total-count': '4',
    link: expect.stringContaining('page=2') as string,
  });
  const [tag] = first.json<Record<string, unknown>[]>();
  expect(tag).toEqual({
    id: expect.any(Number) as number,
    repository_id: expect.any(Number) as number,
    artifact_id: expect.any(Number) as number,
    name: 'a-1',
    push_time: expect.stringMatching(/^20.*Z$/) as string,
    pull_time: '0001-01-01T00:00:00.000Z',
    immutable: false,
  });
  expect(await names('sort=-name')).toEqual(['bx1', 'b_1', 'a-2', 'a-1']);
  expect(await names('q=name%3D~b_')).toEqual(['b_1']);
  expect(await names('q=name%3Da-2')).toEqual(['a-2']);
  expect(await names('page=9')).toEqual([]);
});

test('of two that set one new tag at once, each has set it, one after the other', async () => {
  const [one, other] = [makeImage(), makeImage()];
  for (const image of [one, other]) await pushImage(app, 'admin', repository, image.digest, image);

  for (let round = 0; round < 8; round++) {
    await Promise.all([create(one.digest, `new-${round}`), create(other.digest, `new-${round}`)]);
    const [first, second] = (await changesOf(app, repository)).slice(-2).map(({ detail }) => detail ?? {});

    expect(first).toEqual({ digest: expect.any(String) as string });
    expect(second).toEqual({ digest: await pulled(`new-${round}`), from: first?.['digest'] });
  }
});
