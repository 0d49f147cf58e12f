import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idle, startTestApp, type TestApp } from '#test/support/app.ts';
import { changedBetween, type Fingerprint, fingerprinter } from '#test/support/fingerprint.ts';
import { routes } from '#test/support/routes.ts';
import { assembleCallers, type Caller } from '#test/support/walk-callers.ts';
import { type Call, furnish, idIn, immutableRule, type Place, prepare } from '#test/support/walk-place.ts';
import { retentionOf, retentionRun, type Run, webhookOf, webhookRun } from '#test/support/walk-policies.ts';

/** Callers who have rights in `team` only, and objects of `foreign`: as if they were not there (R1, R2). */
let app: TestApp;
let team: Place;
let foreign: Place;
let group: number;
/** Immutability rules and runs of policies, of the one and of the other. */
const rules: number[] = [];
const kept: Run[] = [];
const told: Run[] = [];
let callers: Map<string, Caller>;
let look: () => Promise<Fingerprint>;
beforeAll(async () => {
  app = await startTestApp({ settings: idle });
  team = await furnish(app, 'team');
  foreign = await furnish(app, 'foreign');
  const made = await prepare(app, 'POST', '/usergroups', { group_name: 'some', group_type: 3 });
  group = idIn(made);
  await prepare(app, 'POST', '/projects/foreign/repositories/theirs/artifacts?from=foreign/app:v1');
  await prepare(app, 'POST', '/projects/foreign/repositories/app/artifacts/v1/tags', { name: 'theirs' });
  callers = new Map((await assembleCallers(app, team, foreign)).map((one) => [one.name, one]));
  for (const place of [team, foreign]) {
    kept.push(await retentionRun(app, place));
    told.push(await webhookRun(app, place));
    const path = `/projects/${place.name}/immutabletagrules`;
    rules.push(idIn(await prepare(app, 'POST', path, immutableRule('none'))));
  }
  look = await fingerprinter(app.database, ['audit_log', 'job_runner', 'artifact_detail', 'session']);
});
afterAll(() => app.close());

const endpoints = routes.map(({ endpoint }) => endpoint);

/** Everything of an answer by which two could be told apart, without the names that were asked for. */
async function ask(who: string, call: Call, names: readonly (string | number)[]) {
  const caller = callers.get(who);
  if (!caller) throw new Error(`there is no caller ${who}`);
  const { status, headers, body } = await caller.send(call);
  const { date: _date, 'x-request-id': _id, 'content-length': _length, ...rest } = headers;
  const words = names.map(String).sort((a, b) => b.length - a.length);
  const masked = words.reduce((text, word) => text.replaceAll(word, 'X'), body.toString());
  return { status, body: masked, headers: rest };
}

const missingId = 777_777;
const missingDigest = `sha256:${'0'.repeat(64)}`;

describe('S-010: a private project and one that does not exist are answered alike', () => {
  const ofProjects = endpoints.filter(({ path }) => /:project_name/.test(path));

  test.each(ofProjects.map(({ method, path, options }) => [options.id, method, path] as const))(
    'by %s, to whoever is not in it',
    async (_id, method, path) => {
      const at = (project: string) =>
        path
          .replace(/:project_name(_or_id)?/, project)
          .replace(/:([a-z_]+)/g, (_, name: string) => plain[name] ?? '1');
      const body = method === 'POST' || method === 'PUT' ? { body: {} } : {};
      const names = ['team', 'none', team.id, missingId];
      const others = path.includes('_or_id') ? ['none', String(team.id), String(missingId)] : ['none'];
      for (const who of ['nobody', 'stranger', 'neighbour', 'full-robot-of-another-project']) {
        const there = await ask(who, { method, path: at('team'), ...body }, names);
        const answers = await Promise.all(
          others.map((other) => ask(who, { method, path: at(other), ...body }, names)),
        );

        expect(there.status).toBe(who === 'nobody' ? 401 : 403);
        for (const answer of answers) expect(answer).toEqual(there);
      }
    },
  );

  test('by HEAD /projects, to anonymous callers', async () => {
    const head = (name: string) =>
      ask('nobody', { method: 'HEAD', path: `/projects?project_name=${name}` }, ['team', 'none']);

    expect(await head('team')).toMatchObject({ status: 401, body: '' });
    expect(await head('none')).toEqual(await head('team'));
  });
});

/** By path parameter: what the caller has, what another project has, what nobody has. */
const values: Record<
  string,
  () => readonly [own: string | number, foreign: string | number, missing: string | number]
