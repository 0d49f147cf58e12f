import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/support/app.ts';
import { childOf, client, type Pushed } from './artifacts.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** A repository with images `one`, `two` (also `second`), an untagged one, and an index of two platforms. */
async function repositoryOf(name: string) {
  const api = client(app);
  const repository = `library/${name}`;
  const one = await api.push(repository, { tag: 'one' });
  const two = await api.push(repository, { tag: 'two' });
  await tag(repository, two, 'second');
  const untagged = await api.push(repository);
  const amd64 = await api.push(repository);
  const arm64 = await api.push(repository);
  const children = [
    childOf(amd64, { platform: { architecture: 'amd64', os: 'linux' } }),
    childOf(arm64, {
      platform: { architecture: 'arm64', os: 'linux', variant: 'v8', 'os.features': ['x'] },
      annotations: { a: 'b' },
    }),
  ];
  const index = await api.index(repository, children, { tag: 'multi', annotations: { note: 'both' } });
  const path = `/projects/library/repositories/${name}/artifacts`;
  const names: Record<string, string> = {};
  for (const [key, { digest }] of Object.entries({ one, two, untagged, amd64, arm64, index }))
    names[digest] = key;
  return {
    ...api,
    path,
    one,
    two,
    index,
    amd64,
    arm64,
    async list(query: string) {
      const { body } = await api.get(`${path}?page_size=100&${query}`);
      return body.map(({ digest }: { digest: string }) => names[digest] ?? digest);
    },
  };
}

async function tag(repository: string, { digest, mediaType }: Pushed, name: string) {
  const path = `/v2/${repository}/manifests/${digest}`;
  const { body } = await app.send('admin', { method: 'GET', path });
  const headers = { 'content-type': mediaType };
  await app.send('admin', { method: 'PUT', path: `/v2/${repository}/manifests/${name}`, headers, body });
}

test('a list leaves out the untagged children of indexes, and base=* shows them', async () => {
  const { list } = await repositoryOf('base');

  expect(await list('')).toEqual(['one', 'two', 'untagged', 'index']);
  expect(await list('q=base%3D*')).toEqual(['one', 'two', 'untagged', 'amd64', 'arm64', 'index']);
});

test('a child of an index is listed once it has a tag of its own', async () => {
  const { list, amd64 } = await repositoryOf('child');
  await tag('library/child', amd64, 'amd64');

  expect(await list('')).toEqual(['one', 'two', 'untagged', 'amd64', 'index']);
});

test('q filters by tags: any, none, exact, part, one of, all of', async () => {
  const { list } = await repositoryOf('tags');

  expect(await list('q=tags%3D*')).toEqual(['one', 'two', 'index']);
  expect(await list('q=tags%3Dnil')).toEqual(['untagged']);
  expect(await list('q=tags%3Dsecond')).toEqual(['two']);
  expect(await list('q=tags%3D~O')).toEqual(['one', 'two']);
  expect(await list('q=tags%3D%7Bone multi%7D')).toEqual(['one', 'index']);
  expect(await list('q=tags%3D(two second)')).toEqual(['two']);
  expect(await list('q=tags%3D(two one)')).toEqual([]);
});

test('a fuzzy tag takes % and _ for themselves', async () => {
  const { list, push } = await repositoryOf('fuzzy');
  const odd = await push('library/fuzzy', { tag: 'a_b' });

  expect(await list('q=tags%3D~_')).toEqual([odd.digest]);
  expect(await list('q=tags%3D~%25')).toEqual([]);
});

