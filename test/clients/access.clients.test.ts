import { afterAll, beforeAll, describe, expect } from 'vitest';
import { busyboxImage, localName, type Image } from '#test/support/clients-images.ts';
import {
  call,
  createMember,
  createProject,
  createRobot,
  startRegistry,
  type Credentials,
  type Registry,
} from '#test/support/clients-registry.ts';
import {
  obstacle,
  ok,
  refused,
  rememberLogin,
  testWith,
  workplace,
  type Workplace,
} from '#test/support/clients.ts';

let registry: Registry;
/** Logged in as the admin; each test has a place of its own beside it. */
let admin: Workplace;
let image: Image;

const buildable = obstacle(['buildah', 'crane']) === undefined;

beforeAll(async () => {
  registry = await startRegistry();
  await createProject(registry, 'secret', { public: false });
  admin = await workplace(registry.host);
  await rememberLogin(admin, registry.host, registry.admin.user, registry.admin.password);
  if (!buildable) return;
  image = await busyboxImage(admin);
  await ok(admin, 'crane', ['push', image.layout, `${registry.host}/library/open:1`]);
  await ok(admin, 'crane', ['push', image.layout, `${registry.host}/secret/closed:1`]);
});

afterAll(async () => {
  await admin?.leave();
  await registry?.stop();
});

/** Runs in a home where nobody is logged in. */
async function elsewhere(run: (place: Workplace) => Promise<void>): Promise<void> {
  const place = await workplace(registry.host);
  try {
    await run(place);
  } finally {
    await place.leave();
  }
}

const open = '--tls-verify=false';

interface Login {
  name: string;
  /** The login command up to the host. */
  login(flags: string[]): string[];
  /** Reads the manifest of the private image: proof that what the login stored is used. */
  read(reference: string): string[];
}

const logins: readonly Login[] = [
  {
    name: 'skopeo',
    login: (flags) => ['login', open, ...flags],
    read: (reference) => ['inspect', '--raw', open, `docker://${reference}`],
  },
  {
    name: 'podman',
    login: (flags) => ['login', open, ...flags],
    read: (reference) => ['pull', '--quiet', open, reference],
  },
  {
    name: 'buildah',
    login: (flags) => ['login', open, ...flags],
    read: (reference) => ['pull', '--quiet', open, reference],
  },
  {
    name: 'crane',
    login: (flags) => ['auth', 'login', ...flags],
    read: (reference) => ['manifest', reference],
  },
  {
    name: 'oras',
    login: (flags) => ['login', '--plain-http', ...flags],
    read: (reference) => ['manifest', 'fetch', '--plain-http', reference],
  },
  {
    name: 'regctl',
    login: (flags) => ['registry', 'login', ...flags],
    read: (reference) => ['manifest', 'get', reference],
  },
  {
    name: 'helm',
    login: (flags) => ['registry', 'login', '--plain-http', ...flags],
    // helm reads charts only; the registry's answer that this is none comes after the authorization.
    read: (reference) => [
      'show',
      'chart',
      '--plain-http',
      `oci://${reference.slice(0, -2)}`,
      '--version=0.0.1',
    ],
  },
];

function loginArgs({ login, name }: Login, { user, password }: Credentials) {
  const flags =
    name === 'regctl' ? ['--user', user, '--pass-stdin'] : ['--username', user, '--password-stdin'];
  return { args: [...login(flags), registry.host], input: password };
}

