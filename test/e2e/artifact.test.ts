import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, pushAccessory } from '#src/features/artifacts/content.fixture.ts';
import { pushImage } from '#test/support/app.ts';
import { pushBuiltImage, pushChart, pushModel, pushPlatforms } from '#test/support/artifacts.ts';
import { hasBrowser, startPortal, type Portal, type Visit } from '#test/support/browser.ts';

const at = (repository: string, digest: string, tab?: string) =>
  `/harbor/projects/1/repositories/${encodeURIComponent(repository)}/artifacts-tab/artifacts/${digest}${tab ? `?tab=${tab}` : ''}`;
const api = (repository: string, reference: string) =>
  `/projects/library/repositories/${encodeURIComponent(encodeURIComponent(repository))}/artifacts/${reference}`;

describe.runIf(hasBrowser)('an artifact (needs /usr/bin/chromium)', () => {
  let portal: Portal;
  let visit: Visit;
  let image: string;
  let index: string;
  const layers = [randomBytes(300_000), randomBytes(2_000)];
  beforeAll(async () => {
    portal = await startPortal();
    image = await pushBuiltImage(
      { app: portal.app, repository: 'library/api/server', tag: '1.4.2' },
      {
        config: {
          author: 'Team API',
          config: { Entrypoint: ['/srv/run'], Labels: { team: 'api' } },
          history: [
            { created_by: '/bin/sh -c #(nop) ADD file:1 in / ', created: '2026-10-01T10:00:00Z' },
            { created_by: 'ENV A=1', empty_layer: true },
            { created_by: 'COPY dist/ /srv # buildkit' },
          ],
        },
        layers,
        annotations: { 'org.example.revision': 'abc' },
      },
    );
    const { app } = portal;
    const other = (await pushImage(app, 'admin', 'library/api/server', 'arm')).image;
    index = await pushPlatforms({ app, repository: 'library/api/server', tag: '1.4' }, [
      { digest: image, size: 1, platform: { os: 'linux', architecture: 'amd64' } },
      {
        digest: other.digest,
        size: 1,
        platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      },
    ]);
    visit = await portal.signedIn('admin', { permissions: ['clipboard-read', 'clipboard-write'] });
  });
  afterAll(() => portal.close());

  test('of an image shows its config, and each layer beside the step that made it', async () => {
    const { page } = visit;
    await page.goto(at('api/server', image));
    await page.getByText('Team API').waitFor();
    await page.getByText('org.example.revision').waitFor();

    await page.getByRole('link', { name: 'Layers' }).click();
    const rows = page.locator('tbody tr');
    await rows.first().waitFor();

    expect(new URL(page.url()).search).toBe('?tab=layers');
    const current = page.getByRole('navigation', { name: 'Parts of the artifact' }).locator('[aria-current]');
    expect(await current.allTextContents()).toEqual(['Layers']);
    await expect.poll(() => page.title(), { timeout: 15_000 }).toMatch(/^Layers – api\/server@sha256:/);
    const shown = await rows.allInnerTexts();
    expect(shown.map((row) => row.split('\t').map((cell) => cell.trim()))).toEqual([
      ['1', 'ADD file:1 in /', expect.stringContaining('2026'), '293 KiB', expect.stringMatching(/^sha256:/)],
      ['2', 'ENV A=1', '–', 'no layer', '–'],
      ['3', 'COPY dist/ /srv', '–', '2 KiB', expect.stringMatching(/^sha256:/)],
    ]);
  });

  test('is got by keyboard: the command of the client that was chosen, in the clipboard', async () => {
    const { page } = visit;
    await page.goto(at('api/server', index), { waitUntil: 'networkidle' });

    await page.getByRole('button', { name: 'Get it: library/api/server:1.4' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Client').selectOption('podman');
    await dialog.getByLabel('Platform').selectOption('linux/arm64/v8');
    await dialog.getByRole('button', { name: 'Copy: Pull by tag' }).press('Enter');
    await dialog.getByText('Copied').first().waitFor();

    const { host } = new URL(portal.app.url);
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      `podman pull --tls-verify=false --platform linux/arm64/v8 ${host}/library/api/server:1.4`,
    );
    expect(await dialog.getByRole('region', { name: 'Kubernetes' }).innerText()).toBe(
      `image: ${host}/library/api/server:1.4`,
    );
    expect(await page.evaluate(() => localStorage.getItem('moorage-client'))).toBe('podman');
  });

  test('where there is no clipboard has its command selected', async () => {
    const { page } = visit;
    await page.goto(at('api/server', image), { waitUntil: 'networkidle' });
    await page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })");

    await page.getByRole('button', { name: 'Copy: Digest' }).click();
    await page.getByText('Selected').first().waitFor();

    expect(await page.evaluate('String(window.getSelection())')).toBe(image);
  });

  test('of an index lists its platforms with their sizes, which lead to their pages', async () => {
    const { page } = visit;
    await page.goto(at('api/server', index, 'platforms'));
    const row = page.getByRole('row', { name: /linux\/amd64/ });
    expect(await row.innerText()).toContain('296 KiB');

    await row.getByRole('link').click();

    await page.getByText('Team API').waitFor();
    expect(decodeURIComponent(page.url())).toContain(image);
  });

  test('gets a tag and loses it, which can be undone', async () => {
    const { page } = visit;
    const tags = async () =>
      (await call(portal.app, 'admin', 'GET', `${api('api/server', image)}/tags?sort=name`))
        .json<{ name: string }[]>()
        .map(({ name }) => name);
    await page.goto(at('api/server', image, 'tags'));

    await page.getByRole('button', { name: 'Add a tag' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Tag/).fill('not/a tag');
    await dialog.getByRole('button', { name: 'Add a tag' }).click();
    await dialog.getByText('is not a tag').waitFor();
    await dialog.getByLabel(/^Tag/).fill('stable');
    await dialog.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByText('The tag stable is set.').waitFor();
    expect(await tags()).toEqual(['1.4.2', 'stable']);
    await page.getByRole('button', { name: 'Delete the tag stable' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The tag stable is deleted.').waitFor();
    expect(await tags()).toEqual(['1.4.2']);
    await page.getByRole('rowheader', { name: 'stable' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('rowheader', { name: 'stable' }).waitFor();

    expect(await tags()).toEqual(['1.4.2', 'stable']);
  });

  test('gets a label and loses it', async () => {
    const { page } = visit;
    const { app } = portal;
    await call(app, 'admin', 'POST', '/labels', { name: 'reviewed', color: '#FFDC0B', scope: 'g' });
    const labels = async () =>
      (await call(app, 'admin', 'GET', `${api('api/server', image)}?with_label=true`))
        .json<{ labels: { name: string }[] | null }>()
        .labels?.map(({ name }) => name);
    await page.goto(at('api/server', image));

    await page.getByRole('button', { name: 'Add a label' }).click();
    await page.getByRole('button', { name: 'Add the label reviewed' }).click();
    await page.getByText('There is no other label to add.').waitFor();
    expect(await labels()).toEqual(['reviewed']);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Take off the label reviewed' }).click();
    await page.getByText('reviewed').waitFor({ state: 'detached' });

    expect(await labels()).toBe(undefined);
  });

  test('is copied to another project', async () => {
    const { page } = visit;
    await portal.app.createProject('release');
    await page.goto(at('api/server', image));

    await page.getByRole('button', { name: 'Copy to …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Project/).fill('rele');
    await page.getByRole('option', { name: 'release' }).click();
    await dialog.getByLabel(/^Repository/).fill('server');
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('link', { name: 'release/server' }).click();

    await page.getByRole('heading', { level: 1, name: /^server@/ }).waitFor();
    const path = `/projects/release/repositories/server/artifacts/${image}`;
    expect((await call(portal.app, 'admin', 'GET', path)).status).toBe(200);
  });

  test('in an index says so before it is deleted', async () => {
    const { page } = visit;
    await page.goto(at('api/server', image));

    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('An index names it').waitFor();

    expect(await dialog.getByRole('link').innerText()).toBe(index.slice(0, 19));
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
  });

  test('is deleted with what belongs to it, comes back by undo, and from its address', async () => {
    const { page } = visit;
    const { app } = portal;
    const { digest } = (await pushImage(app, 'admin', 'library/old', 'v1')).image;
    const signature = await pushAccessory(app, 'library/old', digest);
    const deeper = await pushAccessory(app, 'library/old', signature);
    const status = async (one: string) => (await call(app, 'admin', 'GET', api('old', one))).status;
    await page.goto(at('old', digest, 'referrers'));
    await page.locator('table[aria-busy=false] tbody tr').first().waitFor();
    const rows = await page.locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => /sha256:\w+/.exec(row)?.[0])).toEqual(
      [signature, deeper].map((one) => one.slice(0, 19)),
    );

    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 tag goes with it:').waitFor();
    await dialog.getByText('2 artifacts that belong to it go too:').waitFor();
    await dialog.getByText('It can be brought back for 24 hours.').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await Promise.all([digest, signature, deeper].map(status))).toEqual([404, 404, 404]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => status(digest)).toBe(200);
    await call(app, 'admin', 'DELETE', api('old', 'v1'));
    await page.goto(at('old', digest));
    await page.getByText('This artifact was deleted').waitFor();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('button', { name: 'Delete' }).waitFor();

    expect(await Promise.all([digest, signature, deeper].map(status))).toEqual([200, 200, 200]);
  });

  test('that is a chart shows README, values and dependencies', async () => {
    const { page } = visit;
    const chart = await pushChart(
      { app: portal.app, repository: 'library/charts/web', tag: '1.0.0' },
      {
        config: { name: 'web', version: '1.0.0', dependencies: [{ name: 'redis', version: '20.x' }] },
        files: [
          { name: 'README.md', content: '# Web chart\n\n| key | value |\n|---|---|\n| a | 1 |\n' },
          { name: 'values.yaml', content: 'replicas: 2\n' },
        ],
      },
    );
    await page.goto(at('charts/web', chart));
    const found: string[] = [];
    const look = async () => found.push(...(await visit.inaccessible()));

    await page.getByRole('link', { name: 'README' }).click();
    await page.getByRole('heading', { name: 'Web chart' }).waitFor();
    await look();
    await page.getByRole('link', { name: 'Values' }).click();
    await page.getByText('replicas: 2').waitFor();
    await look();
    await page.getByRole('link', { name: 'Dependencies' }).click();
    await page.getByRole('rowheader', { name: 'redis' }).waitFor();
    await look();
    expect(found).toEqual([]);
    await page.getByRole('button', { name: /^Get / }).click();

    const command = page.getByRole('dialog').getByRole('region', { name: 'Pull by tag' });
    expect(await command.innerText()).toMatch(/^helm pull --plain-http oci:\S+web --version 1\.0\.0$/);
  });

  test("opens at Harbor's own addresses, and says to a guest what guests may not do", async () => {
    const { app } = portal;
    await app.addMember(1, await app.createUser('grace'), 3);
    const { page } = await portal.signedIn('grace');

    await page.goto(
      `/harbor/projects/1/repositories/api%252Fserver/artifacts-tab/depth/${index}/artifacts/${image}`,
    );
    await page.getByText('Team API').waitFor();
    const button = page.getByRole('button', { name: 'Delete' });
    await button.focus();

    await page.getByText('Deleting artifacts needs the role maintainer or project admin.').waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    expect(new URL(page.url()).pathname).not.toContain('depth');
  });

  test('S-028, G-39: whatever pushers wrote is text: nothing runs, nobody else is asked, nothing is torn apart', async () => {
    const { page, broken } = visit;
    const places = await pushHostile(portal, 'library');
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(portal.app.url) && !request.url().startsWith('data:'))
        elsewhere.push(request.url());
    });
    page.on('dialog', (dialog) => {
      elsewhere.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });

    const torn: string[] = [];
    const shown = new Set<string>();
    for (const { repository, digest } of places) {
      await page.goto(at(repository, digest));
      const links = page.getByRole('navigation', { name: 'Parts of the artifact' }).getByRole('link');
      await links.first().waitFor();
      for (const link of await links.all()) {
        await link.click();
        await settled(page);
        const tab = `${repository.slice(0, 9)} ${await link.innerText()}`;
        if ((await page.locator('.tab-content').innerText()).includes('onerror')) shown.add(tab);
        torn.push(...(await tornAt(page)).map((what) => `${tab}: ${what}`));
      }
    }

    expect([...torn, ...elsewhere, ...broken]).toEqual([]);
    expect(await page.evaluate('window.hit')).toBe(undefined);
    expect([...shown]).toEqual(
      expect.arrayContaining([
        'long-aaaa Overview',
        'long-aaaa Layers',
        'index Platforms 1',
        'chart Values',
        'chart Dependencies',
        'model Files',
        'model License',
      ]),
    );
  });

  test('is free of what axe-core finds, light and dark, in its dialogs too', async () => {
    const { page, inaccessible, broken } = visit;
    const found: string[] = [];
    const look = async (what: string) =>
      found.push(...(await inaccessible()).map((line) => `${what}, ${line}`));
    await pushAccessory(portal.app, 'library/api/server', index);
    const model = await pushModel({ app: portal.app, repository: 'library/model' }, [
      { path: 'LICENSE', kind: 'doc', content: 'Do as you like.' },
      { path: 'model.bin', kind: 'weight', content: 'x' },
    ]);

    for (const tab of ['files', 'license']) {
      await page.goto(at('model', model, tab));
      await settled(page);
      await look(tab);
    }
    for (const tab of [undefined, 'tags', 'platforms', 'referrers', 'manifest']) {
      await page.goto(at('api/server', index, tab));
      await settled(page);
      await look(tab ?? 'overview');
    }
    await page.goto(at('api/server', image, 'layers'));
    await settled(page);
    await look('layers');
    await page.goto(at('api/server', `sha256:${'0'.repeat(64)}`));
    await page.getByText('Not found').first().waitFor();
    await look('not found');
    await page.goto(at('api/server', index, 'tags'), { waitUntil: 'networkidle' });
    for (const name of ['Get it: library/api/server:1.4', 'Copy to …', 'Delete', 'Add a tag']) {
      const button = page.getByRole('button', { name, exact: true }).first();
      await button.press('Enter');
      await page.getByRole('dialog').getByRole('button').last().waitFor();
      await look(name);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await expect.poll(() => button.evaluate((one) => one.matches(':focus'))).toBe(true);
    }

    expect([...found, ...broken]).toEqual([]);
  });
});

