import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '#src/features/artifacts/content.fixture.ts';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

/**
 * Page, the call that brings what it shows, what is there then, and the refusal that is tried on it. Pages that only show
 * what the frame of the portal has asked for already (account, licence) are not among them.
 */
const pages = [
  ['/harbor/home', '/users/current/overview', 'Nothing. Quotas', 403],
  ['/harbor/projects', '/projects?', '1–1 of 1', 403],
  ['/harbor/projects/1/repositories', '/projects/1?', 'hello', 404],
  ['/harbor/projects/1/repositories', '/projects/library/repositories', 'hello', 403],
  ['/harbor/projects/1/summary', '/projects/1/summary', 'No limit', 403],
  ['/harbor/projects/1/configs', '/projects/1?', 'No limit', 404],
  ['/harbor/projects/1/members', '/projects/1/members', '1–1 of 1', 403],
  ['/harbor/projects/1/robot-account', '/robots', 'courier', 403],
  ['/harbor/projects/1/labels', '/labels', 'painted', 403],
  ['/harbor/projects/1/tag-strategy/tag-retention', '/retentions/1?', 'most recently pushed', 403],
  ['/harbor/projects/1/tag-strategy/tag-retention', '/retentions/1/executions', 'It has not run yet', 403],
  ['/harbor/projects/1/tag-strategy/immutable-tag', '/immutabletagrules', 'frozen-*', 403],
  ['/harbor/projects/1/webhook', '/webhook/policies', 'teller', 403],
  ['/harbor/projects/1/logs/project-audit-log', '/auditlog-exts', 'library/hello', 403],
  ['/harbor/projects/1/repositories/hello/tags-tab', '/repositories/hello/tags', '1.0', 404],
  ['/harbor/projects/1/repositories/hello/artifacts-tab', '/repositories/hello/artifacts', '1.0', 404],
  ['/harbor/projects/1/repositories/hello/history-tab', '/repositories/hello/tag-history', 'admin', 404],
  ['/harbor/projects/1/repositories/hello/jobs-tab', '/repositories/hello/bulk', 'No bulk jobs', 404],
  ['/harbor/projects/1/repositories/hello/info-tab', '/repositories/hello?', 'Nobody has', 404],
  ['/harbor/projects/1/repositories/hello/artifacts-tab/artifacts/1.0', '/artifacts/1.0?', 'Pushed', 404],
  ['/harbor/logs/audit-log', '/auditlog-exts', 'library/hello', 403],
  ['/harbor/users', '/users?', 'grace', 403],
  ['/harbor/groups', '/usergroups', 'crew', 403],
  ['/harbor/project-quotas', '/quotas', 'library', 403],
  ['/harbor/robot-accounts', '/robots', 'courier', 403],
  ['/harbor/labels', '/labels', 'painted', 403],
  ['/harbor/usage', '/statistics/storage', 'library/hello', 403],
  ['/harbor/clearing-job/gc', '/system/gc?', 'Nobody has started', 403],
  ['/harbor/clearing-job/audit-log-purge', '/system/purgeaudit?', 'never been purged', 403],
  ['/harbor/clearing-job/ledger', '/system/gc/ledger', 'Nothing has been deleted', 403],
  ['/harbor/job-service-dashboard/pending-jobs', '/jobservice/queues', 'Garbage collection', 403],
  ['/harbor/job-service-dashboard/schedules', '/schedules?', 'Nothing is scheduled', 403],
  ['/harbor/job-service-dashboard/workers', '/jobservice/pools', 'Process', 403],
  ['/harbor/configs/auth', '/configurations', 'Anybody may sign up', 403],
  ['/harbor/configs/security', '/system/CVEAllowlist', 'CVE ids', 403],
  ['/harbor/configs/setting', '/configurations', 'Read-only', 403],
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
  await db
    .insertInto('immutable_rule')
    .values({
      project_id: 1,
      tag_decoration: 'matches',
      tag_pattern: 'frozen-*',
      repository_decoration: 'repoMatches',
      repository_pattern: '**',
    })
    .execute();
  await call(app, 'admin', 'POST', '/retentions', {
    algorithm: 'or',
    scope: { level: 'project', ref: 1 },
    trigger: { kind: 'Schedule', settings: { cron: '' } },
    rules: [
      {
        action: 'retain',
        template: 'latestPushedK',
        params: { latestPushedK: 3 },
        tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: '**' }],
        scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
      },
    ],
  });
  await call(app, 'admin', 'POST', '/projects/1/webhook/policies', {
    name: 'teller',
    event_types: ['PUSH_ARTIFACT'],
    targets: [{ type: 'http', address: 'https://93.184.216.34/' }],
    enabled: false,
  });
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
  let wantedCall: string = '/';
  let waiting: (() => void)[] = [];
  beforeAll(async () => {
    portal = await startPortal();
    await furnish(portal);
    visit = await portal.signedIn('admin');
    await visit.page.route(
      (url) =>
        `${url.pathname}?${url.search}`.includes(`/api/v2.0`) && `${url.pathname}?`.includes(wantedCall),
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

  test.each(pages)(
    '%s while %s is slow, fails, is refused (%s, %d), and answers again',
    async (path, wanted, ready, status) => {
      const { page } = visit;
      const main = page.getByRole('main');
      wantedCall = wanted;
      become('wait');

      await page.goto(path);
      await expect.poll(() => waiting.length, { timeout: 15_000 }).toBeGreaterThan(0);
      const meanwhile = await main.textContent();
      become(500);
      await alert().getByText(titles[500]).waitFor();
      const failed = await alert().textContent();
      const found = await visit.inaccessible();
      become(status);
      await alert().getByRole('button', { name: 'Try again' }).click();
      await alert().getByText(titles[status]).waitFor();
      const refused = await alert().textContent();
      const headings = await page.getByRole('heading', { level: 1 }).count();
      become('usual');
      await page.reload();
      await main.getByText(ready).first().waitFor();

      expect(meanwhile).not.toContain(ready);
      expect(meanwhile).not.toMatch(/Nothing has|There is no/);
      expect(failed).toContain('The server says: the server’s words for 500');
      expect(failed).toContain('request-7');
      expect(refused).toContain(`the server’s words for ${status}`);
      expect([found, headings]).toEqual([[], 1]);
    },
  );

  test('a list whose registry is gone says so, and fills by itself when it is back', async () => {
    const { page } = visit;
    wantedCall = '/projects?';
    become('lost');

    await page.goto('/harbor/projects');
    await page.getByText('The registry has not answered since').waitFor();
    await alert().getByText('No connection').waitFor();
    become('usual');
    await page.getByText('1–1 of 1').waitFor();

    expect(await page.getByText('No connection').count()).toBe(0);
  });
});
