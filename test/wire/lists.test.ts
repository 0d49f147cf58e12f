import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;

// Names of which one is a prefix of others, in the order of their bytes (I-25).
const tags = ['0', 'A', '_', 'a', 'a-b', 'a.b', 'a0', 'aa', 'b'].sort();

beforeAll(async () => {
  app = await startTestApp();
  const image = makeImage();
  for (const tag of tags) await pushImage(app, 'admin', 'library/lists', tag, image);
  for (const name of ['a', 'a-b', 'a/b', 'a.b', 'a0'])
    await pushImage(app, 'admin', `library/${name}`, 'v1', image);
});

afterAll(() => app.close());

async function pages(path: string, key: 'tags' | 'repositories'): Promise<string[]> {
  const found: string[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { headers, json } = await app.send('admin', { path: next });
    found.push(...(json<Record<string, string[]>>()[key] ?? []));
    next = /^<(.*)>; rel="next"$/.exec(headers['link'] ?? '')?.[1];
  }
  return found;
}

test.each([1, 2, 3, 4, 8, 9, 10, 100])(
  'G-32: tags in pages of %d are all tags once, in byte order',
  async (n) => {
    expect(await pages(`/v2/library/lists/tags/list?n=${n}`, 'tags')).toEqual(tags);
  },
);

test.each([1, 2, 3, 100])(
  'the catalog in pages of %d has every repository that holds something',
  async (n) => {
    const names = ['library/a', 'library/a-b', 'library/a.b', 'library/a/b', 'library/a0', 'library/lists'];

    expect(await pages(`/v2/_catalog?n=${n}`, 'repositories')).toEqual(names);
  },
);

test('without n everything comes at once, also after last', async () => {
  const all = await app.send('admin', { path: '/v2/library/lists/tags/list' });
  const after = await app.send('admin', { path: '/v2/library/lists/tags/list?last=a' });

  expect(all.json()).toEqual({ name: 'library/lists', tags });
  expect(all.headers['link']).toBeUndefined();
  expect(after.json()).toMatchObject({ tags: tags.filter((tag) => tag > 'a') });
});

test.each([
  ['0', 200],
  ['1', 200],
  ['2147483648', 200],
  ['9007199254740992', 200],
  ['9223372036854775808', 200],
  ['-1', 400],
  ['1e9', 400],
  ['abc', 400],
  ['', 400],
])('S-071: n=%s is %d', async (n, status) => {
  for (const path of ['/v2/_catalog', '/v2/library/lists/tags/list']) {
    const answer = await app.send('admin', { path: `${path}?n=${n}` });

    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.code).toBe('PAGINATION_NUMBER_INVALID');
  }
});

test('n=0 is an empty list', async () => {
  const answer = await app.send('admin', { path: '/v2/library/lists/tags/list?n=0' });

  expect(answer.json()).toEqual({ name: 'library/lists', tags: [] });
});

test('a repository without tags has an empty list', async () => {
  const image = makeImage();
  await pushImage(app, 'admin', 'library/untagged', image.digest, image);

  const answer = await app.send('admin', { path: '/v2/library/untagged/tags/list' });

  expect(answer.json()).toEqual({ name: 'library/untagged', tags: [] });
});
