import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { basic, startTestApp, type TestApp, type TestReplica } from '../support/app.ts';
import { differencesOf } from '../support/differences.ts';
import { long, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { runSession, slowPatch } from '../support/faults-sessions.ts';
import { type HttpAnswer, request } from '../support/http.ts';

let app: TestApp;
/** Another replica on the same database and storage. */
let other: TestReplica;

beforeEach(async () => {
  app = await startTestApp({ soleWriter: false });
  other = await app.replica();
});

afterEach(() => app.close());

const differences = () => differencesOf(app);

/** Drafts in storage that no upload's row names: nothing will ever continue or expire them. */
async function forgottenDrafts(): Promise<string[]> {
  const stored = await Array.fromAsync(app.app.registry.storage.listDrafts(AbortSignal.timeout(10_000)));
  const rows = await app.database.db.selectFrom('upload').select('draft').execute();
  const named = rows.map(({ draft }) => (draft as { key: string }).key);
  return stored.map(({ draft }) => draft.key).filter((key) => !named.includes(key));
}

/** A request that was cut may still be under way. */
const expectNoForgottenDrafts = () => expect.poll(forgottenDrafts).toEqual([]);

async function runSessions(urls: readonly string[], seed: number, count: number) {
  const ends = { stored: 0, lost: 0 };
  const seeds = Array.from({ length: count }, (_, index) => seed + index).values();
  const clients = Array.from({ length: 8 }, async () => {
    for (const one of seeds) {
      try {
        ends[await runSession(urls, randomFrom(one))] += 1;
      } catch (cause) {
        throw new Error(`session ${one}: ${(cause as Error).message}`, { cause });
      }
    }
  });
  await Promise.all(clients);
  return ends;
}

const sessions = long ? 1_000 : 200;

test('uploads whose connections are cut at any byte go on where the server says, to the last one', async () => {
  const seed = seedOf('cut uploads');

  const ends = await runSessions([app.url], seed, sessions);

  report(`${ends.stored} stored, ${ends.lost} begun again`);
  // Lost are only those of which nobody can tell whether none or one byte came.
  expect(ends.lost).toBeLessThan(sessions / 4);
  await expectNoForgottenDrafts();
  expect(await differences()).toEqual([]);
});

test('uploads that jump between two replicas end right or are clearly lost', async () => {
  const seed = seedOf('jumping uploads');

  const ends = await runSessions([app.url, other.url], seed, sessions);

  report(`${ends.stored} stored, ${ends.lost} begun again`);
  expect(ends.stored).toBeGreaterThan(sessions / 4);
  await expectNoForgottenDrafts();
  expect(await differences()).toEqual([]);
});

test('every request of an upload may reach another replica than the one before', async () => {
  const bytes = randomBytes(300_000);
  const digest = digestOf(bytes);
  const headers = basic('admin');
  const part = (from: number, to: number) => ({
    headers: { ...headers, 'content-range': `${from}-${to - 1}` },
    body: bytes.subarray(from, to),
  });

  const begun = await app.send('admin', { method: 'POST', path: '/v2/library/balanced/blobs/uploads/' });
  const path = begun.headers['location'] ?? '';
  const there = await request(other.url, { method: 'PATCH', path, ...part(0, 100_000) });
  const here = await request(app.url, { method: 'PATCH', path, ...part(100_000, 200_000) });
  const again = await request(other.url, { method: 'PATCH', path, ...part(200_000, 300_000) });
  const status = await request(app.url, { path, headers });
  const put = await request(app.url, { method: 'PUT', path: `${path}?digest=${digest}`, headers });

  expect([there.status, here.status, again.status, put.status]).toEqual([202, 202, 202, 201]);
  expect(status.headers['range']).toBe('0-299999');
  await expectNoForgottenDrafts();
  expect(await differences()).toEqual([]);
});

test.each(['PATCH', 'PUT'] as const)(
  'a %s at another replica wins over one that is still being received',
  async (method) => {
    const [first, rest] = [randomBytes(200_000), randomBytes(300_000)];
    const digest = digestOf(Buffer.concat([first, rest]));
    const headers = basic('admin');
    const begun = await app.send('admin', { method: 'POST', path: '/v2/library/contested/blobs/uploads/' });
    const location = begun.headers['location'] ?? '';
    await app.send('admin', { method: 'PATCH', path: location, body: first });
    const slow = slowPatch(app.url, location, { 'content-length': String(rest.length) });
    await slow.send(randomBytes(100_000));

    const path = method === 'PUT' ? `${location}?digest=${digest}` : location;
    const quick = await request(other.url, { method, path, headers, body: rest });
    await slow.send(randomBytes(200_000));
    const slowStatus = await slow.end();
    const put = await request(other.url, { method: 'PUT', path: `${location}?digest=${digest}`, headers });
    const got = await request(other.url, { path: `/v2/library/contested/blobs/${digest}`, headers });

    expect([quick.status, slowStatus, put.status]).toEqual([method === 'PUT' ? 201 : 202, 404, 201]);
    expect(got.body.equals(Buffer.concat([first, rest]))).toBe(true);
    await expectNoForgottenDrafts();
    expect(await differences()).toEqual([]);
  },
);

describe('confirmed bytes that are read again', () => {
  const bytes = randomBytes(300_000);
  const headers = basic('admin');

  afterEach(() => vi.restoreAllMocks());

  const begun = async () => {
    const post = await app.send('admin', { method: 'POST', path: '/v2/library/reread/blobs/uploads/' });
    const path = post.headers['location'] ?? '';
    const patch = await request(app.url, {
      method: 'PATCH',
      path,
      headers,
      body: bytes.subarray(0, 200_000),
    });
    expect(patch.status).toBe(202);
    return path;
  };
  /** Who has the upload reads it for another algorithm, who has not for the usual one. */
  const readerOf = (algorithm: string) => (algorithm === 'sha256' ? other : app);
  /** One byte is wrong in so many readings, each time at its place. */
  const misread = (algorithm: string, readings: number, place: (reading: number) => number) => {
    const { storage } = readerOf(algorithm).app.registry;
    const right = storage.readDraft.bind(storage);
    let reading = 0;
    vi.spyOn(storage, 'readDraft').mockImplementation(async function* (draft, signal) {
      const whole = Buffer.concat(await Array.fromAsync(right(draft, signal)));
      const at = place(reading);
      if (reading++ < readings) whole[at] = (whole[at] ?? 0) ^ 1;
      yield whole;
    });
  };
  const finish = (path: string, algorithm: 'sha256' | 'sha512') => {
    const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
    const call = { method: 'PUT', path: `${path}?digest=${digest}`, headers, body: bytes.subarray(200_000) };
    return request(readerOf(algorithm).url, call);
  };

  test.each(['sha256', 'sha512'] as const)('once wrongly: the upload goes on (%s)', async (algorithm) => {
    const path = await begun();
    misread(algorithm, 1, () => 5);

    expect((await finish(path, algorithm)).status).toBe(201);
    expect(await differences()).toEqual([]);
  });

  test.each(['sha256', 'sha512'] as const)(
    'wrongly in two ways: a fault of the storage, after which the upload goes on (%s)',
    async (algorithm) => {
      const path = await begun();
      misread(algorithm, 2, (reading) => reading);

      expect((await finish(path, algorithm)).status).toBe(500);
      expect((await finish(path, algorithm)).status).toBe(201);
      expect(await differences()).toEqual([]);
    },
  );

  test.each(['sha256', 'sha512'] as const)(
    'and have changed on disk: the upload is lost, and another one works (%s)',
    async (algorithm) => {
      const path = await begun();
      misread(algorithm, Infinity, () => 5);

      expect(failure(await finish(path, algorithm))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
      vi.restoreAllMocks();
      expect(failure(await finish(path, algorithm))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
      expect((await finish(await begun(), algorithm)).status).toBe(201);
      expect(await differences()).toEqual([]);
    },
  );

  test('for another algorithm: what fails afterwards can be repeated', async () => {
    const path = await begun();
    const { storage } = app.app.registry;
    vi.spyOn(storage, 'append').mockRejectedValueOnce(new Error('no room'));

    expect((await finish(path, 'sha512')).status).toBe(500);
    expect((await finish(path, 'sha512')).status).toBe(201);
  });
});

function failure({ status, body }: HttpAnswer): [number, unknown] {
  const { errors } = JSON.parse(body.toString()) as { errors: { code: unknown }[] };
  return [status, errors[0]?.code];
}