> = {
  mid: () => [team.member, foreign.member, missingId],
  robot_id: () => [team.robot, foreign.robot, missingId],
  label_id: () => [team.label, foreign.label, missingId],
  repository_name: () => ['app', 'theirs', 'none'],
  reference: () => [team.image.digest, foreign.image.digest, missingDigest],
  tag_name: () => ['v1', 'theirs', 'none'],
  'quotas id': () => [team.quota, foreign.quota, missingId],
  'retentions id': () => runs(kept, 'policy'),
  'retentions eid': () => runs(kept, 'execution'),
  'retentions tid': () => runs(kept, 'task'),
  'projects webhook_policy_id': () => runs(told, 'policy'),
  'projects execution_id': () => runs(told, 'execution'),
  'projects task_id': () => runs(told, 'task'),
  user_id: () => [1, 1, missingId],
  group_id: () => [group, group, missingId],
  immutable_rule_id: () => [rules[0] ?? 0, rules[1] ?? 0, missingId],
  // Of the installation, and no project's.
  gc_id: () => [1, 1, missingId],
  purge_id: () => [1, 1, missingId],
  pool_id: () => ['all', 'all', 'none'],
  job_id: () => [1, 1, missingId],
  job_type: () => ['IMAGE_SCAN', 'IMAGE_SCAN', 'NONE'],
  'jobservice id': () => [1, 1, missingId],
};

const runs = (made: readonly Run[], part: keyof Run) =>
  [made[0]?.[part] ?? 0, made[1]?.[part] ?? 0, missingId] as const;

/** Most parameters say by their names what they are of; the others by how their path begins. */
const valuesOf = (path: string, name: string) =>
  (values[`${path.split('/')[1]} ${name}`] ?? values[name])?.();
/** Neither the objects of projects nor their ids. */
const plain: Record<string, string> = { meta_name: 'public', addition: 'build_history', project: 'team' };

/** What gets past the shapes, so that the object is looked for. */
const bodies: Record<string, () => object> = {
  updateProjectMember: () => ({ role_id: 2 }),
  UpdateImmuRule: () => immutableRule('changed'),
  actionPendingJobs: () => ({ action: 'pause' }),
  updateRetention: () => retentionOf(team.id),
  triggerRetentionExecution: () => ({ dry_run: true }),
  operateRetentionExecution: () => ({ action: 'stop' }),
  UpdateWebhookPolicyOfProject: () => webhookOf('changed'),
  UpdateRobotV1: () => ({ description: 'x', access: [{ resource: 'repository', action: 'pull' }] }),
  UpdateRobot: () => robotBody('foreign', 'robot$foreign+own'),
  RefreshSec: () => ({ secret: 'Sesame-0pen' }),
  UpdateLabel: () => ({ name: 'taken-over' }),
  addLabel: () => ({ id: team.label }),
  createTag: () => ({ name: 'x' }),
  rollbackTag: () => ({ digest: `sha256:${'0'.repeat(64)}` }),
  previewBulk: () => ({ action: 'delete', target: 'tags' }),
  startBulk: () => ({ action: 'delete', target: 'tags' }),
  undoBulk: () => ({}),
  updateQuota: () => ({ hard: { storage: 1 } }),
  updateRepository: () => ({ description: 'x' }),
  setUserSysAdmin: () => ({ sysadmin_flag: true }),
  updateUserPassword: () => ({ new_password: 'Sesame-0pen', old_password: 'x' }),
  updateUserProfile: () => ({ email: 'x@example.test', realname: 'x' }),
  setCliSecret: () => ({ secret: 'Sesame-0pen' }),
};

const robotBody = (namespace: string, name: string) => {
  const permissions = [{ kind: 'project', namespace, access: [{ resource: 'repository', action: 'pull' }] }];
  return { name, level: 'project', duration: 1, permissions };
};

