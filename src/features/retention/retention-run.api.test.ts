import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  call,
  digestsIn,
  pushAccessory,
  pushIndex,
  pushUntagged,
} from '#src/features/artifacts/content.fixture.ts';
import { pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { doublestar, retain, untilEnded } from './retention.fixture.ts';

let app: TestApp;
let project: string;
let repository: string;
let projectId: number;
let made = 0;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  project = `team${(made += 1)}`;
  repository = `${project}/app`;
  projectId = await app.createProject(project);
});

const push = async (tag: string, daysAgo = 0, pulledDaysAgo?: number): Promise<string> => {
  const { image } = await pushImage(app, 'admin', repository, tag);
  await age(image.digest, daysAgo, pulledDaysAgo);
  return image.digest;
};
async function age(digest: string, daysAgo: number, pulledDaysAgo?: number): Promise<void> {
  const { db } = app.database;
  const pulled =
    pulledDaysAgo === undefined ? sql`null` : sql`now() - make_interval(days => ${pulledDaysAgo})`;
  await sql`update artifact set push_time = now() - make_interval(days => ${daysAgo}), pull_time = ${pulled}
             where digest = ${digest}`.execute(db);
  await sql`update tag set push_time = now() - make_interval(days => ${daysAgo})
             where artifact_id in (select id from artifact where digest = ${digest})`.execute(db);
}

async function createPolicy(rules: object[]): Promise<number> {
  const { status, headers } = await call(app, 'admin', 'POST', '/retentions', {
    algorithm: 'or',
    rules,
    scope: { level: 'project', ref: projectId },
  });
  expect(status).toBe(201);
  return Number(headers['location']?.split('/').at(-1));
}

interface Ran {
  readonly execution: number;
  readonly statuses: string[];
  readonly tasks: { id: number; repository: string; total: number; retained: number; status: string }[];
  readonly log: string;
}

async function run(rules: object[], body: object = {}): Promise<Ran> {
  const policy = await createPolicy(rules);
  const started = await call(app, 'admin', 'POST', `/retentions/${policy}/executions`, body);
  const path = started.headers['location']?.replace('/api/v2.0', '') ?? '';
  const execution = Number(path.split('/').at(-1));
  const statuses = await untilEnded(app.database, [policy]);
  const tasks = (await call(app, 'admin', 'GET', `${path}/tasks`)).json<Ran['tasks']>();
  if (tasks.length === 0) return { execution, statuses, tasks, log: '' };
  const log = await call(app, 'admin', 'GET', `${path}/tasks/${tasks[0]?.id}`);
  expect(log.headers['content-type']).toContain('text/plain');
  return { execution, statuses, tasks, log: log.body.toString() };
}

test('the latest stay, the others go with all their tags, and the log says why', async () => {
  const old = await push('v1', 9);
  await call(app, 'admin', 'POST', `/projects/${project}/repositories/app/artifacts/v1/tags`, {
    name: 'v1.0',
  });
  await age(old, 9);
  const kept = [await push('v2', 5), await push('v3', 1)];

  const { statuses, tasks, log } = await run([retain('latestPushedK', 2, 'v*')]);

  expect(statuses).toEqual(['Success']);
  expect(await digestsIn(app, repository)).toEqual(kept.sort());
  expect(tasks).toMatchObject([
    { repository: 'app', total: 3, retained: 2, status: 'Success', status_code: 3 },
  ]);
  expect(log).toContain(`keep ${kept.find((one) => log.includes(one))}`);
  expect(log).toContain(`delete ${old} [v1, v1.0]: no rule keeps it`);
  expect(log).toContain('rule 0 (latestPushedK 2)');
});

test('a dry run says what would go and deletes nothing', async () => {
  const digests = [await push('v1', 9), await push('v2', 5)];

  const { tasks, log } = await run([retain('latestPushedK', 1, 'v*')], { dry_run: true });

  expect(await digestsIn(app, repository)).toEqual([...digests].sort());
  expect(tasks).toMatchObject([{ total: 2, retained: 1 }]);
  expect(log).toContain(`delete ${digests[0]} [v1]`);
  expect(log).toContain('a dry run: nothing will be deleted');
});

test('I-2: children and signatures of what stays stay, whatever their age, and go with what goes', async () => {
  const children = [await pushUntagged(app, repository), await pushUntagged(app, repository)];
  const kept = await pushIndex(app, repository, [children[0] ?? children[1]!], 'v2');
  const signature = await pushAccessory(app, repository, kept);
  const gone = await pushIndex(app, repository, [children[1]!], 'v1');
  const goneNote = await pushAccessory(app, repository, gone);
  for (const digest of [children[0]!.digest, children[1]!.digest, signature, gone, goneNote])
    await age(digest, 100);

  await run([
    retain('nDaysSinceLastPush', 7, '**', {
      tag_selectors: [doublestar('matches', '**', '{"untagged":false}')],
    }),
  ]);

  expect(await digestsIn(app, repository)).toEqual([children[0]!.digest, kept, signature].sort());
});

