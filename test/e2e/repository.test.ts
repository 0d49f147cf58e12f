import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';
import { childOf, client, type Pushed } from '../../src/features/artifacts/artifacts.fixture.ts';
import { call, pushAccessory } from '../../src/features/artifacts/content.fixture.ts';

const attack = '<img src=x onerror="document.title=\'attacked\'">';

describe.runIf(hasBrowser)('a repository (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let project: number;
  let index: Pushed;
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    project = await app.createProject('team');
    await app.addMember(project, await app.createUser('grace'), 3);
    const { push, index: pushIndex } = client(app);
    const image = (n: number, tag = '') =>
      push('team/api/server', { tag, config: { os: 'linux', architecture: 'amd64', n } });
    const children = [
      childOf(await image(1), { platform: { os: 'linux', architecture: 'amd64' } }),
      childOf(await image(2), { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
    ];
    index = await pushIndex('team/api/server', children, { tag: '1.10.0', annotations: { note: attack } });
    await pushAccessory(app, 'team/api/server', index.digest);
    await tag(index.digest, 'latest');
    for (const [n, name] of ['1.9.0', '1.10.0-rc.1', 'frozen'].entries()) await image(n + 3, name);
    await image(9);
    await freeze('frozen');
  });
  afterAll(() => portal.close());

  const path = '/projects/team/repositories/api%252Fserver';
  const tag = (digest: string, name: string) =>
    call(portal.app, 'admin', 'POST', `${path}/artifacts/${digest}/tags`, { name });
  const freeze = (pattern: string) => {
    const selector = (decoration: string, of: string) => ({ kind: 'doublestar', decoration, pattern: of });
    return call(portal.app, 'admin', 'POST', '/projects/team/immutabletagrules', {
      action: 'immutable',
      template: 'immutable_template',
      tag_selectors: [selector('matches', pattern)],
      scope_selectors: { repository: [selector('repoMatches', '**')] },
    });
  };
  const status = async (reference: string) =>
    (await call(portal.app, 'admin', 'GET', `${path}/artifacts/${reference}`)).status;

  const signedIn = new Map<string, Visit>();
  /** Everybody signs in once. */
  async function open(view: string, as = 'admin'): Promise<Visit> {
    const visit = signedIn.get(as) ?? (await portal.signedIn(as));
    signedIn.set(as, visit);
    await visit.page.goto(`/harbor/projects/${project}/repositories/${view}`);
    return visit;
  }

  const names = async ({ page }: Visit) => {
    await page.locator('table[aria-busy=false]').first().waitFor();
    return page.locator('tbody th').allTextContents();
  };

  test('opens from the list of its project as tags, which the address sorts and filters', async () => {
    const visit = await open('');
    const { page } = visit;

    await page.getByRole('link', { name: 'api/server' }).click();
    await page.getByRole('link', { name: '1.10.0-rc.1' }).waitFor();
    const address = new URL(page.url()).pathname;
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    await page.waitForURL(/sort=name/);
    const sorted = await names(visit);
    await page.getByLabel('Filter by a part of the tag').fill('1.10');
    await page.waitForURL(/filter=/);
    await page.getByText('1–2 of 2').waitFor();

    expect(address).toBe(`/harbor/projects/${project}/repositories/api%2Fserver/tags-tab`);
    expect(sorted).toEqual(['1.9.0', '1.10.0-rc.1', '1.10.0', 'frozenImmutable', 'latest']);
    expect(await names(visit)).toEqual(['1.10.0-rc.1', '1.10.0']);
  });

  test.each(['api%2Fserver/tags-tab', 'api%252Fserver/tags-tab', 'api%2Fserver'])(
    'is found at %s, and its view is marked as the open one',
    async (address) => {
      const { page } = await open(address);

      await page.getByRole('heading', { name: 'team/api/server' }).waitFor();

      await page.locator('.tabs [aria-current=page]', { hasText: 'Tags' }).waitFor();
      expect(new URL(page.url()).pathname).toContain('/api%2Fserver/tags-tab');
    },
  );

  test('gives an artifact a tag, and takes it away again, which can be undone', async () => {
    const { page } = await open('api%2Fserver/tags-tab?filter=1.9.0');

    await page.getByRole('button', { name: 'More for 1.9.0' }).click();
    await page.getByRole('menuitem', { name: 'Add tag' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Tag').fill('not a tag');
    await dialog.getByRole('button', { name: 'Add a tag' }).click();
    await dialog.getByText('is not a tag').waitFor();
    await dialog.getByLabel('Tag').fill('1.9.0-copy');
    await dialog.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByText('The tag 1.9.0-copy is set.').waitFor();
    expect(await status('1.9.0-copy')).toBe(200);
    await page.getByRole('button', { name: 'More for 1.9.0-copy' }).click();
    await page.getByRole('menuitem', { name: 'Delete tag' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The tag 1.9.0-copy is deleted.').waitFor();
    expect([await status('1.9.0-copy'), await status('1.9.0')]).toEqual([404, 200]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: '1.9.0-copy' }).waitFor();

    expect(await status('1.9.0-copy')).toBe(200);
    await call(portal.app, 'admin', 'DELETE', `${path}/artifacts/1.9.0-copy/tags/1.9.0-copy`);
  });

  test('says why an immutable tag stays, and what a guest may not do', async () => {
    const refusals = async (as: string, name: string) => {
      const { page } = await open('api%2Fserver/tags-tab', as);
      await page.getByRole('button', { name: `More for ${name}` }).click();
      const items = page.getByRole('menuitem');
      await items.first().waitFor();
      return (await items.allTextContents()).join(' / ');
    };

    expect(await refusals('admin', 'frozen')).toMatch(
      /Add tag … \/ Delete tag …Rule \d+ of the project .* keeps/,
    );
    expect(await refusals('grace', '1.9.0')).toMatch(/role developer.* role maintainer/);
  });

  test('shows the parts of an index below it, and what strangers wrote as text', async () => {
    const { page, broken } = await open('api%2Fserver/artifacts-tab?tagged=exact&filter=latest');

    await page.getByRole('button', { name: /^Details of/ }).click();
    await page.getByRole('rowheader', { name: 'linux/arm64/v8' }).waitFor();
    await page.getByText(attack).waitFor();
    await page.reload();
    await page.getByRole('rowheader', { name: 'linux/arm64/v8' }).waitFor();

    expect(await page.title()).toContain('team/api/server');
    expect(broken).toEqual([]);
  });

  test('finds what has no tag, and artifacts of a type', async () => {
    const visit = await open('api%2Fserver/artifacts-tab');
    const { page } = visit;
    await page.getByText('1–5 of 5').waitFor();

    await page.getByLabel('How to compare tags').selectOption('Without a tag');
    await page.getByText('1–1 of 1').waitFor();
    await page.getByLabel('Type').selectOption('Chart');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();

    await page.getByText('1–5 of 5').waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  test('is selected by rows, by ranges and as a whole, and says how much', async () => {
    const { page } = await open('api%2Fserver/tags-tab?sort=name');
    const row = (name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true });

    await row('1.9.0').check();
    await row('1.10.0').click({ modifiers: ['Shift'] });
    await page.getByText('3 of 5 selected').waitFor();
    await page.getByLabel('Select all rows of this page').check();
    await page.getByText('5 of 5 selected').waitFor();
    await row('latest').uncheck();
    await page.getByText('4 of 5 selected').waitFor();
    await page.getByRole('button', { name: 'Clear the selection' }).click();

    expect(await page.getByText('selected').count()).toBe(0);
  });

  test('says what goes with an artifact before it is deleted', async () => {
    const { page } = await open('api%2Fserver/artifacts-tab?tagged=exact&filter=latest');

    await page.getByRole('button', { name: /^More for sha256/ }).click();
    await page.getByRole('menuitem', { name: 'Delete artifact' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 tags go with it:').waitFor();
    await dialog.getByText('3 artifacts that belong to it go too:').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('is deleted.').waitFor();

    expect([await status(index.digest), await status('latest'), await status('1.9.0')]).toEqual([
      404, 404, 200,
    ]);
  });

  test('is described in Markdown, in place', async () => {
    const { page, broken } = await open('api%2Fserver/info-tab');

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Description' }).fill(`# Server\n\n${attack}`);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Server', exact: true }).waitFor();

    const answer = await call(portal.app, 'admin', 'GET', path);
    expect(answer.json()).toMatchObject({ description: `# Server\n\n${attack}` });
    expect(await page.title()).not.toContain('attacked');
    expect(broken).toEqual([]);
  });
});
