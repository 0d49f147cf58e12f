import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { LiveSettings } from '#src/config/live.ts';
import { Counts } from '#src/database/counts.ts';
import { openDatabase } from '#src/database/pool.ts';
import { createApi } from './server.ts';

test('a path that cannot be read is answered and logged under one id', async () => {
  const lines: string[] = [];
  // Nobody connects: the request ends before anything would be asked.
  const database = openDatabase('postgres://nobody@127.0.0.1:1/none', { max: 1 });
  const api = createApi({
    db: database.db,
    log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    routes: [],
    live: new LiveSettings(async () => ({})),
    counts: new Counts(),
    forget: () => undefined,
    identify: async () => ({ who: { kind: 'anonymous' }, how: 'anonymous' }),
    findProject: async () => undefined,
    refused: async () => undefined,
    secureCookies: false,
  });

  const base = await api.listen({ port: 0, host: '127.0.0.1' });

  const answer = await fetch(`${base}/api/v2.0/projects/%?secret=1`);
  const { length } = await answer.text();

  expect(answer.status).toBe(400);
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 10_000 });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      id: answer.headers.get('x-request-id'),
      method: 'GET',
      path: '/api/v2.0/projects/%',
      status: 400,
      actor: '-',
    }),
  ]);
  const [{ bytes }] = lines.map((line) => JSON.parse(line));
  expect(bytes).toBeGreaterThan(length);
  await api.close();
  await database.close();
});