test('a tagged child of an index that stays is kept, and the log says so', async () => {
  const { image } = await pushImage(app, 'admin', repository, 'amd64');
  const index = await pushIndex(app, repository, [image], 'v1');

  const { log } = await run([retain('always', undefined, 'v*')]);

  expect(await digestsIn(app, repository)).toEqual([image.digest, index].sort());
  expect(log).toContain(`keep ${image.digest} [amd64]: an index that stays names it`);
});

test('G-86: an immutable tag keeps its artifact, and a signature with one what it signs', async () => {
  const [protectedOne, signed, plain] = [
    await push('release', 50),
    await push('signed', 50),
    await push('plain', 50),
  ];
  const signature = await pushAccessory(app, repository, signed, 'release-signature');
  await call(app, 'admin', 'POST', `/projects/${project}/immutabletagrules`, {
    tag_selectors: [doublestar('matches', 'release*')],
    scope_selectors: { repository: [doublestar('repoMatches', '**')] },
  });

  const { log } = await run([retain('always', undefined, 'nothing')]);

  expect(await digestsIn(app, repository)).toEqual([protectedOne, signed, signature].sort());
  expect(log).toContain('the tag release is immutable');
  expect(log).toContain(`delete ${plain}`);
});

test('what was never pulled counts from its push', async () => {
  const fresh = await push('fresh', 1);
  const pulled = await push('pulled', 50, 2);
  await push('old', 50);

  await run([retain('nDaysSinceLastPull', 7, '**')]);

  expect(await digestsIn(app, repository)).toEqual([fresh, pulled].sort());
});

test('a pull of a child counts for its index', async () => {
  const child = await pushUntagged(app, repository);
  const index = await pushIndex(app, repository, [child], 'v1');
  await age(index, 50);
  await age(child.digest, 50, 1);

  await run([retain('nDaysSinceLastPull', 7, '**')]);

  expect(await digestsIn(app, repository)).toEqual([child.digest, index].sort());
});

test('pull times that are not recorded keep what a rule about pulls selects', async () => {
  const old = await push('old', 50);
  const { db } = app.database;
  await db.insertInto('configuration').values({ name: 'pull_time_update_disable', value: 'true' }).execute();
  await app.app.registry.live.reload();

  await run([retain('nDaysSinceLastPull', 7, '**')]);

  expect(await digestsIn(app, repository)).toEqual([old]);
  await db.deleteFrom('configuration').where('name', '=', 'pull_time_update_disable').execute();
  await app.app.registry.live.reload();
});

test('repositories that no rule is about are not touched', async () => {
  await push('v1', 50);
  const { tasks } = await run([
    retain('always', undefined, 'x', {
      scope_selectors: { repository: [doublestar('repoMatches', 'other')] },
    }),
  ]);

  expect(tasks).toEqual([]);
  expect(await digestsIn(app, repository)).toHaveLength(1);
});

test('what retention deleted can be brought back, and audit log and ledger say which policy it was', async () => {
  const digest = await push('v1', 50);
  const { execution } = await run([retain('always', undefined, 'nothing')]);
  const { db } = app.database;
  const policy = await db
    .selectFrom('retention_policy')
    .select('id')
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow();

  const ledger = await db
    .selectFrom('collection_ledger')
    .select(['kind', 'reason', 'execution_id'])
    .where('digest', '=', digest)
    .execute();
  const audit = await db
    .selectFrom('audit_log')
    .select('detail')
    .where('resource', '=', `${repository}@${digest}`)
    .where('operation', '=', 'delete')
    .execute();
  const restored = await call(
    app,
    'admin',
    'POST',
    `/projects/${project}/repositories/app/artifacts/v1/restore`,
  );

  const reason = `retention policy ${policy.id}: no rule keeps it`;
  expect(ledger).toEqual([{ kind: 'artifact', reason, execution_id: execution }]);
  expect(audit).toEqual([{ detail: { reason, tags: ['v1'] } }]);
  expect([restored.status, await digestsIn(app, repository)]).toEqual([200, [digest]]);
});

test('preview of rules that are not saved says what goes and which rule keeps each of the others', async () => {
  const [old, kept] = [await push('v1', 9), await push('v2', 1)];

  const answer = await call(app, 'admin', 'POST', '/retentions/preview', {
    rules: [retain('always', undefined, 'x'), retain('latestPushedK', 1, 'v*')],
    scope: { level: 'project', ref: projectId },
  });

  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({
    total: 1,
    repositories: [
      {
        repository: 'app',
        total: 2,
        retained: 1,
        artifacts: [
          expect.objectContaining({
            digest: kept,
            retained: true,
            retained_by: 'rule',
            rule: 1,
            reason: 'rule 1 (latestPushedK 1)',
          }),
          expect.objectContaining({ digest: old, tags: ['v1'], retained: false, reason: 'no rule keeps it' }),
        ],
      },
    ],
  });
  expect(await digestsIn(app, repository)).toHaveLength(2);
});

