import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { basic, pushBlob, startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;

afterEach(() => {
  vi.restoreAllMocks();
  return app.close();
});

const repository = 'library/departures';

/** How many objects are open for reading. */
function openReaders(): () => number {
  const { storage } = app.app.registry;
  const read = storage.read.bind(storage);
  let opened = 0;
  vi.spyOn(storage, 'read').mockImplementation(async (...call) => {
    const reader = await read(...call);
    opened += 1;
    return { next: () => reader.next(), close: () => reader.close().finally(() => (opened -= 1)) };
  });
  return () => opened;
}

const soon = { timeout: 60_000 };

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const head = (method: string, path: string, length = 0) =>
  `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${basic('admin')['authorization']}\r\ncontent-length: ${length}\r\n\r\n`;

test('requests that wait in a connection which is cut leave nothing open', async () => {
  app = await startTestApp();
  const bytes = randomBytes(16 << 20);
  await pushBlob(app, 'admin', repository, bytes);
  const opened = openReaders();
  const socket = await open();
  socket.pause();

  const get = head('GET', `/v2/${repository}/blobs/${digestOf(bytes)}`);
  for (let count = 0; count < 20; count++) socket.write(get);
  await expect.poll(opened, soon).toBeGreaterThan(0);
  socket.destroy();

  await expect.poll(opened, soon).toBe(0);
});

test('requests that are sent at once are answered in their order; too many at once end the connection', async () => {
  app = await startTestApp();
  const blobs = [1, 300_000, 2].map((size) => randomBytes(size));
  for (const bytes of blobs) await pushBlob(app, 'admin', repository, bytes);
  const socket = await open();
  const digests = blobs.map((bytes) => digestOf(bytes));

  socket.write(digests.map((digest) => head('GET', `/v2/${repository}/blobs/${digest}`)).join(''));
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
  await expect.poll(() => received.length, soon).toBeGreaterThan(300_003);
  const places = blobs.map((bytes) => received.indexOf(Buffer.concat([Buffer.from('\r\n\r\n'), bytes])));
  socket.write(head('GET', `/v2/${repository}/blobs/${digests[1]}`).repeat(500));
  await new Promise((resolve) => socket.once('close', resolve));

  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test.each(['at once', 'in the middle'])(
  'a client that sends everything before it reads gets the answer of a storage that fails %s',
  async (when) => {
    app = await startTestApp();
    const { headers } = await app.send('admin', { method: 'POST', path: `/v2/${repository}/blobs/uploads/` });
    const { storage } = app.app.registry;
    const append = storage.append.bind(storage);
    vi.spyOn(storage, 'append').mockImplementation(async (...call) => {
      if (when === 'at once') throw new Error('EIO');
      const writer = await append(...call);
      const write = writer.write.bind(writer);
      writer.write = (chunk) => (writer.size > 8 << 20 ? Promise.reject(new Error('EIO')) : write(chunk));
      return writer;
    });
    const socket = await open();
    socket.pause();
    const size = 64 << 20;

    socket.write(head('PATCH', headers['location'] ?? '', size));
    const piece = randomBytes(1 << 20);
    for (let sent = 0; sent < size && !socket.destroyed; sent += piece.length) {
      if (!socket.write(piece)) await once(socket, 'drain');
    }
    socket.resume();
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();

    expect(answer.toString()).toMatch(/^HTTP\/1.1 500 /);
  },
);
