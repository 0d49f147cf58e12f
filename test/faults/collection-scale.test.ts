import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRunningPostgres } from '#src/database/embedded.ts';
import { basic, makeImage, pushImage } from '../support/app.ts';
import { faultServer } from '../support/faults-check.ts';
import {
  askAtRate,
  countFiles,
  leaveGarbage,
  percentile,
  residentOf,
} from '../support/faults-collection-garbage.ts';
import { long, report } from '../support/faults-random.ts';
import { verifyInstallation } from '../support/faults-verify.ts';
import { type HttpRequest, request } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const blobs = long ? 100_000 : 2_000;
const images = 50;
const perSecond = 200;
const quietSeconds = long ? 20 : 4;

let data: string;
let server: RunningServer;
let client: pg.Client;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'moorage-collection-scale-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(data, 0o711);
  // It collects when it is told to.
  const env = { ...faultServer, MOORAGE_COLLECTION_SECONDS: '86400', MOORAGE_RESTORE_HOURS: '0' };
  server = await startServer({ data, env });
  client = new pg.Client({ connectionString: (await findRunningPostgres(data)) ?? '' });
  await client.connect();
});

afterEach(async () => {
  await client.end();
  await server.stop();
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

const send = (as: string | undefined, call: HttpRequest) =>
  request(server.url, { ...call, headers: { ...basic(as ?? 'admin'), ...call.headers } });

test('unreferenced blobs go quickly, in little memory, and pulls hardly notice', {
  timeout: (long ? 1_800 : 300) * 1000,
}, async () => {
  const paths: string[] = [];
  for (let image = 0; image < images; image++) {
    await pushImage({ send }, 'admin', 'library/app', `v${image}`, makeImage(1));
    paths.push(`/v2/library/app/manifests/v${image}`);
  }
  const root = join(data, 'storage');
  const kept = await countFiles(root);
  const seeded = performance.now();
  await leaveGarbage(client, root, blobs);
  report(`${blobs} blobs seeded in ${seconds(seeded)} s`);
  await askAtRate(server.url, paths, perSecond, AbortSignal.timeout(2_000));
  const quiet = await askAtRate(server.url, paths, perSecond, AbortSignal.timeout(quietSeconds * 1000));
  const before = await residentOf(server.pid);

  const began = performance.now();
  const ended = new AbortController();
  const pulling = askAtRate(server.url, paths, perSecond, ended.signal);
  const memory = await collectOnDemand();
  const took = performance.now() - began;
  ended.abort();
  const busy = await pulling;

  const [p99, p99busy] = [percentile(quiet, 0.99), percentile(busy, 0.99)];
  report(
    `${blobs} blobs collected in ${(took / 1000).toFixed(1)} s (${((blobs / took) * 1000).toFixed()}/s); ` +
      `manifest pulls at ${perSecond}/s: p50 ${percentile(quiet, 0.5).toFixed(2)} and ${percentile(busy, 0.5).toFixed(2)} ms, ` +
      `p99 ${p99.toFixed(2)} and ${p99busy.toFixed(2)} ms; ` +
      `memory ${mib(before)} before, ${mib(Math.max(...memory))} MiB at most`,
  );
  expect(await countFiles(root)).toBe(kept);
  // The goal is 100,000 in five minutes, on a machine that does nothing else.
  expect(blobs / (took / 1000)).toBeGreaterThan(long ? 100_000 / 300 : 10);
  // A few slow answers are the machine's, not collection's; a short run on a busy one has many.
  expect(p99busy).toBeLessThan(Math.max(3 * p99, long ? 10 : 1_000));
  expect(Math.max(...memory) - before).toBeLessThan(64 * 2 ** 20);
  expect(await verifyInstallation({ MOORAGE_DATA: data })).toEqual([]);
});

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
const mib = (bytes: number) => (bytes / 2 ** 20).toFixed();

/** Through the API; returns how much memory the server had meanwhile. */
async function collectOnDemand(): Promise<number[]> {
  const started = await send('admin', {
    method: 'POST',
    path: '/api/v2.0/system/gc/schedule',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schedule: { type: 'Manual' }, parameters: {} }),
  });
  expect(started.status).toBe(201);
  const memory: number[] = [];
  for (;;) {
    await delay(200);
    memory.push(await residentOf(server.pid));
    const history = await send('admin', { path: '/api/v2.0/system/gc' });
    const [run] = history.json<{ job_status: string; job_parameters: string }[]>();
    if (run && !['Pending', 'Running', 'Scheduled'].includes(run.job_status)) {
      report(`${run.job_status} ${run.job_parameters}`);
      return memory;
    }
  }
}
