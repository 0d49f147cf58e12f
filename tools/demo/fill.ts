import { type Caller, Client } from './client.ts';
import { chart, file, image, multiPlatform, programOf, type Pushable, referrer } from './content.ts';

/** When something of the demonstration is said to have happened, in days before now. */
export interface Dated {
  readonly repository: string;
  readonly digest: string;
  readonly daysAgo: number;
}

const day = 86_400_000;
const mebibyte = 2 ** 20;
/** Harbor's numbers of the roles. */
const role = { admin: 1, developer: 2, guest: 3, maintainer: 4 };

/** The accounts of the demonstration besides `admin`, named after what they do; all have one password. */
export const people = [
  'release-manager',
  'frontend-developer',
  'backend-developer',
  'on-call',
  'auditor',
] as const;

interface Filling {
  readonly client: Client;
  readonly admin: Caller;
  as(name: (typeof people)[number]): Caller;
  push(
    as: Caller,
    repository: string,
    what: Pushable,
    tags: readonly string[],
    daysAgo: number,
  ): Promise<void>;
}

/** Fills an empty server through its API, in the order in which it is said to have happened. */
export async function fill(
  url: string,
  admin: Caller,
  password: string,
  progress: (step: string) => void,
): Promise<Dated[]> {
  const client = new Client(url);
  const dated: Dated[] = [];
  const filling: Filling = {
    client,
    admin,
    as: (name) => ({ name, password }),
    async push(as, repository, what, tags, daysAgo) {
      await client.push(as, repository, what, tags);
      for (const { digest } of [what, ...what.parts]) dated.push({ repository, digest, daysAgo });
    },
  };
  progress('people and projects');
  await makePeople(filling, password);
  progress('releases');
  await pushReleases(filling);
  progress('branches');
  await pushBranches(filling);
  progress('charts and models');
  await pushCharts(filling);
  progress('policies');
  await makePolicies(filling);
  progress('deletions and runs');
  await cleanUp(filling);
  return dated;
}

async function makePeople({ client, admin }: Filling, password: string): Promise<void> {
  for (const username of people) {
    await client.create(admin, '/users', {
      username,
      password,
      realname: username.replace('-', ' '),
      email: `${username}@example.com`,
    });
  }
  const projects = [
    ['production', 'false', 40],
    ['team-frontend', 'false', 12],
    ['platform', 'true', -1],
    ['machine-learning', 'false', 64],
    ['sandbox', 'true', -1],
  ] as const;
  for (const [project_name, isPublic, quota] of projects) {
    await client.create(admin, '/projects', {
      project_name,
      metadata: { public: isPublic },
      storage_limit: quota === -1 ? -1 : quota * mebibyte,
    });
  }
  const members = [
    ['production', 'release-manager', role.admin],
    ['production', 'backend-developer', role.developer],
    ['production', 'on-call', role.maintainer],
    ['production', 'auditor', role.guest],
    ['team-frontend', 'frontend-developer', role.admin],
    ['team-frontend', 'backend-developer', role.guest],
    ['platform', 'on-call', role.admin],
    ['machine-learning', 'backend-developer', role.maintainer],
  ] as const;
  for (const [project, username, role_id] of members) {
    await client.send(admin, 'POST', `/projects/${project}/members`, { role_id, member_user: { username } });
  }
  for (const [name, color, description] of [
    ['approved', '#1d7a46', 'May run in production'],
    ['deprecated', '#b3261e', 'Goes with the next release'],
    ['base image', '#14687a', 'Others are built from it'],
  ]) {
    await client.create(admin, '/labels', { name, color, description, scope: 'g' });
  }
}