test('q filters by labels that an artifact carries all', async () => {
  const { list, one, two } = await repositoryOf('labels');
  const ids = [];
  for (const name of ['labels-1', 'labels-2']) {
    const { id } = await app.database.db
      .insertInto('label')
      .values({ name, scope: 'g', project_id: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    ids.push(id);
  }
  const [first, second] = ids;
  await carry(one, [first]);
  await carry(two, [first, second]);

  expect(await list(`q=labels%3D(${first})`)).toEqual(['one', 'two']);
  expect(await list(`q=labels%3D(${first} ${second})`)).toEqual(['two']);
  expect(await list('q=labels%3D(99999999)')).toEqual([]);
});

async function carry({ digest }: Pushed, labels: (number | undefined)[]) {
  const { id } = await app.database.db
    .selectFrom('artifact')
    .select('id')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  const rows = labels.map((label_id = 0) => ({ artifact_id: id, label_id }));
  await app.database.db.insertInto('artifact_label').values(rows).execute();
}

test('q filters by digest, media types and push time', async () => {
  const { list, one } = await repositoryOf('columns');
  const future = '2190-01-01T00:00:00';

  expect(await list(`q=digest%3D${one.digest}`)).toEqual(['one']);
  expect(await list('q=media_type%3Dapplication/vnd.oci.image.index.v1%252Bjson')).toEqual(['index']);
  expect(await list('q=manifest_media_type%3D~index')).toEqual(['index']);
  expect(await list('q=artifact_type%3D~image.config')).toEqual(['one', 'two', 'untagged']);
  expect(await list(`q=push_time%3D[~${future}]`)).toHaveLength(4);
  expect(await list(`q=push_time%3D[${future}~]`)).toEqual([]);
  // What was pulled while it was made counts a second later.
  expect(await list(`q=pull_time%3D[${future}~]`)).toEqual([]);
});

test('q finds a media type whose plus sign was escaped once, twice or not at all', async () => {
  const { list } = await repositoryOf('plus');
  const forms = ['+', '%2B', '%252B'].map(
    (plus) => `q=media_type%3Dapplication/vnd.oci.image.index.v1${plus}json`,
  );

  const found = await Promise.all(forms.map(list));

  expect(found).toEqual([['index'], ['index'], ['index']]);
});

test('sort=-push_time begins with the newest; pages do not overlap and add up', async () => {
  const { get, path } = await repositoryOf('sorted');

  const [first, second] = [
    await get(`${path}?sort=-push_time&page_size=3&page=1`),
    await get(`${path}?sort=-push_time&page_size=3&page=2`),
  ];

  expect([...first.body, ...second.body].map(({ tags }) => tags?.[0].name)).toEqual([
    'multi',
    undefined,
    'two',
    'one',
  ]);
  expect(first.headers['x-total-count']).toBe('4');
  expect(first.headers['link']).toBe(`</api/v2.0${path}?page=2&page_size=3&sort=-push_time>; rel="next"`);
});

test.each([
  'base%3Dall',
  'tags%3D[a~b]',
  'labels%3D(one)',
  'labels%3Dx',
  'labels%3D()',
  'size%3Dlarge',
  'push_time%3Dyesterday',
])('q=%s is a bad request', async (q) => {
  const { get, push } = client(app);
  await push('library/refused');

  const { status, body } = await get(`/projects/library/repositories/refused/artifacts?q=${q}`);

  expect([status, body.errors[0].code]).toEqual([400, 'BAD_REQUEST']);
});

test('an index shows its children with their platforms, and counts all that they hold', async () => {
  const { get, path, index, amd64, arm64 } = await repositoryOf('multi');

  const { body } = await get(`${path}/multi`);

  const sizes = await Promise.all(
    [amd64, arm64].map(async ({ digest }) => (await get(`${path}/${digest}`)).body.size as number),
  );
  expect(body.size).toBe(index.bytes + sizes.reduce((sum, size) => sum + size, 0));
  expect(body.annotations).toEqual({ note: 'both' });
  expect(body.addition_links).toBeUndefined();
  expect(body.extra_attrs).toBeUndefined();
  const ids = { parent_id: body.id, child_id: expect.any(Number), urls: null };
  expect(body.references).toEqual([
    {
      ...ids,
      child_digest: amd64.digest,
      platform: { architecture: 'amd64', os: 'linux', "'os.features'": null },
    },
    {
      ...ids,
      child_digest: arm64.digest,
      platform: { architecture: 'arm64', os: 'linux', variant: 'v8', "'os.features'": ['x'] },
      annotations: { a: 'b' },
    },
  ]);
});

test('an index of an index counts what the inner one holds', async () => {
  const { get, path, index } = await repositoryOf('nested');
  const outer = await client(app).index('library/nested', [childOf(index)], { tag: 'outer' });

  const [inner, whole] = [await get(`${path}/multi`), await get(`${path}/outer`)];

  expect(whole.body.size).toBe(outer.bytes + inner.body.size);
});

test('G-24: a tower of indexes whose size no number can hold is still listed', async () => {
  const { push, index, get } = client(app);
  let top = await push('library/tower');
  for (let level = 0; level < 70; level += 1) {
    top = await index('library/tower', [
      childOf(top),
      childOf(top, { platform: { architecture: 'x', os: 'y' } }),
    ]);
  }

  const { status, body } = await get(`/projects/library/repositories/tower/artifacts/${top.digest}`);

  expect([status, body.size]).toEqual([200, Number.MAX_SAFE_INTEGER]);
});

test('flags say what is shown beside; what is not there is null', async () => {
  const { get, path, one } = await repositoryOf('flags');
  const { id } = await app.database.db
    .insertInto('label')
    .values({ name: 'flags', scope: 'g', project_id: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  await carry(one, [id]);
  const without = { tags: null, labels: null, accessories: null, references: null };

  const usual = await get(`${path}/one`);
  const bare = await get(`${path}/one?with_tag=false`);
  const full = await get(
    `${path}/one?with_label=true&with_accessory=true&with_signature=true&with_immutable_status=true&with_scan_overview=true&with_sbom_overview=true&with_inherited_accessory=true`,
  );

  expect(bare.body).toMatchObject(without);
  expect(usual.body).toMatchObject({ ...without, tags: [{ name: 'one', immutable: false }] });
  expect(usual.body.pull_time).toBe('0001-01-01T00:00:00.000Z');
  expect(full.body).toMatchObject({
    ...without,
    tags: usual.body.tags,
    labels: [{ id, name: 'flags', scope: 'g' }],
  });
  expect(full.body).not.toHaveProperty('scan_overview');
  expect(full.body).not.toHaveProperty('sbom_overview');
});

test('what is not there is not found, whoever else has it', async () => {
  const { get, path, one, push } = await repositoryOf('absent');
  await app.createProject('absent-other');
  await push('absent-other/hidden', { tag: 'one' });

  const answers = [
    await get(`${path}/nothing`),
    await get(`${path}/sha256:${'0'.repeat(64)}`),
    await get(`/projects/library/repositories/hidden/artifacts/${one.digest}`),
    await get('/projects/library/repositories/hidden/artifacts'),
    await get('/projects/library/repositories/..%252Fabsent-other%252Fhidden/artifacts/one'),
  ];

  expect(answers.map(({ status, body }) => [status, body.errors[0].message])).toEqual([
    [404, 'artifact library/absent:nothing not found'],
    [404, `artifact library/absent@sha256:${'0'.repeat(64)} not found`],
    [404, 'repository "library/hidden" not found'],
    [404, 'repository "library/hidden" not found'],
    [404, 'repository "library/../absent-other/hidden" not found'],
  ]);
});

test.each([
  'sha256:../../x',
  `sha256:${'A'.repeat(64)}`,
  'sha256:123',
  'md5:abc',
  '-x',
  'a%2fb',
  '%27',
  'sha256:%2e%2e',
])('G-02: the reference %s is a bad request', async (reference) => {
  const { get, push } = client(app);
  await push('library/references', { tag: 'x' });

  const path = `/projects/library/repositories/references/artifacts/${reference}`;
  const statuses = [(await get(path)).status, (await get(`${path}/accessories`)).status];

  expect(statuses.every((status) => status === 400 || status === 404)).toBe(true);
});
