/**
 * The requests of Harbor's command line (harbor-cli 0.0.26 on go-client 0.213), as it sends them, and what it reads.
 * Its client takes a time only as RFC 3339 and a number only as a number, and any status that Harbor's document does
 * not name for the operation is an error.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { type Program, program } from '#test/support/program.ts';

let app: TestApp;
let cli: Program;
/** Projects by their name, as most of its commands ask for them. */
let named: Program;
let project = 0;
beforeAll(async () => {
  app = await startTestApp();
  cli = program(app, { accept: 'application/json' });
  named = program(app, { accept: 'application/json', 'x-is-resource-name': 'true' });
  project = await idOf('/projects', { ...newProject, project_name: 'team' });
  await app.createUser('ada');
  await pushImage(app, 'admin', 'team/sub/hello', '1.0');
});
afterAll(() => app.close());

/** A size that it does not understand is 0, which stands for the default. */
const newProject = { metadata: { public: 'false' }, public: false, storage_limit: 0 };
const unset = '0001-01-01T00:00:00.000Z';
const rfc3339 = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const times = { creation_time: rfc3339, update_time: rfc3339 };
const repository = '/projects/team/repositories/sub%2Fhello';

const idOf = async (collection: string, body: object) =>
  Number((await cli.made(collection, body)).split('/').at(-1));

test('login asks who logs in, and info what there is', async () => {
  const ping = await app.send('admin', { path: '/api/v2.0/ping', headers: { accept: 'text/plain' } });

  expect([ping.status, ping.body.toString()]).toEqual([200, 'Pong']);
  expect(await cli.read('/users/current')).toMatchObject({
    username: 'admin',
    sysadmin_flag: true,
    user_id: 1,
  });
  expect(await cli.read('/systeminfo')).toMatchObject({
    current_time: rfc3339,
    harbor_version: expect.stringMatching(/^v2\./),
  });
  expect(await cli.read('/statistics')).toMatchObject({ total_storage_consumption: expect.any(Number) });
  expect(await cli.read('/systeminfo/volumes')).toMatchObject({ storage: [{ total: expect.any(Number) }] });
  expect(await cli.read('/health')).toMatchObject({
    status: 'healthy',
    components: expect.arrayContaining([{ name: 'core', status: 'healthy' }]),
  });
});

describe('project', () => {
  test('create asks for registries first; a second of the name is refused in words', async () => {
    expect(await cli.read('/registries')).toEqual([]);

    const again = await cli.send('POST', '/projects', { ...newProject, project_name: 'team' });

    expect([again.status, again.code]).toEqual([409, 'CONFLICT']);
  });

  test('view, list, search and summary name numbers and times', async () => {
    const shown = { project_id: project, name: 'team', owner_id: 1, repo_count: 1, ...times };

    expect(await named.read('/projects/team')).toMatchObject({
      ...shown,
      cve_allowlist: { items: [], ...times },
    });
    for (const query of ['page=1&page_size=100&public=false', 'page=1&page_size=100&q=name%3D~tea']) {
      expect(await cli.read(`/projects?${query}`)).toMatchObject([shown]);
    }
    expect(await cli.read('/search?q=tea')).toMatchObject({ project: [{ name: 'team' }] });
    expect(await named.read('/projects/team/summary')).toMatchObject({
      repo_count: 1,
      project_admin_count: 1,
      quota: { hard: { storage: -1 }, used: { storage: expect.any(Number) } },
    });
  });

  test('config list ends its path with a slash, and update sends what it was given', async () => {
    await named.ok('PUT', '/projects/team', { metadata: { auto_scan: 'true', public: 'false' } });

    expect(await named.read('/projects/team/metadatas/')).toEqual({ auto_scan: 'true', public: 'false' });
  });

  test('member create leaves the kind of member that it does not mean empty', async () => {
    const member = { member_group: {}, member_user: { username: 'ada' }, role_id: 4 };
    const id = await named.made('/projects/team/members', member);

    const members = await named.read('/projects/team/members?page=1&page_size=10');
    await named.ok('DELETE', id);

    expect(members).toContainEqual({
      id: Number(id.split('/').at(-1)),
      project_id: project,
      entity_id: expect.any(Number),
      entity_name: 'ada',
      entity_type: 'u',
      role_id: 4,
      role_name: 'maintainer',
    });
  });

  test('delete takes a name or, without X-Is-Resource-Name, an id', async () => {
    const [byName, byId] = await Promise.all(
      ['gone', 'too'].map((project_name) => cli.made('/projects', { ...newProject, project_name })),
    );

    await named.ok('DELETE', '/projects/gone');
    const id = await cli.send('DELETE', byId ?? '', undefined, { 'x-is-resource-name': 'false' });

    expect(id.status).toBe(200);
    expect((await cli.send('GET', byName ?? '')).status).toBe(404);
  });
});

