import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  basic,
  pushBlob,
  pushImage,
  startTestApp,
  type TestApp,
  type TestReplica,
} from '#test/support/app.ts';
import { type HttpAnswer, request } from '#test/support/http.ts';

let app: TestApp;
let other: TestReplica;
beforeAll(async () => {
  app = await startTestApp({ soleWriter: false });
  other = await app.replica();
});
afterEach(async () => {
  await app.database.db.deleteFrom('configuration').execute();
  await set({ read_only: false });
});
afterAll(() => app.close());

function set(body: object, on: TestApp = app): Promise<HttpAnswer> {
  return on.send('admin', {
    method: 'PUT',
    path: '/api/v2.0/configurations',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const soon = { timeout: 30_000 };

describe('another replica', () => {
  test('lives by a change as soon as it hears of it', async () => {
    await set({ read_only: true });

    await vi.waitFor(async () => {
      const { status, code } = await request(other.url, {
        method: 'POST',
        path: '/v2/library/late/blobs/uploads/',
        headers: basic('admin'),
      });
      expect({ status, code }).toEqual({ status: 403, code: 'DENIED' });
    }, soon);
  });

  test('G-50: knows robots that it has seen by their new names', async () => {
    const grant = { kind: 'system', namespace: '/', resource: 'project', action: 'list' } as const;
    const { secret } = await app.createRobot({ name: 'wanderer', grants: [grant] });
    const refusal = async (name: string) => {
      const { body } = await request(other.url, {
        path: '/v2/_catalog',
        headers: basic(`${name}:${secret}`),
      });
      return body.toString();
    };
    const before = await refusal('robot$wanderer');

    await set({ robot_name_prefix: 'bot-' });

    expect(before).toContain('robot$wanderer needs');
    await vi.waitFor(async () => {
      expect(await refusal('bot-wanderer')).toContain('bot-wanderer needs');
      expect(await refusal('robot$wanderer')).toContain('anonymous needs');
    }, soon);
  });
});

test('S-075: nothing of /v2 is written or deleted in read-only mode, whichever way, and pulls go on', async () => {
  const { image } = await pushImage(app, 'admin', 'library/kept', 'v1');
  const [blob] = image.blobs;
  const started = await app.send('admin', { method: 'POST', path: '/v2/library/kept/blobs/uploads/' });
  await set({ read_only: true });
  const send = (method: string, path: string) => app.send('admin', { method, path });

  const answers = await Promise.all([
    send('DELETE', '/v2/library/kept/manifests/v1'),
    send('DELETE', `/v2/library/kept/manifests/${image.digest}`),
    send('DELETE', `/v2/library/kept/blobs/${blob?.digest}`),
    send('DELETE', started.headers['location'] ?? ''),
    send('PATCH', started.headers['location'] ?? ''),
    send('POST', `/v2/library/other/blobs/uploads/?mount=${blob?.digest}&from=library/kept`),
    send('PUT', '/v2/library/kept/manifests/v2'),
  ]);
  const pulled = await send('GET', '/v2/library/kept/manifests/v1');

  expect(answers.map(({ status, code }) => `${status} ${code}`)).toEqual(Array(7).fill('403 DENIED'));
  expect(pulled.status).toBe(200);
  const tags = await send('GET', '/v2/library/kept/tags/list');
  expect(tags.json()).toEqual({ name: 'library/kept', tags: ['v1'] });
});

test('token_expiration is the life of the next token', async () => {
  await set({ token_expiration: 7 });

  const { body } = await app.send('admin', {
    path: '/service/token?service=harbor-registry&scope=repository:library/x:pull',
  });

  expect(JSON.parse(body.toString())).toMatchObject({ expires_in: 420 });
});

test('quota_per_project_enable switched off refuses no push, and counts it all the same', async () => {
  await app.createProject('small', { limit: 1_000 });
  const push = () => pushBlob(app, 'admin', 'small/one', randomBytes(5_000));
  const before = await push();

  await set({ quota_per_project_enable: false });
  const meanwhile = await push();
  await set({ quota_per_project_enable: true });
  const after = await push();

  expect([before.status, meanwhile.status, after.status]).toEqual([403, 201, 403]);
  const { body } = await app.send('admin', { path: '/api/v2.0/projects/small/summary' });
  expect(JSON.parse(body.toString()).quota.used).toEqual({ storage: 5_000 });
});

test('GET /systeminfo/volumes tells the size of the volume behind the storage, to administrators', async () => {
  const { body } = await app.send('admin', { path: '/api/v2.0/systeminfo/volumes' });
  const nobody = await app.send(undefined, { path: '/api/v2.0/systeminfo/volumes' });

  const [volume] = JSON.parse(body.toString()).storage;
  expect(volume.total).toBeGreaterThan(volume.free);
  expect(volume.free).toBeGreaterThan(0);
  expect(nobody.status).toBe(401);
});

describe('CONFIG_OVERWRITE_JSON', () => {
  let locked: TestApp;
  beforeAll(async () => {
    locked = await startTestApp({
      settings: { live: { first: { token_expiration: 3 }, overwrite: { session_timeout: 5 } } },
    });
  });
  afterAll(() => locked.close());

  test('is in force, and makes no setting editable', async () => {
    const { body } = await locked.send('admin', { path: '/api/v2.0/configurations' });

    const settings = JSON.parse(body.toString());
    expect(settings).toMatchObject({ session_timeout: { value: 5 }, token_expiration: { value: 3 } });
    expect(Object.values<{ editable: boolean }>(settings).filter(({ editable }) => editable)).toEqual([]);
  });

  test('refuses every change', async () => {
    const answer = await set({ banner_message: 'x' }, locked);

    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });
});

describe('GET /systeminfo/getcert', () => {
  const folder = join(tmpdir(), `moorage-cert-${randomBytes(6).toString('hex')}`);
  let trusting: TestApp;
  const path = '/api/v2.0/systeminfo/getcert';
  const put = async (text: string) => {
    await mkdir(join(folder, 'ca_download'), { recursive: true });
    await writeFile(join(folder, 'ca_download', 'ca.crt'), text);
  };
  beforeAll(async () => {
    trusting = await startTestApp({ settings: { data: folder } });
  });
  afterAll(async () => {
    await trusting.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('gives the file that the operator put there, and /systeminfo tells of it', async () => {
    const missing = await trusting.send(undefined, { path });
    await put('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

    const found = await trusting.send(undefined, { path });
    const { body } = await trusting.send('admin', { path: '/api/v2.0/systeminfo' });

    expect([missing.status, found.status]).toEqual([404, 200]);
    expect(found.headers).toMatchObject({ 'content-disposition': 'attachment; filename=ca.crt' });
    expect(found.body.toString()).toContain('AAAA');
    expect(JSON.parse(body.toString())).toMatchObject({ has_ca_root: true });
  });

  test('gives nothing that holds a private key', async () => {
    await put('-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n');

    expect((await trusting.send(undefined, { path })).status).toBe(404);
  });
});
