import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage } from '#test/support/app.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

/** Where the registry tells of events: it answers what the test says. */
interface Receiver {
  readonly url: string;
  readonly received: { headers: IncomingHttpHeaders; body: string }[];
  status: number;
  readonly server: Server;
}

async function startReceiver(): Promise<Receiver> {
  const received: Receiver['received'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(receiver.status).end('<script>document.title = 1</script>');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
  const receiver: Receiver = { url, received, status: 200, server };
  return receiver;
}

describe.runIf(hasBrowser)('webhooks (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let receiver: Receiver;
  let project: number;
  beforeAll(async () => {
    receiver = await startReceiver();
    portal = await startPortal({
      settings: { outgoingAllow: '127.0.0.1', webhookAttempts: 1, webhookTimeoutSeconds: 2 },
    });
    project = await portal.app.createProject('told');
    await portal.app.addMember(project, await portal.app.createUser('mia'), 4);
  });
  afterAll(async () => {
    await portal.close();
    receiver.server.closeAllConnections();
    receiver.server.close();
  });

  async function open(as: string, options: Parameters<Portal['visit']>[0] = {}): Promise<Visit> {
    const visit = await portal.signedIn(as, options);
    await visit.page.goto(`/harbor/projects/${project}/webhook`);
    return visit;
  }

  const policies = async () =>
    (await portal.app.send('admin', { path: '/api/v2.0/projects/told/webhook/policies' })).json<
      { id: number; name: string; enabled: boolean; event_types: string[]; targets: object[] }[]
    >();

  test('are tried before they are saved, and a session that ends on the way loses nothing', async () => {
    const { page, broken } = await open('admin');

    await page.getByRole('button', { name: 'Add a webhook' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a webhook' });
    await dialog.getByLabel('Name').fill('ci');
    await dialog.getByLabel(/^Address/).fill(receiver.url);
    await dialog.getByRole('textbox', { name: 'Signing secret' }).fill('sesame');
    await dialog.getByRole('checkbox', { name: 'Deleted' }).check();
    receiver.status = 500;
    await dialog.getByRole('button', { name: 'Send a test' }).click();
    await dialog.getByText('Status 500').waitFor();
    receiver.status = 200;
    await dialog.getByRole('button', { name: 'Send a test' }).click();
    await dialog.getByText('Status 200').waitFor();
    expect(receiver.received.map(({ headers }) => headers['x-moorage-test'])).toEqual(['true', 'true']);

    await page.context().clearCookies();
    await dialog.getByRole('button', { name: 'Save' }).click();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel(/^Password/).fill('Harbor12345');
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The webhook ci is saved.').waitFor();

    expect(await policies()).toMatchObject([
      {
        name: 'ci',
        enabled: true,
        event_types: ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'],
        targets: [{ type: 'http', address: receiver.url, secret: '*****', payload_format: 'Default' }],
      },
    ]);
    expect(broken).toEqual([]);
  });

  test('that fail show request and answer, and are told once more', async () => {
    receiver.status = 503;
    await pushImage(portal.app, 'admin', 'told/app', '1.0');
    const { page, broken } = await open('admin');

    await page.getByRole('button', { name: 'ci', exact: true }).click();
    const first = page.locator('tr', { hasText: 'The event' });
    await first.getByText('Failed').waitFor();
    await first.getByRole('link').click();
    await page.getByRole('button', { name: receiver.url }).click();
    await page.getByText('Status 503').waitFor();
    const request = page.getByRole('region', { name: 'Request' });
    expect(await request.textContent()).toContain('"resource_url"');
    expect(await request.textContent()).toContain('x-moorage-signature: *****');
    await page.getByText(/answered 503 with 35 bytes/).waitFor();
    receiver.status = 200;
    await page.getByRole('button', { name: /^Redeliver task/ }).click();
    await page.locator('tr', { hasText: 'Repeats delivery' }).getByText('Succeeded').waitFor();

    const [failed, repeated] = receiver.received.slice(-2);
    expect(repeated?.body).toBe(failed?.body);
    expect(repeated?.headers['x-moorage-delivery']).toBe(failed?.headers['x-moorage-delivery']);
    expect(broken).toEqual([]);
  });

  test('are seen by maintainers, who are told why they may not change them', async () => {
    const { page } = await open('mia');

    const button = page.getByRole('button', { name: 'Switch off ci' });
    await button.focus();

    await page.getByText('Only administrators of the project may change its webhooks.').waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
  });

  test('have nothing for axe-core to find', async () => {
    const { page, inaccessible, broken } = await open('admin');
    const found: string[] = [];
    const look = async (name: string) =>
      found.push(...(await inaccessible()).map((line) => `${name}: ${line}`));

    await page.getByRole('button', { name: 'ci', exact: true }).click();
    await page.getByText('Repeats delivery').waitFor();
    await look('deliveries');
    await page.getByRole('button', { name: 'Edit the webhook ci' }).click();
    await page.getByRole('dialog').getByLabel('Deleted').waitFor();
    await look('form');
    await page.keyboard.press('Escape');
    await page.locator('tr', { hasText: 'The event' }).getByRole('link').click();
    await page.getByRole('button', { name: receiver.url }).click();
    await page.getByText('Status 503').waitFor();
    await look('task');

    expect([...found, ...broken]).toEqual([]);
  });

  test('are switched off and deleted', async () => {
    const { page } = await open('admin');

    await page.getByRole('button', { name: 'Switch off ci' }).click();
    await page.getByText('The webhook ci is switched off.').waitFor();
    expect(await policies()).toMatchObject([{ enabled: false, targets: [{ secret: '*****' }] }]);
    await page.getByRole('button', { name: 'Delete the webhook ci' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nobody is told of events in this project yet.').waitFor();

    expect(await policies()).toEqual([]);
  });
});