describe('repo and artifact', () => {
  const artifact = `${repository}/artifacts/1.0`;

  test('send the name with its slash escaped once', async () => {
    const before = await cli.read(repository);
    await cli.ok('PUT', repository, { ...before, description: 'text' });

    expect(before).toMatchObject({
      name: 'team/sub/hello',
      artifact_count: 1,
      project_id: project,
      ...times,
    });
    expect(await cli.read(repository)).toMatchObject({ description: 'text' });
    expect(await cli.read('/projects/team/repositories?page=1&page_size=10')).toMatchObject([
      { id: before.id },
    ]);
    expect(await cli.read('/search?q=hello')).toMatchObject({
      repository: [{ repository_name: 'team/sub/hello', project_name: 'team', artifact_count: 1 }],
    });
  });

  test('list and view give sizes, types and times; a time that is unset is that of the year 1', async () => {
    const shown = { type: 'IMAGE', size: expect.any(Number), push_time: rfc3339, pull_time: unset };

    expect(await cli.read(`${repository}/artifacts?page=1&page_size=10`)).toMatchObject([shown]);
    const { extra_attrs, tags } = await cli.read(`${artifact}?with_label=false`);
    expect(extra_attrs).toBeTypeOf('object');
    expect(tags).toMatchObject([{ name: '1.0', pull_time: unset, push_time: rfc3339, immutable: false }]);
  });

  test('tags are made with times that are unset, and listed', async () => {
    const tag = { immutable: false, name: '2.0', pull_time: unset, push_time: unset };
    const made = await cli.send('POST', `${artifact}/tags`, tag);
    const tags = await cli.read(`${artifact}/tags`);
    await cli.ok('DELETE', `${artifact}/tags/2.0`);

    expect(made.status).toBe(201);
    expect(tags.map(({ name }: { name: string }) => name)).toEqual(['1.0', '2.0']);
  });

  test('a label is found by its name on page 0 of size 0, and attached as it was read', async () => {
    const blank = { creation_time: unset, update_time: unset };
    const id = await idOf('/labels', { ...blank, color: '#FF0000', name: 'mark', scope: 'g' });
    const found = await cli.read('/labels?page=0&page_size=0&project_id=0&scope=g');
    expect(found).toMatchObject([{ id, name: 'mark' }]);

    await cli.ok('POST', `${artifact}/labels`, await cli.read(`/labels/${id}`));
    expect((await cli.read(`${artifact}?with_label=true`)).labels).toMatchObject([
      { id, name: 'mark', ...times },
    ]);
    await cli.ok('DELETE', `${artifact}/labels/${id}`);
    await cli.ok('PUT', `/labels/${id}`, {
      ...blank,
      color: '#FFFFFF',
      name: 'mark',
      scope: 'g',
      description: 'x',
    });

    expect(await cli.read(`/labels/${id}`)).toMatchObject({ color: '#FFFFFF', description: 'x' });
  });
});