async function pushReleases({ client, admin, as, push }: Filling): Promise<void> {
  const manager = as('release-manager');
  const services = [
    {
      name: 'my-app',
      versions: ['1.0.0', '1.1.0', '1.2.0', '1.2.1', '1.2.2', '1.2.3', '1.3.0', '1.3.1', '1.4.0'],
      size: 700_000,
    },
    { name: 'billing', versions: ['2.0.0', '2.1.0', '2.1.1', '2.2.0'], size: 900_000 },
    { name: 'api-gateway', versions: ['0.9.0', '0.9.1', '0.10.0', '0.11.0', '0.12.0'], size: 500_000 },
  ];
  for (const { name, versions, size } of services) {
    for (const [place, version] of versions.entries()) {
      const daysAgo = Math.round(29 - (place * 28) / versions.length);
      const created = new Date(Date.now() - daysAgo * day);
      const one = multiPlatform({
        name,
        version: `v${version}`,
        base: name === 'billing' ? 'debian' : 'alpine',
        size,
        created,
      });
      const isLast = place === versions.length - 1;
      await push(
        manager,
        `production/${name}`,
        one,
        [`v${version}`, 'latest', ...(isLast ? ['stable'] : [])],
        daysAgo,
      );
      await push(manager, `production/${name}`, referrer(one, 'signature', created), [], daysAgo);
      if (place > 1) await push(manager, `production/${name}`, referrer(one, 'sbom', created), [], daysAgo);
      for (let pulls = 0; pulls <= place; pulls += 1)
        await client.pull(as('on-call'), `production/${name}`, 'latest');
    }
  }
  const labels = await client.get<{ id: number; name: string }[]>(admin, '/labels?scope=g');
  const approved = labels.find(({ name }) => name === 'approved');
  for (const name of ['my-app/artifacts/v1.4.0', 'my-app/artifacts/v1.3.1', 'billing/artifacts/v2.2.0']) {
    await client.send(admin, 'POST', `/projects/production/repositories/${name}/labels`, {
      id: approved?.id ?? 0,
    });
  }
  await client.send(manager, 'PUT', '/projects/production/repositories/my-app', {
    description:
      '# my-app\n\nThe shop. Pushed by the release pipeline, signed, with a list of its packages.\n\n| tag | what it is |\n|---|---|\n| `v1.2.3` | a release, never moved |\n| `latest` | the newest release |\n| `stable` | what runs in production |\n',
  });
}

async function pushBranches({ client, as, push }: Filling): Promise<void> {
  const developer = as('frontend-developer');
  for (let number = 1; number <= 48; number += 1) {
    const daysAgo = Math.round(27 - number / 2);
    const version = `feature-${100 + number}`;
    const created = new Date(Date.now() - daysAgo * day);
    const one = image({
      name: 'web',
      version,
      base: 'alpine',
      architecture: 'amd64',
      size: 90_000,
      created,
      labels: { branch: version },
    });
    await push(developer, 'team-frontend/web', one, [version], daysAgo);
  }
  for (let number = 1; number <= 6; number += 1) {
    const daysAgo = 24 - number * 4;
    const created = new Date(Date.now() - daysAgo * day);
    const of = { base: 'alpine', architecture: 'amd64', size: 300_000, created } as const;
    await push(
      developer,
      'team-frontend/web',
      image({ ...of, name: 'web', version: `v3.${number}.0` }),
      [`v3.${number}.0`, 'latest'],
      daysAgo,
    );
    await push(
      developer,
      'team-frontend/storybook',
      image({ ...of, name: 'storybook', version: `v3.${number}.0` }),
      [`v3.${number}.0`],
      daysAgo,
    );
  }
  for (let pulls = 0; pulls < 25; pulls += 1)
    await client.pull(as('backend-developer'), 'team-frontend/web', 'latest');
}

async function pushCharts({ client, admin, as, push }: Filling): Promise<void> {
  const operator = as('on-call');
  for (const [place, version] of ['4.10.0', '4.11.0', '4.11.1', '4.12.0'].entries()) {
    const one = chart({
      name: 'ingress',
      version,
      description: 'Lets traffic into the cluster',
      readme: `# ingress ${version}\n\nLets traffic into the cluster.\n\n## Install\n\n\`\`\`sh\nhelm install ingress oci://REGISTRY/platform/charts/ingress --version ${version}\n\`\`\`\n\n| value | default | meaning |\n|---|---|---|\n| \`replicas\` | 2 | pods |\n| \`service.type\` | LoadBalancer | how it is reached |\n`,
      values:
        'replicas: 2\nservice:\n  type: LoadBalancer\n  port: 443\nresources:\n  requests:\n    cpu: 100m\n    memory: 90Mi\n',
      dependencies: [{ name: 'common', version: '2.x.x', repository: 'oci://registry.example.com/charts' }],
    });
    await push(operator, 'platform/charts/ingress', one, [version], 26 - place * 7);
  }
  await push(
    operator,
    'platform/tools/kubectl',
    image({
      name: 'kubectl',
      version: 'v1.35.2',
      base: 'alpine',
      architecture: 'amd64',
      size: 800_000,
      created: new Date(Date.now() - 20 * day),
    }),
    ['1.35.2', '1.35', 'latest'],
    20,
  );
  await push(
    operator,
    'platform/policies/baseline',
    file(
      'application/vnd.cncf.openpolicyagent.policy.layer.v1+rego',
      'baseline.rego',
      Buffer.from('package baseline\n\ndeny[msg] { input.privileged; msg := "no privileged pods" }\n'),
    ),
    ['2026.11'],
    9,
  );
  await push(
    as('backend-developer'),
    'machine-learning/sentiment',
    file(
      'application/vnd.cncf.model.manifest.v1+json',
      'model.safetensors',
      programOf('sentiment', 3_000_000),
    ),
    ['v5', 'latest'],
    5,
  );
  for (let number = 1; number <= 3; number += 1) {
    await push(
      admin,
      'sandbox/hello',
      image({
        name: 'hello',
        version: `${number}`,
        base: 'alpine',
        architecture: 'amd64',
        size: 30_000,
        created: new Date(Date.now() - number * 6 * day),
      }),
      [`${number}`],
      number * 6,
    );
  }
  for (let pulls = 0; pulls < 60; pulls += 1)
    await client.pull(as('backend-developer'), 'platform/tools/kubectl', 'latest');
}

