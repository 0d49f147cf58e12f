import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { callApi } from '#test/support/walk-place.ts';
import { signatureOf } from './signature.ts';
import { startTarget, type TestTarget } from './target.fixture.ts';

let app: TestApp;
const targets: TestTarget[] = [];
beforeAll(async () => {
  app = await startTestApp({
    settings: { outgoingAllow: '127.0.0.1', webhookAttempts: 1, webhookTimeoutSeconds: 1 },
  });
});
afterAll(() => app.close());
afterEach(() => {
  for (const target of targets.splice(0)) target.close();
});

async function target(...args: Parameters<typeof startTarget>): Promise<TestTarget> {
  const started = await startTarget(...args);
  targets.push(started);
  return started;
}

async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object) {
  const answer = await callApi(app, 'admin', { method, path, ...(body && { body }) });
  const text = answer.body.toString();
  return {
    status: answer.status,
    body: text === '' ? undefined : JSON.parse(text),
    location: answer.headers['location']?.replace('/api/v2.0', ''),
  };
}

async function project(): Promise<string> {
  const name = `trial-${randomUUID().slice(0, 8)}`;
  await app.createProject(name);
  return name;
}

async function listen(name: string, one: object): Promise<string> {
  const { location = '' } = await call('POST', `/projects/${name}/webhook/policies`, {
    name: 'p',
    enabled: true,
    event_types: ['PUSH_ARTIFACT'],
    targets: [{ type: 'http', ...one }],
  });
  return location;
}

const trial = (name: string, target: object, more: object = {}) =>
  call('POST', `/projects/${name}/webhook/test`, { target: { type: 'http', ...target }, ...more });

