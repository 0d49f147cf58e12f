import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

const payload = '"><img src=x onerror=alert(1)><script>alert(2)</script>';

describe.runIf(hasBrowser)('the audit log (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let backend: number;
  let admin: Visit;
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    backend = await app.createProject('backend');
    const frontend = await app.createProject('frontend');
    const grace = await app.createUser('grace');
    await app.addMember(backend, grace, 1);
    await app.addMember(frontend, await app.createUser('harriet'), 2);
    const auditor = await app.createUser('auditor');
    const { db } = app.database;
    await db
      .updateTable('user_account')
      .set({ sysadmin_flag: true })
      .where('user_id', '=', auditor)
      .execute();
    await pushImage(app, 'grace', 'backend/api/server', '1.0');
    await pushImage(app, 'admin', 'frontend/web', '1.0');
    await app.send('grace', {
      method: 'DELETE',
      path: '/api/v2.0/projects/backend/repositories/api%252Fserver/artifacts/1.0/tags/1.0',
    });
    await sql`insert into audit_log (op_time, username, operation, resource_type, resource, project_id)
      values ('2026-01-05 12:00Z', 'grace', 'delete', 'tag', 'backend/api/server:0.1', ${backend}),
             ('2026-01-06 12:00Z', ${payload}, 'delete', 'tag', ${payload}, ${backend})`.execute(db);
    admin = await open('/harbor/logs', 'admin');
  });
  afterAll(() => portal.close());

  async function open(path: string, as: string): Promise<Visit> {
    const visit = await portal.signedIn(as, { permissions: ['clipboard-read', 'clipboard-write'] });
    await visit.page.goto(path);
    return visit;
  }

  const rows = async (page: Page) => {
    await page.locator('table[aria-busy=false]').waitFor();
    return page
      .locator('tbody tr')
      .evaluateAll((all) =>
        all.map((row) =>
          [...row.querySelectorAll('td')].map((cell) => cell.innerText.split('\n')[0] ?? '').join(' | '),
        ),
      );
  };
  const deleted = 'grace | Delete | Tag | backend/api/server:1.0 | Done';

  const search = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
  const apiRows = async (q: string) =>
    (
      await portal.app.send('admin', {
        path: `/api/v2.0/auditlog-exts?page_size=100&q=${encodeURIComponent(q)}`,
      })
    ).json();
  const textOf = async (download: Download) => readFile(await download.path(), 'utf8');

  test('says who deleted it: filtered, sent on as a link, and exported', async () => {
    const { page, broken, inaccessible } = admin;

    await page.getByLabel('User', { exact: true }).fill('grace');
    await page.getByLabel('Operation').selectOption('Delete');
    await page.getByLabel('Resource').fill('api/server');
    await page.getByLabel('Time').selectOption('Last 24 hours');
    await expect
      .poll(() => search(page))
      .toEqual({ user: 'grace', operation: 'delete', resource: 'api/server', time: '1d' });
    expect(new URL(page.url()).pathname).toBe('/harbor/logs/audit-log');
    await expect.poll(() => rows(page)).toEqual([deleted]);
    expect(await inaccessible()).toEqual([]);

    const q = 'username=~grace,operation=delete,resource=~api/server,op_time=[2026-02-01T00:00:00~]';
    const [json] = await Promise.all([page.waitForEvent('download'), page.getByText('Export JSON').click()]);
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByText('Export CSV').click()]);
    expect(JSON.parse(await textOf(json))).toEqual(await apiRows(q));
    expect((await textOf(csv)).split('\r\n')).toEqual([
      expect.stringMatching(/^id,op_time,username/),
      expect.stringMatching(/,grace,delete,tag,backend\/api\/server:1\.0,true,/),
      '',
    ]);
    expect(csv.suggestedFilename()).toMatch(/^audit-log-.*Z\.csv$/);

    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('The link is copied.').waitFor();
    const link = await page.evaluate<string>('navigator.clipboard.readText()');
    const other = await open(link, 'auditor');
    expect(await rows(other.page)).toEqual([deleted]);
    expect(await other.page.getByLabel('Time').inputValue()).toBe('own');
    expect(new URL(link).searchParams.get('time')).toBe(null);
    expect(await apiRows('resource_type=audit_log')).toMatchObject([
      { username: 'admin' },
      { username: 'admin' },
    ]);
    expect([...broken, ...other.broken]).toEqual([]);
  });

  /** Presses a key until what is looked for has the focus, as people without a mouse do. */
  async function reach(page: Page, wanted: Locator): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      if (await wanted.evaluate((one) => one.matches(':focus'))) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${String(wanted)} is not reached by keyboard`);
  }

  test('says so without a mouse', async () => {
    const { page } = admin;
    await page.goto('/harbor/projects');
    await page.getByRole('heading', { name: 'Projects' }).waitFor();

    await reach(page, page.getByRole('link', { name: 'Logs' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Audit log' }).waitFor();
    await reach(page, page.getByLabel('User', { exact: true }));
    await page.keyboard.type('grace');
    await reach(page, page.getByLabel('Operation'));
    await page.keyboard.type('Delete');
    await reach(page, page.getByLabel('Resource'));
    await page.keyboard.type('api/server');
    await reach(page, page.getByLabel('Time'));
    await page.keyboard.type('Last 30');
    await expect
      .poll(() => search(page))
      .toEqual({ user: 'grace', operation: 'delete', resource: 'api/server', time: '30d' });
    await expect.poll(() => rows(page)).toEqual([deleted]);
    await reach(page, page.getByRole('button', { name: 'Copy link' }));
    await page.keyboard.press('Enter');
    await page.getByText('The link is copied.').waitFor();
    await reach(page, page.getByRole('link', { name: 'Export CSV' }));
    const [csv] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);

    expect((await textOf(csv)).split('\r\n')).toHaveLength(3);
    expect(await page.locator('tbody time').first().getAttribute('title')).toMatch(/20\d\d.*\d:\d\d:\d\d/);
  });

  test('has a range of its own, whose ends are told apart', async () => {
    const range = 'from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z';
    const { page } = admin;
    await page.goto(`/harbor/logs/audit-log?${range}`);

    expect(await rows(page)).toEqual(['grace | Delete | Tag | backend/api/server:0.1 | Done']);
    await page.getByLabel('To', { exact: true }).fill('2026-01-01T00:00:00');
    await page.getByText('The end is before the beginning.').waitFor();
    await page.getByText('Nothing matches the filter.').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await expect.poll(() => search(page)).toEqual({});
  });

  test('shows names that somebody made up as text', async () => {
    const { page, broken } = admin;
    const asked: string[] = [];
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => asked.push(dialog.message())));

    await page.goto('/harbor/logs/audit-log?to=2026-01-07T00:00:00Z');

    expect((await rows(page))[0]).toBe(`${payload} | Delete | Tag | ${payload} | Done`);
    expect([await page.locator('main img').count(), asked, broken]).toEqual([0, [], []]);
  });

  test('of a project holds its own rows, at the old address too, oldest first when asked', async () => {
    const { page } = await open(`/harbor/projects/${backend}/logs/project-audit-legacy-log`, 'grace');
    await rows(page);
    expect(new URL(page.url()).pathname).toBe(`/harbor/projects/${backend}/logs/project-audit-log`);

    await page.getByRole('button', { name: 'Time' }).click();
    await expect.poll(async () => (await rows(page))[0]).toContain('backend/api/server:0.1');

    expect(search(page)).toEqual({ sort: 'op_time' });
    expect((await rows(page)).join('\n')).not.toContain('frontend');
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByText('Export CSV').click()]);
    expect(await textOf(csv)).not.toContain('frontend');
  });

  test('is no tab for those who may not list it', async () => {
    const { page } = await open('/harbor/projects?filter=frontend', 'harriet');
    await page.getByRole('link', { name: 'frontend' }).click();
    await page.getByRole('link', { name: 'Configuration' }).waitFor();

    expect(
      await page.getByRole('navigation', { name: 'Parts of the project' }).getByText('Logs').count(),
    ).toBe(0);
    await page.goto(`${page.url().replace(/repositories.*/, '')}logs/project-audit-log`);
    await page.getByText('You may not see this').waitFor();
  });
});
