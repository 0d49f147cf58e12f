import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { checkHistory, faultServer } from '../support/faults-check.ts';
import { type Blob, blobOf, FaultClient, manifestOf } from '../support/faults-client.ts';
import { type Disk, makeDisk, mountObstacle } from '../support/faults-disk.ts';
import { History } from '../support/faults-history.ts';
import { long, type Random, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { verifyInstallation } from '../support/faults-verify.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const obstacle = mountObstacle();
const because = obstacle === undefined ? '' : ` [skipped: ${obstacle}]`;

let folder: string;
let disk: Disk;
let database: TestDatabase;
let server: RunningServer;

/** Blobs alone on a small disk; the database elsewhere has room. */
async function start(inodes?: number): Promise<Record<string, string>> {
  folder = await mkdtemp(join(tmpdir(), 'moorage-full-'));
  await chmod(folder, 0o711);
  disk = await makeDisk(96, inodes);
  database = await createTestDatabase();
  const env = {
    MOORAGE_DATA: join(folder, 'data'),
    MOORAGE_DATABASE_URL: database.url,
    MOORAGE_STORAGE: `file://${disk.path}/blobs`,
  };
  server = await startServer({ data: env.MOORAGE_DATA, env: { ...faultServer, ...env } });
  return env;
}

interface Image {
  layers: Blob[];
  manifest: Blob;
}

function imageFrom(random: Random): Image {
  const layers = [300_000, 20_000, 10].map((size) => blobOf(random.bytes(1 + random.below(2 * size))));
  const config = blobOf(Buffer.from(JSON.stringify({ os: 'linux', id: random.bytes(8).toString('hex') })));
  return { layers: [config, ...layers], manifest: manifestOf(config, layers) };
}

/** False at the first step that was not acknowledged. */
async function push(client: FaultClient, { layers, manifest }: Image, tag: string): Promise<boolean> {
  for (const layer of layers) if (!(await client.pushBlob('library/full', layer))) return false;
  return client.pushManifest('library/full', manifest, tag);
}

describe.skipIf(obstacle !== undefined)(`a full disk${because}`, () => {
  afterEach(async () => {
    await server.stop();
    await database.drop();
    await disk.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    { what: 'bytes', amounts: [0, 0, 4_096, 8_192, 65_536, 262_144], unit: 65_536 },
    { what: 'inodes', amounts: [0, 0, 1, 2, 3, 5], unit: 4 },
  ])(
    'no $what left: pushes get 5xx, and succeed when there is room again',
    async ({ what, amounts, unit }) => {
      const seed = seedOf(`no ${what} left`);
      const random = randomFrom(seed);
      const env = await start(what === 'inodes' ? 2_000 : undefined);
      const history = new History();
      const client = new FaultClient(server, history, random, 0);
      await push(client, imageFrom(random), 'old');
      const lefts = [...amounts, ...Array.from({ length: long ? 50 : 4 }, () => random.below(4 * unit))];

      let refused = 0;
      const problems: string[] = [];
      for (const [round, left] of lefts.entries()) {
        const image = imageFrom(random);
        await (what === 'inodes' ? disk.fillInodes(left) : disk.fill(left));
        for (let tries = 0; tries < 3; tries++) if (!(await push(client, image, `v${round}`))) refused += 1;
        problems.push(...(await checkHistory(server, history)));
        await disk.empty();
        if (!(await push(client, image, `v${round}`)))
          problems.push(`the push after ${left} ${what} left failed`);
      }
      problems.push(...(await checkHistory(server, history)));

      report(`${refused} of ${3 * lefts.length} pushes refused with between 0 and ${4 * unit} ${what} left`);
      expect(problems).toEqual([]);
      expect(refused).toBeGreaterThan(3);
      expect(await verifyInstallation(env)).toEqual([]);
    },
  );
});
