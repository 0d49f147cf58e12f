import { expect, test } from 'vitest';
import { createConnection } from './connection.ts';

const url = 'http://registry.example.test/api/v2.0/ping';
const read = () => new Request(url);
const write = () => new Request(url, { method: 'PUT' });

function network() {
  const state = { up: true, sent: [] as string[] };
  const connection = createConnection(async ({ method }) => {
    state.sent.push(method);
    if (!state.up) throw new TypeError('fetch failed');
    return new Response('Pong');
  });
  return { state, connection };
}

test('what is not answered is a lost connection, and the next answer ends it', async () => {
  const { state, connection } = network();
  let told = 0;
  connection.subscribe(() => (told += 1));

  state.up = false;
  await expect(connection.send(read())).rejects.toThrow('fetch failed');
  const lost = connection.lostAt();
  state.up = true;
  await connection.send(read());

  expect([lost instanceof Date, connection.lostAt(), told]).toEqual([true, undefined, 2]);
});

test('without a connection nothing is written, and nothing is sent', async () => {
  const { state, connection } = network();
  state.up = false;
  await connection.send(read()).catch(() => undefined);

  await expect(connection.send(write())).rejects.toThrow('no connection');

  expect(state.sent).toEqual(['GET']);
});

test('a request that the page gave up itself says nothing about the connection', async () => {
  const connection = createConnection(async ({ signal }) => {
    throw signal.reason;
  });
  const control = new AbortController();
  const request = new Request(url, { signal: control.signal });

  control.abort();
  await connection.send(request).catch(() => undefined);

  expect(connection.lostAt()).toBe(undefined);
});
