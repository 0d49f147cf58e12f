import { afterEach, expect, test } from 'vitest';
import { basic, makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '../support/app.ts';
import { differencesOf } from '../support/differences.ts';
import { type Blob, blobOf, FaultClient, imageManifest } from '../support/faults-client.ts';
import { History } from '../support/faults-history.ts';
import { long, randomFrom, seedOf } from '../support/faults-random.ts';
import { type Operation, orderViolations } from '../support/faults-register.ts';
import { request } from '../support/http.ts';

let app: TestApp;

afterEach(() => app.close());

/** Strict: nothing may be left behind, because nothing was killed. */
const differences = () => differencesOf(app);

/** The addresses of one sole writer, or of two replicas on the same database and storage. */
async function start(replicas: 1 | 2): Promise<string[]> {
  app = await startTestApp({ soleWriter: replicas === 1 });
  return replicas === 1 ? [app.url] : [app.url, (await app.replica()).url];
}

/** One push, in whatever way its generator chooses, into one of two repositories. */
function pushAt(urls: readonly string[], index: number, blob: Blob, seed: number, history: History) {
  const target = { url: urls[index % urls.length] ?? '' };
  const client = new FaultClient(target, history, randomFrom(seed + index));
  return client.pushBlob(index % 3 === 0 ? 'library/same' : 'library/other', blob);
}

test.each([1, 2] as const)(
  '16 clients push the same digest to %i servers: all succeed, one object stays',
  async (replicas) => {
    const seed = seedOf('the same digest at once');
    const urls = await start(replicas);
    const random = randomFrom(seed);
    const sizes = [1, 5_000, 300_000, 2 << 20];
    const [history, blobs] = [new History(), sizes.map((size) => blobOf(random.bytes(size)))];

    const answers: boolean[] = [];
    for (const blob of blobs) {
      const pushes = Array.from({ length: 16 }, (_, index) => pushAt(urls, index, blob, seed, history));
      answers.push(...(await Promise.all(pushes)));
    }

    expect(history.violations).toEqual([]);
    expect(answers).toEqual(answers.map(() => true));
    const objects = await Array.fromAsync(app.app.registry.storage.list(AbortSignal.timeout(10_000)));
    expect(objects.length).toBe(blobs.length);
    expect(await differences()).toEqual([]);
  },
);

test('16 clients push one image under one digest to two servers, and it is one artifact', async () => {
  const urls = await start(2);
  const image = makeImage(3);
  for (const { bytes } of image.blobs) await pushBlob(app, 'admin', 'library/artifact', bytes);

  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, index) =>
      request(urls[index % 2] ?? '', {
        method: 'PUT',
        path: `/v2/library/artifact/manifests/v${index % 4}`,
        headers: { ...basic('admin'), 'content-type': imageManifest },
        body: image.manifest,
      }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect(await app.database.db.selectFrom('artifact').select('digest').execute()).toEqual([
    { digest: image.digest },
  ]);
  expect(await differences()).toEqual([]);
});

test.each([1, 2] as const)(
  'a tag on %i servers is one register: reads fit the writes in one order',
  async (replicas) => {
    const seed = seedOf('one tag as a register');
    const urls = await start(replicas);
    const images = Array.from({ length: 16 * (long ? 20 : 5) }, () => makeImage());
    for (const image of images) await pushImage(app, 'admin', 'library/register', image.digest, image);
    await pushImage(app, 'admin', 'library/register', 'latest', images[0]);
    const operations: Operation[] = [];
    const at = async (url: string, kind: Operation['kind'], body?: Buffer): Promise<void> => {
      const began = performance.now();
      const headers = { ...basic('admin'), ...(body && { 'content-type': imageManifest }) };
      const method = kind === 'write' ? 'PUT' : 'GET';
      const path = '/v2/library/register/manifests/latest';
      const answer = await request(url, { method, path, headers, ...(body && { body }) });
      if (answer.status >= 400) throw new Error(`${method}: ${answer.status} ${answer.body.toString()}`);
      const value = answer.headers['docker-content-digest'] ?? '';
      operations.push({ kind, value, began, ended: performance.now() });
    };
    // The value before the first write: a write of its own, long ago.
    operations.push({ kind: 'write', value: images[0]?.digest ?? '', began: -2, ended: -1 });

    const random = randomFrom(seed);
    const rest = images.slice(1);
    while (rest.length > 0) {
      const some = rest.splice(0, random.pick([1, 2, 16]));
      const writes = some.map((image) => at(random.pick(urls), 'write', image.manifest));
      const reads = Array.from({ length: 8 }, () => at(random.pick(urls), 'read'));
      await Promise.all([...writes, ...reads]);
      // Quiet reads fill whatever remembers; the next write may go through another server.
      await Promise.all(urls.map((url) => at(url, 'read')));
    }

    expect(orderViolations(operations)).toEqual([]);
    expect(operations.filter(({ kind }) => kind === 'read').length).toBeGreaterThan(16);
    expect(await differences()).toEqual([]);
  },
);