describe.each(logins)('login with $name', (client) => {
  testWith(
    'buildah',
    'crane',
    client.name,
  )('lets the admin read a private project', async () => {
    await elsewhere(async (place) => {
      const { args, input } = loginArgs(client, registry.admin);

      await ok(place, client.name, args, { input });

      const reference = `${registry.host}/secret/closed:1`;
      if (client.name === 'helm') {
        // There is no chart, which only who may read is told.
        expect(await refused(place, 'helm', client.read(reference))).toMatch(/: not found/);
      } else {
        await ok(place, client.name, client.read(reference));
      }
    });
  });

  testWith(
    'buildah',
    'crane',
    client.name,
  )('lets a robot in, whose name has a dollar sign', async () => {
    const robot = await createRobot(registry, 'secret', `login-${client.name}`, ['pull']);
    await elsewhere(async (place) => {
      const { args, input } = loginArgs(client, robot);

      await ok(place, client.name, args, { input });

      if (client.name !== 'helm')
        await ok(place, client.name, client.read(`${registry.host}/secret/closed:1`));
    });
  });

  // crane only writes the file; it learns of a wrong password at the first request.
  if (client.name !== 'crane') {
    testWith(client.name)('is refused with a wrong password', async () => {
      await elsewhere(async (place) => {
        const { args, input } = loginArgs(client, { user: `nobody-${client.name}`, password: 'Wrong1234' });

        expect(await refused(place, client.name, args, { input })).toMatch(/\b401\b|unauthorized|invalid/i);
      });
    });
  }
});

describe('anonymous', () => {
  for (const client of logins) {
    if (client.name === 'helm') continue;
    testWith(
      'buildah',
      'crane',
      client.name,
    )(`${client.name} pulls from a public project`, async () => {
      await elsewhere(async (place) => {
        await ok(place, client.name, client.read(`${registry.host}/library/open:1`));
      });
    });

    testWith(
      'buildah',
      'crane',
      client.name,
    )(`${client.name} is told that a private project needs a login`, async () => {
      await elsewhere(async (place) => {
        const said = await refused(place, client.name, client.read(`${registry.host}/secret/closed:1`));

        expect(said).toMatch(/unauthorized|authentication required|\b401\b|denied/i);
      });
    });
  }

  testWith('buildah', 'crane')('cannot push to a public project', async () => {
    await elsewhere(async (place) => {
      const said = await refused(place, 'crane', [
        'push',
        image.layout,
        `${registry.host}/library/graffiti:1`,
      ]);

      expect(said).toMatch(/unauthorized|denied/i);
    });
  });

  testWith('buildah', 'crane')('is not told whether a private repository exists', async () => {
    await elsewhere(async (place) => {
      const there = await refused(place, 'crane', ['manifest', `${registry.host}/secret/closed:1`]);
      const absent = await refused(place, 'crane', ['manifest', `${registry.host}/secret/absent:1`]);

      expect(there.replaceAll('closed', 'X')).toBe(absent.replaceAll('absent', 'X'));
    });
  });
});

