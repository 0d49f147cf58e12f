import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

const call = (method: string, path: string, body?: object, as = 'admin') =>
  app.send(as, {
    method,
    path: `/api/v2.0${path}`,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });

const queue = (action: string) => call('PUT', '/jobservice/queues/GARBAGE_COLLECTION', { action });

async function start(): Promise<number> {
  const reply = await call('POST', '/system/gc/schedule', { schedule: { type: 'Manual' } });
  return Number(reply.headers['location']?.split('/').at(-1));
}

function eventsIn(text: string): [string, Record<string, unknown>][] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [name = '', data = ''] = block.split('\n');
      return [name.replace('event: ', ''), JSON.parse(data.replace('data: ', ''))];
    });
}

describe('the events of a run', () => {
  test('tell its status, its log lines and its end, from before it began', async () => {
    await queue('pause');
    const id = await start();

    const following = call('GET', `/jobservice/executions/${id}/events`);
    await queue('resume');
    const { headers, body } = await following;

    const events = eventsIn(body.toString());
    const statuses = events.filter(([name]) => name === 'status').map(([, data]) => data);
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(statuses.at(-1)).toMatchObject({
      id,
      vendor_type: 'GARBAGE_COLLECTION',
      status: 'Success',
      metrics: { success_task_count: 1 },
      extra_attrs: { purged_blobs: 0, workers: 1 },
    });
    const lines = events.filter(([name]) => name === 'log').map(([, data]) => data['text']);
    expect(lines[0]).toBe('garbage collection began');
    expect(new Set(lines).size).toBe(lines.length);
    expect(events.at(-1)?.[0]).toBe('end');
  });

  test('do not hold up a server that stops', async () => {
    await queue('pause');
    const id = await start();
    const replica = await app.replica();
    const following = fetch(`${replica.url}/api/v2.0/jobservice/executions/${id}/events`, {
      headers: { authorization: `Basic ${Buffer.from('admin:Harbor12345').toString('base64')}` },
    });
    const reply = await following;

    const began = performance.now();
    await Promise.all([replica.app.close(60_000), reply.text()]);

    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('S-020: are for those who may read the log; others meet what strangers meet', async () => {
    const gc = await start();
    const { rows } = await sql<{ id: number }>`insert into execution (vendor_type, trigger, status) values
      ('RETENTION', 'MANUAL', 'Success') returning id`.execute(app.database.db);
    const other = rows[0]?.id ?? 0;
    await app.createUser('ada');
    const grant = { kind: 'system' as const, namespace: '/', resource: 'garbage-collection', action: 'read' };
    const robot = await app.createRobot({ name: 'collector', grants: [grant] });
    const as = `${robot.name}:${robot.secret}`;

    const ask = async (id: number, who: string | undefined) =>
      (await app.send(who, { path: `/api/v2.0/jobservice/executions/${id}/events` })).status;

    expect([await ask(gc, 'admin'), await ask(other, 'admin'), await ask(999_999, 'admin')]).toEqual([
      200, 200, 404,
    ]);
    expect([await ask(gc, as), await ask(other, as), await ask(999_999, as)]).toEqual([200, 404, 404]);
    expect([await ask(gc, 'ada'), await ask(999_999, 'ada')]).toEqual([403, 403]);
    expect([await ask(gc, undefined), await ask(999_999, undefined)]).toEqual([401, 401]);
  });
});
