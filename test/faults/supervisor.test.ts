import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { firstCertificate } from '../support/certificates.ts';
import { type RunningServer, type ServerOptions, startServer } from '../support/server.ts';

let data: string;
const servers: RunningServer[] = [];

/** Every test goes on with the data of the one before, so that a database is made only once. */
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'moorage-supervisor-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(data, 0o711);
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

afterAll(() => rm(data, { recursive: true, force: true, maxRetries: 5 }));

async function start(options: ServerOptions = {}): Promise<RunningServer> {
  const server = await startServer({ data, ...options });
  servers.push(server);
  return server;
}

const authorization = (server: RunningServer) =>
  `Basic ${Buffer.from(`admin:${server.adminPassword}`).toString('base64')}`;

/** The status of a login, which needs the database, over a connection of its own; 0 when nothing answers. */
async function login(server: RunningServer): Promise<number> {
  const headers = { authorization: authorization(server) };
  const asked = request({
    port: server.port,
    host: '127.0.0.1',
    path: '/v2/',
    agent: false,
    timeout: 10_000,
    headers,
  });
  asked.on('timeout', () => asked.destroy());
  const answered = once(asked.end(), 'response') as Promise<[IncomingMessage]>;
  const [response] = await answered.catch(() => []);
  response?.resume();
  return response?.statusCode ?? 0;
}

/** Log lines are written some tenths of a second late. */
async function untilLogged(server: RunningServer, text: string): Promise<void> {
  await expect.poll(() => server.logs().includes(text), { timeout: 30_000, message: text }).toBe(true);
}

