import { once } from 'node:events';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { request as plainRequest, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { firstCertificate, secondCertificate } from '#test/support/certificates.ts';
import { createListener, type Listener, type ListenOptions } from './listen.ts';

const log = pino({ level: 'silent' });
const tidy: (() => unknown)[] = [];

afterEach(async () => {
  for (const one of tidy.splice(0).reverse()) await one();
});

async function start(handler: RequestListener, options: Partial<ListenOptions> = {}) {
  const listener = await createListener({ port: 0, host: '127.0.0.1', silenceSeconds: 60, ...options }, log);
  listener.createServer(handler);
  const port = await listener.listen();
  tidy.push(() => listener.close(0));
  return { listener, port };
}

/** A connection that keeps what it receives. */
function open(port: number, send = ''): { socket: Socket; text(): string; closed: Promise<unknown> } {
  let text = '';
  const socket = connect(port, '127.0.0.1', () => send && socket.write(send));
  socket.setEncoding('utf8').on('data', (more: string) => (text += more));
  // A reset is an end like any other here.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  tidy.push(() => socket.destroy());
  return { socket, text: () => text, closed };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** A handler that answers only when told to, and says when it was asked. */
function heldBack() {
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const handler: RequestListener = (_request, response) => {
    asked.resolve();
    void go.promise.then(() => response.end('done'));
  };
  return { handler, asked: asked.promise, go: () => go.resolve() };
}

test('a closing listener lets a running request finish and says that its connection ends', async () => {
  const { handler, asked, go } = heldBack();
  const { listener, port } = await start(handler);
  const client = open(port, get('/'));
  await asked;

  const closing = listener.close(60_000);
  go();

  expect(await closing).toBe(0);
  await client.closed;
  expect(client.text()).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Connection: close\r\n[^]*done$/);
});

test('connections that are idle, silent or in the middle of their headers do not hold up the end', async () => {
  const { listener, port } = await start((_request, response) => response.end('hi'));
  const idle = open(port, get('/'));
  await once(idle.socket, 'data');
  const silent = open(port);
  await once(silent.socket, 'connect');
  const partial = open(port, 'GET / HT');
  await once(partial.socket, 'connect');

  expect(await listener.close(60_000)).toBe(0);

  await Promise.all([idle.closed, silent.closed, partial.closed]);
});

test('what runs longer than the grace is cut and counted', async () => {
  const { handler, asked } = heldBack();
  const { listener, port } = await start(handler);
  const client = open(port, get('/'));
  await asked;

  expect(await listener.close(10)).toBe(1);

  await client.closed;
  expect(client.text()).toBe('');
});

test('a port that is taken is named in the error, with the remedy', async () => {
  const { port } = await start((_request, response) => response.end());

  const second: Promise<Listener> = createListener({ port, host: '127.0.0.1', silenceSeconds: 60 }, log);

  const listener = await second;
  listener.createServer(() => undefined);
  await expect(listener.listen()).rejects.toThrow(`cannot listen on port ${port}: another program has it`);
});

async function certificateFiles() {
  const folder = await mkdtemp(join(tmpdir(), 'moorage-tls-'));
  tidy.push(() => rm(folder, { recursive: true }));
  const tls = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  await writeFile(tls.certificate, firstCertificate.certificate);
  await writeFile(tls.key, firstCertificate.key);
  return tls;
}

/** The common name in the certificate that a new connection is shown. */
async function shownName(port: number): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return String(name);
}

test('a renewed certificate is shown to new connections, and the old connection goes on', async () => {
  const tls = await certificateFiles();
  const { port } = await start((_request, response) => response.end('hi'), { tls });
  const before = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(before, 'secureConnect');

  await writeFile(tls.certificate, secondCertificate.certificate);
  await writeFile(tls.key, secondCertificate.key);

  await expect.poll(() => shownName(port), { timeout: 15_000 }).toBe('test-2');
  before.write(get('/'));
  const [answer] = await once(before, 'data');
  expect(String(answer)).toContain('200 OK');
  before.destroy();
});

test('the plain port sends every request to the TLS port, method and path kept', async () => {
  const tls = await certificateFiles();
  const redirectPort = await freePort();
  const { port } = await start((_request, response) => response.end(), { tls, redirectPort });

  const request = plainRequest({ port: redirectPort, host: '127.0.0.1', method: 'PUT', path: '/v2/a/b?c=d' });
  const [response] = await once(request.end('body'), 'response');

  expect(response.statusCode).toBe(308);
  expect(response.headers.location).toBe(`https://127.0.0.1:${port}/v2/a/b?c=d`);
  response.resume();
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const { listener, port } = await start(() => undefined);
  await listener.close(0);
  return port;
}
