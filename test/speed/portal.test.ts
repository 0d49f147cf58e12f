import { availableParallelism, loadavg } from 'node:os';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startPortal, type Portal } from '#test/support/browser.ts';
import { instrument, type Instruments } from '#test/support/instruments.ts';
import { createLargeRepository } from '#test/support/large-repository.ts';

const tags = 10_000;

/**
 * Times are printed; the bounds only find what has become slower by far. Three times for a machine that others share,
 * and more as there is more work than it has processors.
 */
const slack = () => 3 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

const rows = `!document.querySelector('.table-frame.stale') && document.querySelector('tbody th')`;
const firstRow = (name: string) => `String((${rows})?.textContent).startsWith('${name}')`;

function print(name: string, value: number, goal: number, unit = ' ms'): void {
  console.log(`${name}: ${Math.round(value * 1000) / 1000}${unit} (goal ${goal}${unit})`);
}

/** Prints a time, and says how many times its goal it is. */
function timesGoal(name: string, milliseconds: number, goal: number): number {
  print(name, Math.round(milliseconds), goal);
  return milliseconds / goal;
}

describe.runIf(hasBrowser)('the speed of the portal (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let page: Page;
  let meter: Instruments;
  let address: string;
  let artifact: string;
  beforeAll(async () => {
    portal = await startPortal();
    const large = await createLargeRepository(portal.app, tags);
    ({ address } = large);
    artifact = `${address}/artifacts-tab/artifacts/${large.digest}`;
    const visit = await portal.visit();
    ({ page } = visit);
    meter = await instrument(page);
    await page.goto('/account/sign-in');
    await visit.signIn('admin');
    await page.getByRole('button', { name: 'Account: admin' }).waitFor();
  });
  afterAll(async () => {
    console.log(
      `load of the machine: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(' ')}`,
    );
    await portal.close();
  });

  const turn = async (to: 'Next' | 'Previous', ready: string) =>
    meter.fromEvent('click', ready, () => page.getByRole('button', { name: to, exact: true }).click());

  test('on a slow machine: first paint of sign-in', async () => {
    const paints: number[] = [];
    const shifts: number[] = [];
    // The best of five (portal goals), and no more than are needed.
    while (paints.length < 5 && !paints.some((paint) => paint <= 1800)) {
      const stranger = await portal.visit();
      const meter = await instrument(stranger.page);
      await meter.slow();
      await stranger.page.goto('/account/sign-in');
      await stranger.page.getByLabel('Username').waitFor();
      paints.push(await meter.largestPaint());
      shifts.push(await meter.layoutShift());
      await stranger.page.context().close();
    }

    expect.soft(timesGoal('largest paint of sign-in, P4', Math.min(...paints), 1800)).toBeLessThan(slack());
    print('layout shift of sign-in', Math.max(...shifts), 0.05, '');
    expect(Math.max(...shifts)).toBeLessThanOrEqual(0.05);
  });

  test('on a slow machine: first paint, blocking and layout shift of pages loaded afresh', async () => {
    await meter.slow();
    const pages = [
      ['projects', '/harbor/projects', rows],
      ['repository', `${address}/tags-tab`, rows],
      ['artifact', artifact, `document.querySelector('.tabs')`],
    ] as const;
    const shifts: [string, number][] = [];
    for (const [name, path, ready] of pages) {
      await page.goto(path);
      const ended = await meter.untilReady(ready);
      await page.waitForLoadState('networkidle');
      if (name === 'projects')
        expect
          .soft(timesGoal('largest paint of projects, P4', await meter.largestPaint(), 1800))
          .toBeLessThan(slack());
      if (name === 'repository')
        expect
          .soft(timesGoal('blocked until the first tag, P4', await meter.blocked(ended), 700))
          .toBeLessThan(slack());
      const shift = await meter.layoutShift();
      print(`layout shift of ${name}`, shift, 0.05, '');
      shifts.push([name, shift]);
    }

    await meter.fast();
    expect(shifts.filter(([, shift]) => shift > 0.05)).toEqual([]);
  });

  test.each([
    [15, 350],
    [100, 500],
  ])('on a slow machine: another page of %i rows', async (size, goal) => {
    await page.goto(`${address}/tags-tab?page_size=${size}`);
    await page.getByText(`1–${size} of ${tags}`).waitFor();
    await page.waitForLoadState('networkidle');
    await meter.slow();

    const best = async (pages: readonly number[], and: string) => {
      const times: number[] = [];
      for (const to of pages) {
        const shown = `document.body.textContent.includes('${(to - 1) * size + 1}–${to * size} of')`;
        times.push(await turn('Next', `${rows} && ${shown} && ${and}`));
        await meter.untilReady(allRows);
      }
      return Math.min(...times);
    };
    // The rows in view come before the others: both times count.
    const allRows = `document.querySelectorAll('tbody tr').length === ${size}`;
    const inView = await best([2, 3, 4], 'true');
    const whole = await best([5, 6, 7], allRows);

    await meter.fast();
    expect.soft(timesGoal(`page change at ${size} rows, P4`, inView, goal)).toBeLessThan(slack());
    expect.soft(timesGoal(`page change at ${size} rows, all of them, P4`, whole, goal)).toBeLessThan(slack());
  });

  test('a key in a filter, until its rows are there', async () => {
    await page.goto(`${address}/tags-tab`);
    const field = page.getByRole('searchbox', { name: 'Filter' });
    await page.getByText(`1–15 of ${tags}`).waitFor();

    const times: number[] = [];
    for (const text of ['build-777', 'build-88', 'build-999']) {
      times.push(await meter.fromEvent('input', firstRow(text), () => field.fill(text)));
    }

    expect.soft(timesGoal('filter keystroke to rows, P1', Math.min(...times), 250)).toBeLessThan(slack());
  });

  test.each([15, 100])('on a slow machine: typing and selecting among %i rows', async (size) => {
    await page.goto(`${address}/tags-tab?page_size=${size}`);
    await page.getByText(`1–${size} of ${tags}`).waitFor();
    await page.waitForLoadState('networkidle');
    // Playwright brings a script of its own into a page at its first act there: a task of 90 ms on a slow machine.
    const filter = page.getByRole('searchbox', { name: 'Filter' });
    await filter.click();
    await meter.slow();

    const whole = `document.querySelectorAll('tbody tr').length === ${size}`;
    const selecting: number[] = [];
    const typing: number[] = [];
    for (const text of ['build-9', 'build-8', 'build-7']) {
      const check = async () => {
        for (const row of [1, 2, 3]) await page.locator('tbody input[type=checkbox]').nth(row).check();
      };
      const type = async () => {
        await filter.pressSequentially(text, { delay: 30 });
        await meter.untilReady(`${firstRow(text)} && ${whole}`);
      };
      selecting.push(await meter.longestTask(check));
      typing.push(await meter.longestTask(type));
      await filter.clear();
      await page.getByText(`1–${size} of ${tags}`).waitFor();
      await meter.untilReady(whole);
      // Without a filter the rows that were selected are selected again.
      await page.getByRole('button', { name: 'Clear the selection' }).click();
    }

    await meter.fast();
    const among = `among ${size} rows, P4`;
    expect
      .soft(timesGoal(`longest task while selecting ${among}`, Math.min(...selecting), 100))
      .toBeLessThan(slack());
    expect
      .soft(timesGoal(`longest task while typing in a filter ${among}`, Math.min(...typing), 100))
      .toBeLessThan(slack());
  });

  test('back to a list: its rows, scroll, filter and page are those that were left', async () => {
    await page.goto(`${address}/tags-tab?filter=build-1&page=3&page_size=50`);
    await page.getByText('101–150 of').waitFor();
    await page.waitForLoadState('networkidle');
    const row = page.locator('tbody tr').nth(25);
    const name = await page.locator('tbody th').first().innerText();
    await row.scrollIntoViewIfNeeded();
    const left = await page.evaluate<number>('scrollY');
    const leave = async () => {
      await row.locator('th a').click();
      await page.locator('.tabs').getByRole('link', { name: 'Overview' }).waitFor();
    };

    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      await leave();
      times.push(await meter.fromEvent('popstate', firstRow(name), () => page.evaluate('history.back()')));
    }
    await meter.untilReady(`scrollY === ${left}`);

    expect.soft(timesGoal('back to a list, P1', Math.min(...times), 100)).toBeLessThan(slack());
    expect(left).toBeGreaterThan(0);
    expect(new URL(page.url()).search).toBe('?filter=build-1&page=3&page_size=50');
    expect(await page.getByRole('searchbox', { name: 'Filter' }).inputValue()).toBe('build-1');
  });

  test('memory after 30 pages were opened and left', async () => {
    const round = [
      ['/harbor/projects', rows],
      [address.replace(/\/app$/, ''), rows],
      [`${address}/tags-tab`, rows],
      [`${address}/tags-tab?page_size=100`, rows],
      [`${address}/artifacts-tab`, rows],
      [artifact, `document.querySelector('.tabs')`],
    ] as const;
    const walk = async () => {
      for (const [path, ready] of round) {
        await meter.go(path);
        await meter.untilReady(`location.pathname === '${path.split('?')[0]}' && ${ready}`);
      }
    };
    const rest = async () => {
      await meter.go('/harbor/projects');
      await meter.untilReady(`location.pathname === '/harbor/projects' && ${rows}`);
      return meter.heap();
    };
    await page.goto('/harbor/projects');
    const loaded = await rest();
    await walk();
    const start = await rest();

    for (let times = 0; times < 5; times++) await walk();
    const end = await rest();

    print('heap after 30 pages, their code loaded before', end / start, 1.3, ' × start');
    print('heap after 36 pages, nothing loaded before', end / loaded, 1.3, ' × start');
    expect(end / start).toBeLessThanOrEqual(1.3);
  });

  test('a log of 200,000 lines', async () => {
    const { db } = portal.app.database;
    const written = await sql<{ id: number }>`
      with e as (insert into execution (vendor_type, trigger) values ('REPLICATION', 'MANUAL') returning id),
           t as (insert into task (execution_id, job, payload, attempts, status)
                 select id, 'REPLICATION', '{}', 1, 'Success' from e returning id),
           l as (insert into task_log (task_id, text)
                 select id, 'copied blob ' || n || ' of team/app to the other registry' from t, generate_series(1, 200000) n)
      select id from t`.execute(db);
    await page.goto('/harbor/job-service-dashboard/workers');
    await page.getByRole('heading', { name: 'Running now' }).waitFor();

    const drawn = (line: number) =>
      `[...document.querySelectorAll('.log-text')].some((one) => one.textContent.includes('copied blob ${line} '))`;
    const open = await meter.fromEvent('popstate', drawn(1), () =>
      meter.go(`/harbor/job-service-dashboard/workers?job=${written.rows[0]?.id}`),
    );
    const frame = page.locator('.log-frame');
    await frame.focus();
    const jump = await meter.fromEvent('keydown', drawn(200_000), () => frame.press('End'));
    const search = page.getByRole('searchbox', { name: 'Search in the log' });
    const counted = `document.body.textContent.includes('1 line found')`;
    const found = await meter.fromEvent('input', counted, () => search.fill('blob 123456 '));

    expect.soft(timesGoal('log of 200,000 lines: open, P1', open, 1000)).toBeLessThan(slack());
    expect.soft(timesGoal('log of 200,000 lines: to its end, P1', jump, 1000)).toBeLessThan(slack());
    expect.soft(timesGoal('log of 200,000 lines: search, P1', found, 1000)).toBeLessThan(slack());
  });
});
