import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { listen } from './listen.ts';
import { type Database, openDatabase } from './pool.ts';

let created: TestDatabase;
let database: Database;

beforeAll(async () => {
  created = await createTestDatabase();
  database = openDatabase(created.url, { max: 4 });
});

afterAll(async () => {
  await database.close();
  await created.drop();
});

const notify = (channel: string, payload: string) =>
  database.query({ name: 'test_notify', text: 'select pg_notify($1, $2)' }, [channel, payload]);

const breakListeners = () =>
  database.query(
    {
      name: 'test_break',
      text: "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'moorage listener' and datname = current_database()",
    },
    [],
  );

/** A listener whose news can be waited for. */
function arrange(times = { ping: 60_000, answer: 5_000, retry: 1_000 }, from: Database = database) {
  const channel = `test_${randomUUID()}`;
  const news: string[] = [];
  let wake = (): void => undefined;
  const tell = (what: string): void => {
    news.push(what);
    wake();
  };
  const listening = listen(
    from,
    channel,
    { heard: (payload) => tell(`heard ${payload}`), up: () => tell('up'), down: () => tell('down') },
    times,
  );
  onTestFinished(() => listening.close());
  const until = async (what: string): Promise<void> => {
    while (!news.includes(what)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { channel, news, until, listening };
}

test('what is sent after it is up is heard, in order', async () => {
  const { channel, news, until } = arrange();
  await until('up');

  for (const payload of ['one', 'two', 'three']) await notify(channel, payload);

  await until('heard three');
  expect(news).toEqual(['up', 'heard one', 'heard two', 'heard three']);
});

test('a broken connection is told once, and mended', async () => {
  const { channel, news, until } = arrange();
  await until('up');

  await breakListeners();
  await until('down');
  news.splice(0, news.length, 'was down');
  await until('up');
  await notify(channel, 'again');

  await until('heard again');
  expect(news).toEqual(['was down', 'up', 'heard again']);
});

test('a database that is not there is told once, however often it is tried', async () => {
  const { url, attempts } = await refusing();
  const nowhere = openDatabase(url, { max: 1 });

  const { news } = arrange({ ping: 10, answer: 1_000, retry: 10 }, nowhere);
  await attempts(5);

  expect(news).toEqual(['down']);
});

test('it is not up when messages of our own do not come back, as behind a pooler that swallows them', async () => {
  const swallowing: Database = { ...database, query: () => Promise.resolve([]) };

  const { news, until } = arrange({ ping: 60_000, answer: 100, retry: 60_000 }, swallowing);
  await until('down');

  expect(news).toEqual(['down']);
});

test('it goes down when messages of our own stop coming back', async () => {
  let swallow = false;
  const sometimes: Database = {
    ...database,
    query: (...args) => (swallow ? Promise.resolve([]) : database.query(...args)),
  };
  const { until, news } = arrange({ ping: 20, answer: 100, retry: 60_000 }, sometimes);
  await until('up');

  swallow = true;
  await until('down');

  expect(news).toEqual(['up', 'down']);
});

test('closing ends the connection and tells nothing', async () => {
  const { news, until, listening, channel } = arrange();
  await until('up');

  await listening.close();
  await notify(channel, 'late');

  const connected = await database.query(
    {
      name: 'test_listeners',
      text: "select pid from pg_stat_activity where application_name = 'moorage listener' and datname = current_database()",
    },
    [],
  );
  expect([news, connected]).toEqual([['up'], []]);
});

/** A port that hangs up on whoever calls. */
async function refusing(): Promise<{ url: string; attempts: (count: number) => Promise<void> }> {
  let seen = 0;
  const server = createServer((socket) => {
    seen += 1;
    server.emit('attempt');
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://nobody@127.0.0.1:${port}/nothing`,
    attempts: async (count) => {
      while (seen < count) await once(server, 'attempt');
    },
  };
}
