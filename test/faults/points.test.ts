import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { checkHistory, faultServer } from '../support/faults-check.ts';
import { type Blob, blobOf, FaultClient, manifestOf } from '../support/faults-client.ts';
import { History } from '../support/faults-history.ts';
import { arm, lastHits, type Points, withPoints } from '../support/faults-points.ts';
import { long, type Random, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { verifyInstallation } from '../support/faults-verify.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let folder: string;
let database: TestDatabase;
let server: RunningServer;
let history: History;
/** Of the installation; the database is outside, so that a start takes no longer than the server's own. */
let env: Record<string, string>;
const target = { url: '' };

async function start(): Promise<void> {
  server = await startServer({
    data: join(folder, 'data'),
    env: { ...faultServer, ...env, ...withPoints(join(folder, 'control')) },
  });
  target.url = server.url;
}

const none: Points = { at: 0, fault: 'EIO' };
const armed = (points: Points): Promise<string[]> => arm(server, join(folder, 'control'), points);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moorage-points-'));
  database = await createTestDatabase();
  env = { MOORAGE_DATABASE_URL: database.url, MOORAGE_DATA: join(folder, 'data') };
  history = new History();
  await start();
});

afterEach(async () => {
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** A connection that was cut tells of the kill a moment before the process is gone. */
function endsSoon(): Promise<boolean> {
  return Promise.race([server.exited.then(() => true), delay(30_000, false)]);
}

interface Content {
  layers: Blob[];
  configs: [Blob, Blob];
}

function contentFrom(random: Random): Content {
  const config = () =>
    blobOf(Buffer.from(JSON.stringify({ os: 'linux', id: random.bytes(8).toString('hex') })));
  return { layers: [blobOf(random.bytes(200_000)), blobOf(random.bytes(50))], configs: [config(), config()] };
}

const [repository, other] = ['library/points', 'library/mounted'];

/** Everything that changes something, once. False at the first step that was not acknowledged. */
async function everyWrite(client: FaultClient, { layers, configs }: Content): Promise<boolean> {
  const [large, small] = layers;
  const [first, second] = configs.map((config) => manifestOf(config, layers));
  if (!large || !small || !first || !second) throw new Error('no content');
  const steps = [
    () => client.pushBlob(repository, large, { way: 'chunks' }),
    () => client.pushBlob(repository, small, { way: 'put' }),
    () => client.pushBlob(repository, configs[0], { way: 'whole' }),
    () => client.pushManifest(repository, first, 'moving'),
    () => client.pushBlob(other, large, { from: repository }),
    () => client.pushBlob(repository, configs[1], { way: 'whole' }),
    () => client.pushManifest(repository, second, 'moving'),
    () => client.remove('manifest', repository, first.digest),
    () => client.remove('blob', repository, configs[0].digest),
    () => client.remove('tag', repository, 'moving'),
  ];
  for (const step of steps) if (!(await step())) return false;
  return true;
}

test('a kill before any file call, statement or answer loses nothing, and the repetition succeeds', async () => {
  const seed = seedOf('kill at every point');
  const random = randomFrom(seed);
  const step = long ? 1 : 7;
  const client = new FaultClient(target, history, random, 0);
  const killedAt: string[] = [];

  const problems: string[] = [];
  for (let at = 1 + random.below(step); problems.length === 0; at += step) {
    const content = contentFrom(random);
    await armed({ at, fault: 'SIGKILL' });
    const whole = await everyWrite(client, content);
    if (whole && (await armed(none)).length === 0) break;
    if (!(await endsSoon())) {
      problems.push(`point ${at} killed nothing, yet something failed`, ...history.violations);
      break;
    }
    killedAt.push(...lastHits(server));
    await start();
    history.settle();
    problems.push(...(await checkHistory(target, history, { everything: false })));
    if (!(await everyWrite(client, content)))
      problems.push(`the repetition after a kill at point ${at} failed`);
  }
  problems.push(...(await checkHistory(target, history)));

  report(`killed at ${killedAt.length} points: ${killedAt.join(' ')}`);
  expect(problems).toEqual([]);
  expect(await verifyInstallation(env)).toEqual([]);
  expect(new Set(killedAt)).toEqual(new Set(long ? [...essential, 'query', 'answer'] : killedAt));
  expect(killedAt.length).toBeGreaterThan(5);
});

/** Without these nothing of a push is safe; when one fails the push may not be acknowledged. */
const essential = ['open', 'writev', 'fsync', 'rename'];

test.each<Omit<Points, 'at'>>([{ fault: 'EIO' }, { fault: 'ENOSPC', lasting: true }])(
  '$fault from any file call (lasting: $lasting) is a 5xx, and the repetition succeeds',
  async (fault) => {
    const seed = seedOf(`${fault.fault} at every point`);
    const random = randomFrom(seed);
    const client = new FaultClient(target, history, random, 0);
    const failed: string[] = [];

    const problems: string[] = [];
    for (let at = 1; problems.length === 0; at++) {
      const content = contentFrom(random);
      await armed({ at, ...fault });
      const whole = await everyWrite(client, content);
      const [hit] = await armed(none);
      if (hit === undefined) break;
      failed.push(hit);
      // An upload that a storage fault made unknown would be a fault passed off as an absence.
      const denied = client.refused.splice(0).filter((status) => status < 500);
      if (denied.length > 0) problems.push(`point ${at} (${hit}) was answered ${denied.join(', ')}`);
      if (whole && essential.includes(hit))
        problems.push(`point ${at} (${hit}) failed, but all was acknowledged`);
      history.settle();
      problems.push(...(await checkHistory(target, history, { everything: false })));
      if (!(await everyWrite(client, content)))
        problems.push(`the repetition after point ${at} (${hit}) failed`);
    }
    problems.push(...(await checkHistory(target, history)));

    report(`failed at ${failed.length} points: ${failed.join(' ')}`);
    expect(problems).toEqual([]);
    expect(await verifyInstallation(env)).toEqual([]);
    expect(failed).toEqual(expect.arrayContaining(essential));
  },
);
