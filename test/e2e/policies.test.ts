import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeImage, pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

describe.runIf(hasBrowser)('policies (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let keep: number;
  let freeze: number;
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    keep = await app.createProject('keep');
    freeze = await app.createProject('freeze');
    await app.addMember(keep, await app.createUser('dora'), 2);
    for (let number = 1; number <= 12; number++) await pushImage(app, 'admin', 'keep/api', `v${number}`);
    await pushImage(app, 'admin', 'keep/api', 'latest');
    await pushImage(app, 'admin', 'keep/api', 'nightly');
    await pushImage(app, 'admin', 'freeze/api', 'v1');
  });
  afterAll(() => portal.close());

  async function open(path: string, as: string): Promise<Visit> {
    const visit = await portal.signedIn(as);
    await visit.page.goto(path);
    return visit;
  }

  const tagsOf = async (repository: string) => {
    const answer = await portal.app.send('admin', { path: `/v2/${repository}/tags/list` });
    return answer.json<{ tags: string[] }>().tags.sort();
  };

  /** Adds a rule, and returns what the preview says would go. */
  async function addRule({ page }: Visit, template: string, tags: string, going: string): Promise<string[]> {
    await page.getByRole('button', { name: 'Add a rule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Keep', { exact: true }).selectOption(template);
    await dialog.getByLabel('Pattern 1 for tags').fill(tags);
    await dialog.getByLabel('Artifacts without a tag count too').uncheck();
    await dialog.getByText(going).waitFor();
    const rows = dialog.locator('tr', { hasText: 'Goes: no rule keeps it' });
    const names = await rows.locator('th span').allTextContents();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    return names;
  }

  async function run({ page }: Visit, name: 'Dry run' | 'Run now', number: number): Promise<void> {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name }).click();
    await page
      .locator('tr', { hasText: `Run ${number}` })
      .getByText('Succeeded')
      .waitFor();
  }

  test('keep ten of v* and never lose latest: preview, dry run and run agree', async () => {
    const before = await tagsOf('keep/api');
    const visit = await open(`/harbor/projects/${keep}/tag-strategy`, 'admin');
    const { page } = visit;

    await addRule(visit, 'latestPushedK', 'v*', '4 artifacts go');
    const previewed = await addRule(visit, 'always', 'latest', '3 artifacts go');
    expect(previewed.sort()).toEqual(['nightly', 'v1', 'v2']);
    await run(visit, 'Dry run', 1);
    expect(await tagsOf('keep/api')).toEqual(before);

    const hostile = '<img src=x onerror="document.title=1">';
    await portal.app.database.db
      .insertInto('task_log')
      .values({ task_id: 1, text: `delete ${hostile}` })
      .execute();
    await page.getByRole('button', { name: 'Run 1', exact: true }).click();
    await page.getByRole('button', { name: 'Log: api' }).click();
    await page.getByLabel('Search in the log').fill('delete sha256');
    await page.getByText('3 lines found').waitFor();
    await page.getByText(hostile).waitFor();
    await page.keyboard.press('Escape');

    await run(visit, 'Run now', 2);
    expect(await tagsOf('keep/api')).toEqual(before.filter((tag) => !previewed.includes(tag)));
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('0 artifacts go').waitFor();
    expect(visit.broken).toEqual([]);
  });

  test('that run are listened to, and what is shown is not asked for in vain', async () => {
    const become = (status: 'Running' | 'Success') =>
      portal.app.database.db.updateTable('execution').set({ status }).where('id', '=', 1).execute();
    await become('Running');
    const { page } = await portal.signedIn('admin');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const told = page.waitForRequest(/executions\/1\/events$/);
    await page.goto(`/harbor/projects/${keep}/tag-strategy/tag-retention?run=1`);
    await told;
    await page.getByText('1 of 1 done').waitFor();

    // Longer than anything was ever polled for.
    await page.waitForTimeout(2_500);
    const list = () => asked.filter((path) => /retentions\/\d+\/executions$/.test(path)).length;
    expect(list()).toBe(1);
    await become('Success');
    await page.locator('tr', { hasText: 'Run 1' }).getByText('Succeeded').waitFor();

    expect(list()).toBe(2);
  });

  test('run by a schedule, whose cron the server checks at its field', async () => {
    const { page } = await open(`/harbor/projects/${keep}/tag-strategy/tag-retention`, 'admin');

    await page.getByRole('button', { name: 'Change the schedule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('When').selectOption('At times of your own');
    await dialog.getByLabel(/^Cron/).fill('0 61 4 * * *');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => dialog.getByLabel(/^Cron/).getAttribute('aria-invalid')).toBe('true');
    await dialog.getByLabel(/^Cron/).fill('0 30 4 * * *');
    await dialog.getByText('04:30 UTC').first().waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The schedule is saved.').waitFor();

    const { trigger } = (await portal.app.send('admin', { path: '/api/v2.0/retentions/1' })).json<{
      trigger: { settings: { cron: string } };
    }>();
    expect(trigger.settings.cron).toBe('0 30 4 * * *');
  });

  test('of retention are for developers too, of immutability not', async () => {
    const { page } = await open(`/harbor/projects/${keep}/tag-strategy`, 'dora');

    await page.getByRole('button', { name: 'Switch off rule 1' }).click();
    await page.getByText('The rule is switched off.').waitFor();

    expect(await page.getByRole('link', { name: 'Immutability' }).count()).toBe(0);
    const { rules } = (await portal.app.send('admin', { path: '/api/v2.0/retentions/1' })).json<{
      rules: { disabled?: boolean }[];
    }>();
    expect(rules.map(({ disabled }) => disabled === true)).toEqual([false, true]);
  });

  test('freeze v*: what is pushed over and deleted is refused until the rule is off', async () => {
    const { page } = await open(`/harbor/projects/${freeze}/tag-strategy/immutable-tag`, 'admin');
    const over = async () => (await pushImage(portal.app, 'admin', 'freeze/api', 'v1', makeImage())).answer;
    const path = '/api/v2.0/projects/freeze/repositories/api/artifacts/v1/tags/v1';

    await expect.poll(() => page.title()).toBe('Immutability – Policy – freeze – Moorage');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Pattern 1 for tags').fill('v*');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.locator('tr', { hasText: 'v*' }).getByText('On', { exact: true }).waitFor();

    const [pushed, deleted] = [await over(), await portal.app.send('admin', { method: 'DELETE', path })];
    expect([pushed.status, deleted.status]).toEqual([412, 412]);
    expect(pushed.body.toString()).toContain("'api:v1' configured as immutable");
    expect(deleted.body.toString()).toContain('the tag v1 configured as immutable, cannot be deleted');
    await page.goto(`/harbor/projects/${freeze}/repositories/api/tags-tab`);
    const row = page.locator('tr', { hasText: 'v1' });
    await row.getByRole('button', { name: 'More for v1' }).click();
    await page
      .getByRole('menuitem', { name: /Delete tag/ })
      .getByText(/^Rule \d+ .*tags v\*/)
      .waitFor();
    await page.keyboard.press('Escape');
    await row.getByRole('link', { name: 'Immutable', exact: true }).click();
    await page.getByText(/^Only rule \d+ is shown/).waitFor();
    await page.getByRole('button', { name: /Switch off rule/ }).click();
    await page.locator('tr', { hasText: 'v*' }).getByText('Off', { exact: true }).waitFor();
    expect((await over()).status).toBe(201);
  });

  test('have nothing for axe-core to find', async () => {
    const { page, inaccessible, broken } = await portal.signedIn('admin');
    const found: string[] = [];
    const look = async (name: string) =>
      found.push(...(await inaccessible()).map((line) => `${name}: ${line}`));

    await page.goto(`/harbor/projects/${keep}/tag-strategy/tag-retention?run=1`, {
      waitUntil: 'networkidle',
    });
    await look('retention');
    await page.getByRole('button', { name: 'Log: api' }).click();
    await page.getByLabel('Search in the log').fill('keep');
    await page.getByText(/lines found/).waitFor();
    await look('log');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Edit rule 0' }).click();
    await page.getByText(/artifacts? go/).waitFor();
    await look('rule');
    await page.goto(`/harbor/projects/${freeze}/tag-strategy`, { waitUntil: 'networkidle' });
    await look('no rules');
    await page.goto(`/harbor/projects/${freeze}/tag-strategy/immutable-tag`, { waitUntil: 'networkidle' });
    await look('immutability');

    expect([...found, ...broken]).toEqual([]);
  });
});
