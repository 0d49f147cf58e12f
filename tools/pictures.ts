/**
 * `npm run pictures`: takes the pictures of README and docs from a running demonstration (`npm run demo`), with
 * Debian's Chromium. Run it when a page that they show has changed.
 *
 *   npm run pictures                            of http://localhost:8080
 *   npm run pictures -- --url http://localhost:9090 --only repository
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:8080' },
    only: { type: 'string', default: '' },
    folder: { type: 'string', default: fileURLToPath(new URL('../docs/pictures', import.meta.url)) },
  },
});
const password = 'Moorage-demo-1';

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly scheme?: 'light' | 'dark';
  /** What is done on the page before. */
  readonly act?: (page: Page) => Promise<void>;
}

const app = '/harbor/projects/2/repositories/my-app';
const pictures: Picture[] = [
  { name: 'repository', path: `${app}/tags-tab` },
  { name: 'repository-dark', path: `${app}/tags-tab`, scheme: 'dark' },
  { name: 'history', path: `${app}/history-tab` },
  {
    name: 'retention',
    path: '/harbor/projects/3/tag-strategy/tag-retention',
    act: (page) => page.getByRole('button', { name: 'Preview' }).click(),
  },
  { name: 'robots', path: '/harbor/projects/2/robot-account' },
  { name: 'clean-up', path: '/harbor/clearing-job/gc' },
  // Without the sign-ins of the pictures themselves.
  { name: 'audit', path: '/harbor/logs/audit-log?type=artifact' },
  {
    name: 'artifact',
    path: `${app}/tags-tab`,
    act: (page) =>
      page
        .getByRole('link', { name: /^[0-9a-f]{12}/ })
        .first()
        .click(),
  },
  {
    name: 'palette',
    path: '/harbor/projects',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.type('my-app', { delay: 20 });
    },
  },
];

await mkdir(values.folder, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  for (const picture of pictures.filter(({ name }) => name.includes(values.only))) await take(picture);
} finally {
  await browser.close();
}

async function take({ name, path, scheme = 'light', act }: Picture): Promise<void> {
  const context = await browser.newContext({
    baseURL: values.url,
    colorScheme: scheme,
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto('/account/sign-in');
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Account: admin' }).waitFor();
  await page.goto(path, { waitUntil: 'networkidle' });
  await act?.(page);
  // What the act has asked for comes and is drawn: a picture has no other sign of that.
  await page.waitForTimeout(1_000);
  await page.screenshot({ path: join(values.folder, `${name}.png`) });
  await context.close();
  console.log(`${name}.png`);
}
