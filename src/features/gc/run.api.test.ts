import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { collectionRuns } from './gc.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

const call = (method: string, path: string, body?: object) =>
  app.send('admin', {
    method,
    path: `/api/v2.0${path}`,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });

async function ended(location: string) {
  for (;;) {
    // oxlint-disable-next-line typescript/no-explicit-any -- the shape is the test's subject
    const run = (await call('GET', location)).json<any>();
    if (run.job_status !== 'Running') return { ...run, parameters: JSON.parse(run.job_parameters) };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function collectNow(parameters: object) {
  const reply = await call('POST', '/system/gc/schedule', { schedule: { type: 'Manual' }, parameters });
  return ended(reply.headers['location']?.replace('/api/v2.0', '') ?? '');
}

/** An image that nobody needs any more, whose leases are over and whose time to be restored has passed. */
async function leaveGarbage() {
  const image = makeImage(2);
  await pushImage(app, 'admin', 'library/app', 'gone', image);
  await app.send('admin', { method: 'DELETE', path: `/v2/library/app/manifests/${image.digest}` });
  await app.database.db.deleteFrom('trash').execute();
  await sql`update blob set leased_until = '-infinity'`.execute(app.database.db);
  return image;
}

describe('garbage collection on demand', () => {
  test('deletes, tells what it freed, and has a log', async () => {
    await leaveGarbage();

    const run = await collectNow({ workers: 2 });

    expect(run).toMatchObject({ job_status: 'Success', parameters: { purged_blobs: 4, workers: 2 } });
    expect(run.parameters.freed_space).toBeGreaterThan(200);
    const log = await call('GET', `/system/gc/${run.id}/log`);
    expect(log.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(log.body.toString()).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z garbage collection began\n/);
    expect(log.body.toString()).toContain('garbage collection ended');
  });

  test('deletes nothing as a dry run, and says what it would', async () => {
    const image = await leaveGarbage();

    const run = await collectNow({ dry_run: true });

    expect(run).toMatchObject({ job_status: 'Success', parameters: { dry_run: true, purged_blobs: 4 } });
    const { rows } = await sql`select from blob where digest = ${image.digest}`.execute(app.database.db);
    expect(rows).toHaveLength(1);
  });

  test('deletes artifacts without a tag when it is told to, and says what stays and for how long', async () => {
    const [old, young] = [makeImage(), makeImage()];
    for (const image of [old, young]) await pushImage(app, 'admin', 'library/app', image.digest, image);
    await sql`update artifact set push_time = now() - interval '2 hours' where digest = ${old.digest}`.execute(
      app.database.db,
    );

    const run = await collectNow({ delete_untagged: true });

    expect(run.parameters).toMatchObject({ purged_manifests: 1, purged_blobs: 0 });
    const { db } = app.database;
    expect(await db.selectFrom('artifact').select('digest').execute()).toEqual([{ digest: young.digest }]);
    const ledger = db.selectFrom('collection_ledger').select('kind').where('execution_id', '=', run.id);
    expect(await ledger.execute()).toEqual([{ kind: 'artifact' }]);
    const log = (await call('GET', `/system/gc/${run.id}/log`)).body.toString();
    expect(log).toContain(`deleting library/app@${old.digest}: it has no tag`);
    expect(log).toContain('1 artifact without a tag deleted; for 24 hours it can be restored');
    expect(log).toContain('1 more was pushed within the last 60 minutes and stays');
  });

  test('says what stays, how long and why', async () => {
    const image = makeImage(2);
    await pushImage(app, 'admin', 'library/app', 'promised', image);
    await pushImage(app, 'admin', 'library/app', 'kept');
    await app.send('admin', { method: 'DELETE', path: `/v2/library/app/manifests/${image.digest}` });
    await app.database.db.deleteFrom('trash').execute();
    await app.send('admin', {
      method: 'DELETE',
      path: '/api/v2.0/projects/library/repositories/app/artifacts/kept',
    });

    for (const parameters of [{}, { dry_run: true }]) {
      const run = await collectNow(parameters);

      const log = (await call('GET', `/system/gc/${run.id}/log`)).body.toString();
      expect(log).toMatch(
        / 4 blobs \(.* B\) that nothing needs stay until \d{4}-.*: pushes were promised them/,
      );
      expect(log).toMatch(/ 1 deleted artifact can be restored until \d{4}-.*; .* B come back after that\n/);
    }
  });

  test('runs by its schedule, once', async () => {
    await call('POST', '/system/gc/schedule', { schedule: { type: 'Hourly', cron: '0 0 * * * *' } });
    await sql`update schedule set next_time = now()`.execute(app.database.db);
    await sql`select pg_notify('moorage_jobs', '')`.execute(app.database.db);

    const found = async () => (await call('GET', '/system/gc')).json<{ id: number; job_kind: string }[]>();
    while ((await found()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));

    const [first, ...others] = await found();
    expect(others).toEqual([]);
    expect(first?.job_kind).toBe('Schedule');
    expect(await ended(`/system/gc/${first?.id}`)).toMatchObject({ job_status: 'Success' });
    expect(collectionRuns.job.keep).toBe(50);
  });
});
