import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { startTarget, type TestTarget } from './target.fixture.ts';

let app: TestApp;
const targets: TestTarget[] = [];
beforeAll(async () => {
  app = await startTestApp({
    settings: {
      outgoingAllow: '127.0.0.1',
      webhookAttempts: 2,
      webhookTimeoutSeconds: 1,
      externalUrl: 'https://registry.example.com',
    },
  });
});
afterAll(() => app.close());
afterEach(() => {
  for (const target of targets.splice(0)) target.close();
});

const target = async (...args: Parameters<typeof startTarget>): Promise<TestTarget> => {
  const started = await startTarget(...args);
  targets.push(started);
  return started;
};

interface Called {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of every shape
  readonly body: any;
  readonly location: string | undefined;
}

async function call(method: string, path: string, body?: unknown): Promise<Called> {
  const answer = await app.send('admin', {
    method,
    path: `/api/v2.0${path}`,
    ...(body !== undefined && {
      body: Buffer.from(JSON.stringify(body)),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const text = answer.body.toString();
  const json = text.startsWith('{') || text.startsWith('[');
  return {
    status: answer.status,
    body: json ? JSON.parse(text) : text,
    location: answer.headers['location'],
  };
}

interface Place {
  readonly project: string;
  readonly projectId: number;
  readonly policies: string;
  readonly policy: string;
}

/** A project of its own with one policy. */
async function listen(
  targetsOf: readonly object[],
  event_types: readonly string[] = ['PUSH_ARTIFACT'],
  options: { enabled?: boolean; limit?: number } = {},
): Promise<Place> {
  const project = `hooks-${randomUUID().slice(0, 8)}`;
  const projectId = await app.createProject(
    project,
    options.limit === undefined ? {} : { limit: options.limit },
  );
  const policies = `/projects/${project}/webhook/policies`;
  const enabled = options.enabled ?? true;
  const made = await call('POST', policies, { name: 'p', enabled, event_types, targets: targetsOf });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return { project, projectId, policies, policy: (made.location ?? '').replace('/api/v2.0', '') };
}

/** The policy's executions, once none of them waits or runs any more. */
async function ended({ policy }: Place, count: number): Promise<Called['body']> {
  for (;;) {
    const { body } = await call('GET', `${policy}/executions`);
    const done = body.filter(({ status }: { status: string }) => status !== 'Running');
    if (done.length >= count) return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('what is done to artifacts', () => {
  test('is told to a policy that listens, in the order in which it was done', async () => {
    const hook = await target();
    const types = ['PUSH_ARTIFACT', 'PULL_ARTIFACT', 'DELETE_ARTIFACT'];
    const { project } = await listen([{ type: 'http', address: hook.url }], types);
    const { image } = await pushImage(app, 'admin', `${project}/apps/hello`, '1.0');
    const path = `/v2/${project}/apps/hello/manifests`;
    await hook.has(1);

    await app.send('admin', { method: 'GET', path: `${path}/1.0` });
    await app.send('admin', { method: 'GET', path: `${path}/1.0` });
    await hook.has(2);
    await app.send('admin', { method: 'DELETE', path: `${path}/${image.digest}` });
    const received = await hook.has(3);

    expect(received.map(({ body }) => body.type)).toEqual(types);
    for (const { body, headers } of received) {
      expect(headers['content-type']).toBe('application/json');
      expect(body).toEqual({
        type: headers['x-moorage-event'],
        occur_at: expect.any(Number),
        operator: 'admin',
        event_data: {
          resources: [
            {
              digest: image.digest,
              tag: '1.0',
              resource_url: `registry.example.com/${project}/apps/hello:1.0`,
            },
          ],
          repository: {
            date_created: expect.any(Number),
            name: 'apps/hello',
            namespace: project,
            repo_full_name: `${project}/apps/hello`,
            repo_type: 'private',
          },
        },
      });
    }
  });

  test('is told when an artifact is copied, and when a repository goes with all it holds', async () => {
    const hook = await target();
    const { project } = await listen(
      [{ type: 'http', address: hook.url, payload_format: 'CloudEvents' }],
      ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'],
    );
    const { image } = await pushImage(app, 'admin', `${project}/a`, '1.0');
    await hook.has(1);

    await call('POST', `/projects/${project}/repositories/b/artifacts?from=${project}/a:1.0`);
    await hook.has(2);
    await call('DELETE', `/projects/${project}/repositories/b`);
    const received = await hook.has(3);

    expect(
      received.map(({ body }) => [body.type, body.data.repository.name, body.data.resources[0].tag]),
    ).toEqual([
      ['harbor.artifact.pushed', 'a', '1.0'],
      ['harbor.artifact.pushed', 'b', '1.0'],
      ['harbor.artifact.deleted', 'b', '1.0'],
    ]);
    expect(received.every(({ body }) => body.data.resources[0].digest === image.digest)).toBe(true);
    expect(received[2]?.body.data.repository).not.toHaveProperty('date_created');
  });

  test('is told to nobody that does not listen', async () => {
    const hook = await target();
    const address = hook.url;
    const other = await listen([{ type: 'http', address }], ['PULL_ARTIFACT']);
    const off = await listen([{ type: 'http', address }], ['PUSH_ARTIFACT'], { enabled: false });
    const switched = await listen([{ type: 'http', address }]);
    const heard = await listen([{ type: 'http', address }]);
    const body = {
      name: 'p',
      enabled: false,
      event_types: ['PUSH_ARTIFACT'],
      targets: [{ type: 'http', address }],
    };
    await call('PUT', switched.policy, body);

    for (const { project } of [other, off, switched, heard])
      await pushImage(app, 'admin', `${project}/a`, '1.0');
    await hook.has(1);
    await ended(heard, 1);

    expect(hook.received.map((one) => one.body.event_data.repository.namespace)).toEqual([heard.project]);
  });

  test('is told to nobody while webhooks are switched off', async () => {
    const hook = await target();
    const { project } = await listen([{ type: 'http', address: hook.url }]);
    await call('PUT', '/configurations', { notification_enable: false });
    await pushImage(app, 'admin', `${project}/a`, 'before');
    await until(async () => (await app.database.db.selectFrom('event').select('id').execute()).length === 0);
    await call('PUT', '/configurations', { notification_enable: true });

    await pushImage(app, 'admin', `${project}/a`, 'after');
    await hook.has(1);

    expect(hook.received.map(({ body }) => body.event_data.resources[0].tag)).toEqual(['after']);
  });
});

async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a delivery', () => {
  test('G-89: carries the header and the signature that its target was given', async () => {
    const hook = await target();
    const { project } = await listen([
      { type: 'http', address: hook.url, auth_header: 'Bearer let-me-in', secret: 'shared' },
    ]);

    await pushImage(app, 'admin', `${project}/a`, '1.0');
    const [received] = await hook.has(1);

    const {
      authorization,
      'x-moorage-signature': signature,
      'x-moorage-delivery': id,
    } = received?.headers ?? {};
    const time = /^t=(\d+),v1=/.exec(String(signature))?.[1];
    const expected = createHmac('sha256', 'shared').update(`${time}.${received?.text}`).digest('hex');
    expect(authorization).toBe('Bearer let-me-in');
    expect(signature).toBe(`t=${time},v1=${expected}`);
    expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('leaves an execution with a task for each target, a log, a job and the time of the last trigger', async () => {
    const [first, second] = [await target(), await target()];
    const place = await listen([
      { type: 'http', address: `${first.url}/1` },
      { type: 'slack', address: `${second.url}/2` },
    ]);
    const began = new Date().toISOString();
    await pushImage(app, 'admin', `${place.project}/a`, '1.0');

    const [execution] = await ended(place, 1);
    const { body: tasks } = await call('GET', `${place.policy}/executions/${execution.id}/tasks?sort=id`);
    const log = await call('GET', `${place.policy}/executions/${execution.id}/tasks/${tasks[0].id}/log`);
    const id = Number(place.policy.split('/').at(-1));
    const jobs = await call('GET', `/projects/${place.project}/webhook/jobs?policy_id=${id}&status=Success`);
    const none = await call('GET', `/projects/${place.project}/webhook/jobs?policy_id=${id}&status=Error`);
    const triggers = await call('GET', `/projects/${place.project}/webhook/lasttrigger`);

    expect(execution).toMatchObject({
      vendor_type: 'WEBHOOK',
      vendor_id: id,
      status: 'Success',
      trigger: 'EVENT',
      metrics: { task_count: 2, success_task_count: 2 },
      extra_attrs: { event_type: 'PUSH_ARTIFACT', payload: first.received[0]?.text },
    });
    expect(tasks).toMatchObject([
      { execution_id: execution.id, status: 'Success', run_count: 1 },
      { execution_id: execution.id, status: 'Success', run_count: 1 },
    ]);
    expect(log.body).toMatch(
      /try 1: POST http:\/\/127\.0\.0\.1:\d+\/1, PUSH_ARTIFACT, \d+ bytes\n.*answered 200 with 2 bytes/,
    );
    expect(second.received[0]?.body.blocks).toHaveLength(6);
    expect(jobs.body).toMatchObject([
      {
        id: execution.id,
        policy_id: id,
        event_type: 'PUSH_ARTIFACT',
        notify_type: 'http',
        status: 'Success',
      },
    ]);
    expect(none.body).toEqual([]);
    expect(triggers.body).toMatchObject([{ policy_name: 'p', event_type: 'PUSH_ARTIFACT', enabled: true }]);
    expect(triggers.body[0].last_trigger_time >= began).toBe(true);
  });

  test('that fails is tried again with the same id, and succeeds when the target does', async () => {
    const hook = await target(
      (response, _received, count) => void response.writeHead(count === 1 ? 500 : 204).end(),
    );
    const place = await listen([{ type: 'http', address: hook.url }]);
    await pushImage(app, 'admin', `${place.project}/a`, '1.0');

    const [execution] = await ended(place, 1);

    expect(execution.status).toBe('Success');
    expect(new Set(hook.received.map(({ headers }) => headers['x-moorage-delivery'])).size).toBe(1);
    expect(hook.received).toHaveLength(2);
  });

  test('S-036: that fails for good says with which status, and nothing of what the target said', async () => {
    const hook = await target((response) => void response.writeHead(403).end('marker of an inner service'));
    const place = await listen([{ type: 'http', address: hook.url, auth_header: 'Bearer marker' }]);
    await pushImage(app, 'admin', `${place.project}/a`, '1.0');

    const [execution] = await ended(place, 1);
    const { body: tasks } = await call('GET', `${place.policy}/executions/${execution.id}/tasks`);
    const log = await call('GET', `${place.policy}/executions/${execution.id}/tasks/${tasks[0].id}/log`);

    expect(execution).toMatchObject({ status: 'Error', status_message: 'the target answered 403' });
    expect(tasks[0]).toMatchObject({ status: 'Error', run_count: 2 });
    expect(log.body).toContain('answered 403 with 26 bytes');
    expect(JSON.stringify([execution, tasks, log.body])).not.toContain('marker');
  });

  test('S-036: to an address that is not allowed when it is used is refused, once, with the reason', async () => {
    const hook = await target();
    const place = await listen([{ type: 'http', address: hook.url }]);
    const id = Number(place.policy.split('/').at(-1));
    await app.database.db
      .updateTable('webhook_target')
      .set({ address: hook.url.replace('127.0.0.1', '127.0.0.2') })
      .where('policy_id', '=', id)
      .execute();
    await pushImage(app, 'admin', `${place.project}/a`, '1.0');

    const [execution] = await ended(place, 1);

    expect(execution).toMatchObject({
      status: 'Error',
      status_message: expect.stringContaining('not allowed'),
    });
    expect(hook.received).toEqual([]);
  });

  test('to a target that answers nothing does not hold up others', async () => {
    const dead = await target(() => undefined);
    const hook = await target();
    const silent = await Promise.all(
      Array.from({ length: 3 }, () => listen([{ type: 'http', address: dead.url }])),
    );
    const heard = await listen([{ type: 'http', address: hook.url }]);
    for (const { project } of silent)
      for (let i = 0; i < 10; i++) await pushImage(app, 'admin', `${project}/a`, `t${i}`);
    await dead.has(3);

    const began = performance.now();
    for (let i = 0; i < 10; i++) await pushImage(app, 'admin', `${heard.project}/a`, `t${i}`);
    await hook.has(10);

    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test('S-020: is not found by way of another policy, execution or task', async () => {
    const hook = await target();
    const [one, two] = [
      await listen([{ type: 'http', address: hook.url }]),
      await listen([{ type: 'http', address: hook.url }]),
    ];
    await pushImage(app, 'admin', `${one.project}/a`, '1.0');
    await pushImage(app, 'admin', `${two.project}/a`, '1.0');
    const [[mine], [theirs]] = [await ended(one, 1), await ended(two, 1)];
    const foreign = (await call('GET', `${two.policy}/executions/${theirs.id}/tasks`)).body[0].id;
    const collection = await app.database.db
      .insertInto('execution')
      .values({
        vendor_type: 'GARBAGE_COLLECTION',
        vendor_id: Number(one.policy.split('/').at(-1)),
        trigger: 'MANUAL',
      })
      .returning('id')
      .executeTakeFirstOrThrow();

    const replies = await Promise.all(
      [
        `/executions/${theirs.id}/tasks`,
        `/executions/${collection.id}/tasks`,
        `/executions/${theirs.id}/tasks/${foreign}/log`,
        `/executions/${mine.id}/tasks/${foreign}/log`,
        `/executions/${mine.id}/tasks/999999999/log`,
      ].map((path) => call('GET', one.policy + path)),
    );

    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  });
});

describe('the quota of a project', () => {
  test('is told when it refuses a push, and when it is nearly used up, once', async () => {
    const hook = await target();
    const { project } = await listen(
      [{ type: 'http', address: hook.url }],
      ['QUOTA_EXCEED', 'QUOTA_WARNING'],
      {
        limit: 11_000,
      },
    );

    await pushImage(app, 'admin', `${project}/a`, '1', makeImage(1, 5_000));
    await pushImage(app, 'admin', `${project}/a`, '2', makeImage(1, 4_500));
    await pushImage(app, 'admin', `${project}/a`, '3', makeImage(0));
    await hook.has(1);
    const { answer } = await pushImage(app, 'admin', `${project}/b`, '1', makeImage(1, 3_000));
    const received = await hook.has(2);

    const [warning, exceeded] = received.map(({ body }) => body);
    expect(answer.status).toBe(404);
    expect(warning).toMatchObject({
      type: 'QUOTA_WARNING',
      operator: 'admin',
      event_data: {
        repository: { repo_full_name: `${project}/a` },
        custom_attributes: { Details: expect.stringMatching(/^quota usage reach 85%: .* of 10\.7 KiB$/) },
      },
    });
    expect(exceeded).toMatchObject({
      type: 'QUOTA_EXCEED',
      operator: 'admin',
      event_data: {
        repository: { repo_full_name: `${project}/b` },
        custom_attributes: { Details: expect.stringContaining('will exceed the configured upper limit') },
      },
    });
  });
});
