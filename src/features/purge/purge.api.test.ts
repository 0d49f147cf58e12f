import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '#test/support/api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi();
});
afterEach(() => api.close());

const path = '/system/purgeaudit/schedule';
const parameters = { audit_retention_hour: 720, include_event_types: 'create_artifact,pull_artifact,other' };
const daily = { schedule: { type: 'Daily', cron: '0 0 0 * * *' }, parameters };
const admin = () => api.as('admin');

describe('the schedule of the purge of the audit log', () => {
  test('is an empty body when there is none', async () => {
    const reply = await admin().get(path);

    expect(reply).toMatchObject({ status: 200, body: '' });
  });

  test('is set, read, replaced and removed', async () => {
    const set = await admin().post(path, daily);
    const read = await admin().get(path);
    const replaced = await admin().put(path, { ...daily, schedule: { type: 'Hourly', cron: '0 0 * * * *' } });
    const other = await admin().get(path);
    const removed = await admin().post(path, { schedule: { type: 'None' }, parameters });

    expect(set).toMatchObject({ status: 201, headers: { location: '/api/v2.0/system/purgeaudit/0' } });
    expect(read.body).toMatchObject({
      job_kind: '0 0 0 * * *',
      schedule: { type: 'Daily', cron: '0 0 0 * * *' },
    });
    expect(JSON.parse(read.body.job_parameters)).toEqual({ ...parameters, dry_run: false });
    expect(replaced.status).toBe(200);
    expect(other.body.schedule.type).toBe('Hourly');
    expect(removed.status).toBe(201);
    expect((await admin().get(path)).body).toBe('');
  });

  test.each(['push,pull', 'create, delete , create'])(
    'gives the event types %j back as they were given',
    async (include_event_types) => {
      const written = { ...daily, parameters: { audit_retention_hour: 24, include_event_types } };

      const set = await admin().post(path, written);

      expect(set.status).toBe(201);
      const read = await admin().get(path);
      expect(JSON.parse(read.body.job_parameters)).toMatchObject(written.parameters);
    },
  );

  const { audit_retention_hour, include_event_types } = parameters;
  const refused: [name: string, parameters: object | undefined, message: RegExp][] = [
    ['no parameters', undefined, /schedule parameter cann't be empty/],
    ['no hours', { include_event_types }, /audit_retention_hour should provide/],
    ['no event types', { audit_retention_hour }, /include_event_types should provide/],
    ['hours as text', { ...parameters, audit_retention_hour: '24' }, /whole JSON number/],
    ['too many hours', { ...parameters, audit_retention_hour: 240_001 }, /240000/],
    ['hours to come', { ...parameters, audit_retention_hour: -1 }, /240000/],
    ['a list of nothing', { ...parameters, include_event_types: ' ,' }, /comma-separated/],
    ['an unknown event', { ...parameters, include_event_types: 'create_artifacts' }, /comma-separated/],
    ['a dry run as text', { ...parameters, dry_run: 'yes' }, /dry_run/],
  ];
  test.for(refused)('%s is refused with 400, whatever its type', async ([, given, message]) => {
    const types = [{ type: 'Manual' }, { type: 'None' }, daily.schedule];
    for (const schedule of types) {
      const reply = await admin().put(path, { schedule, parameters: given });

      expect(reply.status).toBe(400);
      expect(reply.body.errors[0].message).toMatch(message);
    }
  });

  test('names everything that is wrong at once', async () => {
    const reply = await admin().post(path, { schedule: { type: 'Manual' }, parameters: { dry_run: 1 } });

    expect(reply.body.errors[0].message).toBe(
      'audit_retention_hour should provide; include_event_types should provide; dry_run must be true or false',
    );
  });
});

describe('a run of the purge', () => {
  const start = () => admin().post(path, { schedule: { type: 'Manual' }, parameters });
  const placeOf = (reply: { headers: Readonly<Record<string, string | undefined>> }) =>
    reply.headers['location']?.replace('/api/v2.0', '') ?? '';

  test('is started, found, refused while it waits, and stopped', async () => {
    const place = placeOf(await start());
    const again = await start();
    const found = await admin().get(place);
    const stopped = await admin().put(place);

    expect(place).toMatch(/^\/system\/purgeaudit\/[1-9]/);
    expect(again.status).toBe(409);
    expect(found.body).toMatchObject({
      job_name: 'PURGE_AUDIT_LOG',
      job_kind: 'Manual',
      job_status: 'Running',
    });
    expect(stopped.status).toBe(200);
    expect((await admin().get('/system/purgeaudit?q=status=Stopped')).body).toHaveLength(1);
    expect((await admin().get(`${place}/log`)).status).toBe(200);
  });

  test('S-020: garbage collection is not found among them, nor the other way round', async () => {
    const gc = placeOf(await admin().post('/system/gc/schedule', { schedule: { type: 'Manual' } }));
    const purge = placeOf(await start());
    const swapped = [gc.replace('gc', 'purgeaudit'), purge.replace('purgeaudit', 'gc')];

    const replies = await Promise.all(
      swapped.flatMap((place) => [admin().get(place), admin().get(`${place}/log`), admin().put(place)]),
    );

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([404]));
  });
});
