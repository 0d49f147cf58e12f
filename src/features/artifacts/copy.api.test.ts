import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import {
  call,
  changesOf,
  chargedFor,
  digestsIn,
  pushAccessory,
  pushIndex,
  pushUntagged,
} from './content.fixture.ts';

let app: TestApp;
let project: number;
let made = 0;
beforeAll(async () => {
  app = await startTestApp();
  project = await app.createProject('team');
  await app.createProject('secret');
  for (const [name, role] of [
    ['dev', 2],
    ['visitor', 3],
  ] as const) {
    await app.addMember(project, await app.createUser(name), role);
  }
});
afterAll(() => app.close());

let source: string;
let target: string;
beforeEach(() => {
  source = `library/source-${(made += 1)}`;
  target = `deep/target-${made}`;
});

const artifacts = (repository = target) =>
  `/projects/team/repositories/${encodeURIComponent(encodeURIComponent(repository))}/artifacts`;
const copy = (from: string, who = 'dev', path = artifacts()) =>
  call(app, who, 'POST', `${path}?from=${encodeURIComponent(from)}`);
const pull = (reference: string, name = `team/${target}`) =>
  app.send('dev', { path: `/v2/${name}/manifests/${reference}` });

test('an image comes with its blobs and all of its tags, and the Location names what was asked for', async () => {
  const { image } = await pushImage(app, 'admin', source, 'v1');
  await pushImage(app, 'admin', source, 'latest', image);

  const answer = await copy(`${source}:v1`);

  expect([answer.status, answer.body.length]).toEqual([201, 0]);
  expect(answer.headers['location']).toBe(
    `/api/v2.0/projects/team/repositories/deep%2Ftarget-${made}/artifacts/v1`,
  );
  const pulled = await Promise.all(['v1', 'latest', image.digest].map((reference) => pull(reference)));
  expect(pulled.map(({ headers }) => headers['docker-content-digest'])).toEqual(Array(3).fill(image.digest));
  const blobs = image.blobs.map(({ digest }) =>
    app.send('dev', { path: `/v2/team/${target}/blobs/${digest}` }),
  );
  expect((await Promise.all(blobs)).map(({ status }) => status)).toEqual([200, 200]);
});

test('by digest, the Location ends with the digest', async () => {
  const image = await pushUntagged(app, source);

  const answer = await copy(`${source}@${image.digest}`);

  expect(answer.headers['location']).toMatch(new RegExp(`/artifacts/${image.digest}$`));
});

test('an index comes with its children, their accessories and its own', async () => {
  const children = [await pushUntagged(app, source), await pushUntagged(app, source)];
  await pushAccessory(app, source, children[0]?.digest ?? '');
  const index = await pushIndex(app, source, children, 'multi');
  const signature = await pushAccessory(app, source, index);
  await pushAccessory(app, source, signature);
  await pushUntagged(app, source);

  const answer = await copy(`${source}:multi`);

  expect(answer.status).toBe(201);
  const copied = await digestsIn(app, `team/${target}`);
  expect(copied).toHaveLength(6);
  const sizes = await app.database.db
    .selectFrom('artifact')
    .select((select) => [
      'digest',
      select.fn.countAll().as('rows'),
      select.fn.max('size').as('most'),
      select.fn.min('size').as('least'),
    ])
    .where('digest', 'in', copied)
    .groupBy('digest')
    .execute();
  expect(sizes.filter(({ most, least }) => most !== least)).toEqual([]);
  const referrers = await app.send('dev', { path: `/v2/team/${target}/referrers/${index}` });
  expect(referrers.json<{ manifests: { digest: string }[] }>().manifests).toMatchObject([
    { digest: signature },
  ]);
});

test('it leaves one audit entry that names the source', async () => {
  const image = await pushUntagged(app, source);

  await copy(`${source}@${image.digest}`);

  expect(await changesOf(app, `team/${target}`)).toEqual([
    {
      username: 'dev',
      operation: 'create',
      resource_type: 'artifact',
      resource: `team/${target}@${image.digest}`,
      detail: { copied_from: `${source}@${image.digest}`, artifacts: 1, tags: [] },
    },
  ]);
});

test('what is there already stays, its tags move, and a second copy changes nothing', async () => {
  const { image: other } = await pushImage(app, 'admin', `team/${target}`, 'v1');
  const { image } = await pushImage(app, 'admin', source, 'v1');

  const answers = [await copy(`${source}:v1`), await copy(`${source}:v1`)];

  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect((await pull('v1')).headers['docker-content-digest']).toBe(image.digest);
  expect((await pull(other.digest)).status).toBe(200);
  const entries = await changesOf(app, `team/${target}`);
  expect(entries.map(({ detail }) => detail?.['tags'])).toEqual([[{ name: 'v1', from: other.digest }]]);
});

test('within one repository nothing changes', async () => {
  const { image } = await pushImage(app, 'admin', `team/${target}`, 'v1');

  const answer = await copy(`team/${target}:v1`);

  expect(answer.status).toBe(201);
  expect(await digestsIn(app, `team/${target}`)).toEqual([image.digest]);
  expect(await changesOf(app, `team/${target}`)).toEqual([]);
});

