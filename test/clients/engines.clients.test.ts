import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startEngine, type Engine } from '#test/support/clients-engines.ts';
import { busyboxImage, type Image } from '#test/support/clients-images.ts';
import { createProject, createRobot, startRegistry, type Registry } from '#test/support/clients-registry.ts';
import { pullContents, transfers, type Transfer } from '#test/support/clients-transfer.ts';
import {
  obstacle,
  ok,
  refused,
  rememberLogin,
  testWith,
  workplace,
  type Workplace,
} from '#test/support/clients.ts';

/** Docker and containerd, the two that most machines pull with. */
const needed = ['dockerd', 'docker', 'ctr', 'buildah', 'skopeo', 'crane'];

let registry: Registry;
/** Where the engine lives and the admin is logged in. */
let place: Workplace;
let engine: Engine;
/** Why there is no engine: a container without privileges lets nobody mount or change the network. */
let unstartable = '';
let image: Image;

beforeAll(async () => {
  if (obstacle(needed) !== undefined) return;
  registry = await startRegistry();
  await createProject(registry, 'secret', { public: false });
  await createProject(registry, 'elsewhere', { public: true });
  place = await workplace(registry.host);
  await rememberLogin(place, registry.host, registry.admin.user, registry.admin.password);
  try {
    engine = await startEngine(place);
  } catch (error) {
    unstartable = `skipped: ${String(error)}`;
    console.log(`engines.clients.test.ts ${unstartable}`);
    return;
  }
  image = await busyboxImage(place);
  await ok(place, 'crane', ['push', image.layout, `${registry.host}/library/open:1`]);
  await ok(place, 'crane', ['push', image.layout, `${registry.host}/secret/closed:1`]);
});

afterAll(async () => {
  await engine?.stop();
  await place?.leave();
  await registry?.stop();
});

function testWithEngine(title: string, run: () => Promise<void>): void {
  testWith(...needed)(title, ({ skip }) => (unstartable === '' ? run() : skip(unstartable)));
}

const docker = (...args: string[]) => ok(place, 'docker', ['--host', engine.docker, ...args]);
const crane = transfers.find(({ name }) => name === 'crane') as Transfer;

/** Loads a fresh image into the engine under the name that it is to be pushed to. */
async function load(reference: string): Promise<void> {
  const fresh = await busyboxImage(place);
  const target = `docker-daemon:${reference}`;
  const host = ['--dest-daemon-host', engine.docker];
  await ok(place, 'skopeo', ['copy', '--quiet', ...host, `oci:${fresh.layout}:image`, target]);
}

/** Runs in a home where nobody is logged in; the engine is the same. */
async function stranger(run: (home: Workplace) => Promise<void>): Promise<void> {
  const home = await workplace(registry.host);
  try {
    await run(home);
  } finally {
    await home.leave();
  }
}

describe('docker', () => {
  testWithEngine('pushes an image, which crane pulls byte for byte and docker pulls again', async () => {
    const reference = `${registry.host}/library/docker:1`;
    await load(reference);

    const said = await docker('push', reference);

    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1] ?? 'none';
    expect((await pullContents(place, crane, reference)).join('\n')).toContain(digest);
    await docker('rmi', '--force', reference);
    expect(await docker('pull', reference)).toContain(digest);
    await docker('rmi', '--force', reference);
    await docker('pull', `${registry.host}/library/docker@${digest}`);
  });

  testWithEngine('says which layers it mounted from another repository', async () => {
    const first = `${registry.host}/library/layers:1`;
    const second = `${registry.host}/elsewhere/layers:1`;
    await load(first);
    await docker('push', first);
    await docker('tag', first, second);

    const said = await docker('push', second);

    expect(said).toContain('Mounted from library/layers');
    expect(await docker('push', first)).toContain('Layer already exists');
  });

  testWithEngine('logs in as the admin and as a robot, and reads what is private', async () => {
    const robot = await createRobot(registry, 'secret', 'docker', ['pull']);
    for (const { user, password } of [registry.admin, robot]) {
      await stranger(async (home) => {
        const login = [
          '--host',
          engine.docker,
          'login',
          '--username',
          user,
          '--password-stdin',
          registry.host,
        ];

        expect(await ok(home, 'docker', login, { input: password })).toContain('Login Succeeded');

        await ok(home, 'docker', ['--host', engine.docker, 'pull', `${registry.host}/secret/closed:1`]);
      });
    }
  });

  testWithEngine('is refused a login with a wrong password', async () => {
    await stranger(async (home) => {
      const login = [
        '--host',
        engine.docker,
        'login',
        '--username',
        'nobody',
        '--password-stdin',
        registry.host,
      ];

      expect(await refused(home, 'docker', login, { input: 'Wrong1234' })).toMatch(/\b401\b|unauthorized/i);
    });
  });

  testWithEngine('pulls without a login what is public, and nothing else', async () => {
    await stranger(async (home) => {
      await ok(home, 'docker', ['--host', engine.docker, 'pull', `${registry.host}/library/open:1`]);

      const pull = ['--host', engine.docker, 'pull', `${registry.host}/secret/closed:1`];

      expect(await refused(home, 'docker', pull)).toMatch(/unauthorized|denied/i);
    });
  });

  testWithEngine('is told that a robot which may only pull may not push', async () => {
    const robot = await createRobot(registry, 'secret', 'docker-reader', ['pull']);
    const reference = `${registry.host}/secret/refused:1`;
    await load(reference);
    await stranger(async (home) => {
      await rememberLogin(home, registry.host, robot.user, robot.password);

      const said = await refused(home, 'docker', ['--host', engine.docker, 'push', reference]);

      expect(said).toMatch(/unauthorized|denied/i);
    });
  });

  testWithEngine('is told that a tag does not exist', async () => {
    const said = await refused(place, 'docker', [
      '--host',
      engine.docker,
      'pull',
      `${registry.host}/library/open:no`,
    ]);

    expect(said).toMatch(/not found|manifest unknown/i);
  });
});

describe('containerd', () => {
  const ctr = (...args: string[]) => [
    '--address',
    engine.containerd,
    '--namespace',
    'moorage',
    'images',
    ...args,
  ];
  const login = () => ['--plain-http', '--user', `${registry.admin.user}:${registry.admin.password}`];

  testWithEngine('pulls a private image and pushes it to another repository', async () => {
    const source = `${registry.host}/secret/closed:1`;
    const target = `${registry.host}/elsewhere/containerd:1`;

    await ok(place, 'ctr', ctr('pull', '--snapshotter=native', ...login(), source));
    await ok(place, 'ctr', ctr('tag', source, target));
    await ok(place, 'ctr', ctr('push', ...login(), target));

    expect(await ok(place, 'crane', ['digest', target])).toBe(image.digest);
  });

  testWithEngine('pulls a public image without a login, and no private one', async () => {
    const anonymous = ['pull', '--snapshotter=native', '--plain-http'];

    await ok(place, 'ctr', ctr(...anonymous, `${registry.host}/library/open:1`));

    expect(await refused(place, 'ctr', ctr(...anonymous, `${registry.host}/secret/closed:1`))).toMatch(
      /authorization failed|unauthorized|denied|not found/i,
    );
  });
});
