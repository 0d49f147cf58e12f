import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
let project: number;
let repository: string;
let made = 0;
beforeAll(async () => {
  app = await startTestApp();
  project = await app.createProject('team');
  await app.addMember(project, await app.createUser('dev'), 2);
  await app.addMember(project, await app.createUser('guest'), 3);
});
afterAll(() => app.close());
beforeEach(() => {
  repository = `team/r${(made += 1)}`;
});

const refusals = () =>
  app.database.db
    .selectFrom('audit_log')
    .select(['username', 'operation', 'resource_type', 'resource', 'project_id', 'client_address', 'detail'])
    .where('resource', 'like', `${repository}%`)
    .where('operation_result', '=', false)
    .orderBy('id')
    .execute();

const put = (who: string | undefined, reference: string, headers: Record<string, string> = {}) => {
  const { manifest } = makeImage();
  return app.send(who, {
    method: 'PUT',
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json', ...headers },
    body: manifest,
  });
};

const startUpload = (who: string, headers: Record<string, string> = {}) =>
  app.send(who, { method: 'POST', path: `/v2/${repository}/blobs/uploads/`, headers });

test('G-71: a push and a deletion that somebody may not do are on record, each once a minute', async () => {
  for (let layer = 0; layer < 3; layer++) await startUpload('guest');
  await put('guest', '1.0');
  await app.send('guest', { method: 'DELETE', path: `/v2/${repository}/manifests/1.0` });

  const rows = await refusals();

  const row = {
    username: 'guest',
    project_id: project,
    client_address: '127.0.0.1',
    detail: { status: 401, code: 'UNAUTHORIZED' },
  };
  expect(rows).toEqual([
    { ...row, operation: 'create', resource_type: 'artifact', resource: repository },
    { ...row, operation: 'create', resource_type: 'artifact', resource: `${repository}:1.0` },
    { ...row, operation: 'delete', resource_type: 'tag', resource: `${repository}:1.0` },
  ]);
});

test('G-71: what an immutable tag and the quota refuse is on record', async () => {
  const { image } = await pushImage(app, 'dev', repository, 'rel');
  const { db } = app.database;
  await app.send('admin', {
    method: 'POST',
    path: '/api/v2.0/projects/team/immutabletagrules',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'rel' }],
      scope_selectors: {
        repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: repository.slice(5) }],
      },
    }),
  });
  await app.send('dev', {
    method: 'PUT',
    path: `/v2/${repository}/manifests/rel`,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: image.manifest,
  });
  await db.updateTable('quota').set({ hard_storage: 1 }).where('project_id', '=', project).execute();
  await pushBlob(app, 'dev', repository, Buffer.alloc(100_000, 'x')).catch(() => undefined);
  await db.updateTable('quota').set({ hard_storage: -1 }).where('project_id', '=', project).execute();

  const rows = await refusals();

  expect(rows.map(({ username, resource, detail }) => [username, resource, detail])).toEqual([
    ['dev', `${repository}:rel`, { status: 412, code: 'PRECONDITION' }],
    ['dev', repository, { status: 403, code: 'DENIED' }],
  ]);
});

test('a token that names too little, wrong bytes and strangers leave no row', async () => {
  const { token } = (
    await app.send('dev', {
      path: '/service/token?service=harbor-registry&scope=repository:team/another:pull',
    })
  ).json<{ token: string }>();
  const little = await startUpload('dev', { authorization: `Bearer ${token}` });
  const incomplete = await put('dev', '1.0');
  const nobody = await put(undefined, '1.0');

  expect([little.status, incomplete.status, nobody.status]).toEqual([401, 404, 401]);
  expect(await refusals()).toEqual([]);
});
