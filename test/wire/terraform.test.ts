/**
 * The requests of Harbor's Terraform provider (3.12.4), as it sends them, and the members of the answers that it
 * reads: a resource lives at the Location of its making, is read there after each step, and a plan is empty when what
 * is read is what was written. test/clients/terraform.clients.test.ts runs the programs themselves where they are.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage, type TestApp } from '#test/support/app.ts';
import type { Program } from '#test/support/program.ts';
import { never, startTerraformWorld } from '#test/support/terraform-provider.ts';

let app: TestApp;
let provider: Program;
let project = '';
let number = 0;
beforeAll(async () => {
  ({ app, provider, project, number } = await startTerraformWorld());
});
afterAll(() => app.close());

interface Resource {
  readonly at: string;
  readonly write: object;
  /** What a read has to hold afterwards; what is written, unless it is said. */
  readonly holds?: object;
  readonly change: object;
  readonly holdsThen?: object;
}

const selector = (decoration: string, pattern: string) => ({ kind: 'doublestar', decoration, pattern });

const label = { deleted: false, scope: 'g', project_id: 0, id: 0 };
const webhook = { ...never, creator: '', project_id: 0, id: 0, name: 'hook' };
const target = { type: 'http', auth_header: '', skip_cert_verify: true, address: 'https://example.org/a' };
const pulls = { resource: 'repository', action: 'pull' };
const ofTeam = (...access: object[]) => [{ access, kind: 'project', namespace: 'team' }];
const robot = { name: 'builder', level: 'project', description: 'builds', duration: -1 };

const resources: Record<string, () => Resource> = {
  harbor_group: () => ({
    at: '/usergroups',
    write: { group_name: 'crew', group_type: 3 },
    change: { group_name: 'crew', group_type: 3 },
  }),
  harbor_label: () => ({
    at: '/labels',
    write: { ...label, name: 'red', description: 'text', color: '#FF0000' },
    holds: { name: 'red', description: 'text', color: '#FF0000', scope: 'g' },
    change: { ...label, name: 'plain', description: '', color: 'false' },
    holdsThen: { name: 'plain', color: 'false', scope: 'g' },
  }),
  harbor_project_member_user: () => ({
    at: `${project}/members`,
    write: { role_id: 2, member_group: {}, member_user: { username: 'ada' } },
    holds: { role_id: 2, project_id: number, entity_name: 'ada', entity_type: 'u' },
    change: { role_id: 5, member_group: {}, member_user: { username: 'ada' } },
    holdsThen: { role_id: 5, entity_name: 'ada' },
  }),
  harbor_project_webhook: () => ({
    at: `${project}/webhook/policies`,
    write: {
      ...webhook,
      description: 'text',
      enabled: true,
      event_types: ['PUSH_ARTIFACT', 'QUOTA_EXCEED'],
      // A slip of the provider, which sends the format of the payload under this name.
      targets: [{ ...target, 'payload_format:omitempty': '' }],
    },
    holds: {
      name: 'hook',
      description: 'text',
      enabled: true,
      targets: [{ type: 'http', address: target.address, skip_cert_verify: true }],
    },
    change: {
      ...webhook,
      description: '',
      enabled: false,
      event_types: ['PUSH_ARTIFACT'],
      targets: [target],
    },
    holdsThen: { name: 'hook', targets: [{ address: target.address }] },
  }),
  'harbor_robot_account of a project': () => ({
    at: '/robots',
    write: { ...robot, permissions: ofTeam(pulls) },
    holds: {
      name: 'robot$team+builder',
      level: 'project',
      description: 'builds',
      duration: -1,
      disable: false,
      permissions: ofTeam(pulls),
    },
    // It sends the name as it reads it.
    change: {
      ...robot,
      name: 'robot$team+builder',
      disable: true,
      permissions: ofTeam({ ...pulls, action: 'push' }, pulls),
    },
    holdsThen: {
      name: 'robot$team+builder',
      disable: true,
      permissions: ofTeam(expect.objectContaining(pulls), expect.objectContaining({ action: 'push' })),
    },
  }),
  'harbor_robot_account of the system': () => ({
    at: '/robots',
    write: {
      ...robot,
      level: 'system',
      permissions: [
        { access: [pulls], kind: 'project', namespace: '*' },
        { access: [{ resource: 'audit-log', action: 'list' }], kind: 'system', namespace: '/' },
        { access: [{ ...pulls, effect: 'allow' }], kind: 'project', namespace: 'team' },
      ],
    },
    holds: { name: 'robot$builder', level: 'system', permissions: { length: 3 } },
    change: {
      ...robot,
      name: 'robot$builder',
      level: 'system',
      duration: 30,
      permissions: [{ access: [pulls], kind: 'project', namespace: '*' }],
    },
    holdsThen: {
      duration: 30,
      permissions: [{ kind: 'project', namespace: '*', access: [{ ...pulls, effect: 'allow' }] }],
    },
  }),
};

