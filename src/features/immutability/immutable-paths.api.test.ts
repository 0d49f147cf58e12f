import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, letLeasesEnd, pushAccessory, pushIndex } from '#src/features/artifacts/content.fixture.ts';
import {
  makeImage,
  pushBlob,
  pushImage,
  startTestApp,
  type TestApp,
  type TestImage,
} from '#test/support/app.ts';
import type { HttpAnswer } from '#test/support/http.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

let app: TestApp;
let name: string;
let repository: string;
let image: TestImage;
let other: TestImage;
let made = 0;
let rule: number;
beforeAll(async () => {
  app = await startTestApp();
  await app.createProject('team');
  rule = await protect('v*');
});
afterAll(() => app.close());
beforeEach(async () => {
  name = `app-${(made += 1)}`;
  repository = `team/${name}`;
  image = (await pushImage(app, 'admin', repository, 'v1')).image;
  other = (await pushImage(app, 'admin', repository, 'latest')).image;
});

async function protect(tag: string, pattern = '**'): Promise<number> {
  const answer = await call(app, 'admin', 'POST', '/projects/team/immutabletagrules', {
    tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: tag }],
    scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern }] },
  });
  expect(answer.status).toBe(201);
  return Number(answer.headers['location']?.split('/').at(-1));
}

const put = (reference: string, { manifest }: TestImage, query = '') =>
  app.send('admin', {
    method: 'PUT',
    path: `/v2/${repository}/manifests/${reference}${query}`,
    headers: { 'content-type': manifestType },
    body: manifest,
  });
const remove = (path: string) => app.send('admin', { method: 'DELETE', path });
const artifacts = () => `/projects/team/repositories/${name}/artifacts`;
const digestOf = async (tag: string) =>
  (await app.send('admin', { method: 'HEAD', path: `/v2/${repository}/manifests/${tag}` })).headers[
    'docker-content-digest'
  ];
async function push(one: TestImage): Promise<void> {
  for (const { bytes } of one.blobs) await pushBlob(app, 'admin', repository, bytes);
}

const updated = 'the tag v1 configured as immutable, cannot be updated';
const deleted = 'the tag v1 configured as immutable, cannot be deleted';
const namedRule = () => ({
  id: rule,
  tag: { decoration: 'matches', pattern: 'v*' },
  repository: { decoration: 'repoMatches', pattern: '**' },
});
const contains = 'the project contains repositories, can not be deleted';
const overwritten = () => `Failed to process request due to '${name}:v1' configured as immutable.`;

describe('G-86: an immutable tag stays what it is, whichever way is tried', () => {
  const paths: [string, () => Promise<HttpAnswer>, () => string][] = [
    ['a push of something else', () => put('v1', other), overwritten],
    ['a push of the same', () => put('v1', image), overwritten],
    ['S-085: a push by digest with ?tag=', () => put(other.digest, other, '?tag=a&tag=v1'), overwritten],
    [
      'a new image under it',
      async () => {
        const fresh = makeImage();
        await push(fresh);
        return put('v1', fresh);
      },
      overwritten,
    ],
    [
      'POST tags of another artifact',
      () => call(app, 'admin', 'POST', `${artifacts()}/latest/tags`, { name: 'v1' }),
      () => updated,
    ],
    ['DELETE of the tag', () => call(app, 'admin', 'DELETE', `${artifacts()}/v1/tags/v1`), () => deleted],
    ['DELETE of the tag on /v2', () => remove(`/v2/${repository}/manifests/v1`), () => deleted],
    ['DELETE of the artifact by tag', () => call(app, 'admin', 'DELETE', `${artifacts()}/v1`), () => deleted],
    [
      'DELETE of the artifact by digest',
      () => call(app, 'admin', 'DELETE', `${artifacts()}/${image.digest}`),
      () => deleted,
    ],
    [
      'S-098: DELETE by digest on /v2',
      () => remove(`/v2/${repository}/manifests/${image.digest}`),
      () => deleted,
    ],
    [
      'DELETE of the repository',
      () => call(app, 'admin', 'DELETE', `/projects/team/repositories/${name}`),
      () => deleted,
    ],
    ['DELETE of the project', () => call(app, 'admin', 'DELETE', '/projects/team'), () => contains],
    [
      'a copy onto it',
      async () => {
        await pushImage(app, 'admin', `team/source-${name}`, 'v1');
        return call(app, 'admin', 'POST', `${artifacts()}?from=team/source-${name}:v1`);
      },
      () => updated,
    ],
  ];

  test.each(paths)('%s is refused with the rule', async (_path, attempt, message) => {
    const answer = await attempt();

    expect([answer.status, answer.code]).toEqual([412, 'PRECONDITION']);
    const [error] = answer.json<{ errors: { message: string; detail?: unknown }[] }>().errors;
    expect(error?.message).toBe(message());
    const immutable_rule = namedRule();
    if (message() !== contains) expect(error?.detail).toEqual({ tag: 'v1', immutable_rule });
    expect(await digestOf('v1')).toBe(image.digest);
    expect([await digestOf('latest'), await digestOf('a')]).toEqual([other.digest, undefined]);
  });

  test('DELETE of an index whose signature has an immutable tag', async () => {
    const index = await pushIndex(app, repository, [other], 'multi');
    await pushAccessory(app, repository, index, 'v-signature');

    const answer = await call(app, 'admin', 'DELETE', `${artifacts()}/multi`);

    expect([answer.status, await digestOf('multi')]).toEqual([412, index]);
  });

  test('garbage collection of everything untagged', async () => {
    await letLeasesEnd(app);

    const started = await call(app, 'admin', 'POST', '/system/gc/schedule', {
      schedule: { type: 'Manual' },
      parameters: { delete_untagged: true },
    });

    expect(started.status).toBe(201);
    const running = () =>
      app.database.db.selectFrom('execution').select('id').where('status', '=', 'Running').execute();
    await expect.poll(running, { timeout: 20_000 }).toEqual([]);
    expect((await app.send('admin', { path: `/v2/${repository}/manifests/v1` })).status).toBe(200);
  });
});

