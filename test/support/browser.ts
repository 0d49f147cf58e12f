import { existsSync } from 'node:fs';
import axe from 'axe-core';
import {
  type APIRequestContext,
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { adminPassword, startTestApp, type TestApp } from './app.ts';

const executablePath = '/usr/bin/chromium';

/** Browser tests run where Debian's Chromium is; elsewhere they are named as skipped. */
export const hasBrowser = existsSync(executablePath);

const userPassword = 'Correct-horse-1';

export interface Portal {
  readonly app: TestApp;
  /** A page of a browser that has never been here. What it breaks of the page's policy is in `broken`. */
  visit(options?: BrowserContextOptions): Promise<Visit>;
  /** A visit of somebody who has a session already: it begins with an empty page. */
  signedIn(as: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export interface Visit {
  readonly page: Page;
  /** Violations of the content security policy, and errors that nothing caught. */
  readonly broken: string[];
  signIn(name: string, password?: string): Promise<void>;
  /** What axe-core finds wrong, one line for each element, in the light theme and in the dark one. */
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
      await beginSession(one.page.context().request, as);
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
  page.setDefaultTimeout(30_000);
  const broken: string[] = [];
  page.on('pageerror', (error) => broken.push(error.message));
  page.on('console', (message) => {
    if (/Content[ -]Security[ -]Policy/i.test(message.text())) broken.push(message.text());
  });
  return {
    page,
    broken,
    async signIn(name, password = passwordOf(name)) {
      await page.getByLabel('Username').fill(name);
      await page.getByLabel(/^Password/).fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    },
    inaccessible: () => inaccessible(page),
  };
}

const passwordOf = (name: string): string => (name === 'admin' ? adminPassword : userPassword);

/** Without the form, which tests of its own try: a page less for everybody who only wants to be inside. */
async function beginSession(request: APIRequestContext, as: string): Promise<void> {
  const form = { principal: as, password: passwordOf(as) };
  // The refusal carries the proof with which the second try comes from a session.
  const refused = await request.post('/c/login', { form });
  const headers = { 'x-harbor-csrf-token': refused.headers()['x-harbor-csrf-token'] ?? '' };
  const answer = await request.post('/c/login', { form, headers });
  if (!answer.ok()) throw new Error(`${as} could not sign in: ${answer.status()} ${await answer.text()}`);
}

const everything = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** The rules that look at colours; what the others find is the same in both themes. */
const colours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

async function inaccessible(page: Page): Promise<string[]> {
  // Past the page's own policy: the test's script is no part of the page.
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(axe.source);
  const before = await page.evaluate<boolean>(`matchMedia('(prefers-color-scheme: dark)').matches`);
  const light = await lookAt(page, 'light', everything);
  const dark = await lookAt(page, 'dark', colours);
  await page.emulateMedia({ colorScheme: before ? 'dark' : 'light' });
  return [...light, ...dark];
}

async function lookAt(page: Page, colorScheme: 'light' | 'dark', runOnly: object): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  const found = await page.evaluate(async (runOnly) => {
    const { axe, requestAnimationFrame } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
      requestAnimationFrame(draw: (time: number) => void): void;
    };
    interface Violation {
      id: string;
      nodes: { html: string; failureSummary: string }[];
    }
    // The page hears of the other theme with the next frame, and is drawn in it with the one after.
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    const { violations } = await axe.run({ runOnly, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  }, runOnly);
  return found.map((line) => `${colorScheme}: ${line}`);
}
