import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

describe.runIf(hasBrowser)('axe-core finds nothing, light and dark (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let admin: Visit;
  beforeAll(async () => {
    portal = await startPortal();
    await portal.app.createProject('empty');
    await portal.app.addMember(1, await portal.app.createUser('grace'), 3);
    await pushImage(portal.app, 'admin', 'library/hello', '1.0');
    admin = await portal.signedIn('admin');
  });
  afterAll(() => portal.close());

  test('on the sign-in page', async () => {
    const { page, inaccessible, broken } = await portal.visit();

    await page.goto('/account/sign-in');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();

    expect([...(await inaccessible()), ...broken]).toEqual([]);
  });

  test.each([
    ['/harbor/projects', '1–2 of 2'],
    ['/harbor/projects?filter=none', 'Nothing matches'],
    ['/harbor/projects/1/summary', 'No limit'],
    ['/harbor/projects/1/repositories', 'hello'],
    ['/harbor/projects/2/repositories', 'Nothing has been pushed'],
    ['/harbor/projects/1/members', '1–2 of 2'],
    ['/harbor/projects/1/logs/project-audit-log', 'library/hello:1.0'],
    ['/harbor/projects/1/configs', 'No limit'],
    ['/harbor/projects/1/repositories/hello/tags-tab', '1–1 of 1'],
    ['/harbor/projects/1/repositories/hello/tags-tab?filter=none', 'Nothing matches'],
    ['/harbor/projects/1/repositories/hello/artifacts-tab', '1–1 of 1'],
    ['/harbor/projects/1/repositories/hello/jobs-tab', 'No bulk jobs yet'],
    ['/harbor/projects/1/repositories/hello/info-tab', 'Nobody has described'],
    ['/harbor/projects/1/repositories/none/tags-tab', 'Not found'],
    ['/harbor/projects/999', 'Not found'],
    ['/harbor/nowhere', 'Page not found'],
    ['/harbor/home', 'Nothing. Quotas'],
    ['/harbor/logs/audit-log?result=done', 'library/hello:1.0'],
    ['/harbor/logs/audit-log?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'before the beginning'],
    ['/harbor/users', '1–1 of 1'],
    ['/harbor/groups', 'There is no group'],
    ['/harbor/project-quotas', '1–2 of 2'],
    ['/harbor/account/profile', 'Account since'],
    ['/harbor/account/password', 'You stay signed in here'],
    ['/harbor/account/preferences', 'Time zone'],
    ['/harbor/account/about', 'Version'],
    ['/license', 'Apache License'],
  ])('on %s', async (path, ready) => {
    const { page, inaccessible } = admin;

    await page.goto(path);
    await page.getByRole('main').getByText(ready).first().waitFor();

    expect(await inaccessible()).toEqual([]);
  });

  test.each([
    ['/harbor/projects', 'New project'],
    ['/harbor/projects?filter=empty', 'Delete the project empty'],
    ['/harbor/projects/1/members', 'Add members'],
    ['/harbor/projects/1/repositories', 'Delete the repository library/hello'],
    ['/harbor/project-quotas', 'Change the quota of library'],
    ['/harbor/project-quotas', 'Change the quota of new projects'],
  ])('on %s in the dialog "%s", which gives the focus back', async (path, name) => {
    const { page, inaccessible } = admin;

    // Whatever the page still asks for has come: a row that is drawn anew loses the key.
    await page.goto(path, { waitUntil: 'networkidle' });
    const button = page.getByRole('button', { name, exact: true });
    await button.press('Enter');
    await page.getByRole('dialog').waitFor();
    const found = await inaccessible();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await expect.poll(() => button.evaluate((one) => one.matches(':focus'))).toBe(true);
    expect(found).toEqual([]);
  });

  test('in the menu of a row, which gives the focus back, and in what says no', async () => {
    const { page, inaccessible, broken } = await portal.signedIn('grace');
    const found: string[] = [];

    await page.goto('/harbor/projects/1/repositories/hello/tags-tab', { waitUntil: 'networkidle' });
    const more = page.getByRole('button', { name: 'More for 1.0' });
    await more.press('Enter');
    const item = page.getByRole('menuitem').first();
    await item.waitFor();
    await expect.poll(() => item.evaluate((one) => one.matches(':focus'))).toBe(true);
    found.push(...(await inaccessible()));
    await page.keyboard.press('Escape');
    await item.waitFor({ state: 'detached' });
    await expect.poll(() => more.evaluate((one) => one.matches(':focus'))).toBe(true);
    await page.goto('/harbor/projects/1/robot-account', { waitUntil: 'networkidle' });
    await page.getByRole('button', { name: 'New robot account' }).first().focus();
    await page.getByRole('tooltip').waitFor();
    found.push(...(await inaccessible()));

    expect([...found, ...broken, ...admin.broken]).toEqual([]);
  });
});
