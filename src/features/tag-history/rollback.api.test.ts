import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp, type TestImage } from '#test/support/app.ts';
import { startTarget } from '../webhooks/target.fixture.ts';
import { call, changesOf, pushIndex, pushUntagged } from '../artifacts/content.fixture.ts';

let app: TestApp;
let name: string;
let made = 0;

beforeAll(async () => {
  app = await startTestApp({ settings: { outgoingAllow: '127.0.0.1' } });
  const project = await app.createProject('team');
  for (const [who, role] of [
    ['grace', 4],
    ['dev', 2],
  ] as const) {
    await app.addMember(project, await app.createUser(who), role);
  }
});
afterAll(() => app.close());
beforeEach(() => {
  name = `app-${(made += 1)}`;
});

const repository = () => `/projects/team/repositories/${name}`;
const artifact = (reference: string) => `${repository()}/artifacts/${reference}`;
const push = async (tag: string, image: TestImage = makeImage()) => {
  const { answer } = await pushImage(app, 'grace', `team/${name}`, tag, image);
  if (answer.status !== 201) throw new Error(`the push answered ${answer.status}`);
  return image.digest;
};
const rollBack = (tag: string, body: object, who = 'grace') =>
  call(app, who, 'POST', `${repository()}/tags/${tag}/rollback`, body);
const pulled = async (tag: string) =>
  (await app.send('grace', { path: `/v2/team/${name}/manifests/${tag}` })).headers['docker-content-digest'];
const operations = async () =>
  (await call(app, 'dev', 'GET', `${repository()}/tag-history?sort=op_time&page_size=100`))
    .json<{ operation: string; before?: { digest: string }; after?: { digest: string } }[]>()
    .map(({ operation, before, after }) => [operation, before?.digest, after?.digest]);

describe('a tag goes back to what it named', () => {
  test('in one call, told as a change of the tag, and the same way forth again', async () => {
    const [first, second] = [await push('latest'), await push('latest')];
    await pulled('latest');

    const answer = await rollBack('latest', { digest: first, expected: second });

    expect([answer.status, answer.json()]).toEqual([
      200,
      { tag_name: 'latest', digest: first, previous: second, restored: { artifacts: [], tags: [] } },
    ]);
    expect(await pulled('latest')).toBe(first);
    const undone = await rollBack('latest', { digest: second });
    expect([undone.status, await pulled('latest')]).toEqual([200, second]);
    expect(await operations()).toEqual([
      ['push', undefined, first],
      ['push', first, second],
      ['rollback', second, first],
      ['rollback', first, second],
    ]);
    expect((await changesOf(app, `team/${name}`))[0]).toEqual({
      username: 'grace',
      operation: 'create',
      resource_type: 'tag',
      resource: `team/${name}:latest`,
      detail: { digest: first, from: second, rollback: true },
    });
  });

  test('that was taken away, and says that there was none', async () => {
    const first = await push('latest');
    await call(app, 'grace', 'DELETE', `${artifact('latest')}/tags/latest`);

    const answer = await rollBack('latest', { digest: first, expected: '' });

    expect([answer.status, answer.json<{ previous?: string }>().previous]).toEqual([200, undefined]);
    expect(await pulled('latest')).toBe(first);
  });

  test('that was deleted: it comes back with its children and its tags', async () => {
    const child = await pushUntagged(app, `team/${name}`);
    const index = await pushIndex(app, `team/${name}`, [child], 'latest');
    await call(app, 'grace', 'POST', `${artifact('latest')}/tags`, { name: 'v1' });
    const second = await push('latest');
    await call(app, 'grace', 'DELETE', artifact(index));

    const answer = await rollBack('latest', { digest: index });

    expect(answer.json()).toMatchObject({
      previous: second,
      restored: { artifacts: expect.arrayContaining([index, child.digest]) as string[], tags: ['v1'] },
    });
    expect([await pulled('latest'), await pulled('v1'), await pulled(child.digest)]).toEqual([
      index,
      index,
      child.digest,
    ]);
  });

  test('which those who listen hear as a push of the tag', async () => {
    const [first] = [await push('latest'), await push('latest')];
    const target = await startTarget();
    const targets = [{ type: 'http', address: target.url }];
    const policy = { name: `p-${name}`, targets, event_types: ['PUSH_ARTIFACT'], enabled: true };
    const set = await call(app, 'admin', 'POST', '/projects/team/webhook/policies', policy);

    await rollBack('latest', { digest: first });

    const [heard] = await target.has(1);
    target.close();
    await call(app, 'admin', 'DELETE', set.headers['location']?.replace('/api/v2.0', '') ?? '');
    expect(heard?.body).toMatchObject({
      type: 'PUSH_ARTIFACT',
      operator: 'grace',
      event_data: { resources: [{ digest: first, tag: 'latest' }] },
    });
  });

  test('where it is already, without a trace', async () => {
    const first = await push('latest');

    const answer = await rollBack('latest', { digest: first });

    expect([answer.status, answer.json<{ previous: string }>().previous]).toEqual([200, first]);
    expect(await operations()).toHaveLength(1);
    expect(await changesOf(app, `team/${name}`)).toEqual([]);
  });
});

