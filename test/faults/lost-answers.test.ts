import { randomBytes } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { basic, makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '../support/app.ts';
import { request } from '../support/http.ts';

let app: TestApp;

afterEach(() => {
  vi.restoreAllMocks();
  return app.close();
});

const repository = 'library/unsure';
const bytes = randomBytes(200_000);
const digest = digestOf(bytes);
const headers = basic('admin');

async function begin(): Promise<string> {
  const { headers: told } = await send('POST', `/v2/${repository}/blobs/uploads/`);
  return told['location'] ?? '';
}

function send(method: string, path: string, body?: Buffer) {
  return request(app.url, { method, path, headers, ...(body && { body }) });
}

/** The next statement of that name is sent, and the connection ends before its answer. */
function losing(name: string) {
  const { database } = app.app.registry;
  const query = database.query.bind(database);
  let left = 1;
  vi.spyOn(database, 'query').mockImplementation(async (statement, values) => {
    const rows = await query(statement, values);
    if (statement.name === name && left-- > 0) throw new Error('Connection terminated unexpectedly');
    return rows;
  });
}

test.each([true, false])(
  'a chunk whose row was written and not confirmed can be sent again (sole writer: %s)',
  async (soleWriter) => {
    app = await startTestApp({ soleWriter });
    const path = await begin();
    losing(soleWriter ? 'insert-upload' : 'confirm-upload');

    const lost = await send('PATCH', path, bytes.subarray(0, 100_000));
    const status = await send('GET', path);
    const again = await send('PATCH', path, bytes.subarray(0, 100_000));
    const put = await send('PUT', `${path}?digest=${digest}`, bytes.subarray(100_000));

    expect([lost.status, status.headers['range'], again.status, put.status]).toEqual([503, '0-0', 202, 201]);
    expect((await send('GET', `/v2/${repository}/blobs/${digest}`)).body.equals(bytes)).toBe(true);
  },
);

test.each([
  ['with the rest in it', 100_000],
  ['without a body', bytes.length],
])('a last request that could not look up the rights can be repeated (%s)', async (_, sent) => {
  app = await startTestApp();
  const path = await begin();
  await send('PATCH', path, bytes.subarray(0, sent));
  const rest = sent < bytes.length ? bytes.subarray(sent) : undefined;
  const silent = new Error('Connection terminated unexpectedly');
  vi.spyOn(app.app.registry.directory, 'user').mockRejectedValue(silent);

  const failed = await send('PUT', `${path}?digest=${digest}`, rest);
  vi.restoreAllMocks();
  const again = await send('PUT', `${path}?digest=${digest}`, rest);

  expect([failed.status, again.status]).toEqual([503, 201]);
  expect((await send('GET', `/v2/${repository}/blobs/${digest}`)).body.equals(bytes)).toBe(true);
});

test('a last request that is answered by what is there promises it for a lease', async () => {
  app = await startTestApp();
  await pushBlob(app, 'admin', repository, bytes);
  const leased = { leased_until: new Date(Date.now() - 60_000) };
  await app.database.db.updateTable('blob').set(leased).where('digest', '=', digest).execute();
  const unknown = `/v2/${repository}/blobs/uploads/00000000-0000-4000-8000-000000000000`;

  const put = await send('PUT', `${unknown}?digest=${digest}`);

  const rows = app.database.db.selectFrom('blob').select('leased_until').where('digest', '=', digest);
  const { leased_until: until } = await rows.executeTakeFirstOrThrow();
  expect(put.status).toBe(201);
  expect(until.getTime()).toBeGreaterThan(Date.now() + 60_000);
});

test('a copy that turned out superfluous and cannot be removed spoils no push', async () => {
  app = await startTestApp();
  await pushBlob(app, 'admin', repository, bytes);
  vi.spyOn(app.app.registry.storage, 'remove').mockRejectedValue(new Error('EROFS'));

  const { status } = await pushBlob(app, 'admin', 'library/second', bytes);

  expect(status).toBe(201);
});

test('a push that is committed after its connection was given up moves the tag', async () => {
  app = await startTestApp();
  const [first, second] = [makeImage(), makeImage()];
  for (const image of [first, second]) await pushImage(app, 'admin', repository, image.digest, image);
  await pushImage(app, 'admin', repository, 'v1', first);
  const { database } = app.app.registry;
  const query = database.query.bind(database);
  const late: (() => Promise<unknown>)[] = [];
  vi.spyOn(database, 'query').mockImplementation((statement, values) => {
    if (!statement.name.includes('manifest') || late.length > 0 || !values.includes(second.digest))
      return query(statement, values);
    late.push(() => query(statement, values));
    return Promise.reject(new Error('Connection terminated unexpectedly'));
  });
  const tagged = async () =>
    (await send('GET', `/v2/${repository}/manifests/v1`)).headers['docker-content-digest'];

  const put = await app.send('admin', {
    method: 'PUT',
    path: `/v2/${repository}/manifests/v1`,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: second.manifest,
  });
  const before = [await tagged(), await tagged()];
  await late[0]?.();
  const after = [await tagged(), await tagged()];

  expect(put.status).toBe(503);
  expect(before).toEqual([first.digest, first.digest]);
  expect(after).toEqual([second.digest, second.digest]);
});
