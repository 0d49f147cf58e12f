import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { call, chargedFor, digestsIn, pushAccessory, pushIndex, pushUntagged } from './content.fixture.ts';

let app: TestApp;
let project: number;
let name: string;
let made = 0;
beforeAll(async () => {
  app = await startTestApp();
  project = await app.createProject('team');
  await app.addMember(project, await app.createUser('dev'), 2);
  await app.addMember(project, await app.createUser('visitor'), 3);
});
afterAll(() => app.close());
beforeEach(() => {
  name = `r${(made += 1)}`;
});

const path = () => `/projects/team/repositories/${name}`;
const remove = () => call(app, 'admin', 'DELETE', path());
const restore = (who = 'dev') => call(app, who, 'POST', `${path()}/restore`);
const pulled = async (tag: string) =>
  (await app.send('dev', { path: `/v2/team/${name}/manifests/${tag}` })).headers['docker-content-digest'];

test('a whole repository comes back: indexes, signatures, what has no tag, and its bytes are charged', async () => {
  const children = [await pushUntagged(app, `team/${name}`), await pushUntagged(app, `team/${name}`)];
  const index = await pushIndex(app, `team/${name}`, children, 'multi');
  await pushAccessory(app, `team/${name}`, index);
  await pushUntagged(app, `team/${name}`);
  const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
  const [before, charged] = [await digestsIn(app, `team/${name}`), await chargedFor(app, project)];
  await remove();
  const known = await call(app, 'dev', 'GET', `${path()}/restore`);

  const answer = await restore();

  expect([answer.status, answer.json()]).toEqual([200, { artifacts: before.length, tags: 2, left: 0 }]);
  expect(known.json()).toMatchObject({ artifacts: before.length });
  expect((await digestsIn(app, `team/${name}`)).toSorted()).toEqual(before.toSorted());
  expect([await pulled('v1'), await pulled('multi')]).toEqual([image.digest, index]);
  expect(await chargedFor(app, project)).toEqual(charged);
});

test('only what went with the repository comes back, and only once', async () => {
  await pushImage(app, 'admin', `team/${name}`, 'earlier');
  await call(app, 'admin', 'DELETE', `${path()}/artifacts/earlier`);
  await pushImage(app, 'admin', `team/${name}`, 'v1');
  await remove();

  const answers = [await restore(), await restore()];

  expect(answers.map(({ status }) => status)).toEqual([200, 404]);
  expect([await pulled('v1'), await pulled('earlier')]).toEqual([expect.any(String), undefined]);
});

test('a tag that was pushed anew meanwhile stays where it is', async () => {
  const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
  await remove();
  const fresh = (await pushImage(app, 'admin', `team/${name}`, 'v1')).image;

  const answer = await restore();

  expect(answer.json()).toEqual({ artifacts: 1, tags: 0, left: 0 });
  expect([await pulled('v1'), await pulled(image.digest)]).toEqual([fresh.digest, image.digest]);
});

test('what the quota stops goes on where it was stopped', async () => {
  for (const tag of ['v1', 'v2', 'v3'])
    await pushImage(app, 'admin', `team/${name}`, tag, makeImage(1, 5_000));
  await remove();
  const limit = (hard_storage: number) =>
    app.database.db.updateTable('quota').set({ hard_storage }).where('project_id', '=', project).execute();
  await limit((await chargedFor(app, project)).counted + 8_000);

  const stopped = await restore();
  await limit(-1);
  const answer = await restore();

  expect([stopped.status, answer.status]).toEqual([403, 200]);
  expect(answer.json<{ artifacts: number; left: number }>()).toMatchObject({ artifacts: 2, left: 0 });
});

test('nothing comes back for who may not push, of another project, or when its time is over', async () => {
  await app.createProject('other');
  await pushImage(app, 'admin', `team/${name}`, 'v1');
  await remove();
  const visitor = await restore('visitor');
  const elsewhere = await call(app, 'admin', 'POST', `/projects/other/repositories/${name}/restore`);
  await app.database.db
    .updateTable('trash')
    .set({ restorable_until: new Date(0) })
    .execute();

  expect([visitor.status, elsewhere.status, (await restore()).status]).toEqual([403, 404, 404]);
});