test('a case variant is another tag, which the pattern does not know', async () => {
  expect((await put('V1', image)).status).toBe(201);
  expect((await put('V1', other)).status).toBe(201);
});

test('the first push of a matching tag is let through, of an image or with the API', async () => {
  const fresh = makeImage();
  await push(fresh);

  expect((await put('v2', fresh)).status).toBe(201);
  const added = await call(app, 'admin', 'POST', `${artifacts()}/latest/tags`, { name: 'v3' });

  expect(added.status).toBe(201);
  expect([await digestOf('v2'), await digestOf('v3')]).toEqual([fresh.digest, other.digest]);
});

test('setting a tag on the artifact that has it already changes nothing and is answered as done', async () => {
  const { status } = await call(app, 'admin', 'POST', `${artifacts()}/v1/tags`, { name: 'v1' });

  expect(status).toBe(201);
});

test('a rule is for its repositories, counts at once, and no longer when it is disabled or gone', async () => {
  const id = await protect('latest', `app-${made}`);
  const path = `/projects/team/immutabletagrules/${id}`;

  const withRule = await put('latest', image);
  await call(app, 'admin', 'PUT', path, { disabled: true });
  const disabled = await put('latest', image);
  await call(app, 'admin', 'PUT', path, { disabled: false });
  const again = await put('latest', other);
  await call(app, 'admin', 'DELETE', path);
  const without = await put('latest', other);

  expect([withRule, disabled, again, without].map(({ status }) => status)).toEqual([412, 201, 412, 201]);
});

test('a push on a replica that has not heard of a new rule goes by it all the same', async () => {
  const replica = await app.replica();
  const { directory } = replica.app.registry;
  const stale = await directory.project('team');
  const id = await protect('latest');
  // As if the notification were still on its way.
  const known = await directory.project('team');
  Object.assign(known ?? {}, { protection: stale?.protection });

  const answer = await fetch(`${replica.url}/v2/${repository}/manifests/latest`, {
    method: 'PUT',
    headers: { 'content-type': manifestType, authorization: `Basic ${btoa('admin:Harbor12345')}` },
    body: new Uint8Array(image.manifest),
  });

  expect(answer.status).toBe(412);
  await call(app, 'admin', 'DELETE', `/projects/team/immutabletagrules/${id}`);
});

test('immutable: true is shown when it is asked for', async () => {
  const status = async (path: string) =>
    (await call(app, 'admin', 'GET', path)).json<{ name: string; immutable: boolean }[]>();
  const listed = (await call(app, 'admin', 'GET', `${artifacts()}?with_immutable_status=true`)).json<
    { tags: { name: string; immutable: boolean; immutable_rule?: object }[] }[]
  >();

  expect(listed.flatMap(({ tags }) => tags).map((tag) => [tag.name, tag.immutable])).toEqual(
    expect.arrayContaining([
      ['v1', true],
      ['latest', false],
    ]),
  );
  const { immutable_rule } = listed.flatMap(({ tags }) => tags).find((tag) => tag.name === 'v1') ?? {};
  expect(immutable_rule).toEqual(namedRule());
  expect(await status(`${artifacts()}/v1/tags?with_immutable_status=true`)).toMatchObject([
    { immutable: true },
  ]);
  expect(await status(`${artifacts()}/v1/tags`)).toMatchObject([{ immutable: false }]);
});

test('G-80: the rules of a deleted project do not come back with its name', async () => {
  await call(app, 'admin', 'POST', '/projects', { project_name: 'again' });
  await call(app, 'admin', 'POST', '/projects/again/immutabletagrules', {
    tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: '**' }],
    scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
  });
  await call(app, 'admin', 'DELETE', '/projects/again');
  await call(app, 'admin', 'POST', '/projects', { project_name: 'again' });

  const one = await pushImage(app, 'admin', 'again/app', 'v1');
  const two = await pushImage(app, 'admin', 'again/app', 'v1');

  expect([one.answer.status, two.answer.status]).toEqual([201, 201]);
});
