import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { initialise } from '#src/auth/accounts.ts';
import { openDatabase } from '#src/database/pool.ts';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { createTestDatabase } from '#test/support/database.ts';

const main = join(import.meta.dirname, 'main.ts');
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const environment = (url: string, data: string) => ({
  PATH: process.env['PATH'],
  MOORAGE_DATABASE_URL: url,
  MOORAGE_DATA: data,
});

function moorage(url: string, data: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: environment(url, data) }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

describe('beside a server', () => {
  let app: TestApp;
  const run = (...args: string[]) => moorage(app.database.url, dirname(app.storage), ...args);
  beforeEach(async () => {
    app = await startTestApp();
    closing.push(() => app.close());
  });

  test('gc has the server collect, prints the log and what went', async () => {
    const image = makeImage(1);
    await pushImage(app, 'admin', 'library/app', 'gone', image);
    await app.send('admin', { method: 'DELETE', path: `/v2/library/app/manifests/${image.digest}` });
    await app.database.db.deleteFrom('trash').execute();
    await sql`update blob set leased_until = '-infinity'`.execute(app.database.db);

    const dry = await run('gc', '--dry-run');
    const wet = await run('gc', '--workers', '2');

    expect(dry.out).toMatch(/garbage collection 1: Success; 3 blobs .* would go\n$/);
    expect(wet.out).toMatch(/^\S+Z garbage collection began\n/);
    expect(wet.out).toMatch(/garbage collection 2: Success; 3 blobs .* went\n$/);
    expect([dry.code, wet.code]).toEqual([0, 0]);
  });

  test('jobs lists, shows and logs what ran', async () => {
    await run('gc');

    const [list, json, show, log] = await Promise.all([
      run('jobs', 'list', '--type', 'garbage_collection'),
      run('jobs', 'list', '--json'),
      run('jobs', 'show', '1'),
      run('jobs', 'log', '1', '--follow'),
    ]);

    expect(list.out).toMatch(/^ {5}1 {2}GARBAGE_COLLECTION +Success +manual/);
    expect(JSON.parse(json.out)).toMatchObject({ id: 1, status: 'Success', attributes: { workers: 1 } });
    expect(show.out).toContain('task 1  GARBAGE_COLLECTION  Success');
    expect(log).toMatchObject({
      code: 0,
      out: expect.stringMatching(/garbage collection began[^]*1: Success\n$/),
    });
  });

  test('jobs stop ends a run, and the command that follows it says so with exit code 1', async () => {
    await sql`insert into job_pause (job) values ('GARBAGE_COLLECTION')`.execute(app.database.db);
    const following = run('gc');
    for (;;) {
      const { rows } = await sql`select from execution`.execute(app.database.db);
      if (rows.length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    const stop = await run('jobs', 'stop', '1');
    const gc = await following;

    expect(stop.out).toBe('1 is being stopped\n');
    expect(gc.code).toBe(1);
    expect(gc.out).toContain('garbage collection 1: Stopped');
    expect((await run('jobs', 'stop', '1')).out).toBe('1 had ended already\n');
  });

  test('a run that is under way, unknown ids and wrong words are told apart', async () => {
    await sql`insert into execution (vendor_type, trigger) values ('GARBAGE_COLLECTION', 'MANUAL')`.execute(
      app.database.db,
    );

    const results = await Promise.all([
      run('gc'),
      run('jobs', 'show', '99'),
      run('jobs', 'show', 'x'),
      run('jobs', 'show'),
      run('gc', '--workers', '11'),
      run('jobs', 'list', '--status', 'done'),
    ]);

    expect(results.map(({ code }) => code)).toEqual([1, 1, 2, 2, 2, 2]);
    expect(results[0]?.err).toContain('already under way as 1');
  });
});

describe('without a server', () => {
  async function bare() {
    const { url, drop } = await createTestDatabase();
    const database = openDatabase(url, { max: 2 });
    const data = await mkdtemp(join(tmpdir(), 'moorage-cli-'));
    closing.push(
      drop,
      () => database.close(),
      () => rm(data, { recursive: true, force: true }),
    );
    await initialise(database, { adminPassword: 'Harbor-12345' });
    return { url, data, database };
  }

  test('gc does the work itself, and leaves no runner behind', async () => {
    const { url, data, database } = await bare();

    const { code, out } = await moorage(url, data, 'gc');

    expect(out).toContain('garbage collection 1: Success');
    expect(code).toBe(0);
    expect((await sql`select from job_runner`.execute(database.db)).rows).toEqual([]);
  });

  test('Ctrl-C stops the run', async () => {
    const { url, data, database } = await bare();
    await sql`insert into job_pause (job) values ('GARBAGE_COLLECTION')`.execute(database.db);
    const child = spawn(process.execPath, [main, 'gc'], { env: environment(url, data) });
    await once(child.stderr, 'data');

    child.kill('SIGINT');
    const [code] = await once(child, 'exit');

    expect(code).toBe(1);
    const { rows } = await sql`select status from execution`.execute(database.db);
    expect(rows).toEqual([{ status: 'Stopped' }]);
  });
});