describe('user', () => {
  test('is found by name on page 0 of size 0, elevated, given a password and removed', async () => {
    const profile = { comment: 'text', email: 'b@example.com', realname: 'Bob' };
    const made = await idOf('/users', { ...profile, password: 'Password12345', username: 'bob' });
    const users = await cli.read('/users?page=0&page_size=0');
    expect(users).toContainEqual(expect.objectContaining({ ...profile, ...times, user_id: made }));

    await cli.ok('PUT', `/users/${made}/sysadmin`, { sysadmin_flag: true });
    await cli.ok('PUT', `/users/${made}/password`, { new_password: 'Password54321' });
    const mine = await cli.send('PUT', '/users/1/password', {
      new_password: 'Any-0ther',
      old_password: 'No',
    });
    expect(mine.status).toBe(403);

    expect(await cli.read(`/users/${made}`)).toMatchObject({ sysadmin_flag: true });
    await cli.ok('DELETE', `/users/${made}`);
  });
});

describe('robot', () => {
  const access = ['pull', 'push'].map((action) => ({ action, resource: 'repository' }));

  test.each([
    ['project', '/robots?page=1&page_size=10&q=Level%253Dproject%252CProjectID%253D', 'robot$team+ci'],
    ['system', '/robots?page=1&page_size=10', 'robot$ci'],
  ])('of level %s is made, listed by a q escaped twice, changed, refreshed', async (level, list, name) => {
    const permissions = [{ access, kind: 'project', namespace: 'team' }];
    const robot = { description: 'text', duration: 90, level, name: 'ci', permissions };
    const made = await cli.send('POST', '/robots', robot);
    expect(made.status).toBe(201);
    expect(made.json()).toEqual({
      id: expect.any(Number),
      name,
      secret: expect.any(String),
      expires_at: expect.any(Number),
      creation_time: rfc3339,
    });

    const robots = await cli.read(level === 'project' ? `${list}${project}` : list);
    expect(robots).toMatchObject([{ name, level, duration: 90, disable: false, editable: true, ...times }]);
    // All of it, as it was read, with the times unset.
    const id = robots[0].id as number;
    const changed = { ...robot, name, id, disable: true, editable: true, creation_time: unset };
    await cli.ok('PUT', `/robots/${id}`, changed);
    expect(await cli.read(`/robots/${id}`)).toMatchObject({ disable: true, name });
    const refreshed = await cli.ok('PATCH', `/robots/${id}`, {});
    const given = await cli.ok('PATCH', `/robots/${id}`, { secret: 'Secret12345' });

    expect(refreshed.json()).toEqual({ secret: expect.stringMatching(/^\w{32}$/) });
    expect(given.json()).toEqual({});
    await cli.ok('DELETE', `/robots/${id}`);
  });
});

describe('tag', () => {
  const scope = { repository: [{ decoration: 'repoMatches', pattern: '**' }] };
  const kind = 'doublestar';

  test('immutable create names neither kind nor action nor template', async () => {
    const rule = { scope_selectors: scope, tag_selectors: [{ decoration: 'matches', pattern: 'v*' }] };
    const id = await cli.made('/projects/team/immutabletagrules', rule);

    const rules = await named.read('/projects/team/immutabletagrules');
    await named.ok('DELETE', id);

    expect(rules).toMatchObject([{ action: 'immutable', tag_selectors: [{ kind, pattern: 'v*' }] }]);
  });

  test('retention create adds a rule to the policy as it was read, and delete takes one out', async () => {
    const rule = (template: string, pattern: string, params = {}) => ({
      action: 'retain',
      scope_selectors: scope,
      tag_selectors: [{ decoration: 'matches', extras: '{"untagged":true}', pattern }],
      template,
      ...params,
    });
    expect((await named.read('/projects/team')).metadata.retention_id).toBeUndefined();
    const id = await cli.made('/retentions', {
      algorithm: 'or',
      rules: [rule('latestPulledN', 'v*', { params: { latestPulledN: 5 } })],
      scope: { level: 'project', ref: project },
      trigger: { kind: 'Schedule', settings: { cron: '' } },
    });
    const { metadata } = await named.read('/projects/team');
    expect(`/retentions/${metadata.retention_id}`).toBe(id);

    const first = await cli.read(id);
    await cli.ok('PUT', id, { ...first, rules: [...first.rules, rule('always', 'w*')] });
    const both = await cli.read(id);
    await cli.ok('PUT', id, { ...both, rules: both.rules.slice(1) });

    expect(both.rules).toMatchObject([
      { template: 'latestPulledN', params: { latestPulledN: 5 } },
      { template: 'always', tag_selectors: [{ kind, pattern: 'w*', extras: '{"untagged":true}' }] },
    ]);
    expect((await cli.read(id)).rules).toMatchObject([{ template: 'always' }]);
  });
});

