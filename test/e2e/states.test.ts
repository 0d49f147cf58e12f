import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

/** Page, the call that brings what it shows, what is there then, and the refusal that is tried on it. */
const pages = [
  ['/harbor/home', '/users/current/overview', 'Nothing. Quotas', 500],
  ['/harbor/projects', '/projects?', '1–1 of 1', 403],
  ['/harbor/projects/1/repositories', '/projects/1?', 'hello', 404],
  ['/harbor/projects/1/repositories', '/projects/library/repositories', 'hello', 403],
  ['/harbor/projects/1/summary', '/projects/1/summary', 'No limit', 403],
  ['/harbor/projects/1/members', '/projects/1/members', '1–1 of 1', 403],
  ['/harbor/projects/1/robot-account', '/robots', 'courier', 403],
  ['/harbor/projects/1/labels', '/labels', 'painted', 403],
  ['/harbor/projects/1/logs/project-audit-log', '/auditlog-exts', 'library/hello', 403],
  ['/harbor/projects/1/repositories/hello/tags-tab', '/repositories/hello/tags', '1.0', 404],
  ['/harbor/projects/1/repositories/hello/artifacts-tab', '/repositories/hello/artifacts', '1.0', 404],
  ['/harbor/logs/audit-log', '/auditlog-exts', 'library/hello', 403],
  ['/harbor/users', '/users?', 'grace', 403],
  ['/harbor/groups', '/usergroups', 'crew', 403],
  ['/harbor/project-quotas', '/quotas', 'library', 403],
  ['/harbor/robot-accounts', '/robots', 'courier', 403],
  ['/harbor/labels', '/labels', 'painted', 403],
] as const;

const titles = { 403: 'You may not see this', 404: 'Not found', 500: 'This did not work' } as const;

type Answer = 'wait' | 'lost' | 'usual' | keyof typeof titles;

/** One row for every list. */
async function furnish({ app }: Portal): Promise<void> {
  const { db } = app.database;
  await app.createUser('grace');
  await pushImage(app, 'admin', 'library/hello', '1.0');
  await db
    .insertInto('label')
    .values([
      { name: 'painted', scope: 'g', project_id: null },
      { name: 'painted', scope: 'p', project_id: 1 },
    ])
    .execute();
  await db.insertInto('user_group').values({ group_name: 'crew', group_type: 3 }).execute();
  const robot = { secret_hash: '', duration: -1, creator_type: 'local', creator_ref: 1 } as const;
  await db
    .insertInto('robot')
    .values([
      { ...robot, name: 'courier', level: 'system', project_id: null },
      { ...robot, name: 'courier', level: 'project', project_id: 1 },
    ])
    .execute();
}

describe.runIf(hasBrowser)('every page says how it stands (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let visit: Visit;
  let answer: Answer = 'usual';
  let call: string = '/';
  let waiting: (() => void)[] = [];
  beforeAll(async () => {
    portal = await startPortal();
    await furnish(portal);
    visit = await portal.visit();
    await visit.page.goto('/account/sign-in');
    await visit.signIn('admin');
    await visit.page.getByRole('heading', { name: 'Home' }).waitFor();
    await visit.page.route(
      (url) => `${url.pathname}?${url.search}`.includes(`/api/v2.0`) && `${url.pathname}?`.includes(call),
      intercept,
    );
  });
  afterAll(() => portal.close());

  async function intercept(route: Route): Promise<void> {
    if (answer === 'wait') await new Promise<void>((resolve) => waiting.push(resolve));
    if (answer === 'lost') return route.abort('connectionrefused');
    if (answer === 'usual' || answer === 'wait') return route.continue();
    const body = { errors: [{ code: 'X', message: `the server’s words for ${answer}` }] };
    return route.fulfill({ status: answer, json: body, headers: { 'x-request-id': 'request-7' } });
  }

  function become(next: Answer): void {
    answer = next;
    for (const go of waiting) go();
    waiting = [];
  }

  const alert = () => visit.page.getByRole('main').getByRole('alert').first();

  test.each(pages)('%s while %s is slow, fails, and answers again', async (path, wanted, ready) => {
    const { page } = visit;
    call = wanted;
    become('wait');

    await page.goto(path);
    await expect.poll(() => waiting.length, { timeout: 15_000 }).toBeGreaterThan(0);
    const meanwhile = await page.getByRole('main').textContent();
    become(500);
    await alert().getByText(titles[500]).waitFor();
    const said = await alert().textContent();
    const found = await visit.inaccessible();
    become('usual');
    await alert().getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('main').getByText(ready).first().waitFor();

    expect(meanwhile).not.toContain(ready);
    expect(meanwhile).not.toMatch(/Nothing has|There is no/);
    expect(said).toContain('The server says: the server’s words for 500');
    expect(said).toContain('request-7');
    expect(found).toEqual([]);
  });

  test.each(pages.filter(([, , , status]) => status !== 500))(
    '%s when %s is refused (%s, %d)',
    async (path, wanted, _ready, status) => {
      const { page } = visit;
      call = wanted;
      become(status);

      await page.goto(path);
      await alert()
        .getByText(titles[status as 403])
        .waitFor();

      expect(await alert().textContent()).toContain(`the server’s words for ${status}`);
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    },
  );

  test('a list whose registry is gone says so, and fills by itself when it is back', async () => {
    const { page } = visit;
    call = '/projects?';
    become('lost');

    await page.goto('/harbor/projects');
    await page.getByText('The registry has not answered since').waitFor();
    await alert().getByText('No connection').waitFor();
    become('usual');
    await page.getByText('1–1 of 1').waitFor();

    expect(await page.getByText('No connection').count()).toBe(0);
  });
});