/** The tab has been drawn with what it asked for. */
async function settled(page: Visit['page']): Promise<void> {
  await page.locator('.tab-content > :not([role=status])').first().waitFor();
  const waiting = ':is(table[aria-busy=true], .markdown > pre:only-child)';
  await page.locator(`.tab-content ${waiting}`).waitFor({ state: 'detached' });
}

/** What of the page is wider than a telephone or a screen, and links that would run something. */
async function tornAt(page: Visit['page']): Promise<string[]> {
  const found: string[] = [];
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const over = await page.locator('html').evaluate((one) => one.scrollWidth - one.clientWidth);
    if (over > 0) found.push(`${over} px too wide at ${width} px`);
  }
  const links = page.locator('main').locator('a[href^="javascript:" i], iframe, script, img:not(.type-icon)');
  if ((await links.count()) > 0) found.push(await links.first().evaluate((one) => one.outerHTML));
  return found;
}

/** The same payloads in everything that pushers write. */
async function pushHostile({ app }: Portal, project: string) {
  const markup = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  const away = '![p](https://elsewhere.example/p.png) <iframe src="https://elsewhere.example/"></iframe>';
  const links =
    '[a](javascript:window.hit=1) <a href="javascript:window.hit=1">b</a> <https://elsewhere.example/x>';
  const evil = `${markup} ${links} ${away} \u202Egnp.exe\u2066 ${'w'.repeat(3_000)}`;
  const repository = `long-${'a'.repeat(200)}`;
  const label = { name: markup.slice(0, 64), color: 'red', scope: 'g' };
  await call(app, 'admin', 'POST', '/labels', label);
  const image = await pushBuiltImage(
    { app, repository: `${project}/${repository}`, tag: 'v'.repeat(128) },
    {
      config: {
        author: evil,
        created: evil,
        config: { Env: [evil], Cmd: [evil], User: evil, Labels: { [evil]: evil }, [evil]: { [evil]: evil } },
        history: [
          { created_by: evil, comment: evil, created: evil },
          { created_by: evil, empty_layer: true },
        ],
      },
      layers: [randomBytes(10)],
      annotations: { [evil]: evil },
    },
  );
  const child = (await pushImage(app, 'admin', `${project}/index`, 'child')).image;
  const index = await pushPlatforms({ app, repository: `${project}/index` }, [
    { digest: child.digest, size: 1, platform: { os: evil, architecture: evil } },
  ]);
  const files = [{ name: 'README.md', content: `# ${evil}\n\n${evil}\n\n| ${evil} |\n|---|\n| ${evil} |` }];
  const chart = await pushChart(
    { app, repository: `${project}/chart` },
    {
      config: {
        name: 'app',
        description: evil,
        home: 'javascript:window.hit=1',
        dependencies: [{ name: evil, version: evil, repository: 'javascript:window.hit=1', condition: evil }],
      },
      files: [...files, { name: 'values.yaml', content: evil }],
    },
  );
  const model = await pushModel({ app, repository: `${project}/model` }, [
    { path: 'README.md', kind: 'doc', content: evil },
    { path: 'LICENSE', kind: 'doc', content: evil },
    { path: `${markup.replaceAll('/', '')}${'w'.repeat(500)}`, kind: 'weight', content: 'x' },
  ]);
  return [
    { repository, digest: image },
    { repository: 'index', digest: index },
    { repository: 'chart', digest: chart },
    { repository: 'model', digest: model },
  ];
}
