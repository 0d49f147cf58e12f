import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

interface Robot {
  id: number;
  name: string;
  description?: string;
  duration: number;
  disable: boolean;
  permissions: { kind: string; namespace: string; access: { resource: string; action: string }[] }[];
}

const day = 86_400_000;

const clipboardOf = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');

/** What a screen reader would call the element that has the focus, as far as this page names things. */
const focusedOf = (page: Page) =>
  page.evaluate<string>(`(() => {
    const one = document.activeElement;
    return (one?.ariaLabel ?? one?.labels?.[0]?.textContent ?? one?.textContent ?? '').trim();
  })()`);

const hostile = '<img src=//evil.example/x onerror="document.title=1">"; $(id) ‮txt';

/** Tab, until what has the focus is called so. */
async function reachByTab(page: Page, wanted: string | RegExp): Promise<void> {
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press('Tab');
    const name = await focusedOf(page);
    if (typeof wanted === 'string' ? name === wanted : wanted.test(name)) return;
  }
  throw new Error(`no ${wanted} is reached by Tab`);
}

describe.runIf(hasBrowser)('robot accounts (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let team: number;
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    team = await app.createProject('team');
    await app.createProject('backend');
    await app.addMember(team, await app.createUser('pat'), 1);
    await app.addMember(team, await app.createUser('grace'), 3);
  });
  afterAll(() => portal.close());

  async function open(path: string, as = 'admin', options: BrowserContextOptions = {}): Promise<Visit> {
    const visit = await portal.signedIn(as, {
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    await visit.page.goto(path);
    return visit;
  }

  const ofTeam = () => `/harbor/projects/${team}/robot-account`;

  async function robotNamed(name: string, level = `Level=project,ProjectID=${team}`): Promise<Robot> {
    const path = `/api/v2.0/robots?page_size=100&q=${encodeURIComponent(level)}`;
    const robots = (await portal.app.send('admin', { path })).json<Robot[]>();
    const found = robots.find((robot) => robot.name === name);
    if (!found) throw new Error(`there is no robot ${name}`);
    return found;
  }

  async function makeRobot(name: string, more: object = {}): Promise<Robot & { secret: string }> {
    const access = [{ resource: 'repository', action: 'pull' }];
    const permissions = [{ kind: 'project', namespace: 'team', access }];
    const answer = await portal.app.send('admin', {
      method: 'POST',
      path: '/api/v2.0/robots',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, level: 'project', duration: 30, permissions, ...more }),
    });
    expect(answer.status).toBe(201);
    return answer.json();
  }

  /** As `docker login` asks: for a token with name and secret, and with that for /v2/. */
  async function logIn(name: string, secret: string): Promise<number> {
    const path = '/service/token?service=harbor-registry&client_id=docker&offline_token=true';
    const answer = await portal.app.send(`${name}:${secret}`, { path });
    if (answer.status !== 200) return answer.status;
    const { token } = answer.json<{ token: string }>();
    return (await portal.app.send(undefined, { path: '/v2/', headers: { authorization: `Bearer ${token}` } }))
      .status;
  }

  const secretIn = async (page: Page) => {
    const shown = page.getByRole('dialog').locator('dd code').nth(1);
    return (await shown.textContent()) ?? '';
  };

  const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

  test('for CI: made with a preset, its secret shown once, expired in time, then a new secret', async () => {
    const { page, broken } = await open(ofTeam(), 'pat');
    await page.getByRole('button', { name: 'New robot account' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Name/).fill('ci');
    await dialog.getByLabel('Description').fill(hostile);
    await dialog.getByLabel('Pull and push').check();
    expect(await dialog.getByLabel(/^Days/).inputValue()).toBe('30');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('dialog', { name: 'Secret of robot$team+ci' }).waitFor();
    const secret = await secretIn(page);
    const name = 'robot$team+ci';

    const made = await robotNamed(name);
    expect(made).toMatchObject({ duration: 30, disable: false, description: hostile });
    expect(made.permissions).toMatchObject([
      { kind: 'project', namespace: 'team', access: [{ action: 'pull' }, { action: 'push' }] },
    ]);
    expect(await logIn(name, secret)).toBe(200);

    await page.keyboard.press('Escape');
    await dialog.getByText('The secret is not shown again').waitFor();
    expect(await secretIn(page)).toBe(secret);
    await dialog.getByRole('button', { name: 'Keep it open' }).click();
    const arriving = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Download' }).click();
    const file = await arriving;
    expect(file.suggestedFilename()).toBe('robot-team-ci.json');
    expect(JSON.parse(await readFile(await file.path(), 'utf8'))).toMatchObject({ name, secret });
    await dialog.getByLabel('How to use it').selectOption('GitHub Actions');
    await dialog.getByRole('button', { name: 'Copy: Commands: GitHub Actions' }).click();
    const copied = await clipboardOf(page);
    expect(copied).toBe(`printf %s '${secret}' | gh secret set REGISTRY_SECRET`);
    await dialog.getByRole('button', { name: 'Copy: File: GitHub Actions' }).click();
    expect(await clipboardOf(page)).toContain(`username: "${name}"`);

    await dialog.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const kept = await page.evaluate<string>(
      'document.body.innerHTML + JSON.stringify([localStorage, sessionStorage])',
    );
    expect(kept + page.url()).not.toContain(secret);
    await rowOf(page, name).getByText('Enabled', { exact: true }).waitFor();
    expect(await rowOf(page, name).getByText(hostile).count()).toBe(1);

    await page.clock.setFixedTime(Date.now() + 25 * day);
    await page.reload();
    await rowOf(page, name).getByText('Expires in 4 days').waitFor();
    await page.clock.setFixedTime(Date.now() + 31 * day);
    await page.reload();
    await rowOf(page, name).getByText('Expired', { exact: true }).waitFor();

    await page.getByRole('button', { name: `New secret for ${name}` }).click();
    await dialog.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('dialog', { name: `Secret of ${name}` }).waitFor();
    const second = await secretIn(page);
    // The new one first: a wrong secret locks its account for a moment.
    expect([await logIn(name, second), await logIn(name, secret)]).toEqual([200, 401]);
    expect(broken).toEqual([]);
  });

  test('are made, copied from and given a new secret by keyboard alone', async () => {
    const { page } = await portal.visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    const { keyboard } = page;
    const reach = (wanted: string | RegExp) => reachByTab(page, wanted);
    await page.goto('/account/sign-in');
    await page.getByLabel('Username').and(page.locator(':focus')).waitFor();
    await keyboard.type('pat');
    await reach(/^Password/);
    await keyboard.type('Correct-horse-1');
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Account: pat' }).waitFor();
    await page.goto(ofTeam());
    await page.getByRole('table').or(page.getByText('There is no robot account')).first().waitFor();

    await reach('New robot account');
    await keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel(/^Name/).and(page.locator(':focus')).waitFor();
    await keyboard.type('keys');
    await reach('Pull and push');
    // The presets are one stop, and arrows go from one to the next.
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowLeft');
    await reach('Add');
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Secret of robot$team+keys' }).waitFor();
    const secret = await secretIn(page);
    await keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keep it open' }).and(page.locator(':focus')).waitFor();
    await keyboard.press('Enter');
    const arriving = page.waitForEvent('download');
    await reach('Download');
    await keyboard.press('Enter');
    await arriving;
    await reach('How to use it');
    await keyboard.type('GitHub');
    await reach('Copy: Commands: GitHub Actions');
    await keyboard.press('Enter');
    await expect.poll(() => clipboardOf(page)).toContain(`'${secret}' | gh secret set`);
    await reach('I have stored it');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'New robot account' }).and(page.locator(':focus')).waitFor();
    expect(await logIn('robot$team+keys', secret)).toBe(200);

    await reach('New secret for robot$team+keys');
    await keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Made by the registry').and(page.locator(':focus')).waitFor();
    await reach('New secret');
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Secret of robot$team+keys' }).waitFor();
    expect(await logIn('robot$team+keys', await secretIn(page))).toBe(200);
    expect(await logIn('robot$team+keys', secret)).toBe(401);
  });

  test('are changed, switched off and on, and deleted', async () => {
    const { secret } = await makeRobot('worker');
    const name = 'robot$team+worker';
    const { page } = await open(`${ofTeam()}?filter=worker`);
    const dialog = page.getByRole('dialog');

    await page.getByRole('button', { name: `Edit the robot account ${name}` }).click();
    await dialog.getByText('One by one (1 granted)').click();
    await dialog.getByLabel('tag: delete', { exact: true }).check();
    await dialog.getByLabel('Expires').selectOption('Never');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`The robot account ${name} is changed.`).waitFor();
    expect(await robotNamed(name)).toMatchObject({
      duration: -1,
      permissions: [{ access: [{ resource: 'repository' }, { resource: 'tag', action: 'delete' }] }],
    });
    await rowOf(page, name).getByText('2 permissions').waitFor();

    await page.getByRole('button', { name: `Disable the robot account ${name}` }).click();
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await rowOf(page, name).getByText('Disabled', { exact: true }).waitFor();
    expect(await logIn(name, secret)).toBe(401);
    await page.getByRole('button', { name: `Enable the robot account ${name}` }).click();
    await dialog.getByRole('button', { name: 'Enable' }).click();
    await rowOf(page, name).getByText('Enabled', { exact: true }).waitFor();
    // A refusal locks the account for a moment.
    await expect.poll(() => logIn(name, secret), { timeout: 10_000, interval: 500 }).toBe(200);

    await page.getByRole('button', { name: `Delete the robot account ${name}` }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing matches the filter.').waitFor();
    expect(await logIn(name, secret)).toBe(401);
  });

  test('say at its field what is wrong with a name or with a secret of one’s own', async () => {
    await makeRobot('taken');
    const { page } = await open(`${ofTeam()}?filter=taken`);
    const dialog = page.getByRole('dialog');

    await page.getByRole('button', { name: 'New robot account' }).click();
    for (const [name, reason] of [
      ['taken', 'robot account robot$team+taken already exists'],
      ['Not Allowed', 'is not in lower case or contains illegal characters'],
    ] as const) {
      await dialog.getByLabel(/^Name/).fill(name);
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await dialog.getByText(reason).waitFor();
      expect(await dialog.getByLabel(/^Name/).getAttribute('aria-invalid')).toBe('true');
    }
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New secret for robot$team+taken' }).click();
    await dialog.getByLabel('My own').check();
    const field = dialog.getByRole('textbox', { name: 'Secret' });
    await field.fill('weak');
    await dialog.getByRole('button', { name: 'New secret' }).click();
    await dialog.getByText('the secret must have').waitFor();
    await field.fill("Own-Secret-1'$x");
    await dialog.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('dialog', { name: 'Secret of robot$team+taken' }).waitFor();

    expect(await secretIn(page)).toBe("Own-Secret-1'$x");
    expect(await logIn('robot$team+taken', "Own-Secret-1'$x")).toBe(200);
  });

  test('of the registry cover all projects or some, each with permissions of its own', async () => {
    const { page } = await open('/harbor/robot-accounts');
    const dialog = page.getByRole('dialog');

    await page.getByRole('button', { name: 'New robot account' }).first().click();
    await dialog.getByLabel(/^Name/).fill('mirror');
    await dialog.getByLabel('Expires').selectOption('Never');
    await dialog.getByRole('region', { name: 'Registry', exact: true }).getByLabel('Read everything').check();
    await dialog.getByLabel('Cover all projects').check();
    await dialog.getByLabel('Add a project').fill('back');
    await page.getByRole('option', { name: 'backend' }).click();
    await dialog.getByRole('region', { name: 'backend', exact: true }).getByLabel('CI pipeline').check();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('dialog', { name: 'Secret of robot$mirror' }).waitFor();

    const { permissions, duration } = await robotNamed('robot$mirror', 'Level=system');
    const actions = (kind: string, namespace: string) =>
      permissions.find((one) => one.kind === kind && one.namespace === namespace)?.access ?? [];
    expect(duration).toBe(-1);
    expect(new Set(actions('system', '/').map(({ action }) => action))).toEqual(new Set(['list', 'read']));
    expect(actions('project', '*')).toMatchObject([{ resource: 'repository', action: 'pull' }]);
    expect(actions('project', 'backend')).toHaveLength(17);
    await dialog.getByRole('button', { name: 'I have stored it' }).click();
    await rowOf(page, 'robot$mirror').getByText('Every project: Pull only').waitFor();
  });

  test('are shown to who may not change them, and say so', async () => {
    await makeRobot('shown');
    const { page } = await open(`${ofTeam()}?filter=shown`, 'grace');

    const button = page.getByRole('button', { name: 'Delete the robot account robot$team+shown' });
    await button.focus();

    await page.getByText('Only administrators of the project may change its robot accounts.').waitFor();
    expect(await page.getByRole('row').getByRole('button', { disabled: true }).count()).toBe(4);
  });

  test('axe-core finds nothing', async () => {
    const robot = 'look';
    await makeRobot(robot, { description: hostile });
    const visit = await open(`${ofTeam()}?filter=${robot}`, 'admin');
    const { page } = visit;
    const found: string[] = [];
    const look = async () => found.push(...(await visit.inaccessible()));
    const dialog = page.getByRole('dialog');

    await page.getByRole('table').waitFor();
    await look();
    await page.getByRole('button', { name: `Edit the robot account robot$team+${robot}` }).click();
    await dialog.getByText('One by one (1 granted)').click();
    await look();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: `New secret for robot$team+${robot}` }).click();
    await dialog.getByLabel('My own').check();
    await look();
    await dialog.getByLabel('Made by the registry').check();
    await dialog.getByRole('button', { name: 'New secret' }).click();
    await dialog.getByLabel('How to use it').selectOption('GitLab CI');
    await page.keyboard.press('Escape');
    await dialog.getByText('The secret is not shown again').waitFor();
    await look();
    await dialog.getByRole('button', { name: 'Close without it' }).click();
    await page.goto('/harbor/robot-accounts');
    await page.getByRole('button', { name: 'New robot account' }).first().click();
    await dialog.getByLabel('Cover all projects').check();
    await look();

    expect([...found, ...visit.broken]).toEqual([]);
  });
});