describe('a tag stays where it is', () => {
  const outcome = async (answer: { status: number; body: Buffer }) => ({
    status: answer.status,
    says: answer.body.toString(),
    names: await pulled('latest'),
  });
  const refused = (status: number, why: string, names: string) => ({
    status,
    says: expect.stringContaining(why) as string,
    names,
  });

  test('when it never named that image', async () => {
    const [other, now] = [await push('other'), await push('latest')];

    const answer = await rollBack('latest', { digest: other });

    expect(await outcome(answer)).toEqual(refused(404, 'has never named', now));
  });

  test('when the image is gone for good', async () => {
    const [first, now] = [await push('latest'), await push('latest')];
    await call(app, 'grace', 'DELETE', artifact(first));
    await app.database.db.deleteFrom('trash').where('digest', '=', first).execute();

    const answer = await rollBack('latest', { digest: first });

    expect(await outcome(answer)).toEqual(refused(412, 'can not be brought back', now));
  });

  test('when it is immutable, and then nothing comes back', async () => {
    const [first, now] = [await push('latest'), await push('latest')];
    await call(app, 'grace', 'DELETE', artifact(first));
    const rule = await call(app, 'admin', 'POST', '/projects/team/immutabletagrules', {
      action: 'immutable',
      template: 'immutable_template',
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'latest' }],
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: name }] },
    });

    const answer = await rollBack('latest', { digest: first });

    expect(rule.status).toBe(201);
    expect(await outcome(answer)).toEqual(refused(412, 'configured as immutable', now));
    expect(await pulled(first)).toBeUndefined();
  });

  test('when somebody else moved it meanwhile', async () => {
    const [first, second] = [await push('latest'), await push('latest')];
    const now = await push('latest');

    const answer = await rollBack('latest', { digest: first, expected: second });

    expect(await outcome(answer)).toEqual(refused(409, now, now));
  });

  test('for those who may set tags but not take them away', async () => {
    const [first, now] = [await push('latest'), await push('latest')];

    const answer = await rollBack('latest', { digest: first }, 'dev');

    expect(await outcome(answer)).toEqual(refused(403, 'tag:delete', now));
  });

  test.each([
    [{ digest: 'latest' }, 400],
    [{ digest: `sha256:${'0'.repeat(63)}` }, 400],
    [{ digest: '' }, 422],
    [{ digest: 5 }, 422],
    [{}, 422],
  ])('for %j', async (body, status) => {
    await push('latest');

    expect((await rollBack('latest', body)).status).toBe(status);
  });
});

describe('at the same moment', () => {
  /** Steps that do not begin where the one before ended, and a tag that is not where the last one led. */
  const gaps = async () => {
    const steps = await operations();
    const ends = [undefined, ...steps.map(([, , after]) => after)];
    const begins = [...steps.map(([, before]) => before), await pulled('latest')];
    return begins.filter((begin, i) => begin !== ends[i]);
  };

  test('two rollbacks come one after the other, and with what they expect only one', async () => {
    const [first, second, third] = [await push('latest'), await push('latest'), await push('latest')];

    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([
        rollBack('latest', { digest: first, expected: third }),
        rollBack('latest', { digest: second, expected: third }),
      ]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      await rollBack('latest', { digest: third });
    }
    await Promise.all([rollBack('latest', { digest: first }), rollBack('latest', { digest: second })]);
    expect(await gaps()).toEqual([]);
  });

  test('a rollback and pushes each leave their step', async () => {
    const images = [makeImage(), makeImage(), makeImage()];
    for (const image of images) await push('latest', image);

    for (let round = 0; round < 8; round += 1) {
      await Promise.all([
        ...images.map((image) => push('latest', image)),
        rollBack('latest', { digest: images[0]?.digest }),
      ]);
      expect(await gaps()).toEqual([]);
    }
  });

  test('a new tag that two set has been set twice', async () => {
    const images = [makeImage(), makeImage()];
    for (const image of images) await pushUntagged(app, `team/${name}`, image);

    for (let round = 0; round < 8; round += 1) {
      await Promise.all(images.map((image) => push('latest', image)));
      expect(await gaps()).toEqual([]);
      await call(app, 'grace', 'DELETE', `${artifact('latest')}/tags/latest`);
    }
  });

  test('a deletion and a rollback end in one of two ways', { timeout: 30_000 }, async () => {
    const image = makeImage();
    const [first, second] = [await push('latest', image), await push('latest')];

    for (let round = 0; round < 10; round += 1) {
      const [back, gone] = await Promise.all([
        rollBack('latest', { digest: first }),
        call(app, 'grace', 'DELETE', artifact(first)),
      ]);
      expect([back.status, gone.status]).toEqual([200, 200]);
      // The deletion was first, and the rollback brought it back; or it took the tag along.
      expect([first, undefined]).toContain(await pulled('latest'));
      await rollBack('latest', { digest: first });
      await rollBack('latest', { digest: second });
      expect(await gaps()).toEqual([]);
    }
  });
});
