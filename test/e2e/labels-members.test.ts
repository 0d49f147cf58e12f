import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

const hostile = '<script>document.title="x"</script>&amp;$(id)';

describe.runIf(hasBrowser)('labels and members (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let team: number;
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    team = await app.createProject('team');
    for (const name of ['harriet', 'harold', 'ida']) await app.createUser(name);
    await app.addMember(team, await app.createUser('pat'), 1);
    await send('POST', '/usergroups', { group_name: 'platform-people', group_type: 3 });
  });
  afterAll(() => portal.close());

  const send = (method: string, path: string, body?: object) =>
    portal.app.send('admin', {
      method,
      path: `/api/v2.0${path}`,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });

  async function open(path: string, as: string): Promise<Visit> {
    const visit = await portal.signedIn(as);
    await visit.page.goto(path);
    return visit;
  }

  const labels = async (query: string) =>
    (await send('GET', `/labels?${query}`)).json<{ name: string; color: string; description?: string }[]>();

  test('a label is made with a named colour, found, changed and deleted', async () => {
    const { page, broken } = await open(`/harbor/projects/${team}/labels`, 'pat');
    const dialog = page.getByRole('dialog');
    const ofTeam = () => labels(`scope=p&project_id=${team}`);
    await send('POST', '/labels', { name: 'other', scope: 'p', project_id: team, color: 'tomato' });

    await page.getByRole('button', { name: 'New label' }).first().click();
    await dialog.getByLabel(/^Name/).fill(hostile);
    await dialog.getByLabel('Description').fill(hostile);
    await dialog.getByLabel('Green').check();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByText(`The label ${hostile} is there.`).waitFor();
    expect(await ofTeam()).toContainEqual(
      expect.objectContaining({ name: hostile, description: hostile, color: '#318700' }),
    );

    await page.getByLabel('Filter by name').fill('SCRIPT');
    await page.getByText('1–1 of 1').waitFor();
    await page.getByRole('button', { name: `Edit the label ${hostile}` }).click();
    await dialog.getByLabel('Another').check();
    await dialog.getByLabel('Colour value').fill('no colour!');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('is neither a hexadecimal one').waitFor();
    await dialog.getByLabel('Colour value').fill('#123456');
    await dialog.getByLabel(/^Name/).fill('other');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('label other already exists').waitFor();
    await dialog.getByLabel(/^Name/).fill('script-free');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The label script-free is changed.').waitFor();
    expect((await ofTeam()).map(({ name, color }) => [name, color])).toContainEqual([
      'script-free',
      '#123456',
    ]);

    await page.getByRole('button', { name: 'Delete the label script-free' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing matches the filter.').waitFor();
    expect((await ofTeam()).map(({ name }) => name)).toEqual(['other']);
    expect(broken).toEqual([]);
  });

  test('the labels of the registry are made by its administrators', async () => {
    const { page } = await open('/harbor/labels', 'admin');

    await page.getByRole('button', { name: 'New label' }).first().click();
    await page.getByRole('dialog').getByLabel(/^Name/).fill('approved');
    await page.keyboard.press('Enter');
    await page.getByText('The label approved is there.').waitFor();

    expect(await labels('scope=g')).toMatchObject([{ name: 'approved', color: '#0065AB' }]);
  });

  test('several people become members at once, and who is refused stays in the field with the reason', async () => {
    const { page } = await open(`/harbor/projects/${team}/members`, 'pat');
    const dialog = page.getByRole('dialog');

    await page.getByRole('button', { name: 'Add members' }).click();
    const field = dialog.getByRole('combobox', { name: 'Usernames' });
    await field.fill('har');
    await page.getByRole('option', { name: 'harriet' }).click();
    await field.fill('har');
    await page.getByRole('option', { name: 'harold' }).click();
    await field.fill('nobody-here');
    await field.press('Enter');
    await dialog.getByLabel('Role').selectOption('Maintainer');
    await dialog.getByRole('button', { name: 'Add 3 members' }).click();
    await dialog.getByText('nobody-here: user "nobody-here" is not found').waitFor();
    await page.getByText('2 new members: harriet, harold').waitFor();

    await dialog.getByRole('button', { name: 'Add 1 member' }).waitFor();
    const members = (await send('GET', `/projects/${team}/members`)).json<Record<string, unknown>[]>();
    expect(members.map(({ entity_name, role_name }) => [entity_name, role_name])).toEqual(
      expect.arrayContaining([
        ['harriet', 'maintainer'],
        ['harold', 'maintainer'],
      ]),
    );
  });

  test('a group becomes a member, and members are found by a part of their name', async () => {
    const { page } = await open(`/harbor/projects/${team}/members`, 'pat');
    const dialog = page.getByRole('dialog');

    await page.getByRole('button', { name: 'Add members' }).click();
    await dialog.getByLabel('Groups').check();
    await dialog.getByRole('combobox', { name: 'Names of groups' }).fill('form-peo');
    await page.getByRole('option', { name: 'platform-people' }).click();
    await dialog.getByRole('button', { name: 'Add 1 member' }).click();
    await page.getByText('platform-people is a member now.').waitFor();
    await page.getByLabel('Filter by name').fill('ORM-PEOP');
    await page.getByText('1–1 of 1').waitFor();
    await page.getByLabel('Role of platform-people').selectOption('Guest');
    await page.getByText('The role of platform-people is changed.').waitFor();

    const found = await send('GET', `/projects/${team}/members?entityname=platform-people`);
    expect(found.json()).toMatchObject([{ entity_type: 'g', role_name: 'guest' }]);
  });

  test('axe-core finds nothing', async () => {
    const visit = await open(`/harbor/projects/${team}/members`, 'pat');
    const { page } = visit;
    const found: string[] = [];
    const look = async () => found.push(...(await visit.inaccessible()));

    await page.getByRole('button', { name: 'Add members' }).click();
    await page.getByRole('combobox', { name: 'Usernames' }).fill('ida');
    await page.getByRole('option', { name: 'ida' }).click();
    await look();
    await page.goto('/harbor/projects/1/labels');
    await page.getByText('There is no label yet').waitFor();
    await look();
    await page.goto(`/harbor/projects/${team}/labels`);
    await page.getByRole('table').or(page.getByText('There is no label yet')).first().waitFor();
    await look();
    await page.getByRole('button', { name: 'New label' }).first().click();
    await page.getByLabel('Another').check();
    await look();

    expect([...found, ...visit.broken]).toEqual([]);
  });
});