describe('a resource that lives at its own address', () => {
  test.each(Object.keys(resources))('%s is made, read, changed, read and removed', async (name) => {
    const { at, write, holds = write, change, holdsThen = change } = resources[name]?.() ?? unknown(name);

    const id = await provider.made(at, write);
    expect(await provider.read(id)).toMatchObject(holds);
    await provider.ok('PUT', id, change);
    expect(await provider.read(id)).toMatchObject(holdsThen);
    await provider.ok('DELETE', id);

    expect((await provider.send('GET', id)).status).toBe(404);
  });
});

function unknown(name: string): never {
  throw new Error(`no resource is called ${name}`);
}

test('harbor_project_member_group names its group by id, by name and type, or by distinguished name', async () => {
  const crew = await provider.made('/usergroups', { group_name: 'crew-http', group_type: 2 });
  const ldap_group_dn = 'cn=crew,dc=example,dc=com';
  await provider.made('/usergroups', { group_name: 'crew-ldap', group_type: 1, ldap_group_dn });
  const groups = [
    { group_type: 2, group_name: 'crew-http', id: Number(crew.split('/').at(-1)) },
    { group_type: 1, group_name: 'crew-ldap', ldap_group_dn },
  ];
  for (const member_group of groups) {
    const id = await provider.made(`${project}/members`, { role_id: 4, member_group, member_user: {} });
    await provider.ok('PUT', id, { role_id: 3, member_group, member_user: {} });

    expect(await provider.read(id)).toMatchObject({
      role_id: 3,
      project_id: number,
      entity_name: member_group.group_name,
      entity_type: 'g',
    });
    await provider.ok('DELETE', id);
  }
});

test('harbor_label of a project has its id', async () => {
  const id = await provider.made('/labels', {
    ...label,
    scope: 'p',
    project_id: number,
    name: 'own',
    color: '#FFFFFF',
  });

  expect(await provider.read(id)).toMatchObject({ name: 'own', scope: 'p', project_id: number });
});

describe('harbor_project', () => {
  const metadata = {
    enable_content_trust: 'false',
    enable_content_trust_cosign: 'true',
    auto_scan: 'true',
    severity: 'high',
    reuse_sys_cve_allowlist: 'false',
    public: 'true',
    prevent_vul: 'true',
    auto_sbom_generation: 'true',
    proxy_speed_kb: '-1',
    proxy_cache_local_on_not_found: 'false',
  };
  const cve_allowlist = { items: [{ cve_id: 'CVE-1' }, { cve_id: 'CVE-2' }] };
  const shown = ({ proxy_speed_kb: _, proxy_cache_local_on_not_found: __, ...rest }: typeof metadata) => rest;

  test('keeps every argument, its quota in two calls, and goes with its repositories', async () => {
    const body = { project_name: 'full', cve_allowlist, storage_limit: 5 * 2 ** 30, metadata };
    const id = await provider.made('/projects', body);
    await provider.ok('PUT', id, body);
    const first = await provider.read(id);
    expect(first).toMatchObject({ name: 'full', metadata: shown(metadata), cve_allowlist });
    expect(first.registry_id ?? null).toBeNull();

    const changed = { ...metadata, public: 'false', severity: 'low', reuse_sys_cve_allowlist: 'true' };
    await provider.ok('PUT', id, {
      ...body,
      cve_allowlist: {},
      storage_limit: 7 * 2 ** 30,
      metadata: changed,
    });
    expect((await provider.read('/configurations')).quota_per_project_enable.value).toBe(true);
    const quotas = await provider.read('/quotas/?page=1&page_size=100');
    const quota = quotas.find(({ ref }: { ref: { id: number } }) => `/projects/${ref.id}` === id);
    await provider.ok('PUT', `/quotas/${quota.id}`, { hard: { storage: 7 * 2 ** 30 } });
    expect(await provider.read('/quotas/?page=2&page_size=100')).toEqual([]);
    expect((await provider.read(`/quotas/${quota.id}`)).hard).toEqual({ storage: 7 * 2 ** 30 });
    expect(await provider.read(id)).toMatchObject({ metadata: shown(changed), cve_allowlist: { items: [] } });

    await pushImage(app, 'admin', 'full/a/b', '1');
    const repositories = await provider.read('/projects/full/repositories?page=1&page_size=100');
    expect(repositories).toMatchObject([{ name: 'full/a/b' }]);
    await provider.ok('DELETE', '/projects/full/repositories/a%252Fb');
    await provider.ok('DELETE', id);
  });
});

