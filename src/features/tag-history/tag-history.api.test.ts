import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp } from '#test/support/app.ts';
import { call, pushUntagged } from '../artifacts/content.fixture.ts';
import { removeOldHistory } from './index.ts';

let app: TestApp;
let name: string;
let made = 0;

beforeAll(async () => {
  app = await startTestApp();
  const project = await app.createProject('team', { public: true });
  for (const [who, role] of [
    ['grace', 4],
    ['dev', 2],
    ['visitor', 3],
  ] as const) {
    await app.addMember(project, await app.createUser(who), role);
  }
  await app.createUser('stranger');
});
afterAll(() => app.close());
beforeEach(() => {
  name = `app-${(made += 1)}`;
});

const repository = () => `/projects/team/repositories/${name}`;
const artifact = (reference: string) => `${repository()}/artifacts/${reference}`;
const push = async (tag: string, image = makeImage(), who = 'grace') => {
  await pushImage(app, who, `team/${name}`, tag, image);
  return image.digest;
};

interface Entry {
  tag_name: string;
  operation: string;
  username?: string;
  before?: { digest: string; state: string };
  after?: { digest: string; state: string };
  current_digest?: string;
}
const history = async (query = '', who = 'visitor') =>
  (await call(app, who, 'GET', `${repository()}/tag-history?${query}`)).json<Entry[]>();
const byName = (one: string, other: string) => one.localeCompare(other);
const steps = async (query = 'sort=op_time') =>
  (await history(query)).map(({ tag_name, operation, before, after }) => [
    operation,
    tag_name,
    before?.digest,
    after?.digest,
  ]);

