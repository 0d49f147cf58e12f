import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setInterval as every } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { SlowClients } from './slow-clients.ts';

const tidy: (() => unknown)[] = [];

afterEach(async () => {
  for (const one of tidy.splice(0).reverse()) await one();
});

/** A server that takes a body as fast as it comes and answers at its end. */
async function start(): Promise<number> {
  const slow = new SlowClients({ windowMilliseconds: 100, leastBytes: 500 });
  const server = createServer((request, response) => {
    slow.watch(request);
    request.resume().on('end', () => response.end('all of it'));
  }).listen(0, '127.0.0.1');
  tidy.push(
    () => slow.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends a body of so many bytes in pieces of one size, one every 10 ms; resolves with what came back. */
async function send(port: number, total: number, piece: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let open = true;
  socket
    .on('data', (more) => (text += more))
    .on('error', () => undefined)
    .on('close', () => (open = false));
  tidy.push(() => socket.destroy());
  socket.write(`PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${total}\r\n\r\n`);
  let sent = 0;
  for await (const _ of every(10)) {
    if (!open || sent >= total) break;
    socket.write('x'.repeat(piece));
    sent += piece;
  }
  if (open) await once(socket, 'close');
  return text;
}

test('G-21: a body that trickles is cut', async () => {
  const port = await start();

  const answer = await send(port, 10_000, 1);

  expect(answer).toBe('');
});

test('a body that comes slowly but above the limit is taken to its end', async () => {
  const port = await start();

  const answer = await send(port, 20_000, 500);

  expect(answer).toContain('all of it');
});
