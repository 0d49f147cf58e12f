import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { call, digestsIn, pushAccessory, pushIndex, pushUntagged } from './content.fixture.ts';

let app: TestApp;
let name: string;
let made = 0;
beforeAll(async () => {
  app = await startTestApp();
  const project = await app.createProject('team');
  await app.addMember(project, await app.createUser('keeper'), 4);
  await app.addMember(project, await app.createUser('dev'), 2);
  await app.createProject('other');
});
afterAll(() => app.close());
beforeEach(() => {
  name = `r${(made += 1)}`;
});

const artifact = (reference: string) => `/projects/team/repositories/${name}/artifacts/${reference}`;
const preview = (reference: string, who = 'keeper') =>
  call(app, who, 'GET', `${artifact(reference)}/deletion`);
const restorable = (reference: string, who = 'dev') =>
  call(app, who, 'GET', `${artifact(reference)}/restore`);
const remove = (reference: string) => call(app, 'keeper', 'DELETE', artifact(reference));

test('a deletion is foreseen with all that goes along, and does just that', async () => {
  const child = await pushUntagged(app, `team/${name}`);
  const kept = (await pushImage(app, 'admin', `team/${name}`, 'amd64')).image;
  const index = await pushIndex(app, `team/${name}`, [child, kept], 'multi');
  const signature = await pushAccessory(app, `team/${name}`, index, 'sig');

  const foreseen = await preview('multi');

  expect(foreseen.json()).toEqual({
    artifacts: [
      { digest: child.digest, type: 'IMAGE' },
      { digest: signature, type: expect.any(String) },
    ].sort((a, b) => (a.digest < b.digest ? -1 : 1)),
    artifact_count: 2,
    tags: ['multi', 'sig'],
    tag_count: 2,
    held_by: [],
    restore_hours: 24,
  });
  await remove('multi');
  expect(await digestsIn(app, `team/${name}`)).toEqual([kept.digest]);
});

test('an index in the way is named', async () => {
  const { image } = await pushImage(app, 'admin', `team/${name}`, 'amd64');
  const index = await pushIndex(app, `team/${name}`, [image], 'multi');

  const foreseen = await preview('amd64');

  expect(foreseen.json()).toMatchObject({ held_by: [index], artifact_count: 0, tags: ['amd64'] });
  expect((await remove('amd64')).status).toBe(412);
});

test('what can come back is known by digest and by tag, until it is back', async () => {
  const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
  const before = await restorable(image.digest);
  await remove('v1');

  const [byDigest, byTag] = [await restorable(image.digest), await restorable('v1')];

  expect(before.status).toBe(404);
  expect(byDigest.json()).toMatchObject({
    digest: image.digest,
    tags: ['v1'],
    reason: 'deleted on request',
  });
  expect(byTag.json()).toEqual(byDigest.json());
  const { deleted_at, restorable_until } = byTag.json<{ deleted_at: string; restorable_until: string }>();
  expect(Date.parse(restorable_until) - Date.parse(deleted_at)).toBe(24 * 3_600_000);
  await call(app, 'dev', 'POST', `${artifact('v1')}/restore`);
  expect((await restorable('v1')).status).toBe(404);
});

test('S-010: what was deleted elsewhere, or by name from another project, is not told', async () => {
  await pushImage(app, 'admin', `other/${name}`, 'v1');
  await call(app, 'admin', 'DELETE', `/projects/other/repositories/${name}/artifacts/v1`);

  const answers = [
    await restorable('v1'),
    await call(app, 'dev', 'GET', `/projects/other/repositories/${name}/artifacts/v1/restore`),
    await call(app, 'dev', 'GET', `/projects/other/repositories/${name}/artifacts/v1/deletion`),
  ];

  expect(answers.map(({ status }) => status)).toEqual([404, 403, 403]);
});
