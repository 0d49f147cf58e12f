import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open } from '#src/auth/sealing.ts';
import { createTestApi, password, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const path = '/projects/team/webhook/policies';
const mask = '*****';
const target = { type: 'http', address: 'https://hook.test/in' };

const policy = (more: Record<string, unknown> = {}) => ({
  name: `policy-${randomUUID()}`,
  enabled: true,
  event_types: ['PUSH_ARTIFACT'],
  targets: [target],
  ...more,
});

async function create(more: Record<string, unknown> = {}, project = 'team'): Promise<number> {
  const reply = await api.as('admin').post(`/projects/${project}/webhook/policies`, policy(more));
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return Number(reply.headers['location']?.split('/').at(-1));
}

const read = async (id: number) => (await api.as('projectAdmin').get(`${path}/${id}`)).body;
const rowOf = (id: number) =>
  api.database.db.selectFrom('webhook_target').selectAll().where('policy_id', '=', id).executeTakeFirst();
const messageOf = (reply: { body: { errors: { message: string }[] } }) => reply.body.errors[0]?.message;

describe('a policy', () => {
  test('is made, read, listed, replaced and deleted', async () => {
    const admin = api.as('projectAdmin');
    const name = `life-${randomUUID()}`;

    const made = await admin.post(path, policy({ name, description: 'tells' }));
    const place = made.headers['location'] ?? '';
    const first = await admin.get(place);
    const list = await admin.get(`${path}?q=name%3D${name}`);
    const replaced = await admin.put(
      place,
      policy({ name, event_types: ['PULL_ARTIFACT', 'DELETE_ARTIFACT'] }),
    );
    const second = await admin.get(place);
    const deleted = await admin.delete(place);
    const gone = await admin.get(place);

    expect([made.status, replaced.status, deleted.status, gone.status]).toEqual([201, 200, 200, 404]);
    expect(place).toMatch(/^\/api\/v2\.0\/projects\/team\/webhook\/policies\/\d+$/);
    expect(first.body).toEqual({
      id: expect.any(Number),
      name,
      description: 'tells',
      project_id: api.projects['team'],
      targets: [{ type: 'http', address: 'https://hook.test/in', payload_format: 'Default' }],
      event_types: ['PUSH_ARTIFACT'],
      creator: 'projectAdmin',
      creation_time: expect.any(String),
      update_time: expect.any(String),
      enabled: true,
    });
    expect(list.headers['x-total-count']).toBe('1');
    expect(list.body).toEqual([first.body]);
    expect(second.body).toMatchObject({ event_types: ['PULL_ARTIFACT', 'DELETE_ARTIFACT'] });
    expect(second.body).not.toHaveProperty('description');
  });

  test('that does not say whether it is enabled is not (Harbor)', async () => {
    const id = await create({ enabled: undefined });

    const found = await read(id);

    expect(found).toMatchObject({ enabled: false });
  });

  test('has a name that no other of the project has', async () => {
    const name = `taken-${randomUUID()}`;
    await create({ name });
    const other = await create();
    await create({ name }, 'foreign');

    const made = await api.as('projectAdmin').post(path, policy({ name }));
    const renamed = await api.as('projectAdmin').put(`${path}/${other}`, policy({ name }));

    expect([made.status, renamed.status]).toEqual([409, 409]);
    expect(messageOf(made)).toBe(`notification policy named ${name} already exists`);
  });

  test.each([
    ['empty event type', { event_types: [] }],
    ['unsupported event type PUSH_IMAGE', { event_types: ['PUSH_IMAGE'] }],
    ['empty notification target with policy x', { name: 'x', targets: [] }],
    ['unsupported target type mail with policy x', { name: 'x', targets: [{ ...target, type: 'mail' }] }],
    [
      'set payload format is not allowed for slack',
      { targets: [{ ...target, type: 'slack', payload_format: 'Default' }] },
    ],
    ['unsupported payload format type: XML', { targets: [{ ...target, payload_format: 'XML' }] }],
    ['empty URL', { targets: [{ type: 'http', address: ' ' }] }],
    ['invalid scheme: ftp', { targets: [{ type: 'http', address: 'ftp://hook.test' }] }],
    ['a webhook policy needs a name', { name: ' ' }],
    ['characters that a header cannot have', { targets: [{ ...target, auth_header: 'a\r\nX-Evil: b' }] }],
    ['user name or a password', { targets: [{ type: 'http', address: 'https://me:secret@hook.test' }] }],
  ])('is refused with %j', async (message, more) => {
    const reply = await api.as('projectAdmin').post(path, policy(more));

    expect(reply.status).toBe(400);
    expect(messageOf(reply)).toContain(message);
  });

  test('with several faults is told all of them', async () => {
    const reply = await api
      .as('projectAdmin')
      .post(path, policy({ event_types: ['A', 'B'], targets: [{ type: 'x' }] }));

    expect(messageOf(reply)?.split('; ')).toEqual([
      'unsupported event type A',
      'unsupported event type B',
      expect.stringContaining('unsupported target type x'),
      'empty URL',
    ]);
  });

  test.each([
    ['hook.test/a/', 'http://hook.test/a'],
    [' https://hook.test/a?token=1#b ', 'https://hook.test/a'],
    ['https://HOOK.test:8443//a', 'https://hook.test:8443//a'],
  ])('with the address %j has %j', async (address, expected) => {
    const id = await create({ targets: [{ type: 'http', address }] });

    const found = await read(id);

    expect(found.targets[0].address).toBe(expected);
  });

  test('takes the Slack address of a guide as http target', async () => {
    const address = 'https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK';
    const id = await create({
      event_types: ['SCANNING_COMPLETED', 'SCANNING_FAILED'],
      targets: [{ type: 'http', address, auth_header: '', skip_cert_verify: false }],
    });

    const found = await read(id);

    expect(found.targets).toEqual([{ type: 'http', address, payload_format: 'Default' }]);
  });

  test('leaves an audit entry without what is secret about an address', async () => {
    const name = `audited-${randomUUID()}`;
    await create({
      name,
      targets: [{ type: 'slack', address: 'https://hooks.slack.com/services/T/B/hidden' }],
    });

    const entries = await api.database.db
      .selectFrom('audit_log')
      .select(['operation', 'resource_type', 'detail'])
      .where('resource', '=', `team/${name}`)
      .execute();

    expect(entries).toEqual([
      {
        operation: 'create',
        resource_type: 'webhook',
        detail: { enabled: true, event_types: ['PUSH_ARTIFACT'], targets: ['https://hooks.slack.com'] },
      },
    ]);
  });
});

test('S-111: a policy stays in the list, with who made it, when that person is no longer a member', async () => {
  const user = await api.createUser('leaver');
  const member = await api.addMember(api.projects['team'] ?? 0, user, 1);
  const name = `left-${randomUUID()}`;
  await api.as('leaver', password).post(path, policy({ name }));

  await api.as('admin').delete(`/projects/team/members/${member}`);

  const list = await api.as('projectAdmin').get(`${path}?q=name%3D${name}`);
  expect(list.body).toMatchObject([{ name, creator: 'leaver', enabled: true }]);
  expect((await api.as('leaver', password).get(path)).status).toBe(403);
});

describe('a target', () => {
  test.each([
    'http://127.0.0.1:8080',
    'http://localhost/x',
    'http://svc.inside.test',
    'http://169.254.169.254/latest',
  ])('S-036: at %s is refused when it is saved', async (address) => {
    const id = await create();
    const body = policy({ targets: [target, { type: 'slack', address }] });

    const made = await api.as('projectAdmin').post(path, body);
    const changed = await api.as('projectAdmin').put(`${path}/${id}`, body);

    expect([made.status, changed.status]).toEqual([400, 400]);
    expect(messageOf(made)).toContain('the address is not allowed');
    expect((await read(id)).targets).toHaveLength(1);
  });

  test('S-011: that is an open and one that is a closed port are refused in the same words', async () => {
    const { port } = new URL(await api.app.listen({ port: 0, host: '127.0.0.1' }));
    const at = (address: string) =>
      api.as('projectAdmin').post(path, policy({ targets: [{ type: 'http', address }] }));

    const open = await at(`http://127.0.0.1:${port}`);
    const closed = await at('http://127.0.0.1:1');

    expect([open.status, messageOf(open)]).toEqual([400, messageOf(closed)]);
  });

  test('S-112, G-70: never shows its secrets, to nobody', async () => {
    const id = await create({ targets: [{ ...target, auth_header: 'Bearer marker-1', secret: 'marker-2' }] });

    const replies = await Promise.all(
      (['admin', 'projectAdmin', 'maintainer'] as const).flatMap((caller) => [
        api.as(caller).get(`${path}/${id}`),
        api.as(caller).get(path),
      ]),
    );

    expect(JSON.stringify(replies.map(({ body }) => body))).not.toContain('marker');
    expect((await read(id)).targets[0]).toMatchObject({ auth_header: mask, secret: mask });
  });

  test('G-68: has them sealed at rest, each in its own place', async () => {
    const id = await create({ targets: [{ ...target, auth_header: 'Bearer marker-3', secret: 'marker-4' }] });

    const row = await rowOf(id);

    expect(JSON.stringify(row)).not.toContain('marker');
    const key = new Uint8Array(32).fill(7);
    const place = (name: string) =>
      ({ purpose: 'credential', name: `webhook_target ${row?.id} ${name}` }) as const;
    expect(open(key, place('auth_header'), row?.auth_header ?? '').toString()).toBe('Bearer marker-3');
    expect(() => open(key, place('auth_header'), row?.secret ?? '')).toThrow('does not open');
  });

  const secrets = { auth_header: 'Bearer x', secret: 'y' };
  test.each([
    ['kept where it shows stars', { ...target, auth_header: mask, secret: mask }, [true, true]],
    ['kept where it is left out', { ...target, skip_cert_verify: true }, [true, true]],
    ['taken away by null', { ...target, auth_header: null, secret: null }, [false, false]],
    ['taken away by nothing', { ...target, auth_header: '', secret: mask }, [false, true]],
    [
      'taken away with the address',
      { type: 'http', address: 'https://evil.test/in', auth_header: mask, secret: mask },
      [false, false],
    ],
  ])('S-103: has its secrets %s', async (_what, given, expected) => {
    const id = await create({ targets: [{ ...target, ...secrets }] });
    const before = await rowOf(id);

    await api.as('projectAdmin').put(`${path}/${id}`, policy({ targets: [given] }));

    const after = await rowOf(id);
    expect([after?.auth_header === before?.auth_header, after?.secret === before?.secret]).toEqual(expected);
    expect([after?.auth_header === null, after?.secret === null]).toEqual(expected.map((kept) => !kept));
  });

  test('keeps its place when others come and go, and with it what waits for it', async () => {
    const id = await create({ targets: [target] });
    const before = await rowOf(id);

    await api
      .as('projectAdmin')
      .put(`${path}/${id}`, policy({ targets: [{ type: 'http', address: 'https://other.test' }, target] }));

    const { targets } = await read(id);
    const kept = await api.database.db
      .selectFrom('webhook_target')
      .select('position')
      .where('id', '=', before?.id ?? '')
      .executeTakeFirst();
    expect(targets.map(({ address }: { address: string }) => address)).toEqual([
      'https://other.test',
      target.address,
    ]);
    expect(kept).toEqual({ position: 1 });
  });
});

describe('another project', () => {
  test('S-013: does not find a policy by its id, however it asks', async () => {
    const id = await create({ targets: [{ ...target, auth_header: 'Bearer marker' }] }, 'foreign');
    const admin = api.as('projectAdmin');

    for (const below of ['', '/executions', '/executions/1/tasks', '/executions/1/tasks/1/log']) {
      const [theirs, none] = [
        await admin.get(`${path}/${id}${below}`),
        await admin.get(`${path}/2147483647${below}`),
      ];
      expect([theirs.status, none.status]).toEqual([404, 404]);
      expect(messageOf(theirs)?.replace(String(id), 'N')).toBe(messageOf(none)?.replace('2147483647', 'N'));
    }
    const jobs = await admin.get(`/projects/team/webhook/jobs?policy_id=${id}`);
    expect(jobs.status).toBe(404);
  });

  test('S-014: does not change it', async () => {
    const id = await create({ targets: [{ ...target, auth_header: 'Bearer marker' }] }, 'foreign');
    const before = await rowOf(id);

    const reply = await api.as('projectAdmin').put(`${path}/${id}`, policy({ enabled: false }));

    expect(reply.status).toBe(404);
    expect(await rowOf(id)).toEqual(before);
    expect((await api.as('stranger').get(`/projects/foreign/webhook/policies/${id}`)).body.enabled).toBe(
      true,
    );
  });

  test('S-015: does not delete it', async () => {
    const id = await create({}, 'foreign');

    const reply = await api.as('projectAdmin').delete(`${path}/${id}`);

    expect(reply.status).toBe(404);
    expect((await api.as('stranger').get(`/projects/foreign/webhook/policies/${id}`)).status).toBe(200);
  });
});

test('the events, kinds of targets and formats are those of Harbor', async () => {
  const reply = await api.as('maintainer').get('/projects/team/webhook/events');

  expect(reply.body).toEqual({
    event_type: [
      'PUSH_ARTIFACT',
      'PULL_ARTIFACT',
      'DELETE_ARTIFACT',
      'QUOTA_EXCEED',
      'QUOTA_WARNING',
      'SCANNING_FAILED',
      'SCANNING_STOPPED',
      'SCANNING_COMPLETED',
      'REPLICATION',
      'TAG_RETENTION',
    ],
    notify_type: ['http', 'slack'],
    payload_formats: [{ notify_type: 'http', formats: ['Default', 'CloudEvents'] }],
  });
});

test('S-027: a list is neither filtered nor sorted by what is secret', async () => {
  const replies = await Promise.all(
    ['q=auth_header%3D~a', 'sort=secret', 'q=targets%3D~a'].map((query) =>
      api.as('projectAdmin').get(`${path}?${query}`),
    ),
  );

  expect(replies.map(({ status }) => status)).toEqual([400, 400, 400]);
});

test('G-80: policies go with their project, and the next one of its name has none', async () => {
  const admin = api.as('admin');
  await api.createProject('phoenix');
  const id = await create({}, 'phoenix');
  await api.database.db
    .insertInto('execution')
    .values({ vendor_type: 'WEBHOOK', vendor_id: id, trigger: 'EVENT' })
    .execute();

  await admin.delete('/projects/phoenix');
  await admin.post('/projects', { project_name: 'phoenix' });

  const list = await admin.get('/projects/phoenix/webhook/policies');
  const left = await Promise.all([
    api.database.db.selectFrom('webhook_target').select('id').where('policy_id', '=', id).execute(),
    api.database.db
      .selectFrom('event_subscription')
      .select('listener')
      .where('listener_id', '=', id)
      .execute(),
    api.database.db.selectFrom('execution').select('id').where('vendor_id', '=', id).execute(),
  ]);
  expect([list.status, list.body]).toEqual([200, []]);
  expect(left).toEqual([[], [], []]);
});
