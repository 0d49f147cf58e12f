import { afterEach, expect, test } from 'vitest';
import { initialise } from '#src/auth/accounts.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { type Difference, verify } from '#src/features/verify/index.ts';
import { MemoryDriver } from '#src/storage/memory.ts';
import { adminPassword } from '#test/support/app.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { ActorServer, openShared } from '#test/support/faults-interleave-server.ts';
import { long, randomFrom, report, seedOf } from '#test/support/faults-random.ts';
import { Changes } from './quota.fixture.ts';

const changes = long ? 100_000 : 2_000;
/** So many at a time. */
const workers = 4;
/** Of the one project with a limit: a few images. */
const limit = 15_000;

let tidy: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of tidy.toReversed()) await one();
  tidy = [];
});

async function makeProjects(database: Database) {
  const projects: { id: number; name: string }[] = [];
  for (const [name, hard_storage] of [
    ['one', -1],
    ['two', -1],
    ['small', limit],
  ] as const) {
    const { project_id } = await database.db
      .insertInto('project')
      .values({ name, owner_id: 1, metadata: JSON.stringify({ public: 'true' }) })
      .returning('project_id')
      .executeTakeFirstOrThrow();
    await database.db.insertInto('quota').values({ project_id, hard_storage }).execute();
    projects.push({ id: project_id, name });
  }
  return projects;
}

test('what projects are charged for is what a count finds, whatever was done at once', {
  timeout: (long ? 3_600 : 120) * 1000,
}, async () => {
  const created = await createTestDatabase();
  tidy.push(created.drop);
  const database = openDatabase(created.url, { max: 9 });
  tidy.push(() => database.close());
  await initialise(database, { adminPassword });
  const storage = new MemoryDriver();
  const shared = await openShared(database, storage);
  await shared.live.reload();
  tidy.push(() => shared.directory.close());
  const server = new ActorServer(shared, { database, gate: async () => undefined }, { soleWriter: true });
  const random = randomFrom(seedOf('quotas after random changes'));
  const those = new Changes(server, await makeProjects(database), random);

  for (let done = 0; done < changes; done += 500) {
    const worker = async () => {
      for (let count = 0; count < 500 / workers; count++) await those.next();
    };
    await Promise.all(Array.from({ length: workers }, worker));
    const found: Difference[] = [];
    await verify({
      db: database.db,
      storage,
      signal: AbortSignal.timeout(60_000),
      sample: 0,
      repair: false,
      graceMilliseconds: 0,
      found: (difference) => found.push(difference),
    });
    expect(found).toEqual([]);
  }

  const told = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([name, count]) => `${count} × ${name}`).join(', ');
  report(`done: ${told(those.done)}; refused: ${told(those.refused)}`);
  for (const name of ['push', 'delete', 'copy', 'restore', 'delete repository', 'collect'])
    expect(those.done.get(name)).toBeGreaterThan(0);
});
