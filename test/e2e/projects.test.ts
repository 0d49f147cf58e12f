import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

describe.runIf(hasBrowser)('projects (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let backend: number;
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    backend = await app.createProject('backend');
    for (let number = 1; number <= 20; number++) await app.createProject(`many-${number}`, { public: true });
    await app.addMember(backend, await app.createUser('grace'), 3);
    await app.createUser('harriet');
    await pushImage(app, 'admin', 'backend/api/server', '1.0');
  });
  afterAll(() => portal.close());

  async function open(path: string, as?: string): Promise<Visit> {
    const visit = await (as === undefined ? portal.visit() : portal.signedIn(as));
    await visit.page.goto(path);
    return visit;
  }

  const names = async ({ page }: Visit) => {
    await page.locator('table[aria-busy=false]').waitFor();
    return page.locator('tbody th').allTextContents();
  };

  test('are made with a quota, and the server has it', async () => {
    const { page } = await open('/harbor/projects', 'admin');

    await page.getByRole('button', { name: 'New project' }).click();
    const dialog = page.getByRole('dialog', { name: 'New project' });
    await dialog.getByLabel(/^Name/).fill('team-frontend');
    await dialog.getByLabel('Storage quota').fill('10');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('link', { name: 'team-frontend' }).waitFor();

    const summary = await portal.app.send('admin', { path: '/api/v2.0/projects/team-frontend/summary' });
    expect(summary.json()).toMatchObject({ quota: { hard: { storage: 10 * 1024 ** 3 } } });
  });

  test('with a name that is taken are refused at the field, in the words of the server', async () => {
    const { page } = await open('/harbor/projects', 'admin');

    await page.getByRole('button', { name: 'New project' }).click();
    const dialog = page.getByRole('dialog', { name: 'New project' });
    await dialog.getByLabel(/^Name/).fill('backend');
    await dialog.getByRole('button', { name: 'Create' }).press('Enter');

    await dialog.getByRole('alert').getByText('The project named backend already exists').waitFor();
    expect(await dialog.getByLabel(/^Name/).getAttribute('aria-invalid')).toBe('true');
    await dialog.locator('input:focus[aria-invalid=true]').waitFor();
  });

  test('that the server fails to make can be sent again with the next key', async () => {
    const { page } = await open('/harbor/projects', 'admin');
    await page.route('**/api/v2.0/projects', (route) => route.fulfill({ status: 500, body: '' }), {
      times: 1,
    });

    await page.getByRole('button', { name: 'New project' }).click();
    const dialog = page.getByRole('dialog', { name: 'New project' });
    await dialog.getByLabel(/^Name/).fill('second-try');
    await dialog.getByRole('button', { name: 'Create' }).press('Enter');
    await dialog.getByRole('alert').waitFor();
    await dialog.locator('button[type=submit]:focus').press('Enter');

    await page.getByRole('link', { name: 'second-try' }).waitFor();
    expect((await portal.app.send('admin', { path: '/api/v2.0/projects/second-try' })).status).toBe(200);
  });

  test('are paged, sorted and filtered by the address', async () => {
    const visit = await open('/harbor/projects?filter=many-&sort=-name&page=2');

    expect(await names(visit)).toEqual(['many-13', 'many-12', 'many-11', 'many-10', 'many-1']);
    await visit.page.getByLabel('Filter by name').fill('nothing-like-this');
    await visit.page.getByRole('button', { name: 'Clear the filter' }).click();
    await visit.page.locator('tbody th').first().waitFor();
    expect(new URL(visit.page.url()).search).toBe('?sort=-name');

    await visit.page.goto('/harbor/projects?page=99&sort=evil&page_size=7');
    await visit.page.getByRole('button', { name: 'To the last page' }).click();
    await visit.page.getByRole('row').nth(1).waitFor();
    expect(new URL(visit.page.url()).searchParams.get('page')).not.toBe('99');
  });

  test('that are empty are deleted after their name was typed', async () => {
    await portal.app.createProject('to-go');
    const { page } = await open('/harbor/projects?filter=to-go', 'admin');

    await page.getByRole('button', { name: 'Delete the project to-go' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Type to-go to confirm').fill('to-go');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The project to-go is deleted.').waitFor();

    expect((await portal.app.send('admin', { path: '/api/v2.0/projects/to-go' })).status).toBe(404);
  });

  test('with repositories stay, and say why before a name is typed', async () => {
    const { page } = await open('/harbor/projects?filter=backend', 'admin');

    const button = page.getByRole('button', { name: 'Delete the project backend' });
    await button.focus();

    await page.getByText(/^It holds .* first\.$/).waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
  });

  test('get a member, who gets another role and is removed', async () => {
    const path = `/api/v2.0/projects/${backend}/members?entityname=harriet`;
    const role = async () =>
      (await portal.app.send('admin', { path })).json<{ role_name: string }[]>()[0]?.role_name;
    const { page } = await open(`/harbor/projects/${backend}/members`, 'admin');

    await expect.poll(() => page.title(), { timeout: 15_000 }).toBe('Members – backend – Moorage');
    await page.getByRole('button', { name: 'Add members' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Usernames' }).fill('harri');
    await page.getByRole('option', { name: 'harriet' }).click();
    await dialog.getByRole('button', { name: 'Add 1 member' }).click();
    await page.getByText('harriet is a member now.').waitFor();
    expect(await role()).toBe('developer');
    await page.getByLabel('Role of harriet').selectOption('Maintainer');
    await page.getByText('The role of harriet is changed.').waitFor();
    expect(await role()).toBe('maintainer');
    await page.getByRole('button', { name: 'Remove the member harriet' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('harriet is a member no longer.').waitFor();

    expect(await role()).toBe(undefined);
  });

  test('say to a guest why a repository cannot be deleted', async () => {
    const { page } = await open(`/harbor/projects/${backend}`, 'grace');

    const button = page.getByRole('button', { name: 'Delete the repository backend/api/server' });
    await button.focus();

    await page.getByText('Deleting a repository needs the role maintainer or project admin.').waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
  });

  test('lose a repository, and have it back by undo', async () => {
    await pushImage(portal.app, 'admin', 'backend/old/one', '1.0');
    const { page } = await open(`/harbor/projects/${backend}/repositories?filter=old`, 'admin');

    await page.getByRole('button', { name: 'Delete the repository backend/old/one' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The repository backend/old/one is deleted.').waitFor();

    const path = '/api/v2.0/projects/backend/repositories/old%252Fone';
    const deleted = await portal.app.send('admin', { path });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'old/one' }).waitFor();

    const pulled = await portal.app.send('admin', { path: '/v2/backend/old/one/manifests/1.0' });
    expect([deleted.status, pulled.status]).toEqual([404, 200]);
  });

  test('and repositories that are gone are not among the recently visited', async () => {
    await pushImage(portal.app, 'admin', 'backend/brief', '1.0');
    const { page } = await open(`/harbor/projects/${backend}/repositories/brief/tags-tab`, 'admin');
    await page.getByRole('link', { name: '1.0' }).waitFor();
    const path = '/api/v2.0/projects/backend/repositories/brief';
    await portal.app.send('admin', { method: 'DELETE', path });

    await page.goto(`/harbor/projects/${backend}/repositories/brief/tags-tab`);
    await page.getByRole('alert').getByText('Not found', { exact: true }).waitFor();
    await page.goto(`/harbor/projects/${backend}/repositories`);
    await page.getByRole('link', { name: 'api/server' }).waitFor();
    await page.goto('/harbor/home');

    const recent = page.getByRole('region', { name: 'Recently visited' });
    await recent.getByRole('link', { name: 'backend', exact: true }).waitFor();
    expect(await recent.getByRole('link').allTextContents()).not.toContain('backend/brief');
  });

  test('that nobody may know of ask to sign in', async () => {
    const { page } = await open(`/harbor/projects/${backend}/repositories`);

    await page.getByText('You are not signed in').waitFor();
    expect(await page.getByRole('main').textContent()).not.toContain('backend');
  });

  test('that cannot be listed can be asked for again', async () => {
    const { page } = await portal.visit();
    await page.route('**/api/v2.0/projects?**', (route) => route.fulfill({ status: 500, body: '{}' }));
    await page.goto('/harbor/projects');
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();

    await page.unroute('**/api/v2.0/projects?**');
    await again.click();
    await page.locator('tbody th').first().waitFor();

    expect(await again.count()).toBe(0);
  });

  test('and repositories and pages are found from every page', async () => {
    const { page } = await open('/harbor/projects', 'admin');

    await page.getByRole('button', { name: 'Search or go to' }).click();
    await page.getByRole('combobox', { name: 'Search or go to' }).fill('server');
    await page.getByRole('option', { name: 'backend/api/server' }).click();

    await page.getByRole('heading', { name: 'backend/api/server' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(
      `/harbor/projects/${backend}/repositories/api%2Fserver/tags-tab`,
    );
    await page.getByRole('button', { name: 'Search or go to' }).click();
    await page.getByRole('combobox', { name: 'Search or go to' }).fill('garbage');
    await page.getByRole('option', { name: 'Clean up: garbage collection' }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/harbor/clearing-job/gc');
  });
});