async function makePolicies({ client, admin, as }: Filling): Promise<void> {
  const projects = await client.get<{ project_id: number; name: string }[]>(admin, '/projects?page_size=100');
  const idOf = (name: string) => projects.find((one) => one.name === name)?.project_id ?? 0;
  const everyRepository = [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }];
  const tags = (pattern: string) => [{ kind: 'doublestar', decoration: 'matches', pattern }];
  await client.send(as('release-manager'), 'POST', '/projects/production/immutabletagrules', {
    tag_selectors: tags('v*'),
    scope_selectors: { repository: everyRepository },
  });
  await client.create(as('frontend-developer'), '/retentions', {
    algorithm: 'or',
    rules: [
      {
        action: 'retain',
        template: 'latestPushedK',
        params: { latestPushedK: 10 },
        tag_selectors: tags('v*'),
        scope_selectors: { repository: everyRepository },
      },
      {
        action: 'retain',
        template: 'nDaysSinceLastPush',
        params: { nDaysSinceLastPush: 14 },
        tag_selectors: tags('feature-*'),
        scope_selectors: { repository: everyRepository },
      },
    ],
    trigger: { kind: 'Schedule', settings: { cron: '0 0 3 * * *' } },
    scope: { level: 'project', ref: idOf('team-frontend') },
  });
  await client.create(as('release-manager'), '/projects/production/webhook/policies', {
    name: 'deployments',
    description: 'Tells the deployment pipeline of every push',
    targets: [{ type: 'http', address: 'https://deploy.example.com/hooks/registry' }],
    event_types: ['PUSH_ARTIFACT', 'DELETE_ARTIFACT', 'QUOTA_EXCEED'],
    enabled: false,
  });
  await makeRobots({ client, admin });
  for (const path of ['/system/gc/schedule', '/system/purgeaudit/schedule']) {
    const parameters = path.includes('purge')
      ? { audit_retention_hour: 2160, include_event_types: 'create_artifact,delete_artifact,pull_artifact' }
      : {};
    await client.send(admin, 'POST', path, { schedule: { type: 'Weekly', cron: '0 0 0 * * 0' }, parameters });
  }
}

async function makeRobots({ client, admin }: Pick<Filling, 'client' | 'admin'>): Promise<void> {
  const access = (...actions: string[]) => actions.map((action) => ({ resource: 'repository', action }));
  const robots = [
    ['ci', 'Pushes from the release pipeline', 30, access('pull', 'push')],
    ['kubernetes', 'Pulls for the clusters', -1, access('pull')],
    ['migration', 'Copied the old registry', 5, access('pull', 'push', 'list')],
  ] as const;
  for (const [name, description, duration, granted] of robots) {
    await client.create(admin, '/robots', {
      name,
      description,
      duration,
      level: 'project',
      permissions: [{ kind: 'project', namespace: 'production', access: granted }],
    });
  }
  await client.create(admin, '/robots', {
    name: 'monitoring',
    description: 'Reads metrics and quotas',
    duration: 365,
    level: 'system',
    permissions: [{ kind: 'system', namespace: '/', access: [{ resource: 'quota', action: 'list' }] }],
  });
}

async function cleanUp({ client, admin, as }: Filling): Promise<void> {
  const developer = as('frontend-developer');
  for (const tag of ['feature-101', 'feature-102', 'feature-103']) {
    await client.send(developer, 'DELETE', `/projects/team-frontend/repositories/web/artifacts/${tag}`);
  }
  await client.send(admin, 'DELETE', '/projects/sandbox/repositories/hello/artifacts/3');
  await client.send(admin, 'POST', '/system/gc/schedule', {
    schedule: { type: 'Manual' },
    parameters: { dry_run: true },
  });
}
