import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { basic } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { administrator, checkHistory, faultServer } from '../support/faults-check.ts';
import { blobOf, FaultClient, manifestOf } from '../support/faults-client.ts';
import { Deleters, ImageHistory } from '../support/faults-collection-deleters.ts';
import { startPushers } from '../support/faults-pushers.ts';
import { long, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { verifyInstallation } from '../support/faults-verify.ts';
import { request } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const rounds = long ? 50 : 5;
/** Of the newest images in the repository that retention looks after. */
const retained = 3;

let folder: string;
let created: TestDatabase;
let database: Database;
let server: RunningServer | undefined;
let env: Record<string, string>;
const target = { url: '' };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moorage-collection-kill-'));
  await chmod(folder, 0o711);
  // PostgreSQL goes on when the server dies, and lets the test end leases.
  created = await createTestDatabase();
  database = openDatabase(created.url, { max: 3 });
  env = {
    ...faultServer,
    MOORAGE_DATABASE_URL: created.url,
    MOORAGE_DATA: folder,
    MOORAGE_COLLECTION_SECONDS: '1',
    MOORAGE_RESTORE_HOURS: '0',
  };
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await database.close();
  await created.drop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function start(): Promise<void> {
  server = await startServer({ data: folder, env });
  target.url = server.url;
}

/** While nobody counts on anything: whatever is a candidate is collected within the next seconds. */
async function letLeasesEnd(): Promise<void> {
  await sql`update blob set leased_until = now() - interval '1 second'`.execute(database.db);
  await sql`update repository_blob set linked_at = now() - interval '1 day'`.execute(database.db);
  await sql`update collection_mark set linked_until = '-infinity'`.execute(database.db);
  await sql`update collection_due set due_at = now()`.execute(database.db);
  await sql`update collection_object set due_at = now()`.execute(database.db);
}

test('nothing acknowledged is lost when the server is killed while it collects, retains and deletes', {
  timeout: (long ? 3_600 : 600) * 1000,
}, async () => {
  const seed = seedOf('kill -9 during collection');
  const random = randomFrom(seed);
  const history = new ImageHistory();
  await start();
  const deleters = new Deleters(target, history, seed, 6);
  const policy = await createRetention();

  const problems: string[] = [];
  for (let round = 0; round < rounds && problems.length === 0; round++) {
    await letLeasesEnd();
    const pushers = startPushers({ target, history, seed: seed + round, count: 3, largest: 1 << 17 });
    const deleting = deleters.start(seed + round);
    await pushRetained(history, round);
    await call('POST', `/retentions/${policy}/executions`, { dry_run: false });
    await delay(random.below(2_500));
    await server?.kill9();
    await start();
    await delay(random.below(1_000));
    await Promise.all([pushers.stop(), deleting.stop()]);
    history.settle();
    problems.push(...(await checkHistory(target, history, { everything: false })));
  }
  await letLeasesEnd();
  await vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 180_000, interval: 500 });
  problems.push(...(await checkHistory(target, history)));

  report(`${rounds} kills, ${history.count('manifest')} images, ${await gone()}`);
  expect(problems).toEqual([]);
  expect(await verifyInstallation(env)).toEqual([]);
  expect(await unexplained(deleters.deleted)).toEqual([]);
  expect(await tagsOfRetained()).toEqual(
    expect.arrayContaining(Array.from({ length: retained }, (_, back) => `r${rounds - 1 - back}`)),
  );
});

/** Keeps the newest few tags of one repository, which nobody else writes to. */
async function createRetention(): Promise<number> {
  const { body } = await request(target.url, {
    path: '/api/v2.0/projects/library',
    headers: basic(administrator),
  });
  const { project_id } = JSON.parse(body.toString()) as { project_id: number };
  const everything = { kind: 'doublestar', decoration: 'matches', pattern: '**' };
  const repository = { kind: 'doublestar', decoration: 'repoMatches', pattern: 'retained' };
  const answer = await call('POST', '/retentions', {
    algorithm: 'or',
    rules: [
      {
        action: 'retain',
        template: 'latestPushedK',
        params: { latestPushedK: retained },
        tag_selectors: [everything],
        scope_selectors: { repository: [repository] },
      },
    ],
    trigger: { kind: 'Schedule', settings: { cron: '' } },
    scope: { level: 'project', ref: project_id },
  });
  return Number(answer.headers['location']?.split('/').at(-1));
}

/** One more image there, whose answer must come: without it nobody knows what is the newest. */
async function pushRetained(history: ImageHistory, round: number): Promise<void> {
  const client = new FaultClient(target, new ImageHistory(), randomFrom(round));
  const config = blobOf(Buffer.from(JSON.stringify({ os: 'linux', round })));
  const layer = blobOf(randomFrom(round % 3).bytes(1_000));
  for (const blob of [config, layer]) await client.pushBlob('library/retained', blob, { way: 'head first' });
  const pushed = await client.pushManifest('library/retained', manifestOf(config, [layer]), `r${round}`);
  if (!pushed) history.violations.push(`no image could be pushed in round ${round}`);
}

async function tagsOfRetained(): Promise<string[]> {
  const answer = await request(target.url, {
    path: '/v2/library/retained/tags/list',
    headers: basic(administrator),
  });
  return answer.json<{ tags: string[] }>().tags;
}

function call(method: string, path: string, body: object) {
  return request(target.url, {
    method,
    path: `/api/v2.0${path}`,
    headers: { ...basic(administrator), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Candidates and objects that collection has not dealt with yet. */
async function waiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select ((select count(*) from collection_due) + (select count(*) from collection_object))::int as count`.execute(
    database.db,
  );
  return rows[0]?.count ?? -1;
}

async function gone(): Promise<string> {
  const { rows } = await sql<{ kind: string; count: number }>`
    select kind, count(*)::int as count from collection_ledger group by kind order by kind`.execute(
    database.db,
  );
  return rows.map(({ kind, count }) => `${count} of kind ${kind}`).join(', ');
}

/** Digests that were deleted, are gone, and of which the ledger does not say why. */
async function unexplained(digests: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ digest: string }>`
    select k.digest from unnest(${digests}::text[]) k(digest)
     where not exists (select from blob b where b.digest = k.digest)
       and not exists (select from collection_ledger l where l.digest = k.digest and l.kind = 'blob')`.execute(
    database.db,
  );
  return rows.map(({ digest }) => digest);
}
