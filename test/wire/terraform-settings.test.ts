/**
 * As terraform.test.ts: what there is one of, what is only read, and the provider with a session of the portal.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminPassword, type TestApp } from '#test/support/app.ts';
import type { HttpAnswer } from '#test/support/http.ts';
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

const label = { deleted: false, scope: 'g', project_id: 0, id: 0, color: 'false', description: '' };

describe('what there is one of', () => {
  const schedules: [name: string, path: string, first: object, then: object][] = [
    [
      'harbor_garbage_collection',
      '/system/gc/schedule',
      { delete_untagged: true, workers: 2 },
      { workers: 3 },
    ],
    [
      'harbor_purge_audit_log',
      '/system/purgeaudit/schedule',
      { audit_retention_hour: 24, include_event_types: 'push, pull' },
      { audit_retention_hour: 48, include_event_types: 'create_artifact,other' },
    ],
  ];
  test.each(schedules)('%s: no body means POST, any other PUT', async (_name, path, first, then) => {
    const timed = (type: string, cron: string, parameters: object) => ({
      schedule: { type, cron },
      ...never,
      parameters,
    });
    const held = async () => {
      const { schedule, job_parameters } = await provider.read(path);
      return { schedule, parameters: JSON.parse(job_parameters) };
    };
    expect((await provider.ok('GET', path)).body.toString()).toBe('');
    expect((await provider.send('POST', path, timed('Daily', '0 0 0 * * *', first))).status).toBe(201);
    expect(await held()).toMatchObject({ schedule: { type: 'Daily' }, parameters: first });

    await provider.ok('PUT', path, timed('Custom', '0 15 3 * * 6', then));
    expect(await held()).toMatchObject({
      schedule: { type: 'Custom', cron: '0 15 3 * * 6' },
      parameters: then,
    });

    await provider.ok('PUT', path, { schedule: { type: 'None' }, ...never, parameters: then });
    expect((await provider.ok('GET', path)).body.toString()).toBe('');
  });

  test('harbor_config_system reads each setting as the type that it wrote', async () => {
    const banner = { closable: true, message: 'hello ü', type: 'info', fromDate: '', toDate: '' };
    const written = {
      project_creation_restriction: 'adminonly',
      read_only: false,
      robot_token_duration: 60,
      token_expiration: 45,
      session_timeout: 90,
      quota_per_project_enable: true,
      robot_name_prefix: 'harbor@',
      storage_per_project: 100 * 2 ** 30,
      scanner_skip_update_pulltime: true,
      skip_audit_log_database: false,
      banner_message: JSON.stringify(banner),
      notification_enable: true,
      disabled_audit_log_event_types: 'pull_artifact',
    };
    await provider.ok('PUT', '/configurations', written);

    const settings = Object.entries<{ value?: unknown }>(await provider.read('/configurations'));
    await provider.ok('PUT', '/configurations', {
      ...written,
      robot_name_prefix: 'robot$',
      storage_per_project: -1,
    });

    expect(Object.fromEntries(settings.map(([name, { value }]) => [name, value]))).toMatchObject(written);
    expect(settings.filter(([, item]) => typeof item !== 'object')).toEqual([]);
  });

  test('harbor_config_auth sends what it has no value for, too', async () => {
    await provider.ok('PUT', '/configurations', {
      oidc_verify_cert: false,
      oidc_auto_onboard: false,
      oidc_logout: false,
      self_registration: false,
      scan_all_policy: { parameter: {} },
      ldap_scope: 0,
      ldap_group_search_scope: 0,
      ldap_verify_cert: false,
    });

    const { auth_mode, primary_auth_mode, ldap_scope } = await provider.read('/configurations');
    expect([auth_mode.value, primary_auth_mode.value, ldap_scope.value]).toEqual(['db_auth', false, 0]);
  });

  test('harbor_config_security is emptied by an empty body', async () => {
    const items = [{ cve_id: 'CVE-1' }, { cve_id: 'CVE-2' }];
    await provider.ok('PUT', '/system/CVEAllowlist', { items, expires_at: 1_893_456_000 });
    const full = await provider.read('/system/CVEAllowlist');
    await provider.ok('PUT', '/system/CVEAllowlist', {});
    const empty = await provider.read('/system/CVEAllowlist');

    expect(full).toMatchObject({
      items,
      expires_at: 1_893_456_000,
      creation_time: expect.any(String),
      update_time: expect.any(String),
    });
    expect([empty.items ?? [], empty.expires_at ?? 0]).toEqual([[], 0]);
  });
});

describe('data sources', () => {
  test('turn pages until one is empty, and filter by model names', async () => {
    const permissions = [
      { access: [{ resource: 'repository', action: 'pull' }], kind: 'project', namespace: 'team' },
    ];
    await provider.made('/robots', { name: 'listed', level: 'project', duration: -1, permissions });
    const pages = [
      '/usergroups?page=2',
      '/users?page=9&q=username=ada',
      '/projects?page=9',
      '/robots?page=9',
      `${project}/members?page=9`,
    ];
    for (const page of pages) expect(await provider.read(page)).toEqual([]);

    expect(await provider.read(`/robots?page=1&q=Level=project,ProjectID=${number}`)).toContainEqual(
      expect.objectContaining({ name: 'robot$team+listed', level: 'project', disable: false }),
    );
    expect(await provider.read('/users?page=1&q=username=ada')).toMatchObject([{ username: 'ada' }]);
    expect(await provider.read(`${project}/members?page=1`)).toMatchObject([
      { entity_type: 'u', role_id: 1 },
    ]);
  });

  test('harbor_project finds one by its name and asks for its scanner', async () => {
    expect(await provider.read('/projects?name=team')).toMatchObject([
      { name: 'team', metadata: { public: 'false' } },
    ]);
    expect(await provider.read(`${project}/scanner`)).toEqual({});
    expect(await provider.read('/registries?name=hub')).toEqual([]);
  });
});

test('with a session of the portal a refused call brings what its repetition needs', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const first = await app.send(undefined, { method: 'POST', path: '/c/login', headers: form, body: 'x=y' });
  const page = gorilla(first);
  const login = await app.send(undefined, {
    method: 'POST',
    path: '/c/login',
    headers: { ...form, cookie: page.cookie, 'x-harbor-csrf-token': page.token },
    body: `principal=admin&password=${adminPassword}`,
  });
  const sid = /sid=[^;]+/.exec(login.headers['set-cookie'] ?? '')?.[0] ?? '';

  const refused = await provider.send('POST', '/labels', { ...label, name: 'by session' }, { cookie: sid });
  const { cookie, token } = gorilla(refused);
  const accepted = await provider.send(
    'POST',
    '/labels',
    { ...label, name: 'by session' },
    {
      cookie: `${sid}; ${cookie}`,
      'x-harbor-csrf-token': token,
    },
  );

  expect([refused.status, accepted.status]).toEqual([403, 201]);
});

/** The provider looks for one header and the cookie of this name. */
function gorilla({ headers }: HttpAnswer): { cookie: string; token: string } {
  const cookie = /_gorilla_csrf=[^;]+/.exec(headers['set-cookie'] ?? '')?.[0] ?? '';
  return { cookie, token: headers['x-harbor-csrf-token'] ?? '' };
}
