import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { idle, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { changedBetween, type Fingerprint, fingerprinter } from '#test/support/fingerprint.ts';
import { type HostileRequest, hostileOperations, type Plausible } from '#test/support/hostile-operations.ts';
import type { HttpAnswer } from '#test/support/http.ts';
import { routes } from '#test/support/routes.ts';

const long = process.env['MOORAGE_TEST_LONG'] === '1';
const requests = long ? 20_000 : 2_000;
/** The short form ends here also when it is not through: the machine may be busy. */
const milliseconds = long ? Infinity : 45_000;
/** What a round breaks (its project may be deleted) the next one has anew. */
const perRound = 200;
/** Set it to what a run printed, to have the same requests again. */
const seed = Number(process.env['MOORAGE_TEST_SEED'] ?? Date.now() % 2 ** 31);

/** The pulse of the job runner, and what is read out of content when somebody first asks for it. */
const byThemselves = ['job_runner', 'artifact_detail', 'event', 'execution', 'task', 'quota_warning'];

let app: TestApp;
let look: () => Promise<Fingerprint>;
beforeAll(async () => {
  app = await startTestApp({ settings: idle });
  // Whom the small numbers of random requests name.
  for (let i = 0; i < 8; i++) await app.createUser(`bystander-${i}`);
  look = await fingerprinter(app.database, byThemselves);
});
afterAll(() => app.close());

const json = { 'content-type': 'application/json' };

const send = (as: string, method: string, path: string, body?: object) =>
  app.send(as, {
    method,
    path: `/api/v2.0${path}`,
    headers: json,
    ...(body && { body: JSON.stringify(body) }),
  });

/** An administrator of the system: the first one may be renamed by a request. */
async function administrator(name: string): Promise<string> {
  const user = await app.createUser(name);
  await app.database.db
    .updateTable('user_account')
    .set({ sysadmin_flag: true })
    .where('user_id', '=', user)
    .execute();
  app.app.registry.forget(`user:${user}`);
  return name;
}

/** Two people, a project with content and one of everything that can be made, and the ids of all that. */
async function furnish(round: number): Promise<{ callers: string[]; plausible: Plausible }> {
  const [name, owner] = [`fuzz-${round}`, `owner-${round}`];
  const admin = await administrator(`root-${round}`);
  const project = await app.createProject(name);
  const [user, victim] = [await app.createUser(owner), await app.createUser(`victim-${round}`)];
  await app.addMember(project, user, 1);
  await app.addMember(project, victim, 3);
  const { image } = await pushImage(app, admin, `${name}/app`, 'v1');
  for (const other of ['deep/app', 'a', 'b']) await pushImage(app, admin, `${name}/${other}`, 'v1', image);
  const digests = [image.digest, ...image.blobs.map(({ digest }) => digest)];
  const label = idOf(
    await send(admin, 'POST', '/labels', { name: `l-${round}`, scope: 'p', project_id: project }),
  );
  const group = idOf(await send(admin, 'POST', '/usergroups', { group_name: `g-${round}`, group_type: 3 }));
  const access = [{ resource: 'repository', action: 'pull' }];
  const permissions = [{ kind: 'project', namespace: name, access }];
  const robot = { name: 'fuzz', level: 'project', duration: 1, permissions };
  const robots = idOf(await send(admin, 'POST', '/robots', robot));
  const members = await send(admin, 'GET', `/projects/${name}/members`);
  if (members.status !== 200) throw new Error(`round ${round}: ${members.status} ${members.body.toString()}`);
  return {
    callers: [admin, owner],
    plausible: {
      project_name_or_id: [name, project],
      ':project_name': [name],
      project_name: [name, `${name}-x`],
      project_id: [project],
      repository_name: ['app', 'deep%252Fapp', 'a', 'b'],
      reference: ['v1', ...digests],
      tag_name: ['v1'],
      name: ['v1', 'v2', `fuzz-${round}x`],
      from: [`${name}/app:v1`, `${name}/app@${image.digest}`],
      digest: digests,
      label_id: label,
      id: [project, ...label, ...group, ...robots],
      group_id: group,
      robot_id: robots,
      user_id: [victim, user],
      username: [owner, `victim-${round}`],
      mid: members.json<{ id: number }[]>().map(({ id }) => id),
      meta_name: ['auto_scan', 'public', 'severity'],
      addition: ['build_history', 'readme.md', 'values.yaml', 'dependencies', 'files', 'license'],
      namespace: [name],
      resource: ['repository'],
      action: ['pull', 'push'],
      page: [1],
      page_size: [0, 1, 10],
      level: ['project', 'system'],
      kind: ['project'],
      duration: [30],
      role_id: [1, 2, 3],
      public: ['true', 'false'],
      severity: ['high', 'low'],
      auto_scan: ['true'],
      registry_id: [0],
      storage_limit: [-1, 1_000_000],
      storage: [-1, 1_000_000],
      email: [`new-${round}@example.org`],
      password: ['Sesame-0pen'],
      new_password: ['Sesame-0pen'],
      old_password: ['Correct-horse-1'],
      realname: ['Somebody'],
      comment: ['none'],
      scope: ['g', 'p'],
      group_type: [3],
      group_name: [`group-${round}`],
    },
  };
}

function idOf({ status, headers }: HttpAnswer): number[] {
  return status === 201 ? [Number(headers['location']?.split('/').at(-1))] : [];
}

/** G-73: what a body says of the machinery, if it does. */
const machinery =
  /node_modules|\.ts:\d|\bat \S+ \(|\bselect\b.+\bfrom\b|insert into|relation "|violates|duplicate key|syntax error at|invalid input syntax|\/(?:tmp|home|work|var|usr|root)\//;

/** What is wrong with an answer. */
function complaints(answer: HttpAnswer, method: string, changes: string[]): string[] {
  const text = answer.body.toString();
  const changed = changes.filter((table) => !table.startsWith('audit'));
  const harmless = method === 'GET' || method === 'HEAD';
  return [
    answer.status >= 500 && `answers ${answer.status}`,
    answer.status >= 400 && machinery.test(text) && `shows its machinery: ${text}`,
    answer.status >= 400 &&
      changed.length > 0 &&
      `answers ${answer.status} and has changed ${changed.join()}`,
    harmless && changed.length > 0 && `changes ${changed.join()} by reading`,
    // What people choose for their own portal concerns nobody else.
    changed.some((table) => table !== 'user_preference') &&
      changed.length === changes.length &&
      `changes ${changed.join()} without an audit entry`,
  ].filter((complaint) => complaint !== false);
}

/** What forms have to bring along, beside their content. */
async function csrfHeaders(): Promise<Record<string, string>> {
  const { headers } = await app.send(undefined, { path: '/c/log_out' });
  const [cookie = ''] = (headers['set-cookie'] ?? '').split(';');
  return { cookie, 'x-harbor-csrf-token': headers['x-harbor-csrf-token'] ?? '' };
}

async function attempt(request: HostileRequest, caller: string): Promise<HttpAnswer> {
  const form = request.path.startsWith('/c/') ? await csrfHeaders() : {};
  return app.send(caller, {
    method: request.method,
    path: request.path,
    headers: { ...form, ...(request.type !== undefined && { 'content-type': request.type }) },
    ...(request.body !== undefined && { body: request.body }),
  });
}

/** Settings as they were: a registry that is read-only or logs in elsewhere would refuse all that follows. */
async function resetSettings(): Promise<void> {
  await app.database.db.deleteFrom('configuration').execute();
  await app.app.registry.live.reload();
  app.app.registry.forget('everything');
}

/** They tell of a run until it ends, which here is never: no worker runs. */
const lasting: ReadonlySet<string> = new Set(['getExecutionEvents', 'getProjectExecutionEvents']);

test(
  'S-055, G-63, G-73: requests derived from the contracts meet no fault and change nothing by half',
  async () => {
    console.info(`seed ${seed} (MOORAGE_TEST_SEED=${seed})`);
    const operations = routes
      .map(({ endpoint }) => endpoint)
      .filter(({ options }) => !lasting.has(options.id));
    const found = new Map<string, string>();
    const statuses = new Map<number, number>();

    const began = performance.now();
    for (let round = 0; round * perRound < requests && performance.now() - began < milliseconds; round++) {
      const { callers, plausible } = await furnish(round);
      const chosen = { seed: seed + round, numRuns: perRound };
      let before = await look();
      for (const request of fc.sample(hostileOperations(operations, plausible), chosen)) {
        if (performance.now() - began > milliseconds) break;
        const answer = await attempt(request, callers[request.caller] ?? '');
        let after = await look();
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        for (const complaint of complaints(answer, request.method, changedBetween(before, after))) {
          found.set(`${request.id} ${complaint}`, `${request.method} ${request.path} ${request.body ?? ''}`);
        }
        if (request.id === 'updateConfigurations' && answer.status === 200) {
          await resetSettings();
          after = await look();
        }
        before = after;
      }
    }

    console.info(
      [...statuses]
        .toSorted(([a], [b]) => a - b)
        .map(([status, n]) => `${status}: ${n}`)
        .join(', '),
    );
    expect(Object.fromEntries(found)).toEqual({});
    // Were all of them refused for their form, nothing would have been tried.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(perRound / 4);
  },
  long ? 0 : 90_000,
);