describe('a test delivery', () => {
  test('before saving sends a sample event, and says what was sent and what came back', async () => {
    const hook = await target((response) => void response.writeHead(202).end('thanks'));
    const name = await project();

    const { status, body } = await trial(
      name,
      { address: `${hook.url}/in`, auth_header: 'Bearer 1' },
      { event_type: 'DELETE_ARTIFACT' },
    );

    const [received] = hook.received;
    expect([status, body.accepted]).toEqual([200, true]);
    expect(received?.headers).toMatchObject({ authorization: 'Bearer 1', 'x-moorage-test': 'true' });
    expect(received?.body).toMatchObject({ type: 'DELETE_ARTIFACT', operator: 'admin' });
    expect(body.request).toMatchObject({ address: `${hook.url}/in`, headers: { authorization: '*****' } });
    expect(JSON.parse(body.request.body)).toEqual(received?.body);
    expect(body.answer).toEqual({ status: 202, bytes: 6, complete: true, milliseconds: expect.any(Number) });
  });

  test('after saving is signed with the secret that is kept', async () => {
    const hook = await target();
    const name = await project();
    const place = await listen(name, { address: hook.url, secret: 'sesame' });
    const policy_id = Number(place.split('/').at(-1));

    await trial(name, { address: hook.url, secret: '*****' }, { policy_id });

    const [received] = hook.received;
    const sent = String(received?.headers['x-moorage-signature']);
    const seconds = Number(/^t=(\d+),/.exec(sent)?.[1]);
    expect(sent).toBe(signatureOf('sesame', Buffer.from(received?.text ?? ''), new Date(seconds * 1000)));
  });

  test('S-103: to another address takes no secret along', async () => {
    const [hook, other] = [await target(), await target()];
    const name = await project();
    const place = await listen(name, { address: hook.url, secret: 'sesame', auth_header: 'Bearer 1' });
    const policy_id = Number(place.split('/').at(-1));

    await trial(name, { address: other.url, secret: '*****', auth_header: '*****' }, { policy_id });

    const asked = other.received.map(({ headers }) => headers);
    expect(asked).toEqual([expect.objectContaining({ 'content-type': expect.any(String) })]);
    expect(asked[0]).not.toHaveProperty('authorization');
    expect(asked[0]).not.toHaveProperty('x-moorage-signature');
    expect(hook.received).toEqual([]);
  });

  test('S-036: tells the status and the length of the answer, never its content', async () => {
    const hook = await target((response) => void response.writeHead(500).end('password: hunter2'));
    const name = await project();

    const { body } = await trial(name, { address: hook.url });

    expect(body).toMatchObject({ accepted: false, answer: { status: 500, bytes: 17 } });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  test('S-011: to an address that may not be called is refused in the same words, open port or closed', async () => {
    const name = await project();
    const port = new URL(app.url).port;

    const [open, closed] = [
      await trial(name, { address: `http://127.0.0.2:${port}` }),
      await trial(name, { address: 'http://127.0.0.2:9' }),
    ];

    expect(open.status).toBe(400);
    expect(open).toEqual(closed);
  });

  test('that reaches nobody says so, without a word about the network', async () => {
    const hook = await target();
    const name = await project();
    hook.close();

    const { status, body } = await trial(name, { address: hook.url });

    expect([status, body.accepted, body.answer.error]).toEqual([200, false, 'the connection failed']);
  });

  test('is on record, and a project has ten a minute', async () => {
    const hook = await target();
    const name = await project();

    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push((await trial(name, { address: hook.url })).status);

    const { body: log } = await call('GET', `/projects/${name}/auditlog-exts?q=operation%3Dupdate`);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    expect(hook.received).toHaveLength(10);
    expect(log).toHaveLength(10);
    expect(log[0].operation_description).toContain('test_delivery true');
  });
});

/** The newest execution, once it has ended. */
async function ended(policy: string, count: number) {
  for (;;) {
    const { body } = await call('GET', `${policy}/executions`);
    if (body.length >= count && body[0].status !== 'Running') return body[0];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function failedDelivery(hook: TestTarget) {
  const name = await project();
  const policy = await listen(name, { address: hook.url, secret: 'sesame' });
  await pushImage(app, 'admin', `${name}/app`, '1.0');
  const { id } = await ended(policy, 1);
  const { body } = await call('GET', `${policy}/executions/${id}/tasks`);
  return { policy, execution: Number(id), task: `${policy}/executions/${id}/tasks/${body[0].id}` };
}

describe('a delivery that failed', () => {
  test('shows what was sent, without secrets, and what was answered, without content', async () => {
    const hook = await target((response) => void response.writeHead(503).end('out of order'));

    const { task } = await failedDelivery(hook);
    const { body } = await call('GET', task);

    expect(body.request).toEqual({
      method: 'POST',
      address: hook.url,
      headers: {
        'content-type': 'application/json',
        'x-moorage-event': 'PUSH_ARTIFACT',
        'x-moorage-delivery': hook.received[0]?.headers['x-moorage-delivery'],
        'x-moorage-signature': '*****',
      },
      body: hook.received[0]?.text,
    });
    expect(body.answer).toEqual({ status: 503, bytes: 12, complete: true, milliseconds: expect.any(Number) });
    expect(body.task).toMatchObject({ status: 'Error' });
  });

  test('is told once more under the same id, as an execution of its own', async () => {
    const hook = await target(
      (response, _received, count) => void response.writeHead(count === 1 ? 500 : 200).end(),
    );
    const { policy, execution, task } = await failedDelivery(hook);

    const again = await call('POST', `${task}/redeliver`);

    const [first, second] = await hook.has(2);
    expect(again.status).toBe(201);
    expect(second?.text).toBe(first?.text);
    expect(second?.headers['x-moorage-delivery']).toBe(first?.headers['x-moorage-delivery']);
    expect(await ended(policy, 2)).toMatchObject({
      status: 'Success',
      trigger: 'MANUAL',
      extra_attrs: { redelivery_of: execution, event_type: 'PUSH_ARTIFACT' },
    });
    expect((await call('GET', again.location ?? '')).body.answer.status).toBe(200);
    expect((await call('GET', task)).body.task.status).toBe('Error');
  });

  test('that waits for another try gets it now', async () => {
    const hook = await target(
      (response, _received, count) => void response.writeHead(count === 1 ? 500 : 200).end(),
    );
    const { task, policy } = await failedDelivery(hook);
    const id = Number(task.split('/').at(-1));
    const { db } = app.database;
    await db
      .updateTable('task')
      .set({ status: 'Scheduled', run_at: '2099-01-01', attempts: 5, end_time: null })
      .where('id', '=', id)
      .execute();

    const again = await call('POST', `${task}/redeliver`);
    await hook.has(2);

    expect(again.location).toBe(task);
    expect((await call('GET', `${policy}/executions`)).body).toHaveLength(1);
  });

  test('is not told to a target that was taken out, nor by a policy that is off', async () => {
    const hook = await target((response) => void response.writeHead(500).end());
    const { task, policy } = await failedDelivery(hook);
    const { body } = await call('GET', policy);

    await call('PUT', policy, { ...body, enabled: false });
    const off = await call('POST', `${task}/redeliver`);
    await call('PUT', policy, { ...body, targets: [{ type: 'http', address: `${hook.url}/new` }] });
    const gone = await call('POST', `${task}/redeliver`);

    expect([off.status, gone.status]).toEqual([412, 412]);
    expect(hook.received).toHaveLength(1);
  });
});
