import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/support/app.ts';
import { childOf, client } from './artifacts.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const helm = 'application/vnd.cncf.helm.config.v1+json';

test('artifacts of a project come from all of its repositories and from no other project', async () => {
  await app.createProject('every');
  await app.createProject('every-other');
  const { push, get } = client(app);
  const first = await push('every/a', { tag: '1' });
  const second = await push('every/b/c', { tag: '1' });
  await push('every-other/a', { tag: '1' });

  const { body, headers } = await get('/projects/every/artifacts');

  expect(headers['x-total-count']).toBe('2');
  expect(body).toMatchObject([
    { digest: first.digest, repository_name: 'every/a', tags: [{ name: '1' }] },
    { digest: second.digest, repository_name: 'every/b/c' },
  ]);
});

test('a filter narrows the artifacts of a project', async () => {
  await app.createProject('narrow');
  const { push, get } = client(app);
  await push('narrow/image', { tag: '1' });
  const chart = await push('narrow/chart', { tag: '1', configType: helm });

  const byType = await get('/projects/narrow/artifacts?q=type=CHART');
  const byName = await get('/projects/narrow/artifacts?q=repository_name=~CHART');

  for (const { body } of [byType, byName]) {
    expect(body.map((one: { digest: string }) => one.digest)).toEqual([chart.digest]);
  }
});

test('latest_in_repository shows the newest of one kind in each repository', async () => {
  await app.createProject('latest');
  const { push, index, get } = client(app);
  await push('latest/a', { tag: '1', configType: helm });
  const a = await push('latest/a', { tag: '2', configType: helm });
  const image = await push('latest/a', { tag: 'image' });
  await index('latest/a', [childOf(image)], { tag: 'index' });
  await push('latest/b', { tag: 'image' });
  const c = await push('latest/c', { tag: '1', configType: helm });
  const path = '/projects/latest/artifacts?latest_in_repository=true';

  const charts = await get(`${path}&q=media_type=${encodeURIComponent(helm)}`);
  const newestFirst = await get(
    `${path}&q=artifact_type=${encodeURIComponent(helm)}&sort=-push_time&page_size=1`,
  );

  expect(charts.headers['x-total-count']).toBe('2');
  expect(charts.body.map((one: { digest: string }) => one.digest)).toEqual([a.digest, c.digest]);
  expect(newestFirst.headers['x-total-count']).toBe('2');
  expect(newestFirst.body.map((one: { digest: string }) => one.digest)).toEqual([c.digest]);
});

test.each(['', '&q=type=IMAGE', '&q=media_type=a/b,artifact_type=a/b'])(
  'latest_in_repository needs either media_type or artifact_type: %s does not do',
  async (query) => {
    const { get } = client(app);

    const { status, body } = await get(`/projects/library/artifacts?latest_in_repository=true${query}`);

    expect([status, body.errors[0].message]).toEqual([
      400,
      "either 'media_type' or 'artifact_type' must be specified, but not both, when querying with latest_in_repository",
    ]);
  },
);

test('a page costs the same statements for 2 artifacts as for 40', async () => {
  const { push, index, get } = client(app);
  const image = await push('library/cost', { tag: 't' });
  await index('library/cost', [childOf(image)], { tag: 'i' });
  const sent = () => app.app.registry.database.sent.count;
  const flags = [
    'label',
    'accessory',
    'inherited_accessory',
    'immutable_status',
    'scan_overview',
    'sbom_overview',
  ];
  const path = `/projects/library/repositories/cost/artifacts?page_size=100&${flags.map((flag) => `with_${flag}=true`).join('&')}`;
  const costOf = async (): Promise<number> => {
    const before = sent();
    await get(path);
    return sent() - before;
  };
  await costOf();
  const bare = await costOf();
  await push('library/cost', { subject: image, config: { os: 'signature' } });
  await sql`
    with made as (insert into label (name, scope) values ('cost', 'g') returning id)
    insert into artifact_label (artifact_id, label_id) select a.id, made.id from artifact a, made
     where a.digest = ${image.digest}`.execute(app.database.db);
  await costOf();
  const few = await costOf();
  for (let i = 0; i < 40; i += 1) await push('library/cost', { tag: `t${i}`, config: { os: String(i) } });

  const cold = await costOf();
  const warm = await costOf();

  // The page, the rules of immutable tags, and one for each kind of thing beside: tags, labels, two sorts of accessories, children.
  expect([few, warm]).toEqual([7, 7]);
  // Nobody has labels or accessories of its own.
  expect(bare).toBe(5);
  // Where the configs are, and what they said.
  expect(cold).toBe(9);
});

test('an artifact with 3,000 tags shows the 1,000 newest of them', async () => {
  const { push, get } = client(app);
  const { digest } = await push('library/many', { tag: 'latest' });
  const { id, repository_id } = await app.database.db
    .selectFrom('artifact')
    .select(['id', 'repository_id'])
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  const tags = Array.from({ length: 3_000 }, (_, i) => ({ repository_id, name: `v${i}`, artifact_id: id }));
  await app.database.db.insertInto('tag').values(tags).execute();

  const { body } = await get('/projects/library/repositories/many/artifacts');

  expect(body[0].tags).toHaveLength(1_000);
  expect(body[0].tags.at(-1).name).toBe('v2999');
});

test('who may not read a project learns nothing of its artifacts', async () => {
  await app.createProject('closed');
  await app.createUser('nosy');
  const { push } = client(app);
  const { digest } = await push('closed/app', { tag: '1' });
  const paths = [
    '/projects/closed/artifacts',
    '/projects/closed/repositories/app/artifacts',
    `/projects/closed/repositories/app/artifacts/${digest}`,
    `/projects/closed/repositories/app/artifacts/${digest}/accessories`,
  ];

  for (const path of paths) {
    const unknown = path.replace('closed', 'nowhere');
    const [there, nowhere] = [await client(app, 'nosy').get(path), await client(app, 'nosy').get(unknown)];
    expect([there.status, nowhere.status]).toEqual([403, 403]);
    expect(there.body).toEqual(nowhere.body);
  }
});