const withIds = endpoints
  // A copy into a new repository is no look-up; icons and kinds of jobs are the same for everybody.
  .filter(({ options }) => !['CopyArtifact', 'getIcon', 'getSchedulePaused'].includes(options.id))
  .flatMap(({ method, path, options }) =>
    [...path.matchAll(/:([a-z_]+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('project_name') && !(name in plain))
      .map((name) => [options.id, name, method, path] as const),
  );

describe('S-016, S-019: an object of another project is answered as one that is not there', () => {
  test('every parameter of every path is known', () => {
    expect(withIds.length).toBeGreaterThan(40);
    expect(withIds.filter(([, name, , path]) => !valuesOf(path, name))).toEqual([]);
  });

  test.each(withIds)('%s by %s', async (id, asked, method, path) => {
    const at = (which: 1 | 2) =>
      path
        .replace(/:project_name(_or_id)?/, 'team')
        .replace(/:([a-z_]+)/g, (_, name: string) =>
          String(plain[name] ?? valuesOf(path, name)?.[name === asked ? which : 0] ?? ''),
        );
    const [, theirs = '', none = ''] = valuesOf(path, asked) ?? [];
    const body = bodies[id]?.();
    for (const who of ['projectadmin', 'full-robot-of-the-project', 'system-robot-of-the-project']) {
      const before = await look();
      const there = await ask(who, { method, path: at(1), ...(body && { body }) }, [theirs, none]);
      const missing = await ask(who, { method, path: at(2), ...(body && { body }) }, [theirs, none]);

      expect(there).toEqual(missing);
      expect([403, 404, 412]).toContain(there.status);
      expect(changedBetween(before, await look())).toEqual([]);
    }
  });
});

/** Where a body or a query names an object: with another project's, and with none. */
const named: Record<string, (which: Pick<Place, 'name' | 'id' | 'label'>) => Call> = {
  addLabel: ({ label }) => ({
    method: 'POST',
    path: '/projects/team/repositories/app/artifacts/v1/labels',
    body: { id: label },
  }),
  CreateLabel: ({ id }) => ({
    method: 'POST',
    path: '/labels',
    body: { name: 'intruder', scope: 'p', project_id: id },
  }),
  ListLabels: ({ id }) => ({ method: 'GET', path: `/labels?scope=p&project_id=${id}` }),
  CreateRobot: ({ name }) => ({ method: 'POST', path: '/robots', body: robotBody(name, 'intruder') }),
  UpdateRobot: ({ name }) => ({
    method: 'PUT',
    path: `/robots/${team.robot}`,
    body: robotBody(name, 'robot$team+own'),
  }),
  ListRobot: ({ id }) => ({ method: 'GET', path: `/robots?q=Level%3Dproject,ProjectID%3D${id}` }),
  CopyArtifact: ({ name }) => ({
    method: 'POST',
    path: `/projects/team/repositories/copy/artifacts?from=${name}/app:v1`,
  }),
  createRetention: ({ id }) => ({ method: 'POST', path: '/retentions', body: retentionOf(id) }),
  TestWebhookTarget: ({ id }) => ({
    method: 'POST',
    path: '/projects/team/webhook/test',
    body: {
      policy_id: id === foreign.id ? told[1]?.policy : missingId,
      target: { type: 'http', address: 'https://hook.test/in' },
    },
  }),
  previewRetention: ({ id }) => ({ method: 'POST', path: '/retentions/preview', body: retentionOf(id) }),
  updateProject: ({ id }) => ({
    method: 'PUT',
    path: '/projects/team',
    body: { cve_allowlist: { project_id: id, items: [] } },
  }),
};

describe('S-003, S-019: an object of another project named by a body or a query is not there either', () => {
  test.each(Object.entries(named))('%s', async (_id, call) => {
    const none = { name: 'nowhere', id: missingId, label: missingId };
    const names = [foreign.name, none.name, foreign.id, foreign.label, missingId];
    for (const who of ['projectadmin', 'full-robot-of-the-project', 'system-robot-of-the-project']) {
      const before = await look();
      const there = await ask(who, call(foreign), names);
      const missing = await ask(who, call(none), names);

      expect(there).toEqual(missing);
      expect(there.status).toBeGreaterThanOrEqual(400);
      expect(changedBetween(before, await look())).toEqual([]);
    }
  });

  test('what a body says of itself beside the path moves nothing: the path counts', async () => {
    const admin = callers.get('projectadmin');
    const label = { name: 'own', id: foreign.label, project_id: foreign.id, scope: 'g' };
    const repository = { description: 'x', id: 1, project_id: foreign.id, name: 'foreign/app' };

    const answers = [
      await admin?.send({ method: 'PUT', path: `/labels/${team.label}`, body: label }),
      await admin?.send({ method: 'PUT', path: '/projects/team/repositories/app', body: repository }),
    ];

    expect(answers.map((one) => one?.status)).toEqual([200, 200]);
    const { db } = app.database;
    const rows = await db.selectFrom('label').select(['id', 'project_id']).orderBy('id').execute();
    expect(rows).toEqual([
      { id: team.label, project_id: team.id },
      { id: foreign.label, project_id: foreign.id },
    ]);
    const described = await db
      .selectFrom('repository')
      .select('name')
      .where('description', '=', 'x')
      .execute();
    expect(described).toEqual([{ name: 'team/app' }]);
  });
});