test('webhook create, list, edit and delete', async () => {
  const path = '/projects/team/webhook/policies';
  const target = { address: 'https://example.org/a', auth_header: 'Bearer t', type: 'http' };
  const policy = (payload_format: string, enabled: boolean) => ({
    creation_time: unset,
    update_time: unset,
    description: 'text',
    enabled,
    event_types: ['PUSH_ARTIFACT'],
    name: 'hook',
    targets: [{ ...target, payload_format }],
  });
  const id = await cli.made(path, policy('Default', true));
  const listed = await cli.read(path);
  await cli.ok('PUT', id, policy('CloudEvents', false));
  const edited = await cli.read(id);
  await cli.ok('DELETE', id);

  expect(listed).toMatchObject([{ name: 'hook', enabled: true, creator: 'admin', ...times }]);
  expect(edited).toMatchObject({ targets: [{ address: target.address, payload_format: 'CloudEvents' }] });
  expect(edited.enabled ?? false).toBe(false);
});

describe('the registry', () => {
  test('quota update finds the quota in the list by its project', async () => {
    const quotas = await cli.read('/quotas?page=1&page_size=100');
    const quota = quotas.find(({ ref }: { ref: { id: number } }) => ref.id === project);
    await cli.ok('PUT', `/quotas/${quota.id}`, { hard: { storage: 20 * 2 ** 20 } });

    expect(quota).toMatchObject({ ref: { name: 'team', owner_name: 'admin' }, ...times });
    expect(await cli.read('/quotas?page=1&page_size=0')).toContainEqual(
      expect.objectContaining({ id: quota.id, hard: { storage: 20 * 2 ** 20 } }),
    );
  });

  test('config view shows each member, and its file is applied as it was written', async () => {
    await cli.ok('PUT', '/configurations', { uaa_client_secret: 'Sesame' });
    const shown = Object.entries<{ value?: unknown }>(await cli.read('/configurations'));
    const backup = Object.fromEntries(shown.map(([name, { value }]) => [name, value]));
    const unknown = ['restore_hours', 'scan_all_policy'];

    for (const name of unknown) delete backup[name];
    await cli.ok('PUT', '/configurations', { ...backup, token_expiration: 41 });

    const { token_expiration, scan_all_policy, uaa_client_secret } = await cli.read('/configurations');
    expect(token_expiration).toMatchObject({ value: 41, editable: true });
    expect([scan_all_policy, uaa_client_secret.value]).toEqual([{}, '']);
  });

  test('lists of logs, schedules, queues and the allowlist', async () => {
    const entry = {
      id: expect.any(Number),
      op_time: rfc3339,
      username: 'admin',
      operation: expect.any(String),
    };

    expect(await cli.read('/auditlog-exts?page=1&page_size=10')).toContainEqual(
      expect.objectContaining(entry),
    );
    expect(await cli.read('/projects/team/auditlog-exts?page=1&page_size=10')).not.toEqual([]);
    expect(await cli.read('/schedules?page=1&page_size=10')).toEqual([]);
    expect(await cli.read('/jobservice/queues')).toContainEqual(
      expect.objectContaining({ job_type: 'WEBHOOK' }),
    );
    expect(await cli.read('/system/CVEAllowlist')).toMatchObject({ items: [], ...times });
  });
});
