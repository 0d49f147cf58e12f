import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { basic } from '../support/app.ts';
import { administrator, checkHistory, faultServer } from '../support/faults-check.ts';
import { History } from '../support/faults-history.ts';
import { postmasterOf, workersOf } from '../support/faults-processes.ts';
import { startPushers } from '../support/faults-pushers.ts';
import { long, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { verifyInstallation } from '../support/faults-verify.ts';
import { request } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';

/** A killed server serves again within 10 s, PostgreSQL's recovery included, where nothing else runs (`--long`). */
const restartMilliseconds = long ? 10_000 : 60_000;

let data: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'moorage-kill-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(data, 0o711);
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts the server on the same data; returns how long it took (ms). */
async function start(target: { url: string }, env: Record<string, string> = {}): Promise<number> {
  const began = performance.now();
  server = await startServer({ data, env: { ...faultServer, ...env } });
  target.url = server.url;
  return performance.now() - began;
}

test('nothing acknowledged is lost when the server is killed at any time', async () => {
  const seed = seedOf('kill -9 of the server');
  const random = randomFrom(seed);
  const [target, history] = [{ url: '' }, new History()];
  const starts = [await start(target)];
  const rounds = long ? 200 : 6;

  const problems: string[] = [];
  for (let round = 0; round < rounds && problems.length === 0; round++) {
    const pushers = startPushers({ target, history, seed: seed + round });
    await delay(100 + random.below(1_500));
    await server?.kill9();
    starts.push(await start(target));
    // Clients come back with what they had begun, before and after anything else happens.
    await delay(random.below(300));
    await pushers.stop();
    history.settle();
    problems.push(...(await checkHistory(target, history, { everything: false })));
  }
  problems.push(...(await checkHistory(target, history)));

  report(
    `${starts.length - 1} kills, ${history.count('manifest')} images, slowest start ${Math.max(...starts).toFixed()} ms`,
  );
  expect(problems).toEqual([]);
  expect(await verifyInstallation({ MOORAGE_DATA: data })).toEqual([]);
  expect(history.count('manifest')).toBeGreaterThan(rounds);
  expect(Math.max(...starts.slice(1))).toBeLessThan(restartMilliseconds);
});

test('nothing acknowledged is lost, and nothing is denied, when PostgreSQL is killed at any time', async () => {
  const seed = seedOf('kill -9 of PostgreSQL');
  const random = randomFrom(seed);
  const [target, history] = [{ url: '' }, new History()];
  await start(target);
  const rounds = long ? 20 : 3;

  const problems: string[] = [];
  for (let round = 0; round < rounds && problems.length === 0; round++) {
    const pushers = startPushers({ target, history, seed: seed + round });
    await delay(200 + random.below(1_000));
    const killed = await postmasterOf(data);
    process.kill(killed, 'SIGKILL');
    await untilHealthy(target, killed);
    await delay(random.below(300));
    await pushers.stop();
    history.settle();
    problems.push(...(await checkHistory(target, history, { everything: false })));
    // More than five crashes within a minute are taken for a broken installation.
    if (round % 4 === 3) await server?.stop().then(() => start(target));
  }
  // What the server has in memory must not hide what the database lost.
  await server?.stop();
  await start(target);
  problems.push(...(await checkHistory(target, history)));

  expect(problems).toEqual([]);
  expect(await verifyInstallation({ MOORAGE_DATA: data })).toEqual([]);
  expect(history.count('manifest')).toBeGreaterThan(rounds);
});

test('nothing acknowledged is lost when one of two workers is killed at any time', async () => {
  const seed = seedOf('kill -9 of a worker');
  const random = randomFrom(seed);
  const [target, history] = [{ url: '' }, new History()];
  await start(target, { MOORAGE_WORKERS: '2' });
  const rounds = long ? 20 : 3;

  const problems: string[] = [];
  for (let round = 0; round < rounds && problems.length === 0; round++) {
    const pushers = startPushers({ target, history, seed: seed + round });
    await delay(200 + random.below(1_000));
    process.kill(random.pick(await workersOf(server?.pid ?? 0)), 'SIGKILL');
    // The other one goes on with the uploads of this one.
    await delay(300 + random.below(500));
    await pushers.stop();
    // A machine that is busy with other things needs its time for a start.
    await vi.waitUntil(() => (server?.logs().match(/serves again/g)?.length ?? 0) > round, 60_000);
    history.settle();
    problems.push(...(await checkHistory(target, history, { everything: false })));
  }
  problems.push(...(await checkHistory(target, history)));

  report(`${rounds} workers killed, ${history.count('manifest')} images`);
  expect(problems).toEqual([]);
  expect(await verifyInstallation({ MOORAGE_DATA: data })).toEqual([]);
  expect(history.count('manifest')).toBeGreaterThan(rounds);
});

/**
 * Until another PostgreSQL runs (backends of the killed one may answer a moment longer) and a request that needs it
 * is answered: a tag that nobody has, 404 and not 503.
 */
async function untilHealthy(target: { url: string }, killed: number): Promise<void> {
  const path = '/v2/library/nothing/manifests/nothing';
  const deadline = performance.now() + restartMilliseconds;
  for (;;) {
    const replaced = (await postmasterOf(data).catch(() => killed)) !== killed;
    const { status } = await request(target.url, { path, headers: basic(administrator) });
    if (status === 404 && replaced) return;
    if (performance.now() > deadline)
      throw new Error(`still ${status} ${restartMilliseconds / 1000} s after the kill`);
    await delay(20);
  }
}
