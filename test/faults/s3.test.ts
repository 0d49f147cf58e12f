import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { basic, startTestApp } from '../support/app.ts';
import { differencesOf } from '../support/differences.ts';
import { checkHistory, faultServer } from '../support/faults-check.ts';
import { History } from '../support/faults-history.ts';
import { startPushers } from '../support/faults-pushers.ts';
import { blobOf } from '../support/faults-client.ts';
import { long, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { verifyInstallation } from '../support/faults-verify.ts';
import { request } from '../support/http.ts';
import { type Fault, startFaultyS3 } from '../support/s3-faults.ts';
import { describeS3, type S3Server, startS3 } from '../support/s3.ts';
import { type RunningServer, startServer } from '../support/server.ts';

/** More than a part of a multipart upload. */
const largest = 8 << 20;

/** What a store or the way to it may do; each is over before a deadline of the driver. */
const faults: readonly Fault[] = [
  { kind: 'status', status: 503, code: 'SlowDown' },
  { kind: 'status', status: 500, code: 'InternalError' },
  { kind: 'errorIn200', code: 'InternalError' },
  { kind: 'pretend' },
  { kind: 'dropBefore' },
  { kind: 'dropAfter' },
  { kind: 'truncate', after: 100 },
  { kind: 'shorten', to: 100 },
  { kind: 'flipDown' },
  { kind: 'flipUp' },
];

let s3: S3Server;

describeS3('blobs in a bucket', () => {
  beforeEach(async () => {
    s3 = await startS3();
  });

  afterEach(() => s3.stop());

  test('nothing acknowledged is lost when the server is killed at any time', async () => {
    const seed = seedOf('kill -9 of a server with a bucket');
    const random = randomFrom(seed);
    const data = await mkdtemp(join(tmpdir(), 'moorage-s3-kill-'));
    await chmod(data, 0o711);
    const { bucket, endpoint = '', accessKeyId = '', secretAccessKey = '' } = s3.settings();
    const options = new URLSearchParams({
      endpoint,
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
      redirect: 'false',
      part_size: '5MiB',
    });
    const storage = { MOORAGE_STORAGE: `s3://${bucket}?${options.toString()}` };
    const [target, history] = [{ url: '' }, new History()];
    const start = async (): Promise<RunningServer> => {
      const started = await startServer({ data, env: { ...faultServer, ...storage } });
      target.url = started.url;
      return started;
    };
    let server = await start();
    const rounds = long ? 40 : 3;

    const problems: string[] = [];
    for (let round = 0; round < rounds && problems.length === 0; round++) {
      const pushers = startPushers({ target, history, seed: seed + round, largest });
      await delay(300 + random.below(1_500));
      await server.kill9();
      server = await start();
      await delay(random.below(300));
      await pushers.stop();
      history.settle();
      problems.push(...(await checkHistory(target, history, { everything: false })));
    }
    problems.push(...(await checkHistory(target, history)));
    const differences = await verifyInstallation({ ...storage, MOORAGE_DATA: data });
    await server.stop();
    await rm(data, { recursive: true, force: true });

    report(`${rounds} kills, ${history.count('manifest')} images`);
    expect(problems).toEqual([]);
    expect(differences).toEqual([]);
    expect(history.count('blob')).toBeGreaterThan(rounds);
  });

  test.each([1, 2])(
    'a bucket that fails at random loses nothing, and what is there is never called unknown (%i replicas)',
    async (replicas) => {
      const seed = seedOf(`faults of a bucket of ${replicas}`);
      const random = randomFrom(seed);
      const proxy = await startFaultyS3(s3.port);
      const storage = s3.settings({ endpoint: proxy.endpoint, redirect: false });
      const app = await startTestApp({ soleWriter: replicas === 1, settings: { storage } });
      const urls = replicas === 1 ? [app.url] : [app.url, (await app.replica()).url];
      const history = new History();
      // Each request of an upload may reach another one.
      const target = {
        get url() {
          return random.pick(urls);
        },
      };
      const injected = new Map<string, number>();
      proxy.fault = () => {
        if (!random.chance(0.1)) return undefined;
        const fault = random.pick(faults);
        injected.set(fault.kind, (injected.get(fault.kind) ?? 0) + 1);
        return fault;
      };

      const pushers = startPushers({ target, history, seed, largest });
      await delay(long ? 60_000 : 6_000);
      await pushers.stop();
      proxy.fault = () => undefined;
      history.settle();
      const problems = await checkHistory(app, history);
      const kinds = (await differencesOf(app))
        .filter(({ kind }) => kind !== 'unreferenced-object')
        .map(({ kind, subject, detail }) => `${kind} ${subject} ${detail}`);
      await app.close();
      await proxy.stop();

      report(
        `${history.count('blob')} blobs, faults: ${[...injected].map((pair) => pair.join(' ')).join(', ')}`,
      );
      expect(problems).toEqual([]);
      expect(kinds).toEqual([]);
      expect(history.count('blob')).toBeGreaterThan(5);
      expect([...injected.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
    },
  );

  test.each([0, 200_000, 6 << 20])(
    'a last request repeated at another replica while the first one still works loses nothing (%i bytes)',
    async (size) => {
      const storage = s3.settings({ redirect: false, partSize: 5 << 20 });
      const app = await startTestApp({ soleWriter: false, settings: { storage } });
      const other = await app.replica();
      const { digest, bytes } = blobOf(randomFrom(1).bytes(size));
      const headers = basic('admin');
      const begun = await app.send('admin', { method: 'POST', path: '/v2/library/twice/blobs/uploads/' });
      const path = begun.headers['location'] ?? '';
      await app.send('admin', { method: 'PATCH', path, body: bytes });
      const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const slow = app.app.registry.storage;
      const commit = slow.commit.bind(slow);
      vi.spyOn(slow, 'commit').mockImplementation(async (...call) => {
        reached.resolve();
        await released.promise;
        return commit(...call);
      });

      const last = { method: 'PUT', path: `${path}?digest=${digest}`, headers };
      const first = request(app.url, last);
      await reached.promise;
      const second = await request(other.url, last);
      released.resolve();
      const statuses = [second.status, (await first).status];
      const got = await request(other.url, { path: `/v2/library/twice/blobs/${digest}`, headers });
      await app.close();

      expect(statuses).toEqual([201, 201]);
      expect(got.status).toBe(200);
      expect(got.body.equals(bytes)).toBe(true);
    },
  );
});
