import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  type Client,
  pullCommand,
  pushCommands,
  registryAt,
  type Wanted,
} from '../../portal/src/pull-commands.ts';
import { busyboxImage, localName } from '#test/support/clients-images.ts';
import { startRegistry, type Registry } from '#test/support/clients-registry.ts';
import { ok, rememberLogin, testWith, workplace, type Workplace } from '#test/support/clients.ts';

let registry: Registry;
let place: Workplace;

beforeAll(async () => {
  registry = await startRegistry();
  place = await workplace(registry.host);
  await rememberLogin(place, registry.host, registry.admin.user, registry.admin.password);
});

afterAll(async () => {
  await place?.leave();
  await registry?.stop();
});

const seen = () => registryAt(new URL(`http://${registry.host}/`));

/** Types a line as it is shown. */
async function type(line: string): Promise<string> {
  const [program = '', ...words] = line.split(' ');
  return ok(place, program, words);
}

const push = async (client: Client, wanted: Pick<Wanted, 'repository' | 'tag'>) => {
  for (const line of pushCommands(client, seen(), wanted)) await type(line);
};
const pull = (client: Client, wanted: Wanted) => type(pullCommand(client, seen(), wanted) ?? 'false');

const charts = async () => (await readdir(place.folder)).filter((name) => name.endsWith('.tgz'));

describe('the commands that the portal shows', () => {
  testWith(
    'podman',
    'buildah',
    'crane',
  )('work for podman: push, pull by tag, digest and platform', async () => {
    const repository = 'library/portal/busy';
    const image = await busyboxImage(place);
    await ok(place, 'podman', ['tag', localName(image), 'localhost/busy:latest']);

    await push('podman', { repository, tag: '1.0' });
    const digest = await ok(place, 'crane', ['digest', `${registry.host}/${repository}:1.0`]);
    const byTag = await pull('podman', { repository, tag: '1.0', platform: 'linux/amd64' });
    const byDigest = await pull('podman', { repository, digest });

    expect(byTag).toMatch(/^[0-9a-f]{64}$/m);
    expect(byDigest).toBe(byTag);
  });

  testWith('helm', 'crane')('work for Helm: versions, with a v and with a build, and a digest', async () => {
    const repository = 'library/charts/app';
    await ok(place, 'helm', ['create', 'app']);
    const lines = pushCommands('helm', seen(), { repository });
    await ok(place, 'helm', ['package', 'app', '--version', '1.0.0']);
    await type(lines[1] ?? '');
    await ok(place, 'helm', ['package', 'app', '--version', '1.0.0+build.5']);
    await type((lines[1] ?? '').replace('1.0.0', '1.0.0+build.5'));
    const reference = `${registry.host}/${repository}`;
    await ok(place, 'crane', ['tag', `${reference}:1.0.0`, 'v1.0.0']);
    const digest = await ok(place, 'crane', ['digest', `${reference}:1.0.0`]);

    const found: string[] = [];
    for (const wanted of [{ tag: '1.0.0' }, { tag: '1.0.0_build.5' }, { tag: 'v1.0.0' }, { digest }]) {
      for (const file of await charts()) await rm(join(place.folder, file));
      await pull('helm', { repository, ...wanted });
      found.push(...(await charts()));
    }

    const [plain, built] = ['app-1.0.0.tgz', 'app-1.0.0+build.5.tgz'];
    expect(found).toEqual([plain, built, expect.stringMatching(/\.tgz$/), expect.stringMatching(/\.tgz$/)]);
  });

  testWith('oras', 'crane')('work for oras', async () => {
    const repository = 'library/portal/files';
    await writeFile(join(place.folder, 'file.txt'), 'hello\n');

    await push('oras', { repository, tag: '1' });
    const digest = await ok(place, 'crane', ['digest', `${registry.host}/${repository}:1`]);

    expect(await pull('oras', { repository, tag: '1' })).toContain(digest);
    expect(await pull('oras', { repository, digest })).toContain(digest);
  });
});
