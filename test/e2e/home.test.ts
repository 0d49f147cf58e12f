import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeImage, pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

describe.runIf(hasBrowser)('from anywhere (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  const image = makeImage();
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    await app.createProject('production', { limit: 10_000 });
    await pushImage(app, 'admin', 'production/my-app', 'v1.2.3', image);
    await pushImage(app, 'admin', 'production/my-app', 'v1.2.4');
    await app.createUser('grace');
  });
  afterAll(() => portal.close());

  async function signedIn(as = 'admin'): Promise<Visit & { copied: () => Promise<string> }> {
    const visit = await portal.signedIn(as, { permissions: ['clipboard-read', 'clipboard-write'] });
    await visit.page.goto('/');
    await visit.page.getByRole('heading', { name: 'Home' }).waitFor();
    return { ...visit, copied: () => visit.page.evaluate<string>('navigator.clipboard.readText()') };
  }

  const api = async (as: string, path: string) =>
    (await portal.app.send(as, { path: `/api/v2.0${path}` })).json<Record<string, unknown>>();

  const host = () => new URL(portal.app.url).host;

  /** Goes on with Tab until the focus is there: what cannot be reached so is not there for the keyboard. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let press = 0; press < 60; press++) {
      if ((await page.locator(`${selector}:focus`).count()) > 0) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`60 times Tab did not lead to ${selector}`);
  }

  const pushed = (client: string, project: string) =>
    ({
      docker: `docker push ${host()}/${project}/hello:1.0`,
      podman: `podman push --tls-verify=false ${host()}/${project}/hello:1.0`,
      helm: `helm push --plain-http hello-1.0.0.tgz oci://${host()}/${project}`,
    })[client];

  test('task 1: a first project with a quota, and the commands to push to it', async () => {
    const { page, copied, inaccessible, broken } = await signedIn();

    await page.getByRole('link', { name: 'New project' }).click();
    const dialog = page.getByRole('dialog', { name: 'New project' });
    await dialog.getByLabel(/^Name/).fill('team-frontend');
    await dialog.getByLabel('Storage quota').fill('10');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('link', { name: 'team-frontend' }).click();
    for (const client of ['docker', 'podman', 'helm']) {
      await page.getByLabel('Client').selectOption(client);
      await page.getByRole('button', { name: 'Copy: Commands to push the first image' }).click();
      await expect.poll(copied).toContain(pushed(client, 'team-frontend'));
    }

    expect(await api('admin', '/projects/team-frontend')).toMatchObject({ metadata: { public: 'false' } });
    expect(await api('admin', '/projects/team-frontend/summary')).toMatchObject({
      quota: { hard: { storage: 10 * 1024 ** 3 } },
    });
    expect([...(await inaccessible()), ...broken]).toEqual([]);
  });

  test('task 1, with the keyboard alone', async () => {
    const { page, copied } = await signedIn();

    await page.keyboard.press('Control+k');
    await page.keyboard.type('new project');
    await page.getByRole('option', { name: 'New project', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New project' }).waitFor();
    await page.keyboard.type('team-keys');
    await tabTo(page, 'input[inputmode=decimal]');
    await page.keyboard.type('10');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('team-keys');
    await page.getByRole('option', { name: 'team-keys', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Nothing has been pushed').waitFor();
    for (const client of ['docker', 'podman', 'helm']) {
      await tabTo(page, 'main select');
      await page.keyboard.type(client);
      await tabTo(page, 'button.copy');
      await page.keyboard.press('Enter');
      await expect.poll(copied).toContain(pushed(client, 'team-keys'));
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Shift+Tab');
    }

    expect(await api('admin', '/projects/team-keys/summary')).toMatchObject({
      quota: { hard: { storage: 10 * 1024 ** 3 } },
    });
  });

  const wanted = () => [
    ['Pull by tag', `docker pull ${host()}/production/my-app:v1.2.3`],
    ['Pull by digest', `docker pull ${host()}/production/my-app@${image.digest}`],
    ['Kubernetes', `image: ${host()}/production/my-app:v1.2.3`],
  ];

  test('task 2: a tag is found in the palette, and its commands copied', async () => {
    const { page, copied, inaccessible, broken } = await signedIn();

    await page.getByRole('button', { name: 'Search or go to' }).click();
    await page.getByRole('combobox', { name: 'Search or go to' }).fill('production/my-app:v1.2.3');
    await page.getByRole('option', { name: /^production\/my-app:v1\.2\.3/ }).waitFor();
    const found = await inaccessible();
    await page.getByRole('option', { name: /^production\/my-app:v1\.2\.3/ }).click();
    await page.getByRole('button', { name: 'Get it: production/my-app:v1.2.3' }).click();
    for (const [label, command] of wanted()) {
      await page.getByRole('button', { name: `Copy: ${label}` }).click();
      await expect.poll(copied).toBe(command);
    }

    expect([...found, ...(await inaccessible()), ...broken]).toEqual([]);
  });

  test('task 2, with the keyboard alone', async () => {
    const { page, copied } = await signedIn();

    await page.keyboard.press('Control+k');
    await page.keyboard.type('my-app:v1.2.3');
    await page.getByRole('option', { name: /^production\/my-app:v1\.2\.3/, selected: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: /^Commands for/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Get it: production/my-app:v1.2.3' }).waitFor();
    for (const [label, command] of wanted()) {
      await tabTo(page, `button[aria-label^="Copy: ${label}"]`);
      await page.keyboard.press('Enter');
      await expect.poll(copied).toBe(command);
    }
  });

  test('a digest that is pasted leads to its artifact, whatever stands before it', async () => {
    const { page } = await signedIn();

    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.insertText(`docker pull ${host()}/production/my-app@${image.digest}`);
    await page.getByRole('option', { name: /^production\/my-app:v1\.2\.3/, selected: true }).waitFor();
    await page.getByRole('combobox', { name: 'Search or go to' }).fill('');
    await page.keyboard.type('preferences');
    await page.getByRole('option', { name: 'Preferences', selected: true }).waitFor();
    await page.keyboard.press('Enter');

    await page.getByLabel('Rows on a page').waitFor();
    expect(await page.title()).toBe('Preferences – Account of admin – Moorage');
  });

  test('stars and what needs attention are on the start page, for one’s own projects', async () => {
    const { page } = await signedIn();
    await portal.app.database.db
      .updateTable('quota')
      .set({ used_storage: 9_500 })
      .where('hard_storage', '=', 10_000)
      .execute();

    await page.keyboard.press('Control+k');
    await page.keyboard.type('production');
    await page.getByRole('option', { name: 'production', exact: true }).click();
    await page.getByRole('button', { name: 'Star production' }).click();
    await page.getByRole('button', { name: 'Star production', pressed: true }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.getByRole('link', { name: /^production uses 9\d% of its/ }).waitFor();

    const starred = page.getByRole('region', { name: 'Starred' });
    await starred.getByRole('link', { name: 'production' }).waitFor();
    expect(await api('admin', '/users/current/preferences')).toEqual({ starred_projects: ['production'] });
    const grace = await signedIn('grace');
    await grace.page.getByText('Nothing. Quotas').waitFor();
    const { total_project_count } = await api('admin', '/statistics');
    const figures = page.getByRole('region', { name: 'Figures' });
    expect(await figures.innerText()).toMatch(new RegExp(`Projects\\s+${String(total_project_count)}\\s`));
    expect(await figures.getByText('Storage used').count()).toBe(1);
    expect(await grace.page.getByText('Storage used').count()).toBe(0);
  });

  test('preferences follow the account to another browser', async () => {
    const first = await signedIn('grace');
    await first.page.goto('/harbor/account/preferences');
    await first.page.getByLabel('ISO 8601').check();
    await first.page.getByRole('main').getByLabel('Language', { exact: true }).selectOption('Deutsch');
    await first.page.getByRole('heading', { name: 'Konto von grace' }).waitFor();
    await expect
      .poll(() => api('grace', '/users/current/preferences'))
      .toEqual({ language: 'de-de', date_format: 'iso-8601' });

    const second = await portal.visit();
    await second.page.goto('/harbor/account/profile');
    await second.page.getByRole('link', { name: 'Sign in' }).first().click();
    await second.signIn('grace');

    await second.page.getByText(/^Konto seit \d{4}-\d\d-\d\d \d\d:\d\d$/).waitFor();
  });
});

describe.runIf(hasBrowser)('one’s own account (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
    await portal.app.createUser('grace');
  });
  afterAll(() => portal.close());

  test('gets a new password, and who changed it stays signed in', async () => {
    const { page } = await portal.signedIn('grace');
    await page.goto('/harbor/account/password');
    const change = async (before: string, password: string) => {
      await page.getByLabel(/^Current password/).fill(before);
      await page.getByLabel(/^New password\b(?! again)/).fill(password);
      await page.getByLabel(/^New password again/).fill(password);
      await page.getByRole('button', { name: 'Change password' }).click();
    };

    await change('Correct-horse-1', 'too weak');
    await page.getByText('It does not keep all of the rules below.').waitFor();
    await change('Wrong-horse-1', 'Better-horse-2');
    await page.getByText('Current password is incorrect').waitFor();
    await change('Correct-horse-1', 'Better-horse-2');
    await page.getByText('The password is changed.').waitFor();

    expect((await page.request.get('/api/v2.0/users/current')).status()).toBe(200);
    const old = await portal.app.send('grace', { path: '/api/v2.0/users/current' });
    expect(old.status).toBe(401);
  });

  test('of the first administrator is renamed, and signs in under the new name', async () => {
    const { page, signIn } = await portal.signedIn('admin');
    await page.goto('/harbor/account/profile');

    await page.getByLabel(/^E-mail/).fill('not an address');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('email with illegal format').waitFor();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Type admin@harbor.local to confirm').fill('admin@harbor.local');
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn('admin@harbor.local', 'Harbor12345');

    await page.getByRole('button', { name: 'Account: admin@harbor.local' }).waitFor();
    expect((await portal.app.send('admin', { path: '/api/v2.0/users/current' })).status).toBe(401);
  });
});

describe.runIf(hasBrowser)('whatever happens meanwhile (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
    for (const name of ['alpha', 'beta']) await portal.app.createProject(name);
  });
  afterAll(() => portal.close());

  async function atProjects(): Promise<Visit> {
    const visit = await portal.signedIn('admin');
    await visit.page.goto('/harbor/projects');
    await visit.page.getByRole('link', { name: 'alpha' }).waitFor();
    return visit;
  }

  test('without a connection nothing is written, and afterwards everything is fresh', async () => {
    const { page, inaccessible } = await atProjects();
    await page.getByRole('button', { name: 'Delete the project beta' }).click();
    await page.getByLabel('Type beta to confirm').fill('beta');

    await page.context().setOffline(true);
    await page.getByText('No connection').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('That was not done').waitFor();
    const found = await inaccessible();
    await page.context().setOffline(false);
    await page.getByText('No connection').waitFor({ state: 'detached' });

    expect(found).toEqual([]);
    expect((await portal.app.send('admin', { path: '/api/v2.0/projects/beta' })).status).toBe(200);
  });

  test('who signs out in one tab is asked in the other, and goes on there', async () => {
    const { page } = await atProjects();
    const other = await page.context().newPage();
    await other.goto('/harbor/home');
    await other.getByRole('button', { name: 'Account: admin' }).click();
    await other.getByRole('menuitem', { name: 'Sign out' }).click();

    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await other.bringToFront();
    await other.getByLabel('Username').fill('admin');
    await other.getByLabel(/^Password/).fill('Harbor12345');
    await other.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    expect(new URL(page.url()).pathname).toBe('/harbor/projects');
  });

  test('keys go to pages, filters and rows, and can be switched off', async () => {
    const { page, inaccessible } = await atProjects();

    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const row = await page.locator('tbody :focus').textContent();
    await page.keyboard.press('/');
    await page.keyboard.type('bet');
    await page.getByRole('link', { name: 'alpha' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    const found = await inaccessible();
    await page.getByRole('dialog').getByRole('link', { name: 'Preferences' }).click();
    await page.getByLabel('Keys that are pressed alone').uncheck();
    await page.getByRole('heading', { level: 1 }).focus();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.keyboard.press('?');

    expect([row, found, new URL(page.url()).pathname]).toEqual(['beta', [], '/harbor/account/preferences']);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('texts that are a third longer fit, at 390 pixels too, and none is left untranslated', async () => {
    const { page } = await portal.visit({ viewport: { width: 390, height: 844 } });
    await page.addInitScript(() => localStorage.setItem('moorage-language', 'en-xa'));
    await page.goto('/account/sign-in');
    await page.locator('input[autocomplete=username]').fill('admin');
    await page.locator('input[type=password]').fill('Harbor12345');
    await page.locator('button[type=submit]').click();
    const wrong: string[] = [];
    for (const path of [
      '/harbor/home',
      '/harbor/projects',
      '/harbor/account/preferences',
      '/harbor/nowhere',
    ]) {
      await page.goto(path, { waitUntil: 'networkidle' });
      await page.locator('h1').waitFor();
      wrong.push(...(await misfits(page)).map((line) => `${path} ${line}`));
    }

    expect(wrong).toEqual([]);
  });
});

/** What sticks out of the page, is cut off in a button, or stands there in plain English. */
function misfits(page: Page): Promise<string[]> {
  return page.locator('html').evaluate((html) => {
    const seen = (selector: string) =>
      [...html.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    const wide = html.scrollWidth > html.clientWidth ? ['the page is too wide'] : [];
    const cut = seen('button:not(.search-button), .tab, h1')
      .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
      .map((one) => `cut off: ${one.textContent}`);
    const plain = seen('button, label, h1, h2, nav a, th')
      .map((one) => one.innerText)
      .filter((text) => /[A-Za-z]{4}/.test(text) && !text.includes('['))
      .filter((text) => !/^(admin|alpha|beta|library|docker|ISO 8601|Moorage.*)$/.test(text));
    return [...wide, ...cut, ...plain.map((text) => `not translated: ${text}`)];
  });
}
