import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeImage, pushImage } from '#test/support/app.ts';
import { pushPlatforms } from '#test/support/artifacts.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';
import { call, pushUntagged } from '../../src/features/artifacts/content.fixture.ts';

describe.runIf(hasBrowser)('many tags, and what they were (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let project: number;
  let visit: Visit;
  let first: string;
  let second: string;
  beforeAll(async () => {
    portal = await startPortal();
    project = await portal.app.createProject('team');
    await portal.app.addMember(project, await portal.app.createUser('grace'), 4);
    await portal.app.addMember(project, await portal.app.createUser('dev'), 2);
    first = (await pushImage(portal.app, 'grace', 'team/app', 'latest', makeImage())).image.digest;
    second = (await pushImage(portal.app, 'dev', 'team/app', 'latest', makeImage())).image.digest;
    await branches(600);
    visit = await portal.signedIn('grace');
  });
  afterAll(() => portal.close());

  async function branches(count: number): Promise<void> {
    const image = makeImage();
    await pushUntagged(portal.app, 'team/app', image);
    const tags = Array.from({ length: count }, (_, i) => `tag=feature-${String(i).padStart(3, '0')}`);
    await portal.app.send('grace', {
      method: 'PUT',
      path: `/v2/team/app/manifests/${image.digest}?${tags.join('&')}`,
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: image.manifest,
    });
  }

  const open = (view: string) => visit.page.goto(`/harbor/projects/${project}/repositories/app/${view}`);
  const named = async () =>
    (await portal.app.send('dev', { path: '/v2/team/app/manifests/latest' })).headers[
      'docker-content-digest'
    ];
  const tags = async () =>
    (await call(portal.app, 'dev', 'GET', '/projects/team/repositories/app/tags?page_size=1')).headers[
      'x-total-count'
    ];
  const short = (digest: string) => digest.slice(0, 19);

  test('it was fine yesterday: latest is compared, taken back, and that is undone', async () => {
    const { page } = visit;
    await open('history-tab');
    await page.getByLabel('Filter by tag').fill('latest');
    await page.getByText(`dev moved latest from ${short(first)} to ${short(second)}`).waitFor();
    const onPage = await visit.inaccessible();

    await page
      .getByRole('button', { name: `Roll back latest to ${short(first)}` })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Roll back latest' });
    await dialog.getByText(/layers? (is|are) in both/).waitFor();
    const inDialog = await visit.inaccessible();
    await dialog.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page.getByText(`latest names ${short(first)} again.`).waitFor();
    const back = await named();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: latest is what it was.').waitFor();

    expect([onPage, inDialog, visit.broken]).toEqual([[], [], []]);
    expect([back, await named()]).toEqual([first, second]);
    await page.getByText(`grace moved latest from ${short(first)} to ${short(second)}`).waitFor();
  });

  test('600 branch tags go as one job that is watched, and ten of them come back', {
    timeout: 90_000,
  }, async () => {
    const { page } = visit;
    await open('tags-tab?filter=feature-');
    await page.getByText('of 600').waitFor();
    await page.getByLabel('Select all rows of this page').check();
    await page.getByRole('button', { name: /Select all 600/ }).click();
    await page.getByRole('button', { name: 'Delete …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete 600 tags' });
    await dialog.getByText('1 artifact loses its last tag').waitFor();
    await dialog.getByText('All of it can be brought back for 24 hours.').waitFor();
    const asked = await visit.inaccessible();

    await dialog.getByLabel(/team\/app/).fill('team/app');
    await dialog.getByRole('button', { name: 'Delete 600 tags' }).click();
    await dialog.locator('[role=group]:focus').waitFor();
    await dialog.getByText('600 done, 0 skipped, 0 failed').waitFor({ timeout: 60_000 });
    const left = await tags();
    for (let row = 0; row < 10; row += 1) {
      await dialog
        .getByLabel(/^Select/)
        .nth(row + 1)
        .check();
    }
    const ended = await visit.inaccessible();
    await dialog.getByRole('button', { name: 'Undo 10' }).click();
    await dialog.getByText('10 done, 0 skipped, 0 failed').waitFor();

    expect([asked, ended, visit.broken]).toEqual([[], [], []]);
    expect([left, await tags()]).toEqual(['1', '11']);
  });

  test('jobs of before are listed with who, what and how it went, and can be undone from there', async () => {
    const { page } = visit;
    await open('tags-tab');
    await page.getByRole('link', { name: 'Bulk jobs' }).click();
    const [restored, deleted] = [page.locator('tbody tr').nth(0), page.locator('tbody tr').nth(1)];
    await restored.getByText('10 done, 0 skipped, 0 failed').waitFor();
    await restored.getByText('Tags restored').waitFor();
    await deleted.getByText('Filter: name=~feature-').waitFor();
    const listed = await visit.inaccessible();

    await deleted.getByText('grace').waitFor();
    await deleted.getByRole('button', { name: /^Job \d+$/ }).click();
    const dialog = page.getByRole('dialog', { name: /^Job \d+$/ });
    await dialog.getByText('600 done, 0 skipped, 0 failed').waitFor();
    await dialog.getByLabel('Select feature-011').check();
    await dialog.getByRole('button', { name: 'Undo 1', exact: true }).click();
    await dialog.getByText('1 done, 0 skipped, 0 failed').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('1 done, 0 skipped, 0 failed').waitFor();

    expect([listed, visit.broken, await tags()]).toEqual([[], [], '12']);
  });

  test('images for several platforms are compared by their platforms: they have no layers', async () => {
    const { page } = visit;
    const place = { app: portal.app, repository: 'team/app', tag: 'many' };
    const child = (digest: string, architecture: string) => ({
      digest,
      size: 1,
      platform: { os: 'linux', architecture },
    });
    await pushPlatforms(place, [child(first, 'amd64')]);
    await pushPlatforms(place, [child(first, 'amd64'), child(second, 'arm64')]);
    await open('history-tab?filter=many');

    await page
      .getByRole('button', { name: /^Roll back many/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Roll back many' });
    await dialog.getByText('linux/amd64, linux/arm64').waitFor();

    expect(await dialog.getByRole('row', { name: /^Layers/ }).innerText()).toMatch(/Layers\s+–\s+–/);
    expect(await dialog.getByText('in both').count()).toBe(0);
  });
});