async function upload(server: RunningServer, bytes: Buffer): Promise<string> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const response = await fetch(`${server.url}/v2/library/app/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    headers: { authorization: authorization(server), 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  expect(response.status).toBe(201);
  return digest;
}

async function postmasterPid(): Promise<number> {
  return Number((await readFile(join(data, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A process that has ended and waits for its parent to notice counts as ended. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^\d+ \(.*\) [ZX]/.test(stat);
  } catch {
    return false;
  }
}

test('a second process on the same data folder is told who has it, and the first goes on', async () => {
  const first = await start();
  const postmaster = await postmasterPid();

  const second = startServer({ data });

  await expect(second).rejects.toThrow(`${data} is in use by process ${first.pid} on `);
  expect(await login(first)).toBe(200);
  expect(await postmasterPid()).toBe(postmaster);
});

test('SIGTERM stops PostgreSQL cleanly, exits with 0, and the next start needs no recovery', async () => {
  const first = await start();
  const postmaster = await postmasterPid();

  expect(await first.stop()).toBe(0);

  expect(isRunning(postmaster)).toBe(false);
  const second = await start();
  expect(await login(second)).toBe(200);
  expect(second.logs().includes('not properly shut down')).toBe(false);
});

test('a download that runs at SIGTERM is finished, byte for byte', async () => {
  const server = await start();
  const bytes = randomBytes(24 * 1024 * 1024);
  const digest = await upload(server, bytes);
  const options = { port: server.port, host: '127.0.0.1', headers: { authorization: authorization(server) } };
  const [response] = await once(
    request({ ...options, path: `/v2/library/app/blobs/${digest}` }).end(),
    'response',
  );

  process.kill(server.pid, 'SIGTERM');
  await untilLogged(server, 'finishing what runs');
  const hash = createHash('sha256');
  for await (const chunk of response) hash.update(chunk);

  expect(`sha256:${hash.digest('hex')}`).toBe(digest);
  expect(await server.exited).toBe(0);
});

test('a client that takes nothing holds a stopping server no longer than the grace', async () => {
  const server = await start({ env: { MOORAGE_SHUTDOWN_GRACE_SECONDS: '1' } });
  const digest = await upload(server, randomBytes(24 * 1024 * 1024));
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const head = `GET /v2/library/app/blobs/${digest} HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization(server)}\r\n\r\n`;
  socket.write(head);
  await once(socket, 'readable');

  const began = performance.now();
  expect(await server.stop()).toBe(0);

  expect(performance.now() - began).toBeLessThan(20_000);
  socket.destroy();
});

test('a second signal, a moment later, ends the process at once and PostgreSQL with it', async () => {
  const server = await start({ env: { MOORAGE_SHUTDOWN_GRACE_SECONDS: '600' } });
  const postmaster = await postmasterPid();
  const digest = await upload(server, randomBytes(24 * 1024 * 1024));
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `GET /v2/library/app/blobs/${digest} HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization(server)}\r\n\r\n`,
  );
  await once(socket, 'readable');

  process.kill(server.pid, 'SIGTERM');
  process.kill(server.pid, 'SIGTERM');
  await delay(1_500);
  const afterEcho = isRunning(server.pid);
  process.kill(server.pid, 'SIGTERM');

  expect(await server.exited).toBe(1);
  expect(afterEcho).toBe(true);
  await expect.poll(() => isRunning(postmaster), { timeout: 20_000 }).toBe(false);
  socket.destroy();
});

test('after kill -9 of the server its PostgreSQL ends, and the next start has everything', async () => {
  const first = await start();
  const digest = await upload(first, randomBytes(100_000));
  const postmaster = await postmasterPid();

  await first.kill9();

  const second = await start();
  expect(isRunning(postmaster)).toBe(false);
  const headers = { authorization: authorization(second) };
  const response = await fetch(`${second.url}/v2/library/app/blobs/${digest}`, { headers });
  expect(
    createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex'),
  ).toBe(digest.slice('sha256:'.length));
});

test('while PostgreSQL is down the answer is 503, and it comes back by itself', async () => {
  const server = await start();
  const before = await postmasterPid();
  const seen: number[] = [];

  process.kill(before, 'SIGKILL');
  for (let status = await login(server); status !== 200; status = await login(server)) {
    seen.push(status);
    await delay(20);
  }

  expect(new Set(seen)).toEqual(new Set([503]));
  expect(await postmasterPid()).not.toBe(before);
  await untilLogged(server, 'PostgreSQL ended by itself (signal SIGKILL)');
  await untilLogged(server, 'PostgreSQL is back');
});

test('a worker that is killed is replaced and reported, and the others answer meanwhile', async () => {
  const server = await start({ env: { MOORAGE_WORKERS: '2' } });
  await untilLogged(server, 'Moorage');
  const [victim] = await workersOf(server);

  process.kill(Number(victim), 'SIGKILL');
  const statuses = await Promise.all(Array.from({ length: 20 }, () => login(server)));

  expect(new Set(statuses)).toEqual(new Set([200]));
  await untilLogged(server, 'worker 1 serves again');
  await untilLogged(server, `(process ${victim}) ended by itself (signal SIGKILL)`);
});

test('workers end with a supervisor that is killed, and the next start takes over', async () => {
  const first = await start({ env: { MOORAGE_WORKERS: '2' } });
  const workers = await workersOf(first);

  await first.kill9();

  await expect.poll(() => workers.some((pid) => isRunning(pid)), { timeout: 60_000 }).toBe(false);
  const second = await start();
  expect(await login(second)).toBe(200);
});

/** The children of the server that are Node, in the order in which they were started. */
async function workersOf(server: RunningServer): Promise<number[]> {
  const text = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8');
  const pids: number[] = [];
  for (const pid of text.trim().split(' ')) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('worker.ts')) pids.push(Number(pid));
  }
  return pids;
}

test('with a certificate the registry answers over TLS', async () => {
  const tls = { certificate: join(data, 'tls.crt'), key: join(data, 'tls.key') };
  await writeFile(tls.certificate, firstCertificate.certificate);
  await writeFile(tls.key, firstCertificate.key);
  const env = { MOORAGE_TLS_CERTIFICATE: tls.certificate, MOORAGE_TLS_PRIVATE_KEY: tls.key };

  const server = await start({ env });

  const options = { port: server.port, host: '127.0.0.1', path: '/v2/', ca: firstCertificate.certificate };
  const [response] = (await once(secureRequest(options).end(), 'response')) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(401);
  await untilLogged(server, `serves at https://localhost:${server.port}`);
});

test('wrong settings are all named at once, and nothing is made', async () => {
  const wrong = startServer({ data, env: { MOORAGE_WORKERS: 'many', MOORAGE_LOG_LEVEL: 'loud' } });

  await expect(wrong).rejects.toThrow(/2 settings are wrong[^]*MOORAGE_WORKERS[^]*MOORAGE_LOG_LEVEL/);
  await expect(postmasterPid()).rejects.toMatchObject({ code: 'ENOENT' });
});
