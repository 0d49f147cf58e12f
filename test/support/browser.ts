import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { adminPassword, startTestApp, type TestApp } from './app.ts';

const executablePath = '/usr/bin/chromium';

/** Browser tests run where Debian's Chromium is; elsewhere they are named as skipped. */
export const hasBrowser = existsSync(executablePath);

const userPassword = 'Correct-horse-1';

export interface Portal {
  readonly app: TestApp;
  /** A page of a browser that has never been here. What it breaks of the page's policy is in `broken`. */
  visit(options?: BrowserContextOptions): Promise<Visit>;
  /** A visit of somebody who has signed in. */
  signedIn(as: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export interface Visit {
  readonly page: Page;
  /** Violations of the content security policy, and errors that nothing caught. */
  readonly broken: string[];
  signIn(name: string, password?: string): Promise<void>;
  /** What axe-core finds wrong, one line for each element. */
  inaccessible(): Promise<string[]>;
}

/** A whole server with the built portal, and a browser. */
export async function startPortal(options?: Parameters<typeof startTestApp>[0]): Promise<Portal> {
  const app = await startTestApp(options);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  return {
    app,
    visit: (options) => visit(app, browser, options),
    async signedIn(as, options) {
      const one = await visit(app, browser, options);
      await one.page.goto('/account/sign-in');
      await one.signIn(as);
      await one.page.getByRole('button', { name: `Account: ${as}` }).waitFor();
      return one;
    },
    async close() {
      await browser.close();
      await app.close();
    },
  };
}

async function visit(app: TestApp, browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: app.url,
    locale: 'en-GB',
    // Fading in and out only makes tests slow, and contrast of what fades is not to be judged.
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const broken: string[] = [];
  page.on('pageerror', (error) => broken.push(error.message));
  page.on('console', (message) => {
    if (/Content[ -]Security[ -]Policy/i.test(message.text())) broken.push(message.text());
  });
  return {
    page,
    broken,
    async signIn(name, password = name === 'admin' ? adminPassword : userPassword) {
      await page.getByLabel('Username').fill(name);
      await page.getByLabel(/^Password/).fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    },
    inaccessible: () => inaccessible(page),
  };
}

async function inaccessible(page: Page): Promise<string[]> {
  // Past the page's own policy: the test's script is no part of the page.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
    };
    interface Violation {
      id: string;
      nodes: { html: string; failureSummary: string }[];
    }
    const only = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
    const { violations } = await run.run(only);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  });
}