test('harbor_user takes one body for profile, rights and password', async () => {
  const body = (password: string, more = {}) => ({
    username: 'bob',
    password,
    realname: 'Bob',
    email: 'bob@example.com',
    new_password: password,
    ...more,
  });
  const id = await provider.made('/users', body('Password12345'));
  expect(await provider.read(id)).toMatchObject({ username: 'bob', realname: 'Bob', sysadmin_flag: false });

  const changed = body('Password54321', { realname: 'Robert', sysadmin_flag: true });
  for (const path of [id, `${id}/sysadmin`, `${id}/password`]) await provider.ok('PUT', path, changed);

  expect(await provider.read(id)).toMatchObject({ realname: 'Robert', sysadmin_flag: true });
  const self = await app.send('bob:Password54321', { path: '/api/v2.0/users/current' });
  expect(self.status).toBe(200);
  await provider.ok('PUT', `${id}/sysadmin`, body('Password54321'));
  expect(await provider.read(id)).toMatchObject({ sysadmin_flag: false });
});

test('a robot has the secret that the configuration gives', async () => {
  const answer = await provider.send('POST', '/robots', {
    ...robot,
    name: 'secretive',
    permissions: ofTeam(pulls),
  });
  const { id, secret } = answer.json<{ id: number; secret: string }>();
  expect(secret).toMatch(/^\w{32}$/);

  await provider.ok('PATCH', `/robots/${id}`, { secret: 'Secret54321' });

  const login = (given: string) =>
    app.send(`robot$team+secretive:${given}`, { path: '/service/token?service=harbor-registry' });
  expect([(await login('Secret54321')).status, (await login(secret)).status]).toEqual([200, 401]);
});

describe('harbor_immutable_tag_rule', () => {
  const rule = (pattern: string, more: object) => ({
    disabled: true,
    scope_selectors: { repository: [selector('repoMatches', pattern)] },
    tag_selectors: [selector('matches', 'v*')],
    action: 'immutable',
    template: 'immutable_template',
    ...more,
  });

  test('is disabled by a second call, found in the list, and changed in one', async () => {
    const id = await provider.made(`${project}/immutabletagrules`, rule('**-release', {}));
    const own = Number(id.split('/').at(-1));
    const found = async () => {
      const rules = await provider.read(`${project}/immutabletagrules?page=1&page_size=15`);
      return rules.find((one: { id: number }) => one.id === own);
    };
    await provider.ok('PUT', id, rule('**-release', { id: own }));
    expect(await found()).toMatchObject(rule('**-release', {}));

    await provider.ok('PUT', id, rule('**', { id: own, disabled: false }));

    const { disabled: _, ...rest } = rule('**', {});
    expect(await found()).toMatchObject(rest);
    expect((await found()).disabled ?? false).toBe(false);
    await provider.ok('DELETE', id);
    expect(await found()).toBeUndefined();
  });
});

describe('harbor_retention_policy', () => {
  const rule = (template: string, params: object, untagged: boolean) => ({
    disabled: false,
    action: 'retain',
    scope_selectors: { repository: [selector('repoMatches', '{a,b}/**')] },
    tag_selectors: [{ ...selector('excludes', 'latest'), extras: `{"untagged":${untagged}}` }],
    params,
    template,
  });
  const policy = (rules: object[], cron: string) => ({
    algorithm: 'or',
    rules,
    trigger: { kind: 'Schedule', references: {}, settings: { cron } },
    scope: { level: 'project', ref: number },
  });
  /** `disabled` false and `params` of nothing may be left out: the provider reads them so. */
  const shown = ({ disabled: _, params, ...rest }: ReturnType<typeof rule>) =>
    Object.keys(params).length > 0 ? { ...rest, params } : rest;
  const every = [
    rule('nDaysSinceLastPull', { nDaysSinceLastPull: 5 }, true),
    rule('nDaysSinceLastPush', { nDaysSinceLastPush: 10 }, false),
    rule('latestPulledN', { latestPulledN: 3 }, true),
    rule('latestPushedK', { latestPushedK: 3 }, false),
    rule('always', {}, true),
  ];

  test('keeps every rule, is taken over where one is, and goes by being emptied', async () => {
    const id = await provider.made('/retentions', policy(every, '0 0 0 * * *'));
    expect(await provider.read(id)).toMatchObject({
      rules: every.map(shown),
      trigger: { settings: { cron: '0 0 0 * * *' } },
      scope: { level: 'project', ref: number },
    });

    const again = await provider.send('POST', '/retentions', policy(every, ''));
    expect(again.status).not.toBe(201);
    const { metadata } = await provider.read(project);
    expect(`/retentions/${metadata.retention_id}`).toBe(id);
    await provider.ok('PUT', id, policy(every.slice(0, 1), ''));
    expect(await provider.read(id)).toMatchObject({ rules: [shown(every[0] ?? unknown('rule'))] });

    await provider.ok('PUT', id, { id: Number(metadata.retention_id), ...policy([], '') });
    expect((await provider.read(id)).rules ?? []).toEqual([]);
  });
});
