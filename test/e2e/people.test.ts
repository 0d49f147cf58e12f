import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

const password = 'Correct-horse-1';

describe.runIf(hasBrowser)('people and what they may store (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let backend: number;
  let admin: Visit;
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    backend = await app.createProject('backend');
    await app.createProject('small', { limit: 4096 });
    await app.createUser('grace');
    await pushImage(app, 'admin', 'backend/api', '1.0');
    admin = await open('/harbor/projects', 'admin');
  });
  afterAll(() => portal.close());

  async function open(path: string, as: string): Promise<Visit> {
    const visit = await portal.signedIn(as);
    await visit.page.goto(path);
    return visit;
  }

  const get = async <T>(path: string, as = 'admin') =>
    (await portal.app.send(as, { path: `/api/v2.0${path}` })).json<T>();
  const user = async (name: string) => (await get<Record<string, unknown>[]>(`/users?q=username=${name}`))[0];
  const click = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
  const names = async (page: Page) => {
    await page.locator('table[aria-busy=false]').waitFor();
    return page.locator('tbody th').allInnerTexts();
  };

  test('a developer is hired: an account, a role, a push, and nothing beyond', async () => {
    const { page, inaccessible, broken } = admin;
    await page.goto('/harbor/users');
    await click(page, 'New user');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Username').fill('ida');
    await dialog.getByLabel('E-mail').fill('ida@example.org');
    await dialog.getByLabel('First and last name').fill('Ida Rhodes');
    await dialog.getByLabel('Comment').fill('from May on');
    await dialog.getByLabel(/^Password( \*)?$/).fill(password);
    await dialog.getByLabel('Password again').fill(password);
    expect(await inaccessible()).toEqual([]);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByText('The user ida is ready.').waitFor();
    expect(await user('ida')).toMatchObject({ email: 'ida@example.org', comment: 'from May on' });

    await page.goto(`/harbor/projects/${backend}/members`);
    await click(page, 'Add members');
    await dialog.getByRole('combobox', { name: 'Usernames' }).fill('id');
    await page.getByRole('option', { name: 'ida' }).click();
    await dialog.getByRole('button', { name: 'Add 1 member' }).click();
    await page.getByText('ida is a member now.').waitFor();

    const { answer } = await pushImage(portal.app, 'ida', 'backend/api', '2.0');
    expect(answer.status).toBe(201);
    const hired = await open(`/harbor/projects/${backend}/members`, 'ida');
    const add = hired.page.getByRole('button', { name: 'Add members' });
    await names(hired.page);
    expect(await add.getAttribute('aria-disabled')).toBe('true');
    expect(await hired.page.getByLabel(/^Role of/).count()).toBe(0);
    await hired.page.getByRole('link', { name: 'Configuration' }).click();
    const save = hired.page.getByRole('button', { name: 'Save' });
    await save.hover();
    await hired.page.getByText('Only administrators of the project may change its configuration.').waitFor();
    await hired.page.getByText('Only system administrators change the quota').waitFor();
    expect(await hired.page.getByLabel('Public').isDisabled()).toBe(true);
    expect(await hired.page.getByRole('link', { name: 'Users' }).count()).toBe(0);
    await hired.page.goto('/harbor/users');
    await hired.page.getByText('You may not see this').waitFor();
    expect([...broken, ...hired.broken]).toEqual([]);
  });

  test('what the server refuses is said at its field, and the form stays', async () => {
    const { page } = admin;
    await page.goto('/harbor/users');
    await click(page, 'New user');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Username').fill('grace');
    await dialog.getByLabel('E-mail').fill('grace@example.org');
    await dialog.getByLabel('First and last name').fill('Grace');
    await dialog.getByLabel(/^Password( \*)?$/).fill('short');
    await dialog.getByLabel('Password again').fill('short');

    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('the password or secret must have').waitFor();
    expect(await dialog.getByLabel(/^Password( \*)?$/).getAttribute('aria-invalid')).toBe('true');
    await dialog.getByLabel(/^Password( \*)?$/).fill(password);
    await dialog.getByLabel('Password again').fill(password);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('already exists').waitFor();

    expect(await dialog.getByLabel('Username').getAttribute('aria-invalid')).toBe('true');
  });

  test('an account is changed, raised, given a password and deleted', async () => {
    const { page } = admin;
    const dialog = page.getByRole('dialog');
    await page.goto('/harbor/users?filter=grace');

    await click(page, 'Edit the user grace');
    await dialog.getByLabel('E-mail').fill('grace@example.org');
    await dialog.getByLabel('First and last name').fill('Grace Hopper');
    await dialog.getByLabel('Comment').fill('<b>navy</b>');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The user grace is changed.').waitFor();
    await page.getByRole('cell', { name: '<b>navy</b>' }).waitFor();
    const more = async (action: string) => {
      await click(page, 'More for grace');
      await page.getByRole('menuitem', { name: action }).click();
    };
    await more('Make administrator …');
    await dialog.getByRole('button', { name: 'Make administrator' }).click();
    await page.getByText('grace is a system administrator now.').waitFor();
    expect(await user('grace')).toMatchObject({ realname: 'Grace Hopper', sysadmin_flag: true });

    await more('Remove administrator …');
    await dialog.getByRole('button', { name: 'Remove administrator' }).click();
    await page.getByText('grace is a system administrator no longer.').waitFor();
    await more('New password …');
    await dialog.getByLabel(/^Password( \*)?$/).fill('Another-horse-2');
    await dialog.getByLabel('Password again').fill('Another-horse-2');
    await dialog.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('grace has a new password.').waitFor();
    const me = await get('/users/current', 'grace:Another-horse-2');
    expect(me).toMatchObject({ username: 'grace', sysadmin_flag: false });

    await more('Delete …');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The user grace is deleted.').waitFor();
    expect(await user('grace')).toBe(undefined);
  });

  test('a group is made, renamed and deleted', async () => {
    const { page, inaccessible } = admin;
    const groups = () => get<object[]>('/usergroups');
    await page.goto('/harbor/groups');
    await page.getByText('There is no group yet.').waitFor();
    expect(await inaccessible()).toEqual([]);
    await click(page, 'New group');
    const dialog = page.getByRole('dialog');

    await dialog.getByLabel('From').selectOption('LDAP');
    await dialog.getByLabel('Name', { exact: false }).first().fill('builders');
    await dialog.getByLabel('Distinguished name').fill('builders');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('is no distinguished name').waitFor();
    await dialog.getByLabel('Distinguished name').fill('cn=builders,dc=example,dc=org');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByText('The group builders is ready.').waitFor();
    expect(await groups()).toMatchObject([{ group_name: 'builders', group_type: 1 }]);
    await click(page, 'Rename the group builders');
    await dialog.getByLabel('Name').fill('makers');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await page.getByText('The group is called makers now.').waitFor();
    await click(page, 'Delete the group makers');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The group makers is deleted.').waitFor();

    expect(await groups()).toEqual([]);
  });

  test('quotas are found, sorted by use, and changed, and so is that of new projects', async () => {
    const { page } = admin;
    const dialog = page.getByRole('dialog');
    await page.goto('/harbor/project-quotas');
    expect((await names(page))[0]).toBe('backend');
    await page.getByLabel('Filter by project').fill('mal');
    await expect.poll(() => names(page)).toEqual(['small']);

    await click(page, 'Change the quota of small');
    await dialog.getByLabel('Storage quota').fill('none');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('A size is a number above 0.').waitFor();
    await dialog.getByLabel('Storage quota').fill('1.5');
    await dialog.getByLabel('Unit').selectOption('GiB');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('0 B of 1.5 GiB (0%)').waitFor();
    await click(page, 'Change the quota of new projects');
    await dialog.getByLabel('No limit').uncheck();
    await dialog.getByLabel('Storage quota').fill('20');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('20 GiB').waitFor();

    const summary = await get('/projects/small/summary');
    expect(summary).toMatchObject({ quota: { hard: { storage: 1.5 * 1024 ** 3 } } });
    expect(await get('/configurations')).toMatchObject({ storage_per_project: { value: 20 * 1024 ** 3 } });
  });

  test('the configuration of a project is saved, and nobody leaves it unsaved unasked', async () => {
    const { page, broken } = admin;
    const dialog = page.getByRole('dialog');
    await page.goto(`/harbor/projects/${backend}/configs`);

    await page.getByLabel('Public').check();
    await page.getByLabel('No limit').uncheck();
    await page.getByLabel('Limit', { exact: true }).fill('5000');
    await page.getByLabel('Unit').selectOption('TiB');
    await page.getByRole('link', { name: 'Summary' }).click();
    await dialog.getByText('The changes on this page are not saved yet.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await click(page, 'Save');
    await page.getByText('storage_limit is -1 (no limit) or').waitFor();
    expect(await page.getByLabel('Limit', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Limit', { exact: true }).fill('2');
    await click(page, 'Save');
    await page.getByText('The configuration of backend is saved.').waitFor();
    await page.getByRole('link', { name: 'Summary' }).click();
    await page.getByText('of 2 TiB').waitFor();

    expect(await get('/projects/backend')).toMatchObject({ metadata: { public: 'true' } });
    expect(await get('/projects/backend/summary')).toMatchObject({
      quota: { hard: { storage: 2 * 1024 ** 4 } },
    });
    expect(broken).toEqual([]);
  });
});