describe('the history of a tag', () => {
  test('holds every way in which a tag comes, moves and goes', async () => {
    const first = await push('latest');
    const second = await push('latest', makeImage(), 'dev');
    await call(app, 'dev', 'POST', `${artifact(first)}/tags`, { name: 'latest' });
    await call(app, 'grace', 'DELETE', `${artifact('latest')}/tags/latest`);
    await call(app, 'dev', 'POST', `${artifact('latest')}/restore`);

    expect(await steps()).toEqual([
      ['push', 'latest', undefined, first],
      ['push', 'latest', first, second],
      ['tag', 'latest', second, first],
      ['delete', 'latest', first, undefined],
      ['restore', 'latest', undefined, first],
    ]);
    expect((await history('sort=op_time')).map(({ username }) => username)).toEqual([
      'grace',
      'dev',
      'dev',
      'grace',
      'dev',
    ]);
  });

  test('says nothing of a push that changes nothing', async () => {
    const image = makeImage();
    await push('v1', image);

    await push('v1', image);

    expect(await steps()).toHaveLength(1);
  });

  test('names the tags of what was copied, deleted by digest, and brought back', async () => {
    const digest = await push('v1');
    await call(app, 'grace', 'POST', `${artifact(digest)}/tags`, { name: 'v2' });
    const source = name;
    name = `${source}-copy`;
    await call(app, 'grace', 'POST', `${repository()}/artifacts?from=team/${source}:v1`);
    await call(app, 'grace', 'DELETE', artifact(digest));
    await call(app, 'grace', 'POST', `${artifact(digest)}/restore`);

    const all = await steps();

    expect(all.toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual([
      ['copy', 'v1', undefined, digest],
      ['copy', 'v2', undefined, digest],
      ['delete', 'v1', digest, undefined],
      ['delete', 'v2', digest, undefined],
      ['restore', 'v1', undefined, digest],
      ['restore', 'v2', undefined, digest],
    ]);
  });

  test('outlives the repository, and goes with the project', async () => {
    const project = await app.createProject(`short-${name}`);
    await app.addMember(project, 1, 1);
    const of = (path: string, method = 'GET') => call(app, 'admin', method, `/projects/short-${name}${path}`);
    const { image } = await pushImage(app, 'admin', `short-${name}/a`, 'v1');
    await of('/repositories/a', 'DELETE');
    await pushImage(app, 'admin', `short-${name}/a`, 'v1', image);

    const before = (await of('/repositories/a/tag-history?sort=op_time')).json<Entry[]>();
    await of('/repositories/a', 'DELETE');
    await call(app, 'admin', 'DELETE', `/projects/short-${name}`);

    expect(before.map(({ operation }) => operation)).toEqual(['push', 'delete', 'push']);
    const left = await app.database.db
      .selectFrom('tag_history')
      .select('id')
      .where('project_id', '=', project)
      .execute();
    expect(left).toEqual([]);
  });

  test('is found by tag, digest, operation, username and time, page by page', async () => {
    const first = await push('a');
    await push('b', makeImage(), 'dev');
    await push('b', makeImage(), 'dev');
    await call(app, 'grace', 'DELETE', `${artifact('a')}/tags/a`);
    const found = async (q: string) => (await history(`q=${encodeURIComponent(q)}`)).length;

    const page = await call(app, 'visitor', 'GET', `${repository()}/tag-history?page_size=3`);

    expect([page.headers['x-total-count'], page.json<Entry[]>().length]).toEqual(['4', 3]);
    expect(page.json<Entry[]>()[0]).toMatchObject({ operation: 'delete', tag_name: 'a' });
    expect(await found('tag_name=b')).toBe(2);
    expect(await found('tag_name=~a')).toBe(2);
    expect(await found(`digest=${first}`)).toBe(1);
    expect(await found('operation={delete push},username=grace')).toBe(2);
    expect(await found('op_time=[2020-01-01T00:00:00~2021-01-01T00:00:00]')).toBe(0);
  });

  test('says what each image has become, and what the tag names now', async () => {
    const first = await push('latest');
    const second = await push('latest');
    await call(app, 'grace', 'DELETE', artifact(first));

    const states = async () => (await history()).map(({ before, after }) => [before?.state, after?.state]);

    expect(await states()).toEqual([
      ['restorable', 'present'],
      [undefined, 'restorable'],
    ]);
    expect((await history()).map((entry) => entry.current_digest)).toEqual([second, second]);
    await app.database.db.deleteFrom('trash').where('digest', '=', first).execute();
    expect((await states())[0]).toEqual(['gone', 'present']);
  });

  test('R6: tells strangers of a public project what happened, but not who did it', async () => {
    await push('latest');

    const asked = await call(app, 'stranger', 'GET', `${repository()}/tag-history?q=username%3Dgrace`);
    const listed = await history('', 'stranger');

    expect(asked.status).toBe(400);
    expect(listed).toMatchObject([{ operation: 'push' }]);
    expect(listed[0]?.username).toBeUndefined();
  });

  test('names every tag of one push, and who pushed where the audit log is silent', async () => {
    const disabled_audit_log_event_types = 'create_artifact';
    await call(app, 'admin', 'PUT', '/configurations', { disabled_audit_log_event_types });
    const image = makeImage();
    await pushUntagged(app, `team/${name}`, image);
    await app.send('dev', {
      method: 'PUT',
      path: `/v2/team/${name}/manifests/${image.digest}?tag=one&tag=two`,
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: image.manifest,
    });

    expect(
      (await history()).map(({ tag_name, username }) => `${username}: ${tag_name}`).toSorted(byName),
    ).toEqual(['dev: one', 'dev: two']);
    await call(app, 'admin', 'PUT', '/configurations', { disabled_audit_log_event_types: '' });
  });
});

describe('what is kept', () => {
  test('are the newest thousand changes of a tag', async () => {
    const [one, other] = [await push('latest'), await push('latest')];
    const { id } = await app.database.db
      .selectFrom('project')
      .select('project_id as id')
      .where('name', '=', 'team')
      .executeTakeFirstOrThrow();
    await app.database.db
      .insertInto('tag_history')
      .values(
        Array.from({ length: 998 }, (_, i) => ({
          project_id: id,
          repository: `team/${name}`,
          tag: 'latest',
          revision: i + 3,
          digest_before: one,
          digest_after: other,
          operation: 'push' as const,
          username: 'grace',
        })),
      )
      .execute();

    await push('latest');

    const oldest = (await history('page_size=1&sort=op_time'))[0];
    expect(oldest).toMatchObject({ before: { digest: one }, after: { digest: other } });
    const count = await call(app, 'visitor', 'GET', `${repository()}/tag-history?page_size=1`);
    expect(count.headers['x-total-count']).toBe('1000');
  });

  test('is what is young enough', async () => {
    await push('old');
    await app.database.db
      .updateTable('tag_history')
      .set({ op_time: new Date(Date.now() - 11 * 86_400_000) })
      .where('repository', '=', `team/${name}`)
      .execute();
    await push('new');

    await removeOldHistory(app.app.registry.database, 10, new AbortController().signal);

    expect((await history()).map(({ tag_name }) => tag_name)).toEqual(['new']);
  });
});