describe('members of a project', () => {
  /** A place where somebody is logged in. */
  async function as(credentials: Credentials, run: (place: Workplace) => Promise<void>) {
    await elsewhere(async (place) => {
      await rememberLogin(place, registry.host, credentials.user, credentials.password);
      await run(place);
    });
  }

  testWith(
    'buildah',
    'crane',
    'skopeo',
  )('a guest pulls and cannot push', async () => {
    const guest = await createMember(registry, 'secret', 'gil', 'guest');
    await as(guest, async (place) => {
      await ok(place, 'crane', ['manifest', `${registry.host}/secret/closed:1`]);

      const target = `docker://${registry.host}/secret/pushed-by-guest:1`;
      const copy = ['copy', '--quiet', '--dest-tls-verify=false', `oci:${image.layout}:image`, target];

      expect(await refused(place, 'skopeo', copy)).toMatch(/denied|unauthorized|forbidden/i);
      expect(await refused(place, 'crane', ['delete', `${registry.host}/secret/closed:1`])).toMatch(
        /denied|unauthorized|forbidden/i,
      );
    });
  });

  testWith(
    'buildah',
    'crane',
    'regctl',
  )('a developer pushes and cannot delete', async () => {
    const developer = await createMember(registry, 'secret', 'dev', 'developer');
    await as(developer, async (place) => {
      const reference = `${registry.host}/secret/pushed-by-developer:1`;
      await ok(place, 'crane', ['push', image.layout, reference]);

      const said = await refused(place, 'regctl', ['tag', 'delete', reference]);

      expect(said).toMatch(/denied|unauthorized|forbidden|\b40[13]\b/i);
      await ok(place, 'crane', ['manifest', reference]);
    });
  });

  testWith(
    'buildah',
    'crane',
    'regctl',
  )('knowing a digest does not mount it from a closed project', async () => {
    await createProject(registry, 'vault', { public: false });
    const treasure = `${registry.host}/vault/treasure`;
    const loot = `${registry.host}/secret/loot`;
    const own = await busyboxImage(admin);
    await ok(admin, 'crane', ['push', own.layout, `${treasure}:1`]);
    const manifest = JSON.parse(await ok(admin, 'crane', ['manifest', `${treasure}:1`]));
    const { digest } = (manifest as { layers: [{ digest: string }] }).layers[0];
    const thief = await createMember(registry, 'secret', 'thief', 'developer');
    await as(thief, async (place) => {
      const said = await refused(place, 'regctl', ['blob', 'copy', treasure, loot, digest]);

      expect(said).toMatch(/unauthorized|denied|forbidden|\b40[13]\b/i);
      await refused(admin, 'regctl', ['blob', 'head', loot, digest]);
    });
  });

  testWith('buildah', 'crane')('a member who is removed loses the pull at once', async () => {
    const member = await createMember(registry, 'secret', 'leaver', 'developer');
    await as(member, async (place) => {
      const reference = `${registry.host}/secret/closed:1`;
      await ok(place, 'crane', ['manifest', reference]);
      const members = (await call(registry, 'GET', '/projects/secret/members?page_size=100')) as {
        id: number;
        entity_name: string;
      }[];
      const id = members.find(({ entity_name }) => entity_name === 'leaver')?.id;

      await call(registry, 'DELETE', `/projects/secret/members/${id}`);

      expect(await refused(place, 'crane', ['manifest', reference])).toMatch(
        /unauthorized|denied|forbidden/i,
      );
    });
  });
});

describe('robots', () => {
  testWith(
    'buildah',
    'skopeo',
    'crane',
  )('one that may push does, with --creds; one that may only pull is denied', async () => {
    const pusher = await createRobot(registry, 'secret', 'pusher', ['pull', 'push']);
    const puller = await createRobot(registry, 'secret', 'puller', ['pull']);
    const target = `docker://${registry.host}/secret/by-robot:1`;
    const copy = ['copy', '--quiet', '--dest-tls-verify=false', `oci:${image.layout}:image`, target];
    await elsewhere(async (place) => {
      await ok(place, 'skopeo', [...copy, '--dest-creds', `${pusher.user}:${pusher.password}`]);

      const said = await refused(place, 'skopeo', [
        ...copy,
        '--dest-creds',
        `${puller.user}:${puller.password}`,
      ]);

      expect(said).toMatch(/denied|unauthorized|forbidden/i);
      await ok(place, 'skopeo', [
        ...['inspect', '--raw', open, '--creds', `${puller.user}:${puller.password}`, target],
      ]);
    });
  });

  testWith('buildah', 'podman')('one of another project cannot even read', async () => {
    await createProject(registry, 'neighbour', { public: false });
    const robot = await createRobot(registry, 'neighbour', 'curious', ['pull', 'push']);
    await elsewhere(async (place) => {
      const creds = ['--creds', `${robot.user}:${robot.password}`];

      const said = await refused(place, 'podman', [
        ...['pull', '--quiet', open, ...creds, `${registry.host}/secret/closed:1`],
      ]);

      expect(said).toMatch(/denied|unauthorized|forbidden/i);
    });
  });

  testWith('buildah', 'crane')('one pushes with buildah what was built', async () => {
    const robot = await createRobot(registry, 'secret', 'builder', ['pull', 'push']);
    const creds = ['--creds', `${robot.user}:${robot.password}`];

    await ok(admin, 'buildah', [
      ...['push', '--quiet', open, ...creds, localName(image), `docker://${registry.host}/secret/built:1`],
    ]);

    await ok(admin, 'crane', ['manifest', `${registry.host}/secret/built:1`]);
  });
});