test('a schedule runs it', async () => {
  await push('v1', 50);
  const policy = await createPolicy([retain('always', undefined, 'nothing')]);
  await call(app, 'admin', 'PUT', `/retentions/${policy}`, {
    rules: [retain('always', undefined, 'nothing')],
    trigger: { kind: 'Schedule', settings: { cron: '0 0 0 1 1 *' } },
  });

  await sql`update schedule set next_time = now() where vendor_id = ${policy}`.execute(app.database.db);
  await sql`select pg_notify('moorage_jobs', '')`.execute(app.database.db);

  await expect.poll(() => digestsIn(app, repository), { timeout: 10_000 }).toEqual([]);
  const runs = await call(app, 'admin', 'GET', `/retentions/${policy}/executions`);
  expect(runs.json()).toMatchObject([{ trigger: 'SCHEDULE' }]);
});

describe('who listens for the end of runs', () => {
  const queue = (action: string) => call(app, 'admin', 'PUT', '/jobservice/queues/RETENTION', { action });
  const listen = () =>
    call(app, 'admin', 'POST', `/projects/${project}/webhook/policies`, {
      name: 'retention',
      enabled: true,
      event_types: ['TAG_RETENTION'],
      targets: [{ type: 'http', address: 'https://hook.test/in' }],
    });
  const told = async () => {
    const rows = await app.database.db
      .selectFrom('task')
      .select('payload')
      .where('job', '=', 'WEBHOOK')
      .orderBy('id')
      .execute();
    const bodies = rows.map(({ payload }) => (payload as { body: string }).body);
    return bodies
      .filter((body) => body.includes(`"${project}"`))
      .map((body) => JSON.parse(body).event_data.retention as Record<string, unknown>);
  };

  test('is told once, with counts and what went', async () => {
    await push('v1', 50);
    await pushImage(app, 'admin', `${project}/other`, 'v2');
    await listen();

    await run([retain('nDaysSinceLastPush', 7, '**')]);

    await expect.poll(told, { timeout: 10_000 }).toMatchObject([
      {
        total: 2,
        retained: 1,
        project_name: project,
        result: 'SUCCESS',
        deleted_artifact: [{ type: 'image', status: 'success', name_tag: 'app:v1' }],
      },
    ]);
  });

  test('is told of no list when nothing went', async () => {
    await push('v1');
    await listen();

    await run([retain('always', undefined, '**')]);

    await expect.poll(told, { timeout: 10_000 }).toHaveLength(1);
    expect((await told())[0]).not.toHaveProperty('deleted_artifact');
  });

  test('is told what went though a repository failed, and that one did', async () => {
    await push('v1', 50);
    await pushImage(app, 'admin', `${project}/broken`, 'v2');
    await listen();
    const { db } = app.database;
    await sql`create function fail_${sql.raw(project)}() returns trigger language plpgsql as
      $$ begin if old.name = 'v2' then raise exception 'broken'; end if; return old; end $$`.execute(db);
    await sql`create trigger fail_${sql.raw(project)} before delete on tag for each row
      execute function fail_${sql.raw(project)}()`.execute(db);
    await queue('pause');

    const ending = run([retain('always', undefined, 'nothing')]);
    await expect
      .poll(() =>
        sql`update task set attempts = 1 where job = 'RETENTION' and status = 'Pending'`.execute(db),
      )
      .toMatchObject({ numAffectedRows: 2n });
    await queue('resume');
    const { statuses } = await ending;
    await sql`drop trigger fail_${sql.raw(project)} on tag`.execute(db);

    expect(statuses).toEqual(['Error']);
    await expect
      .poll(told, { timeout: 10_000 })
      .toMatchObject([{ result: 'ERROR', deleted_artifact: [{ name_tag: 'app:v1' }] }]);
  });

  test('is told though a repository was deleted before its turn', async () => {
    await push('v1', 50);
    await pushImage(app, 'admin', `${project}/gone`, 'v2');
    await listen();
    await queue('pause');
    const ending = run([retain('always', undefined, 'nothing')]);
    await expect
      .poll(() =>
        sql`select from task where job = 'RETENTION' and status = 'Pending'`.execute(app.database.db),
      )
      .toMatchObject({ rows: { length: 2 } });
    await call(app, 'admin', 'DELETE', `/projects/${project}/repositories/gone`);

    await queue('resume');
    await ending;

    await expect.poll(told, { timeout: 10_000 }).toMatchObject([{ total: 1, result: 'SUCCESS' }]);
  });
});
