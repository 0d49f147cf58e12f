import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkHistory, faultServer } from '../support/faults-check.ts';
import { type Disk, makeDisk, mountObstacle } from '../support/faults-disk.ts';
import { History } from '../support/faults-history.ts';
import { withoutSyncs } from '../support/faults-no-sync.ts';
import { freeze, thaw, treeOf } from '../support/faults-processes.ts';
import { startPushers } from '../support/faults-pushers.ts';
import { long, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { verifyInstallation } from '../support/faults-verify.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const obstacle = mountObstacle();
const because = obstacle === undefined ? '' : ` [skipped: ${obstacle}]`;

/** Of one installation; may be the same. */
interface Disks {
  data: Disk;
  blobs: Disk;
}

/** Each cut compares everything that one installation has; after so many there is a new one. */
const cutsOfOne = 10;

let disks: Disks;
/** What must be ended and unmounted, the last first. */
let cleanup: (() => Promise<unknown>)[];

async function addDisk(mebibytes: number): Promise<Disk> {
  const disk = await makeDisk(mebibytes);
  cleanup.push(() => disk.remove());
  return disk;
}

const settingsOf = ({ data, blobs }: Disks): Record<string, string> => ({
  MOORAGE_DATA: join(data.path, 'data'),
  MOORAGE_STORAGE: `file://${blobs.path}/blobs`,
});

async function start(env: Record<string, string> = {}): Promise<RunningServer> {
  const data = join(disks.data.path, 'data');
  await mkdir(data, { mode: 0o711, recursive: true });
  const server = await startServer({ data, env: { ...faultServer, ...settingsOf(disks), ...env } });
  cleanup.push(() => server.stop());
  return server;
}

/**
 * Pushes for a while, cuts the power of a copy, and returns what the copy, started again, does not have. `quiet`:
 * one client, which has just ended; then no later sync of another push saves what the last one left unsynced.
 */
async function pushAndCut(
  server: RunningServer,
  history: History,
  { seed, quiet }: { seed: number; quiet: boolean },
): Promise<string[]> {
  const random = randomFrom(seed);
  const count = quiet ? 1 : 8;
  const pushers = startPushers({ target: server, history, seed, count, largest: 512 << 10 });
  await delay(300 + random.below(1_500));
  if (quiet) await pushers.stop();
  const running = await treeOf(server.pid);
  await freeze(running);
  const known = history.copy();
  const copy = await cutBoth(disks).finally(() => thaw(running));
  await pushers.stop();
  history.settle();
  known.settle();
  try {
    return [...history.violations, ...(await compare(copy, known))];
  } finally {
    for (const disk of new Set([copy.data, copy.blobs])) await disk.remove();
  }
}

async function cutBoth({ data, blobs }: Disks): Promise<Disks> {
  const copy = await data.cut();
  return { data: copy, blobs: blobs === data ? copy : await blobs.cut() };
}

async function compare(copy: Disks, known: History): Promise<string[]> {
  const env = settingsOf(copy);
  const after = await startServer({ data: join(copy.data.path, 'data'), env: { ...faultServer, ...env } });
  try {
    const problems = await checkHistory(after, known);
    const differences = await verifyInstallation(env);
    return [...problems, ...differences.map((line) => JSON.stringify(line))];
  } finally {
    await after.stop();
  }
}

describe.skipIf(obstacle !== undefined)(`a power cut${because}`, () => {
  beforeEach(() => {
    cleanup = [];
  });

  afterEach(async () => {
    for (const end of cleanup.reverse()) await end();
  });

  // On one disk each sync of PostgreSQL also saves the names of blobs (one journal); on two nothing but our own does.
  test.each([1, 2])(
    'takes nothing that was acknowledged, with database and blobs on %i disk(s)',
    async (count) => {
      const seed = seedOf('power cuts');
      const cuts = long ? 50 : 3;
      const [images, problems]: [number[], string[]] = [[], []];

      for (let cut = 0; cut < cuts && problems.length === 0; cut += cutsOfOne) {
        const data = await addDisk(512);
        disks = { data, blobs: count === 1 ? data : await addDisk(512) };
        const [server, history] = [await start(), new History()];
        for (let index = cut; index < Math.min(cut + cutsOfOne, cuts) && problems.length === 0; index++) {
          const how = { seed: seed + index, quiet: index % 2 === 1 };
          problems.push(...(await pushAndCut(server, history, how)));
        }
        images.push(history.count('manifest'));
        await server.stop();
      }

      const all = images.reduce((sum, some) => sum + some, 0);
      report(`${cuts} power cuts, ${all} images acknowledged`);
      expect(problems).toEqual([]);
      expect(all).toBeGreaterThan(cuts);
    },
  );

  test('takes acknowledged blobs from a server whose syncs do nothing, so this bench can tell', async () => {
    const seed = seedOf('power cut without syncs');
    // The first start writes the keys, which this test does not mean to lose.
    const data = await addDisk(512);
    disks = { data, blobs: data };
    const first = await start();
    await first.stop();
    const [server, history] = [await start(withoutSyncs()), new History()];

    const problems = await pushAndCut(server, history, { seed, quiet: false });

    report(`without syncs: ${problems.length} losses of ${history.count('blob')} blobs`);
    expect(history.count('blob')).toBeGreaterThan(0);
    expect(problems.filter((problem) => problem.includes('missing-object')).length).toBeGreaterThan(0);
  });
});
