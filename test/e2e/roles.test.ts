import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoleAllows, publicProjectAllows } from '#src/access/permissions.ts';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal } from '#test/support/browser.ts';

/** A tab of a project, what seeing it takes, and one thing to do in it with what that takes. */
const tabs = [
  { name: 'Summary', sees: 'project:read' },
  {
    name: 'Repositories',
    sees: 'repository:list',
    does: ['Delete the repository open/app', 'repository:delete'],
  },
  { name: 'Members', sees: 'member:list', does: ['Add members', 'member:create'] },
  { name: 'Labels', sees: 'label:create', does: ['New label', 'label:create'] },
  { name: 'Policy', sees: 'tag-retention:read', does: ['Add a rule', 'tag-retention:create'] },
  { name: 'Robot accounts', sees: 'robot:list', does: ['New robot account', 'robot:create'] },
  {
    name: 'Webhooks',
    sees: 'notification-policy:list',
    does: ['Add a webhook', 'notification-policy:create'],
  },
  { name: 'Logs', sees: 'log:list' },
  { name: 'Configuration', sees: 'configuration:read' },
] as const;

const roles = { projectAdmin: 1, maintainer: 4, developer: 2, guest: 3, limitedGuest: 5 };

type May = (permission: string) => boolean;
const split = (permission: string) => permission.split(':') as [string, string];
const callers: [name: string, may: May][] = [
  ...Object.entries(roles).map(([name, id]): [string, May] => [
    name,
    (permission) => projectRoleAllows(id, ...split(permission)),
  ]),
  ['stranger', (permission) => publicProjectAllows(...split(permission))],
];

describe.runIf(hasBrowser)('tabs and actions (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let project: number;
  beforeAll(async () => {
    portal = await startPortal();
    const { app } = portal;
    project = await app.createProject('open', { public: true });
    await pushImage(app, 'admin', 'open/app', '1.0');
    for (const [name, id] of Object.entries(roles))
      await app.addMember(project, await app.createUser(name.toLowerCase()), id);
    await app.createUser('stranger');
  });
  afterAll(() => portal.close());

  const tabNames = (page: Page) =>
    page.getByRole('navigation', { name: 'Parts of the project' }).getByRole('link').allTextContents();

  test.each(callers)('of a project are for %s what the table of permissions says', async (name, may) => {
    const { page } = await portal.signedIn(name.toLowerCase());
    await page.goto(`/harbor/projects/${project}/repositories`);
    await page.getByRole('row').nth(1).waitFor();

    const visible = tabs.filter(({ sees }) => may(sees));
    await expect.poll(() => tabNames(page)).toEqual(visible.map((tab) => tab.name));
    const enabled: Record<string, boolean> = {};
    for (const tab of visible) {
      if (!('does' in tab)) continue;
      const [button] = tab.does;
      await page.getByRole('link', { name: tab.name, exact: true }).click();
      enabled[button] = await page
        .getByRole('main')
        .getByRole('button', { name: button, exact: true })
        .first()
        .evaluate((one) => !one.matches('[aria-disabled=true], :disabled'));
    }

    expect(enabled).toEqual(
      Object.fromEntries(visible.flatMap((tab) => ('does' in tab ? [[tab.does[0], may(tab.does[1])]] : []))),
    );
  });

  test('of a public project are two for who has no account', async () => {
    const { page } = await portal.visit();

    await page.goto(`/harbor/projects/${project}/repositories`);
    await page.getByRole('row').nth(1).waitFor();

    expect(await tabNames(page)).toEqual(['Summary', 'Repositories']);
  });
});