test('the blobs are charged once, in the same transaction', async () => {
  const before = await chargedFor(app, project);
  const image = makeImage(3);
  await pushImage(app, 'admin', source, 'v1', image);
  const size = image.manifest.length + image.blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);

  await copy(`${source}:v1`);
  await copy(`${source}:v1`, 'dev', artifacts(`${target}-b`));

  const after = await chargedFor(app, project);
  expect(after).toEqual({ counted: before.counted + size, linked: before.linked + size });
});

test("beyond the quota it is refused with Harbor's words and leaves nothing, not even the repository", async () => {
  const small = await app.createProject(`small-${made}`, { limit: 200 });
  await pushImage(app, 'admin', source, 'v1', makeImage(3));

  const answer = await copy(`${source}:v1`, 'admin', `/projects/small-${made}/repositories/app/artifacts`);

  expect([answer.status, answer.code]).toEqual([403, 'DENIED']);
  expect(answer.json<{ errors: [{ message: string }] }>().errors[0].message).toMatch(
    /^Quota exceeded when processing the request of adding .* of storage resource, which when updated/,
  );
  const { db } = app.database;
  const left = await db.selectFrom('repository').selectAll().where('project_id', '=', small).execute();
  const charged = await db.selectFrom('project_blob').selectAll().where('project_id', '=', small).execute();
  expect([left, charged]).toEqual([[], []]);
  expect(await changesOf(app, `small-${made}`)).toEqual([]);
});

test('R1: a source that may not be read is answered as one that is not there', async () => {
  const { image } = await pushImage(app, 'admin', 'secret/app', 'v1');
  const told = async (from: string) => {
    const { status, code, body } = await copy(from);
    return { status, code, text: body.toString().replaceAll(/[a-z]+\/[a-z]+/g, 'NAME') };
  };

  const answers = await Promise.all([told('secret/app:v1'), told('secret/none:v1'), told('nowhere/app:v1')]);
  const byDigest = await Promise.all([
    told(`secret/app@${image.digest}`),
    told(`secret/none@${image.digest}`),
    told(`library/none@${image.digest}`),
  ]);

  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(new Set(byDigest.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

test('S-080: a robot that may read artifacts but not pull copies nothing', async () => {
  const secret = await app.database.db
    .selectFrom('project')
    .select('project_id')
    .where('name', '=', 'secret')
    .executeTakeFirstOrThrow();
  await pushImage(app, 'admin', 'secret/robots', 'v1');
  const grant = (name: string, id: number, resource: string, action: string) =>
    ({ kind: 'project', project: id, namespace: name, resource, action }) as const;
  const needed = [
    grant('secret', secret.project_id, 'artifact', 'read'),
    grant('team', project, 'artifact', 'create'),
  ];
  const reader = await app.createRobot({ name: `reader-${made}`, grants: [...needed] });
  const puller = await app.createRobot({
    name: `puller-${made}`,
    grants: [...needed, grant('secret', secret.project_id, 'repository', 'pull')],
  });

  const [refused, done] = [
    await copy('secret/robots:v1', `${reader.name}:${reader.secret}`),
    await copy('secret/robots:v1', `${puller.name}:${puller.secret}`),
  ];

  expect([refused.status, done.status]).toEqual([404, 201]);
});

test('those who may not create artifacts in the target may not copy', async () => {
  await pushImage(app, 'admin', source, 'v1');

  expect((await copy(`${source}:v1`, 'visitor')).status).toBe(403);
});

test('an accessory is not copied by itself', async () => {
  const { image } = await pushImage(app, 'admin', source, 'v1');
  const signature = await pushAccessory(app, source, image.digest);

  const answer = await copy(`${source}@${signature}`);

  expect([answer.status, answer.code]).toEqual([403, 'DENIED']);
});

test.each([
  'library/hello',
  'library/hello:',
  'hello:1.0',
  'library/hello@sha256:12',
  'library/Hello:1',
  'library/../team/x:1',
  ':v1',
  '@',
  'library/hello:a b',
])('from=%s is refused', async (from) => {
  const answer = await copy(from);

  expect(answer).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
});

test('a target outside the grammar of names is refused', async () => {
  const { image } = await pushImage(app, 'admin', source, 'v1');

  const answer = await copy(
    `${source}@${image.digest}`,
    'dev',
    '/projects/team/repositories/UP%250d%250aX/artifacts',
  );

  expect(answer).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
});

test('copies, pushes and deletions at once leave whole images and an exact quota', async () => {
  const image = makeImage(3);
  await pushImage(app, 'admin', source, 'v1', image);

  const answers = [];
  for (let round = 0; round < 8; round++) {
    answers.push(
      ...(await Promise.all([
        copy(`${source}:v1`),
        copy(`${source}:v1`),
        call(app, 'admin', 'DELETE', `${artifacts()}/v1`),
        copy(`${source}:v1`, 'dev', artifacts(`${target}-b`)),
      ])),
    );
  }
  await copy(`${source}:v1`);

  expect(answers.map(({ status }) => status).filter((status) => ![200, 201, 404].includes(status))).toEqual(
    [],
  );
  expect((await pull('v1')).status).toBe(200);
  const { counted, linked } = await chargedFor(app, project);
  expect(counted).toBe(linked);
});
