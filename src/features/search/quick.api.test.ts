import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
const image = makeImage();
const hidden = makeImage();
beforeAll(async () => {
  app = await startTestApp();
  const production = await app.createProject('production');
  await app.createProject('secret');
  await app.addMember(production, await app.createUser('grace'), 5);
  await app.createUser('stranger');
  for (const tag of ['v1.2.3', 'v1.2.4', 'v2.0.0', 'latest']) {
    await pushImage(app, 'admin', 'production/my-app', tag, image);
  }
  await pushImage(app, 'admin', 'production/old/my-app', 'v1.2.3');
  await pushImage(app, 'admin', 'library/my-app-docs', 'v1.2.3', image);
  await pushImage(app, 'admin', 'secret/my-app', 'v1.2.3', hidden);
});
afterAll(() => app.close());

interface Found {
  project: { project_name: string }[];
  repository: { repository_name: string }[];
  artifact: { repository_name: string; tag?: string; digest: string }[];
}

async function quick(as: string | undefined, q: string): Promise<Found> {
  const { status, json } = await app.send(as, { path: `/api/v2.0/search/quick?q=${encodeURIComponent(q)}` });
  expect(status).toBe(200);
  return json<Found>();
}

const tags = async (as: string | undefined, q: string) =>
  (await quick(as, q)).artifact.map(({ repository_name, tag }) => `${repository_name}:${tag}`);

test('a tag is found by its beginning in the repository that is named, the best name first', async () => {
  expect(await tags('grace', 'production/my-app:v1.2')).toEqual([
    'production/my-app:v1.2.3',
    'production/my-app:v1.2.4',
  ]);
  expect(await tags('grace', 'my-app:v1.2.3')).toEqual([
    'production/my-app:v1.2.3',
    'production/old/my-app:v1.2.3',
    'library/my-app-docs:v1.2.3',
  ]);
});

test('with no tag after the colon the newest are shown', async () => {
  expect(await tags('grace', 'production/my-app:')).toEqual([
    'production/my-app:latest',
    'production/my-app:v2.0.0',
    'production/my-app:v1.2.4',
    'production/my-app:v1.2.3',
  ]);
});

test('an artifact is found by its digest, or by the first eight digits, wherever it may be seen', async () => {
  const digits = image.digest.slice('sha256:'.length);
  const everywhere = ['library/my-app-docs:v1.2.3', 'production/my-app:latest'];

  for (const q of [image.digest, digits.slice(0, 8), `sha256:${digits.slice(0, 12)}`, digits.toUpperCase()]) {
    expect(await tags('grace', q)).toEqual(everywhere);
  }
  expect(await tags('grace', `production/my-app@${image.digest}`)).toEqual(everywhere);
  expect(await tags('grace', `sha256:${digits.slice(0, 7)}`)).toEqual([]);
});

test('a name finds projects and repositories, those called exactly so on top', async () => {
  expect((await quick('admin', 'my-app')).repository.map(({ repository_name }) => repository_name)).toEqual([
    'secret/my-app',
    'production/my-app',
    'production/old/my-app',
    'library/my-app-docs',
  ]);
  expect((await quick('admin', 'PRODUC')).project).toEqual([
    expect.objectContaining({ project_name: 'production' }),
  ]);
});

test.each([undefined, 'stranger', 'grace'])(
  'S-021: whatever %s asks for, nothing of a private project of others is found',
  async (as) => {
    const asked = ['secret', 'my-app', 'my-app:', 'secret/my-app:', 'secret/my-app:v', hidden.digest];
    const answers = await Promise.all(
      [...asked, hidden.digest.slice(7, 15), `secret/my-app@${hidden.digest}`, '%', '_'].map((q) =>
        quick(as, q),
      ),
    );

    expect(JSON.stringify(answers)).not.toMatch(new RegExp(`secret|${hidden.digest}`));
  },
);

test('S-021: who loses the role finds nothing more, not even by digest', async () => {
  const path = '/api/v2.0/projects/production/members?entityname=grace';
  const [member] = (await app.send('admin', { path })).json<{ id: number }[]>();

  await app.send('admin', { method: 'DELETE', path: `/api/v2.0/projects/production/members/${member?.id}` });

  expect(await tags('grace', image.digest)).toEqual(['library/my-app-docs:v1.2.3']);
  expect(await tags('grace', 'production/my-app:v1')).toEqual([]);
});

test('S-005: signs of a pattern stand for themselves', async () => {
  expect(await tags('admin', 'production/my_app:v')).toEqual([]);
  expect((await quick('admin', '%')).repository).toEqual([]);
});
