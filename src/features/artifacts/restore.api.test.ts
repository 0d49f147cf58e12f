import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

const artifact = (reference: string) => `/projects/team/repositories/${name}/artifacts/${reference}`;
const remove = (reference: string) => call(app, 'admin', 'DELETE', artifact(reference));
const restore = (reference: string, who = 'dev') => call(app, who, 'POST', `${artifact(reference)}/restore`);
const pull = (reference: string) => app.send('dev', { path: `/v2/team/${name}/manifests/${reference}` });

/** Makes a label and gives it to v1; its id. */
async function giveLabel(label: object): Promise<number> {
  const { headers } = await call(app, 'admin', 'POST', '/labels', label);
  const id = Number(headers['location']?.split('/').at(-1));
  await call(app, 'admin', 'POST', `${artifact('v1')}/labels`, { id });
  return id;
}

async function labelsOf(digest: string): Promise<number[]> {
  const answer = await call(app, 'admin', 'GET', `${artifact(digest)}?with_label=true`);
  const { labels } = answer.json<{ labels: { id: number }[] | null }>();
  return (labels ?? []).map(({ id }) => id).toSorted((a, b) => a - b);
}

describe('what was deleted comes back', () => {
  test('whole: bytes, tags and times, and the project is charged again', async () => {
    const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
    await pushImage(app, 'admin', `team/${name}`, 'stable', image);
    const before = await chargedFor(app, project);
    const time = () =>
      app.database.db
        .selectFrom('artifact')
        .select('push_time')
        .where('digest', '=', image.digest)
        .executeTakeFirst();
    const pushed = await time();
    await app.database.db
      .updateTable('blob')
      .set({ leased_until: new Date(0) })
      .execute();
    await remove('v1');

    const answer = await restore(image.digest);

    expect([answer.status, String(answer.body)]).toEqual([
      200,
      JSON.stringify({ artifacts: [image.digest], tags: ['stable', 'v1'] }),
    ]);
    expect([(await pull('v1')).status, (await pull('stable')).status]).toEqual([200, 200]);
    for (const { digest } of image.blobs) {
      expect((await app.send('dev', { path: `/v2/team/${name}/blobs/${digest}` })).status).toBe(200);
    }
    expect(await chargedFor(app, project)).toEqual(before);
    expect(await time()).toEqual(pushed);
  });

  test('with the children of an index and its signatures', async () => {
    const children = [await pushUntagged(app, `team/${name}`), await pushUntagged(app, `team/${name}`)];
    const index = await pushIndex(app, `team/${name}`, children, 'multi');
    await pushAccessory(app, `team/${name}`, index);
    await pushAccessory(app, `team/${name}`, children[0]?.digest ?? '');
    const before = await digestsIn(app, `team/${name}`);
    await remove('multi');

    const answer = await restore('multi');

    expect(answer.status).toBe(200);
    expect((await digestsIn(app, `team/${name}`)).toSorted()).toEqual(before.toSorted());
  });

  test('from a repository that was deleted as a whole', async () => {
    const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
    await call(app, 'admin', 'DELETE', `/projects/team/repositories/${name}`);

    const answer = await restore('v1');

    expect(answer.status).toBe(200);
    expect((await pull(image.digest)).status).toBe(200);
  });

  test('a tag alone, on the artifact that it named', async () => {
    const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
    await call(app, 'admin', 'DELETE', `${artifact('v1')}/tags/v1`);

    const answer = await restore('v1');

    expect(answer.status).toBe(200);
    expect((await pull('v1')).headers['docker-content-digest']).toBe(image.digest);
  });

  test('with its labels, those that are still there', async () => {
    const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
    const labelled = await Promise.all(
      [
        { name: `of-all-${name}`, scope: 'g' },
        { name: `of-the-project-${name}`, scope: 'p', project_id: project },
        { name: `gone-${name}`, scope: 'g' },
      ].map((label) => giveLabel(label)),
    );
    await remove('v1');
    await call(app, 'admin', 'DELETE', `/labels/${labelled[2]}`);

    const answer = await restore('v1');

    expect(answer.status).toBe(200);
    expect(await labelsOf(image.digest)).toEqual(labelled.slice(0, 2).toSorted((a, b) => a - b));
  });

  test('but does not take a tag from what has it now', async () => {
    const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
    await remove('v1');
    const { image: next } = await pushImage(app, 'admin', `team/${name}`, 'v1', makeImage());

    const answer = await restore(image.digest);

    expect(JSON.parse(String(answer.body))).toEqual({ artifacts: [image.digest], tags: [] });
    expect((await pull('v1')).headers['docker-content-digest']).toBe(next.digest);
  });
});

describe('what cannot come back', () => {
  test('is told so: never there, back already, or too late', async () => {
    const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
    await remove('v1');
    await app.database.db
      .updateTable('trash')
      .set({ restorable_until: new Date(0) })
      .execute();

    const answers = [await restore(image.digest), await restore('nothing')];

    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(String(answers[0]?.body)).toContain('restore_hours');
  });

  test('for somebody who may only read', async () => {
    const { image } = await pushImage(app, 'admin', `team/${name}`, 'v1');
    await remove('v1');

    expect((await restore(image.digest, 'visitor')).status).toBe(403);
  });

  test('beyond the quota, and then nothing changes', async () => {
    const limited = await app.createProject(`limited-${name}`, { limit: 2_000 });
    const { image } = await pushImage(app, 'admin', `limited-${name}/a`, 'v1');
    await app.database.db
      .updateTable('blob')
      .set({ leased_until: new Date(0) })
      .execute();
    await call(app, 'admin', 'DELETE', `/projects/limited-${name}/repositories/a/artifacts/v1`);
    await app.database.db
      .updateTable('quota')
      .set({ hard_storage: 10 })
      .where('project_id', '=', limited)
      .execute();

    const answer = await call(
      app,
      'admin',
      'POST',
      `/projects/limited-${name}/repositories/a/artifacts/${image.digest}/restore`,
    );

    expect([answer.status, String(answer.body)]).toEqual([403, expect.stringContaining('Quota exceeded')]);
    expect(await digestsIn(app, `limited-${name}/a`)).toEqual([]);
  });
});

test('G-80: nothing of a deleted project comes back in a later one of its name', async () => {
  await app.createProject(`gone-${name}`);
  const { image } = await pushImage(app, 'admin', `gone-${name}/a`, 'v1');
  await call(app, 'admin', 'DELETE', `/projects/gone-${name}/repositories/a`);
  await call(app, 'admin', 'DELETE', `/projects/gone-${name}`);
  await app.createProject(`gone-${name}`);

  const answer = await call(
    app,
    'admin',
    'POST',
    `/projects/gone-${name}/repositories/a/artifacts/${image.digest}/restore`,
  );

  expect(answer.status).toBe(404);
});
