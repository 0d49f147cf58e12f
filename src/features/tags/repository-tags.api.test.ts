import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '#test/support/app.ts';
import { childOf, client } from '../artifacts/artifacts.fixture.ts';
import { call, pushAccessory } from '../artifacts/content.fixture.ts';

let app: TestApp;
let team: number;
beforeAll(async () => {
  app = await startTestApp();
  team = await app.createProject('team');
  await app.addMember(team, await app.createUser('visitor'), 3);
});
afterAll(() => app.close());

const list = (name: string, query = '') =>
  call(app, 'visitor', 'GET', `/projects/team/repositories/${name}/tags?${query}`);
const names = async (name: string, query: string) =>
  (await list(name, query)).json<{ name: string }[]>().map((tag) => tag.name);

test('a tag comes with what it names: an image', async () => {
  const { push } = client(app);
  const image = await push('team/a/image', { tag: 'v1', config: { os: 'linux', architecture: 'arm64' } });
  await pushAccessory(app, 'team/a/image', image.digest);

  const answer = await list('a%252Fimage');

  expect(answer.headers['x-total-count']).toBe('1');
  expect(answer.json()).toEqual([
    {
      id: expect.any(Number) as number,
      repository_id: expect.any(Number) as number,
      artifact_id: expect.any(Number) as number,
      name: 'v1',
      push_time: expect.stringMatching(/^20.*Z$/) as string,
      pull_time: '0001-01-01T00:00:00.000Z',
      immutable: false,
      digest: image.digest,
      type: 'IMAGE',
      media_type: 'application/vnd.oci.image.config.v1+json',
      manifest_media_type: 'application/vnd.oci.image.manifest.v1+json',
      size: expect.any(Number) as number,
      platforms: ['linux/arm64'],
      labels: [],
      accessory_types: ['subject.accessory'],
    },
  ]);
});

test('an index has the platforms of its children, and none for attestations', async () => {
  const { push, index } = client(app);
  const [one, other, note] = [
    await push('team/index'),
    await push('team/index', { config: { n: 2 } }),
    await push('team/index', { config: { n: 3 } }),
  ];
  const children = [
    childOf(one, { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
    childOf(other, { platform: { os: 'linux', architecture: 'amd64' } }),
    childOf(note, { platform: { os: 'unknown', architecture: 'unknown' } }),
  ];
  await index('team/index', children, { tag: 'all' });

  const [tag] = (await list('index')).json<{ platforms: string[] }[]>();

  expect(tag?.platforms).toEqual(['linux/arm64/v8', 'linux/amd64']);
});

test('labels of the artifact and immutability are told', async () => {
  const image = await client(app).push('team/kept', { tag: 'v1' });
  await client(app).push('team/kept', { tag: 'w1' });
  const label = { name: 'good', scope: 'p', project_id: team };
  const made = await call(app, 'admin', 'POST', '/labels', label);
  const id = Number(made.headers['location']?.split('/').at(-1));
  const artifact = `/projects/team/repositories/kept/artifacts/${image.digest}`;
  await call(app, 'admin', 'POST', `${artifact}/labels`, { id });
  const selector = (decoration: string, pattern: string) => ({ kind: 'doublestar', decoration, pattern });
  const rule = await call(app, 'admin', 'POST', '/projects/team/immutabletagrules', {
    action: 'immutable',
    template: 'immutable_template',
    tag_selectors: [selector('matches', 'v*')],
    scope_selectors: { repository: [selector('repoMatches', 'kept')] },
  });

  const tags = (await list('kept', 'sort=name')).json<{ labels: { name: string }[]; immutable: boolean }[]>();

  expect(rule.status).toBe(201);
  expect(tags.map(({ labels, immutable }) => [labels.map(({ name }) => name), immutable])).toEqual([
    [['good'], true],
    [[], false],
  ]);
});

test('names stand in the order of versions', async () => {
  const { digest } = await client(app).push('team/versions', { tag: 'latest' });
  const order = ['1.9.0', '1.10.0-beta', 'v1.10.0-rc2', '1.10.0-rc10', '1.10.0', '1.10.0-alpine', '1.10.1'];
  const rest = ['2', 'v2.0', '010', '20261121174650', '20261121174651', 'edge', 'latest', 'sha-9', 'sha-10'];
  const all = [...order, ...rest];
  for (const name of all.toReversed()) {
    await call(app, 'admin', 'POST', `/projects/team/repositories/versions/artifacts/${digest}/tags`, {
      name,
    });
  }

  expect(await names('versions', 'sort=name&page_size=100')).toEqual(all);
  expect(await names('versions', 'sort=-name&page_size=3')).toEqual(['sha-10', 'sha-9', 'latest']);
});

test('without an order the tag that was set last comes first, and a part of a name is found', async () => {
  for (const tag of ['a-1', 'b_1', 'bx1']) await client(app).push('team/parts', { tag, config: { tag } });

  expect(await names('parts', '')).toEqual(['bx1', 'b_1', 'a-1']);
  expect(await names('parts', 'q=name%3D~b_')).toEqual(['b_1']);
  expect(await names('parts', 'q=name%3Da-1')).toEqual(['a-1']);
  expect(await names('parts', 'page=2&page_size=2')).toEqual(['a-1']);
});

test('a repository that is not there is not found, and one of a project that is not known neither', async () => {
  await app.createProject('secret');
  await client(app).push('secret/app', { tag: 'v1' });

  const statuses = [
    (await list('nothing')).status,
    (await call(app, 'visitor', 'GET', '/projects/secret/repositories/app/tags')).status,
    (await call(app, 'visitor', 'GET', '/projects/team/repositories/..%252Fsecret%252Fapp/tags')).status,
  ];

  expect(statuses).toEqual([404, 403, 404]);
});

test('the first of 10,000 tags are read by the index of their order', async () => {
  const { digest } = await client(app).push('team/many', { tag: 'first' });
  await sql`
    insert into tag (repository_id, name, artifact_id)
    select a.repository_id, 'build-' || n, a.id from artifact a, generate_series(1, 10000) n where a.digest = ${digest}`.execute(
    app.database.db,
  );
  await sql`analyze tag`.execute(app.database.db);

  const plan = await sql<Record<string, string>>`
    explain select * from tag where repository_id = (select repository_id from artifact where digest = ${digest})
     order by name_order desc, id desc limit 15`.execute(app.database.db);

  expect(JSON.stringify(plan.rows)).toContain('tag_in_order');
  expect(await names('many', 'sort=name&page_size=3')).toEqual(['build-1', 'build-2', 'build-3']);
});
