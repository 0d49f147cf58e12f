import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal } from '#test/support/browser.ts';

describe.runIf(hasBrowser)('axe-core finds nothing (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
    await portal.app.createProject('empty');
    await pushImage(portal.app, 'admin', 'library/hello', '1.0');
  });
  afterAll(() => portal.close());

  test.each(['light', 'dark'] as const)('on the sign-in page, %s', async (colorScheme) => {
    const { page, inaccessible, broken } = await portal.visit({ colorScheme });

    await page.goto('/account/sign-in');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();

    expect([...(await inaccessible()), ...broken]).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('on the pages of projects, %s', async (colorScheme) => {
    const { page, signIn, inaccessible, broken } = await portal.visit({ colorScheme });
    const found: string[] = [];
    const look = async (path: string, ready: string) => {
      await page.goto(path);
      await page.getByText(ready).first().waitFor();
      found.push(...(await inaccessible()).map((line) => `${path} ${line}`));
    };
    await page.goto('/account/sign-in');
    await signIn('admin');
    await page.getByRole('button', { name: 'Account: admin' }).waitFor();

    await look('/harbor/projects', '1–2 of 2');
    await look('/harbor/projects?filter=none', 'Nothing matches');
    await look('/harbor/projects/1/summary', 'No limit');
    await look('/harbor/projects/1/repositories', 'hello');
    await look('/harbor/projects/2/repositories', 'Nothing has been pushed');
    await look('/harbor/projects/1/members', '1–1 of 1');
    await look('/harbor/projects/1/repositories/hello/tags-tab', '1–1 of 1');
    await look('/harbor/projects/1/repositories/hello/tags-tab?filter=none', 'Nothing matches');
    await look('/harbor/projects/1/repositories/hello/artifacts-tab', '1–1 of 1');
    await look('/harbor/projects/1/repositories/hello/info-tab', 'Nobody has described');
    await look('/harbor/projects/1/repositories/none/tags-tab', 'Not found');
    await look('/harbor/projects/999', 'Not found');
    await look('/harbor/nowhere', 'Page not found');
    await look('/harbor/home', 'Nothing. Quotas');
    await look('/harbor/account/profile', 'Account since');
    await look('/harbor/account/password', 'You stay signed in here');
    await look('/harbor/account/preferences', 'Time zone');
    await look('/harbor/account/about', 'Version');
    await look('/license', 'Apache License');

    expect([...found, ...broken]).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'on the pages of people, logs and quotas, %s',
    async (colorScheme) => {
      const { page, signIn, inaccessible, broken } = await portal.visit({ colorScheme });
      const found: string[] = [];
      await page.goto('/account/sign-in?redirect_url=%2Fharbor%2Flogs');
      await signIn('admin');
      for (const [path, ready] of [
        ['/harbor/logs/audit-log?result=done', 'library/hello:1.0'],
        ['/harbor/logs/audit-log?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'before the beginning'],
        ['/harbor/projects/1/logs/project-audit-log', 'library/hello:1.0'],
        ['/harbor/projects/1/configs', 'No limit'],
        ['/harbor/users', 'There is nobody'],
        ['/harbor/groups', 'There is no group'],
        ['/harbor/project-quotas', '1–2 of 2'],
      ] as const) {
        await page.getByRole('button', { name: 'Account: admin' }).waitFor();
        await page.goto(path);
        await page.getByRole('main').getByText(ready).first().waitFor();
        found.push(...(await inaccessible()).map((line) => `${path} ${line}`));
      }

      expect([...found, ...broken]).toEqual([]);
    },
  );

  test.each(['light', 'dark'] as const)('in dialogs, which give the focus back, %s', async (colorScheme) => {
    const { page, signIn, inaccessible, broken } = await portal.visit({ colorScheme });
    const found: string[] = [];
    await page.goto('/account/sign-in');
    await signIn('admin');
    for (const [path, name] of [
      ['/harbor/projects', 'New project'],
      ['/harbor/projects?filter=empty', 'Delete the project empty'],
      ['/harbor/projects/1/members', 'Add members'],
      ['/harbor/projects/1/repositories', 'Delete the repository library/hello'],
      ['/harbor/project-quotas', 'Change the quota of library'],
      ['/harbor/project-quotas', 'Change the quota of new projects'],
    ] as const) {
      await page.getByRole('button', { name: 'Account: admin' }).waitFor();
      // Whatever the page still asks for has come: a row that is drawn anew loses the key.
      await page.goto(path, { waitUntil: 'networkidle' });
      const button = page.getByRole('button', { name, exact: true });
      await button.press('Enter');
      await page.getByRole('dialog').waitFor();
      found.push(...(await inaccessible()).map((line) => `${name} ${line}`));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await expect.poll(() => button.evaluate((one) => one.matches(':focus'))).toBe(true);
    }

    expect([...found, ...broken]).toEqual([]);
  });

  describe('where a guest may not do it', () => {
    beforeAll(async () => portal.app.addMember(1, await portal.app.createUser('grace'), 3));

    test.each(['light', 'dark'] as const)(
      'in the menu of a row, which gives the focus back, and in what says no, %s',
      async (colorScheme) => {
        const { page, signIn, inaccessible, broken } = await portal.visit({ colorScheme });
        const found: string[] = [];
        await page.goto('/account/sign-in');
        await signIn('grace');
        await page.getByRole('button', { name: 'Account: grace' }).waitFor();

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

        expect([...found, ...broken]).toEqual([]);
      },
    );
  });
});
