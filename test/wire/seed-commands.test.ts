import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { later } from '#src/features/later/index.ts';
import { adminPassword, makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';

const script = `${import.meta.dirname}/../../../shared/contract/seed-commands.sh`;

const reason = existsSync(script)
  ? ''
  : ' [skipped: ../shared/contract/seed-commands.sh, the command lines of the four guides, is not here]';

const pending = new Set(Object.values(later).flatMap((operations) => Object.keys(operations)));

/** What each command of the guides printed, by its heading; `statuses` are those of its curl calls. */
interface Step {
  output: string;
  statuses: number[];
}

let app: TestApp;
const steps = new Map<string, Step>();

/** One run of the whole file, as the administrator of a fresh registry with a project `myproject` and an image. */
async function run(): Promise<void> {
  await app.send('admin', json('POST', '/projects', { project_name: 'myproject' }));
  const { image } = await pushImage(app, 'admin', 'myproject/myapp', 'v1.2');
  const env = {
    PATH: process.env['PATH'],
    URL: app.url,
    USER: 'admin',
    PASS: adminPassword,
    DIGEST: image.digest,
    METRICS_URL: `${app.url}/metrics`,
  };
  const { stdout } = await promisify(execFile)('bash', [script], { env });
  for (const part of stdout.split('\n### ').slice(1)) {
    const [heading = '', ...rest] = part.split('\n');
    const output = rest.join('\n');
    const statuses = [...output.matchAll(/^\[status (\d+)\]$/gm)].map(([, status]) => Number(status));
    steps.set(heading.split(/\. Harbor|, v1| \(/)[0] ?? '', { output, statuses });
  }
}

const json = (method: string, path: string, body?: object) => ({
  method,
  path: `/api/v2.0${path}`,
  headers: { 'content-type': 'application/json' },
  ...(body && { body: JSON.stringify(body) }),
});

// oxlint-disable-next-line typescript/no-explicit-any -- bodies of every shape
const read = async (path: string) => (await app.send('admin', json('GET', path))).json<any>();

const statusesOf = (heading: string) => {
  const step = steps.get(heading);
  if (!step) throw new Error(`no command is called ${heading}, only ${[...steps.keys()].join(' | ')}`);
  return step.statuses;
};

/** The answer of one command, a robot with its secret. */
function robotOf(heading: string): { name: string; secret: string } {
  const output = steps.get(heading)?.output ?? '';
  const { name, secret, token } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  return { name, secret: secret ?? token };
}

describe.skipIf(reason !== '')(`the commands of the guides${reason}`, () => {
  beforeAll(async () => {
    app = await startTestApp();
    await run();
  });
  afterAll(() => app.close());

  test('scan on push and the refusal of critical findings are set', async () => {
    expect(statusesOf('000 scan on push')).toEqual([200]);
    expect(statusesOf('000 block critical findings')).toEqual([200]);
    const { metadata } = await read('/projects/myproject');
    expect(metadata).toMatchObject({ auto_scan: 'true', prevent_vul: 'true', severity: 'critical' });
  });

  test('the robot of the pipeline pushes and pulls', async () => {
    expect(statusesOf('000 robot account')).toEqual([201]);

    const { name, secret } = robotOf('000 robot account');
    const pushed = await pushImage(app, `${name}:${secret}`, 'myproject/myapp', 'v2');
    const pulled = await app.send(`${name}:${secret}`, { path: '/v2/myproject/myapp/manifests/v2' });

    expect(name).toBe('robot$myproject+ci-pipeline');
    expect([pushed.answer.status, pulled.status]).toEqual([201, 200]);
  });

  test('storage_limit in PUT of a project is its quota', async () => {
    expect(statusesOf('000 quota by PUT project')).toEqual([200]);
    expect((await read('/projects/myproject/summary')).quota.hard).toEqual({ storage: 53_687_091_200 });
  });

  test('a limit set that way holds', async () => {
    await app.send('admin', json('POST', '/projects', { project_name: 'tight' }));
    await app.send('admin', json('PUT', '/projects/tight', { storage_limit: 1000 }));

    const { answer } = await pushImage(app, 'admin', 'tight/app', 'v1', makeImage(1, 2000));

    expect(answer.status).not.toBe(201);
    expect((await read('/projects/tight/summary')).quota.used.storage).toBeLessThanOrEqual(1000);
  });

  test('the version is not told to strangers, the health is', () => {
    expect(steps.get('000 version after upgrade')?.output.trim()).toBe('null');
    expect(JSON.parse(steps.get('000 health')?.output ?? '')).toMatchObject({ status: 'healthy' });
    expect(statusesOf('002 health')).toEqual([200]);
    expect(steps.get('003 unhealthy components')?.output.trim()).toBe('');
  });

  test('the projects of the tenants are private and have their quota', async () => {
    expect(statusesOf('002 create tenant projects')).toEqual([201, 201, 201, 201, 201]);
    for (const name of ['team-frontend', 'team-backend', 'team-ml', 'customer-alpha', 'customer-beta']) {
      const { quota } = await read(`/projects/${name}/summary`);
      expect([name, quota.hard.storage]).toEqual([name, 107_374_182_400]);
      expect((await read(`/projects/${name}`)).metadata.public).toBe('false');
    }
  });

  test('public at top level opens a project', async () => {
    const open = json('POST', '/projects', { project_name: 'open', public: true });

    expect((await app.send('admin', open)).status).toBe(201);

    const { status } = await app.send(undefined, json('GET', '/projects/open'));
    expect(status).toBe(200);
  });

  test('the list of projects holds them', () => {
    const names = JSON.parse(steps.get('002 list projects')?.output ?? '[]').map(
      ({ name }: { name: string }) => name,
    );
    expect(names).toEqual(expect.arrayContaining(['customer-alpha', 'myproject', 'team-ml']));
  });

  test('the projects of the environments are there with their policies', async () => {
    expect(statusesOf('003 project production')).toEqual([201]);
    expect(statusesOf('003 environment projects')).toEqual([409, 201, 201, 201]);
    expect((await read('/projects/staging')).metadata).toMatchObject({ auto_scan: 'true', public: 'false' });
    expect(statusesOf('003 scan policy')).toEqual([200]);
    expect(statusesOf('003 require Cosign signatures')).toEqual([200]);
    expect((await read('/projects/production')).metadata).toMatchObject({
      auto_scan: 'true',
      severity: 'high',
      prevent_vul: 'true',
      enable_content_trust: 'true',
      enable_content_trust_cosign: 'true',
    });
  });

  test('a robot made under its project with the old access list pushes, and deletes artifacts', async () => {
    expect(statusesOf('003 project robot')).toEqual([201]);

    const { name, secret } = robotOf('003 project robot');
    const as = `${name}:${secret}`;
    const { image, answer } = await pushImage(app, as, 'production/my-app', 'v1.2.3');
    const path = `/projects/production/repositories/my-app/artifacts/${image.digest}`;
    const deleted = await app.send(as, json('DELETE', path));

    expect(name).toBe('robot$production+ci-robot');
    expect([answer.status, deleted.status]).toEqual([201, 200]);
  });

  test('that robot reaches no other project', async () => {
    const { name, secret } = robotOf('003 project robot');

    const { answer } = await pushImage(app, `${name}:${secret}`, 'staging/my-app', 'v1');

    expect([401, 403]).toContain(answer.status);
  });

  test('a proxy cache project without its registry is refused with a reason', async () => {
    const [status = 0] = statusesOf('000 proxy cache project');

    expect(status).toBeGreaterThanOrEqual(400);
    expect(steps.get('000 proxy cache project')?.output).toContain('registr');
    expect((await app.send('admin', json('GET', '/projects/dockerhub-cache'))).status).toBe(404);
  });

  test.each([
    ['000 garbage collection now', 'createGCSchedule', 201],
    ['000 garbage collection weekly', 'updateGCSchedule', 200],
    ['000 replication policy', 'createReplicationPolicy', 201],
    ['000 retention policy without scope', 'createRetention', 201],
    ['003 scan now', 'scanArtifact', 202],
    ['003 ECR endpoint', 'createRegistry', 201],
    ['003 replication to ECR on push', 'createReplicationPolicy', 201],
    ['003 garbage collection now', 'createGCSchedule', 201],
    ['003 retention policy with a five-field cron', 'createRetention', 201],
    ['003 webhook', 'CreateWebhookPolicyOfProject', 201],
  ])(
    '%s works once its feature is here, and until then says that it is not',
    (heading, operation, status) => {
      const isLater = pending.has(operation);

      expect(statusesOf(heading)).toEqual([isLater ? 501 : status]);
      expect(steps.get(heading)?.output.includes('is not part of this version')).toBe(isLater);
    },
  );
});
