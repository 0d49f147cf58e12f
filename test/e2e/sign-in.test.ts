import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startPortal, type Portal } from '#test/support/browser.ts';

describe.runIf(hasBrowser)('signing in (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
    await portal.app.createUser('grace');
    await portal.app.createProject('harbour', { public: true });
  });
  afterAll(() => portal.close());

  test('leads to the start page, and signing out back again', async () => {
    const { page, signIn, broken } = await portal.visit();

    await page.goto('/');
    await signIn('grace');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.getByRole('button', { name: 'Account: grace' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();

    expect(new URL(page.url()).pathname).toBe('/account/sign-in');
    expect((await page.request.get('/api/v2.0/users/current')).status()).toBe(401);
    expect(broken).toEqual([]);
  });

  test('with a wrong password is marked at the field', async () => {
    const { page, signIn } = await portal.visit();

    await page.goto('/account/sign-in');
    await signIn('grace', 'Wrong-horse-1');

    await page.getByRole('alert').getByText('The username or the password is wrong.').waitFor();
    expect(await page.getByLabel('Username').inputValue()).toBe('grace');
  });

  test('with the right password straight after a wrong one waits until the server listens again', async () => {
    const { page, signIn } = await portal.visit();

    await page.goto('/account/sign-in');
    await signIn('grace', 'Wrong-horse-1');
    await page.getByText('The username or the password is wrong.').waitFor();
    await signIn('grace');
    await page.getByRole('heading', { name: 'Home' }).waitFor();

    expect(new URL(page.url()).pathname).toBe('/harbor/home');
  });

  test('begins with an account that one makes, and each field says what is wrong with it', async () => {
    await portal.app.send('admin', {
      method: 'PUT',
      path: '/api/v2.0/configurations',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ self_registration: true }),
    });
    const { page } = await portal.visit();

    await page.goto('/account/sign-in?sign_up=true');
    await page.getByLabel('Username').fill('harr,iet');
    await page.getByLabel('E-mail').fill('harriet@example');
    await page.getByLabel('First and last name').fill('Harriet');
    await page.getByLabel('Password *', { exact: true }).fill('short');
    await page.getByLabel('Password again').fill('short');
    await page.getByRole('button', { name: 'Sign up' }).click();

    await page.getByRole('alert').getByText('must have 8 to 128 characters').waitFor();
    const marked = page.locator('[aria-invalid=true]');
    expect(await marked.evaluateAll((fields) => fields.map(({ labels }) => labels[0].textContent))).toEqual([
      'Username *',
      'E-mail *',
      'Password *',
    ]);
    await page.locator('input[autocomplete=username]:focus').waitFor();
  });

  test('leads to the page that was wanted', async () => {
    const { page, signIn } = await portal.visit();

    await page.goto('/harbor/projects?filter=har&sort=-name');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn('grace');

    await page.getByRole('button', { name: 'Account: grace' }).waitFor();
    expect(new URL(page.url()).search).toBe('?filter=har&sort=-name');
  });

  test('is possible in German, and the choice is kept', async () => {
    const { page } = await portal.visit();

    await page.goto('/account/sign-in');
    await page.getByLabel('Language').selectOption('Deutsch');
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    await page.reload();

    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('de');
  });

  test('after the session has ended keeps what was being written', async () => {
    const { page, signIn } = await portal.visit();
    await page.goto('/');
    await signIn('grace');
    await page.getByRole('link', { name: 'New project' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: false }).last().fill('kept-name');

    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel(/^Password/).fill('Correct-horse-1');
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Create', exact: true }).click();

    await page.getByRole('link', { name: 'kept-name' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

describe.runIf(hasBrowser)('the page itself (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.close());

  test('has another nonce each time, and lets nothing inline run', async () => {
    const answers = await Promise.all(
      ['/', '/harbor/projects/1/members'].map((path) => portal.app.send(undefined, { path })),
    );

    const policies = answers.map(({ headers }) => headers['content-security-policy'] ?? '');
    const nonces = policies.map((policy) => /style-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1]);
    expect(new Set(nonces).size).toBe(2);
    expect(policies.join()).not.toContain('unsafe');
    expect(answers.map(({ body }, index) => body.includes(`nonce="${nonces[index]}"`))).toEqual([true, true]);
  });

  test.each([
    ['br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['identity', undefined],
  ])('for %s sends its files as %s', async (accepted, encoding) => {
    const html = (await portal.app.send(undefined, { path: '/' })).body.toString();
    const path = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';

    const { headers } = await portal.app.send(undefined, { path, headers: { 'accept-encoding': accepted } });

    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });
});
