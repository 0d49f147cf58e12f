import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

describe.runIf(hasBrowser)('running the registry (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let visit: Visit;
  let page: Page;
  beforeAll(async () => {
    portal = await startPortal();
    await portal.app.createUser('grace');
    visit = await portal.signedIn('admin', { colorScheme: 'dark' });
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
  const setting = async (name: string) =>
    (await call('GET', '/configurations')).json<Record<string, { value: unknown }>>()[name]?.value;
  const save = async () => {
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The configuration is saved.').first().waitFor();
  };

  test('queues are held back, and what waits in them is dropped', async () => {
    await page.goto('/harbor/job-service-dashboard');
    await page.getByRole('button', { name: 'Pause the queue: Garbage collection' }).click();
    const queue = page.getByRole('row', { name: /^Garbage collection/ });
    await queue.getByText('Held back').waitFor();
    await call('POST', '/system/gc/schedule', { schedule: { type: 'Manual' } });

    await page.reload();
    await page.getByText('1 job waits.').waitFor();
    expect(await visit.inaccessible()).toEqual([]);
    await page.getByRole('button', { name: 'Drop what waits: Garbage collection' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
    await page.getByText('0 jobs wait.').waitFor();
    await page.getByRole('button', { name: 'Resume the queue: Garbage collection' }).click();
    await queue.getByText('Open').waitFor();

    const [run] = (await call('GET', '/system/gc')).json<{ job_status: string }[]>();
    expect(run?.job_status).toBe('Stopped');
  });

  test('schedules are listed with their next time, and all held back at once', async () => {
    await call('POST', '/system/gc/schedule', { schedule: { type: 'Daily', cron: '0 0 0 * * *' } });
    const paused = async () => (await call('GET', '/schedules/all/paused')).json<object>();
    await page.goto('/harbor/job-service-dashboard/schedules');

    await page.getByRole('link', { name: 'Garbage collection' }).waitFor();
    await page.getByRole('button', { name: 'Pause all schedules' }).click();
    await page.getByText('No schedule starts anything').waitFor();
    expect(await paused()).toEqual({ paused: true });
    await page.getByRole('button', { name: 'Resume all schedules' }).click();
    await page.getByText('Schedules start their work').waitFor();

    expect(await paused()).toEqual({ paused: false });
  });

  test('what runs is seen with its log, and stopped', async () => {
    const { db } = portal.app.database;
    const { id: runner } = await db.selectFrom('job_runner').select('id').executeTakeFirstOrThrow();
    const { id: execution_id } = await db
      .insertInto('execution')
      .values({ vendor_type: 'REPLICATION', trigger: 'MANUAL' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const leased_until = new Date(Date.now() + 600_000);
    const running = { status: 'Running', runner, leased_until, start_time: new Date() } as const;
    const { id } = await db
      .insertInto('task')
      .values({ execution_id, job: 'REPLICATION', payload: '{}', attempts: 1, ...running })
      .returning('id')
      .executeTakeFirstOrThrow();
    await db.insertInto('task_log').values({ task_id: id, text: '<b>copying</b> team/app' }).execute();
    await page.goto('/harbor/job-service-dashboard/workers');

    await page.getByRole('button', { name: `Log of Replication, job ${id}` }).click();
    await page.getByText('<b>copying</b> team/app').waitFor();
    expect(new URL(page.url()).search).toBe(`?job=${id}`);
    await page.getByRole('button', { name: `Stop Replication, job ${id}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await page.getByText('It has been told to stop.').waitFor();

    const stopped = db.selectFrom('task').select('stop_requested').where('id', '=', id);
    expect(await stopped.executeTakeFirst()).toEqual({ stop_requested: true });
  });

  test('settings show where they come from, and only what was changed is sent', async () => {
    await page.goto('/harbor/configs/setting');
    const field = page.getByRole('textbox', { name: 'Tokens of clients are valid for' });

    await field.fill('45');
    await page.getByText('1 setting changed and not saved').waitFor();
    const sent = page.waitForRequest((request) => request.method() === 'PUT');
    await save();

    expect((await sent).postDataJSON()).toEqual({ token_expiration: 45 });
    expect(await setting('token_expiration')).toBe(45);
    await page.getByRole('button', { name: 'Use the default: Tokens of clients are valid for' }).click();
    expect(await field.inputValue()).toBe('30 minutes');
    expect(await visit.inaccessible()).toEqual([]);
  });

  test('what the server refuses is marked at its field, and nothing is changed', async () => {
    await page.goto('/harbor/configs/setting');

    await page.getByRole('textbox', { name: 'Prefix of robot names' }).fill('bot:');
    await page.getByRole('textbox', { name: 'New robots are valid for' }).fill('0');
    await page.getByRole('button', { name: 'Save', exact: true }).click();

    await page.getByText('robot_name_prefix must have').waitFor();
    await page.getByText('robot_token_duration must be').waitFor();
    expect(
      await page.getByRole('textbox', { name: 'Prefix of robot names' }).getAttribute('aria-invalid'),
    ).toBe('true');
    expect(await setting('robot_name_prefix')).toBe('robot$');
  });

  test('settings that the environment fixes say so', async () => {
    await page.route('**/api/v2.0/configurations', async (route) => {
      const shown: Record<string, object> = await (await route.fetch()).json();
      const fixed = Object.entries(shown).map(([name, one]) => [name, { ...one, editable: false }]);
      await route.fulfill({ json: Object.fromEntries(fixed) });
    });
    await page.goto('/harbor/configs/setting');

    await page.getByText('CONFIG_OVERWRITE_JSON').waitFor();
    expect(await page.getByRole('textbox', { name: 'Prefix of robot names' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0);
    await page.unroute('**/api/v2.0/configurations');
  });

  test('read-only is told to everybody, and what cannot be done says why', async () => {
    await page.goto('/harbor/configs/setting');
    await page.getByRole('switch', { name: 'The registry is read-only' }).check();
    await page.getByLabel('Text of the banner').fill('Closed <b>on</b> Sunday');
    await save();
    await page.getByText('Closed <b>on</b> Sunday').first().waitFor();

    await page.getByRole('link', { name: 'Projects', exact: true }).click();
    await page.getByText('1–1 of 1').waitFor();
    await page.getByRole('alert').getByText('The registry is read-only').waitFor();
    const create = page.getByRole('button', { name: 'New project' });
    await create.hover();
    await page.getByRole('tooltip').filter({ hasText: 'switched writing off' }).waitFor();
    expect(await create.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await page.getByRole('button', { name: 'More for grace' }).click();
    const remove = page.getByRole('menuitem', { name: 'Delete …' });
    await remove.getByText('switched writing off').waitFor();
    expect(await remove.getAttribute('aria-disabled')).toBe('true');

    await page.goto('/harbor/configs/setting');
    await page.getByRole('switch', { name: 'The registry is read-only' }).uncheck();
    await save();
    expect(await setting('read_only')).toBe(false);
  });

  test('a session that ends keeps what was being written', async () => {
    await page.goto('/harbor/configs/auth');
    await page.getByRole('textbox', { name: 'Sessions end after' }).fill('90');

    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel(/^Password/).fill('Harbor12345');
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'Sessions end after' }).inputValue()).toBe('90 minutes');
    await save();

    expect(await setting('session_timeout')).toBe(90);
  });

  test('allowed CVEs are kept', async () => {
    await page.goto('/harbor/configs/security');

    await page.getByLabel('CVE ids').fill('CVE-2026-1, CVE-2026-2\nCVE-2026-1');
    await save();

    const { items } = (await call('GET', '/system/CVEAllowlist')).json<{ items: object[] }>();
    expect(items).toEqual([{ cve_id: 'CVE-2026-1' }, { cve_id: 'CVE-2026-2' }]);
    // What the button says to who points at it is outside of the page's landmarks.
    await page.mouse.move(0, 0);
    await page.getByRole('tooltip').waitFor({ state: 'detached' });
    expect([...(await visit.inaccessible()), ...visit.broken]).toEqual([]);
  });

  test('people who do not run it are told so', async () => {
    const other = await portal.signedIn('grace');
    await other.page.goto('/harbor/configs/setting');

    await other.page.getByText('You may not see this').waitFor();
    await other.page.getByText('This page is for those who run the registry.').waitFor();
    expect(await other.page.getByRole('main').getByRole('textbox').count()).toBe(0);
    expect(await other.page.getByRole('link', { name: 'Configuration' }).count()).toBe(0);
  });
});
