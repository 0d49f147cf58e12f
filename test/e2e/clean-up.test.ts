import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeImage, pushImage, type TestImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

describe.runIf(hasBrowser)('cleaning up (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let visit: Visit;
  let page: Page;
  let near: number;
  let garbage: TestImage;
  beforeAll(async () => {
    // What is to be freed waits for the run that the test starts.
    portal = await startPortal({ settings: { collectionSeconds: 86_400 } });
    const { app } = portal;
    near = await app.createProject('near', { limit: 110_000 });
    await app.createProject('team');
    await pushImage(app, 'admin', 'near/app', 'v1', makeImage(1, 100_000));
    await pushImage(app, 'admin', 'team/big', 'v1', makeImage(1, 900_000));
    await pushImage(app, 'admin', 'team/mistake', 'v1', makeImage(1, 5_000));
    await call('DELETE', '/projects/team/repositories/mistake/artifacts/v1');
    garbage = (await pushImage(app, 'admin', 'team/big', 'old', makeImage(1, 400_000))).image;
    await call('PUT', '/configurations', { restore_hours: 0 });
    await call('DELETE', '/projects/team/repositories/big/artifacts/old');
    await app.database.db
      .updateTable('blob')
      .set({ leased_until: new Date(0) })
      .execute();
    visit = await portal.signedIn('admin');
    ({ page } = visit);
  });
  afterAll(() => portal.close());

  const call = (method: string, path: string, body?: object) =>
    portal.app.send('admin', {
      method,
      path: `/api/v2.0${path}`,
      ...(body && {
        body: Buffer.from(JSON.stringify(body)),
        headers: { 'content-type': 'application/json' },
      }),
    });
  const stored = async ({ blobs }: TestImage) => {
    const digests = blobs.map(({ digest }) => digest);
    const rows = portal.app.database.db.selectFrom('blob').select('digest').where('digest', 'in', digests);
    return (await rows.execute()).length;
  };
  const runs = async () =>
    (await call('GET', '/system/gc')).json<{ job_status: string; job_parameters: string }[]>();

  test('begins with what is biggest, and with who is near the limit', async () => {
    await page.goto('/harbor/usage');

    const repositories = page.getByRole('region', { name: 'Biggest repositories' });
    await repositories.getByRole('link', { name: 'team/big' }).waitFor();
    expect((await repositories.locator('tbody th').allTextContents()).slice(0, 2)).toEqual([
      'team/big',
      'near/app',
    ]);
    const projects = page.getByRole('region', { name: 'Biggest projects' });
    const limited = projects.getByRole('row', { name: /near/ });
    expect(await limited.textContent()).toMatch(/9\d\s?% used/);
    expect(await visit.inaccessible()).toEqual([]);

    await call('PUT', `/quotas/${await quotaOf(near)}`, { hard: { storage: 10_000_000 } });
    await page.reload();
    await limited.waitFor();
    expect(await limited.textContent()).not.toContain('% used');
  });

  const quotaOf = async (project: number) =>
    (await call('GET', `/quotas?reference=project&reference_id=${project}`)).json<{ id: number }[]>()[0]?.id;

  test('is tried first and deletes nothing then; a run frees the space, by keyboard', async () => {
    await page.goto('/harbor/usage');
    await page.getByRole('link', { name: 'Clean up' }).last().press('Enter');

    await page.getByRole('button', { name: 'Dry run' }).press('Enter');
    const trial = page.getByRole('region', { name: /^Run \d+$/ });
    await trial.getByText('a run now would delete').waitFor();
    await trial.getByText('A dry run: nothing is deleted').waitFor();
    expect(await stored(garbage)).toBe(garbage.blobs.length);

    await page.getByRole('button', { name: 'GC now' }).press('Enter');
    await trial.getByText('garbage collection ended').waitFor();
    await trial.getByText('391 KiB', { exact: true }).waitFor();
    expect(await visit.inaccessible()).toEqual([]);
    expect(await stored(garbage)).toBe(0);
    const [last] = await runs();
    expect(last?.job_status).toBe('Success');
    expect(JSON.parse(last?.job_parameters ?? '{}')).toMatchObject({ dry_run: false });
    expect(JSON.parse(last?.job_parameters ?? '{}').freed_space).toBeGreaterThan(400_000);
  });

  test('is scheduled by the week, or by a cron whose next times are shown', async () => {
    await page.goto('/harbor/clearing-job/gc');
    const card = page.getByRole('region', { name: 'Schedule' });

    await card.getByLabel('How often').selectOption('At times of your own');
    await card.getByLabel('Cron').fill('61 2 * * *');
    await card.getByText('invalid cron').waitFor();
    await card.getByLabel('Cron').fill('30 2 * * 1-5');
    await card.getByText('The next times:').waitFor();
    expect(await card.getByRole('listitem').count()).toBe(5);
    await card.getByLabel('How often').selectOption('Every week');
    await card.getByRole('button', { name: 'Save the schedule' }).click();
    await card.getByText('Scheduled. Next time:').waitFor();

    const { schedule } = (await call('GET', '/system/gc/schedule')).json<{ schedule: object }>();
    expect(schedule).toMatchObject({ type: 'Weekly', cron: '0 0 0 * * 0' });
  });

  test('shows log lines as text, whoever wrote them', async () => {
    const { db } = portal.app.database;
    const { id } = await db
      .insertInto('execution')
      .values({ vendor_type: 'GARBAGE_COLLECTION', trigger: 'MANUAL', status: 'Error' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const task = await db
      .insertInto('task')
      .values({ execution_id: id, job: 'GARBAGE_COLLECTION', payload: '{}', attempts: 1, status: 'Error' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const text = '<img src=/planted onerror=alert(1)> [31mred';
    await db.insertInto('task_log').values({ task_id: task.id, text }).execute();

    await page.goto(`/harbor/clearing-job/gc?run=${id}`);

    await page.getByText('<img src=/planted onerror=alert(1)>').waitFor();
    expect(await page.locator('img[src*=planted]').count()).toBe(0);
  });

  test('can be undone from the ledger, whose view is in the address', async () => {
    await page.goto('/harbor/clearing-job/ledger');
    await page.getByLabel('Kind').selectOption('Artifact');
    await page.getByLabel('Repository').fill('mistake');
    await expect.poll(() => new URL(page.url()).search).toBe('?kind=artifact&filter=mistake');
    await page.getByText('1–1 of 1').waitFor();
    await page.getByText('possible until').waitFor();

    await page.getByRole('button', { name: /^Restore team\/mistake@/ }).click();
    const dialog = page.getByRole('dialog');
    expect(await visit.inaccessible()).toEqual([]);
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('is back: 1 artifact, 1 tag.').waitFor();

    expect((await call('GET', '/projects/team/repositories/mistake/artifacts/v1')).status).toBe(200);
    await page.getByRole('button', { name: /^Restore/ }).waitFor({ state: 'detached' });
  });

  test('counts what a purge of the audit log would take, and asks before it takes it', async () => {
    await page.goto('/harbor/clearing-job/audit-log-purge');

    await page.getByLabel('Entries older than').fill('1');
    await page.getByLabel('Pulls').uncheck();
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('a run now would delete').waitFor();
    await page.getByRole('button', { name: 'Purge now' }).click();
    await page.getByRole('dialog').getByText('The entries go for ever').waitFor();

    const history = (await call('GET', '/system/purgeaudit')).json<{ job_parameters: string }[]>();
    expect(JSON.parse(history[0]?.job_parameters ?? '{}')).toMatchObject({
      audit_retention_hour: 24,
      include_event_types: 'create_artifact,delete_artifact,other',
      dry_run: true,
    });
    expect(history).toHaveLength(1);
  });

  test.each(['/harbor/gc', '/harbor/garbage-collection', '/harbor/clearing-job'])(
    'is where guides say, at %s',
    async (path) => {
      await page.goto(path);

      await page.getByRole('button', { name: 'GC now' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/harbor/clearing-job/gc');
      expect(visit.broken).toEqual([]);
    },
  );
});
