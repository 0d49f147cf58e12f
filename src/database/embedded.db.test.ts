import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, findRunningPostgres, startEmbeddedPostgres } from './embedded.ts';

const log = pino({ level: 'silent' });
let data: string;
let running: EmbeddedPostgres[] = [];

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'moorage-embedded-'));
  await chmod(data, 0o711);
});

afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  running = [];
});

afterAll(() => rm(data, { recursive: true, force: true }));

/** Every test goes on with the files of the one before, so that they are made only once. */
async function start(folder = data): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ data: folder, log });
  running.push(postgres);
  return postgres;
}

async function query(url: string, text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text, rowMode: 'array' });
    return rows as unknown[][];
  } finally {
    await client.end();
  }
}

test('a first start makes a database that compares text byte by byte and checks its pages', async () => {
  const postgres = await start();

  const [row] = await query(
    postgres.url,
    `select current_database(), current_user, getdatabaseencoding(), current_setting('data_checksums'), 'B' < 'a'`,
  );

  expect(row).toEqual(['moorage', 'moorage', 'UTF8', 'on', true]);
});

test('what the registry acknowledges is synced, and nothing listens on the network', async () => {
  const postgres = await start();

  const rows = await query(
    postgres.url,
    `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses')`,
  );

  expect(Object.fromEntries(rows)).toEqual({
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    listen_addresses: '',
  });
});

test('without the password nobody gets in, and it is on no command line', async () => {
  const postgres = await start();
  const password = new URL(postgres.url).password;

  const refused = query(postgres.url.replace(password, 'another'), 'select 1');

  await expect(refused).rejects.toMatchObject({ code: '28P01' });
  expect(await readFile(`/proc/${postgres.pid}/cmdline`, 'utf8')).not.toContain(password);
  expect((await stat(join(data, 'postgres.password'))).mode & 0o777).toBe(0o600);
  expect((await readdir(data)).filter((name) => name.endsWith('.init') || name.endsWith('.new'))).toEqual([]);
});

test('what was committed is there after a kill -9, and its end is reported', async () => {
  const first = await start();
  await query(first.url, 'create table kept (word text)');
  await query(first.url, `insert into kept values ('committed')`);

  process.kill(first.pid, 'SIGKILL');

  expect(await first.exited).toBe('signal SIGKILL');
  const second = await start();
  expect(await query(second.url, 'select word from kept')).toEqual([['committed']]);
  expect(second.url).toBe(first.url);
});

test('one that outlived its supervisor is stopped, not joined', async () => {
  const orphan = await start();

  const postgres = await start();

  expect(await orphan.exited).toBe('exit code 0');
  expect(postgres.pid).not.toBe(orphan.pid);
  expect(await query(postgres.url, 'select 1')).toEqual([[1]]);
});

test('a pid file whose process id belongs to another program by now does not stop the start', async () => {
  const killed = await start();
  process.kill(killed.pid, 'SIGKILL');
  await killed.exited;
  const { uid, gid } = await stat(join(data, 'postgres'));
  const another = spawn('sleep', ['60'], { cwd: '/', stdio: 'ignore', uid, gid });
  const file = join(data, 'postgres', 'postmaster.pid');
  const content = await readFile(file, 'utf8');
  await writeFile(file, content.replace(String(killed.pid), String(another.pid)));

  const postgres = await start();

  expect(await query(postgres.url, 'select 1')).toEqual([[1]]);
  expect(another.exitCode ?? another.signalCode).toBeNull();
  another.kill();
});

test('a data folder that came back without its password file gets a new password', async () => {
  const before = await start();
  await before.stop();
  await rm(join(data, 'postgres.password'));

  const after = await start();

  expect(after.url).not.toBe(before.url);
  expect(await query(after.url, 'select 1')).toEqual([[1]]);
});

test('command line tools find the running one, and none when it is stopped', async () => {
  const postgres = await start();

  expect(await findRunningPostgres(data)).toBe(postgres.url);

  await postgres.stop();
  expect(await findRunningPostgres(data)).toBeUndefined();
});

test('files of another major version are refused and left alone', async () => {
  const postgres = await start();
  await postgres.stop();
  const file = join(data, 'postgres', 'PG_VERSION');
  await writeFile(file, '17\n');

  await expect(start()).rejects.toThrow(/made by PostgreSQL 17, this program brings 18/);

  expect(await readFile(file, 'utf8')).toBe('17\n');
  await writeFile(file, '18\n');
});

test.skipIf(process.getuid?.() !== 0)(
  'a data folder that root has closed is opened to the group of PostgreSQL only',
  async () => {
    const closed = await mkdtemp(join(tmpdir(), 'moorage-closed-'));

    const postgres = await start(closed);

    const { mode, uid } = await stat(closed);
    expect([uid, mode & 0o777]).toEqual([0, 0o710]);
    expect(await readdir(closed)).toContain('postgres');
    await postgres.stop();
    await rm(closed, { recursive: true });
  },
);
