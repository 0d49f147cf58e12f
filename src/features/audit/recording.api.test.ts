import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { resetAdminPassword } from '#src/auth/accounts.ts';
import {
  adminPassword,
  makeImage,
  pushBlob,
  pushImage,
  startTestApp,
  type TestApp,
} from '#test/support/app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
afterEach(() => configure({}));

const settings = ['disabled_audit_log_event_types', 'pull_audit_log_disable'] as const;

async function configure(values: Partial<Record<(typeof settings)[number], unknown>>): Promise<void> {
  const { db } = app.database;
  await db.deleteFrom('configuration').where('name', 'in', settings).execute();
  for (const [name, value] of Object.entries(values)) {
    await db
      .insertInto('configuration')
      .values({ name, value: JSON.stringify(value) })
      .execute();
  }
  await app.app.registry.live.reload();
}

const entries = (repository: string) =>
  app.database.db
    .selectFrom('audit_log')
    .select(['username', 'operation', 'resource_type', 'resource', 'client_address', 'detail'])
    .where('resource', 'like', `library/${repository}%`)
    .orderBy('id')
    .execute();

test('G-71: a push names who, from where, the tag and its digest; a moved tag the digest before', async () => {
  const [first, second] = [makeImage(), makeImage()];
  for (const image of [first, second, second]) await pushImage(app, 'admin', 'library/moved', '1.0', image);

  const rows = await entries('moved');

  expect(rows[0]).toEqual({
    username: 'admin',
    operation: 'create',
    resource_type: 'artifact',
    resource: 'library/moved:1.0',
    client_address: '127.0.0.1',
    detail: { digest: first.digest },
  });
  expect(rows.slice(1).map(({ detail }) => detail)).toEqual([
    { digest: second.digest, from: first.digest },
    { digest: second.digest },
  ]);
});

test('a pull names the address', async () => {
  await pushImage(app, 'admin', 'library/pulled', '1.0');
  await app.send('admin', { path: '/v2/library/pulled/manifests/1.0' });
  await app.app.registry.pulls.flush();

  const rows = await entries('pulled');

  expect(rows.at(-1)).toMatchObject({ operation: 'pull', client_address: '127.0.0.1', detail: { count: 1 } });
});

test.for([
  [{ disabled_audit_log_event_types: 'create_artifact, delete_project' }, ['pull', 'delete']],
  [{ disabled_audit_log_event_types: 'pull_artifact,delete_artifact' }, ['create']],
  [{ pull_audit_log_disable: true }, ['create', 'delete']],
  [{ disabled_audit_log_event_types: 'no_such_event' }, ['create', 'pull', 'delete']],
] as const)('with %o only %o are recorded', async ([values, wanted]) => {
  const repository = `some-${Math.random().toString(36).slice(2)}`;
  await configure(values);
  const { image } = await pushImage(app, 'admin', `library/${repository}`, '1.0');
  await app.send('admin', { path: `/v2/library/${repository}/manifests/1.0` });
  await app.app.registry.pulls.flush();

  await app.send('admin', { method: 'DELETE', path: `/v2/library/${repository}/manifests/${image.digest}` });

  expect((await entries(repository)).map(({ operation }) => operation)).toEqual(wanted);
});

test('S-053: a large manifest leaves a small row', async () => {
  const image = makeImage();
  const annotations = { much: 'x'.repeat(3_000_000) };
  const manifest = Buffer.from(JSON.stringify({ ...JSON.parse(image.manifest.toString()), annotations }));
  await pushImage(app, 'admin', 'library/large', '1.0', { ...image, manifest });

  const rows = await entries('large');

  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows).length).toBeLessThan(1_000);
});

test('G-71: a blob that is deleted by itself leaves a row, one that is not there none', async () => {
  const bytes = Buffer.from('nobody needs this');
  const { headers } = await pushBlob(app, 'admin', 'library/blobs', bytes);
  const digest = headers['docker-content-digest'];
  for (let i = 0; i < 2; i++) {
    await app.send('admin', { method: 'DELETE', path: `/v2/library/blobs/blobs/${digest}` });
  }

  const rows = await entries('blobs');

  expect(rows.map(({ operation, resource_type, resource }) => [operation, resource_type, resource])).toEqual([
    ['delete', 'blob', `library/blobs@${digest}`],
  ]);
});

test('G-71: a password set on the command line leaves a row without it', async () => {
  await resetAdminPassword(app.database, adminPassword);

  const row = await app.database.db
    .selectFrom('audit_log')
    .select(['username', 'resource', 'detail'])
    .where('resource_type', '=', 'user')
    .executeTakeFirst();

  expect(row).toEqual({
    username: 'moorage',
    resource: 'admin',
    detail: { password: 'changed', by: 'moorage admin reset-password' },
  });
});
