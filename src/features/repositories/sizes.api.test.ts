import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '#test/support/app.ts';
import { client } from '../artifacts/artifacts.fixture.ts';
import { call, chargedFor } from '../artifacts/content.fixture.ts';

let app: TestApp;
let project: number;
beforeAll(async () => {
  app = await startTestApp();
  project = await app.createProject('team');
  const { push } = client(app);
  const base = { bytes: Buffer.alloc(5_000, 'base') };
  await push('team/a', { tag: '1', layers: [base, { bytes: Buffer.alloc(300, 1) }], config: { n: 1 } });
  await push('team/a', { tag: '2', layers: [base, { bytes: Buffer.alloc(20, 2) }], config: { n: 1 } });
  await push('team/b', { tag: '1', layers: [base], config: { n: 1 } });
});
afterAll(() => app.close());

const list = async (query: string) =>
  (await call(app, 'admin', 'GET', `/projects/team/repositories?sort=name${query}`)).json<
    { name: string; size?: number }[]
  >();

test('a repository is as large as its distinct blobs', async () => {
  const [a, b] = await list('&with_size=true');

  const answer = await call(app, 'admin', 'GET', '/projects/team/repositories/a?with_size=true');
  const { linked } = await chargedFor(app, project);
  expect(answer.json()).toMatchObject({ name: 'team/a', size: a?.size });
  // What both hold counts once for the project: the base layer and the config.
  expect((a?.size ?? 0) + (b?.size ?? 0)).toBe(linked + 5_000 + '{"n":1}'.length);
});

test('one without content has the size 0', async () => {
  await app.database.db.insertInto('repository').values({ project_id: project, name: 'team/c' }).execute();

  expect((await list('&with_size=true')).map(({ name, size }) => [name, size === 0])).toEqual([
    ['team/a', false],
    ['team/b', false],
    ['team/c', true],
  ]);
});

test("nobody's clients pay for sizes that they do not ask for", async () => {
  expect((await list('')).some((row) => 'size' in row)).toBe(false);
});
