import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeImage, pushImage, startTestApp, type TestApp, type TestImage } from '#test/support/app.ts';
import {
  call,
  changesOf,
  digestsIn,
  pushAccessory,
  pushIndex,
  pushUntagged,
} from '../artifacts/content.fixture.ts';

let app: TestApp;
let project: number;
const users: Record<string, number> = {};
let name: string;
let made = 0;

beforeAll(async () => {
  app = await startTestApp();
  project = await app.createProject('team', { public: true });
  for (const [who, role] of [
    ['grace', 4],
    ['dev', 2],
    ['visitor', 3],
  ] as const) {
    users[who] = await app.createUser(who);
    await app.addMember(project, users[who], role);
  }
  await app.createUser('stranger');
  await app.createProject('other');
  await pushImage(app, 'admin', 'other/a', 'v1');
});
afterAll(() => app.close());
beforeEach(() => {
  name = `app-${(made += 1)}`;
});

const repository = () => `/projects/team/repositories/${name}`;
const bulk = (path = '') => `${repository()}/bulk${path}`;
const push = async (tag: string, image: TestImage = makeImage(0)) => {
  await pushImage(app, 'grace', `team/${name}`, tag, image);
  return image;
};
const tags = async () => {
  const answer = await app.send('grace', { path: `/v2/team/${name}/tags/list?n=1000` });
  return answer.status === 404 ? [] : answer.json<{ tags: string[] }>().tags;
};
const idOf = (answer: { headers: Record<string, string | undefined> }) =>
  Number(answer.headers['location']?.split('/').at(-1));

interface Run {
  status: string;
  status_message?: string;
  total: number;
  done: number;
  skipped: number;
  failed: number;
  username?: string;
}
const runOf = async (id: number, who = 'visitor') =>
  (await call(app, who, 'GET', bulk(`/${id}`))).json<Run>();
/** Waits for the end as pages do: by its events. */
async function end(id: number, who = 'visitor'): Promise<Run> {
  const answer = await call(app, who, 'GET', `/projects/team/executions/${id}/events`);
  expect(answer.body.toString()).toContain('event: end');
  return runOf(id);
}
const start = (body: object, who = 'grace') => call(app, who, 'POST', bulk(), body);
const carryOut = async (body: object, who = 'grace') => {
  const answer = await start(body, who);
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body.toString()}`);
  const id = idOf(answer);
  return { id, run: await end(id) };
};
const items = async (id: number, q = '') =>
  (
    await call(app, 'visitor', 'GET', `${bulk(`/${id}/items`)}?page_size=100&q=${encodeURIComponent(q)}`)
  ).json<{ id: number; tag?: string; digest: string; state: string; reason?: string }[]>();
const immutable = async (pattern: string) => {
  const answer = await call(app, 'admin', 'POST', '/projects/team/immutabletagrules', {
    action: 'immutable',
    template: 'immutable_template',
    tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern }],
    scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: name }] },
  });
  expect(answer.status).toBe(201);
  return Number(answer.headers['location']?.split('/').at(-1));
};

describe('deleting tags', () => {
  test('takes those that match, leaves the others, and says what became of each', async () => {
    const image = makeImage(0);
    for (const tag of ['feature-1', 'feature-2', 'feature-3', 'main']) await push(tag, image);
    const rule = await immutable('feature-3');

    const { id, run } = await carryOut({
      action: 'delete',
      target: 'tags',
      q: 'name=~feature-',
      expected: 3,
    });

    expect(run).toMatchObject({
      status: 'Success',
      total: 3,
      done: 2,
      skipped: 1,
      failed: 0,
      username: 'grace',
    });
    expect(await tags()).toEqual(['feature-3', 'main']);
    expect((await items(id)).map(({ tag, state, reason }) => [tag, state, reason])).toEqual([
      ['feature-1', 'done', undefined],
      ['feature-2', 'done', undefined],
      ['feature-3', 'skipped', `the tag feature-3 configured as immutable, cannot be deleted (rule ${rule})`],
    ]);
    expect((await items(id, 'state=skipped')).map(({ tag }) => tag)).toEqual(['feature-3']);
  });

  test('is audited in the name of the caller, for the job and for each tag', async () => {
    await push('a');

    const { id } = await carryOut({ action: 'delete', target: 'tags' });

    const rows = await app.database.db
      .selectFrom('audit_log')
      .select(['username', 'operation', 'resource'])
      .where('resource', '=', `BULK ${id} in team/${name}`)
      .execute();
    expect(rows).toEqual([
      { username: 'grace', operation: 'create', resource: `BULK ${id} in team/${name}` },
    ]);
    expect(await changesOf(app, `team/${name}`)).toMatchObject([
      { username: 'grace', operation: 'delete', resource_type: 'tag' },
    ]);
  });

  test('is undone for a few, and then as a whole', async () => {
    for (const tag of ['a', 'b', 'c']) await push(tag);
    const { id } = await carryOut({ action: 'delete', target: 'tags', names: ['a', 'b', 'c'] });
    const [first] = await items(id);

    const some = await call(app, 'grace', 'POST', bulk(`/${id}/undo`), { items: [first?.id] });
    await end(idOf(some));
    const after = await tags();
    const all = await call(app, 'grace', 'POST', bulk(`/${id}/undo`), {});
    const undone = await end(idOf(all));

    expect(after).toEqual(['a']);
    expect(await tags()).toEqual(['a', 'b', 'c']);
    expect(undone).toMatchObject({ status: 'Success', total: 3, done: 2, skipped: 1 });
  });

  test('G-82: leaves what was moved or pushed after it was chosen', async () => {
    await push('a');
    await push('b');
    await call(app, 'admin', 'PUT', '/jobservice/queues/BULK', { action: 'pause' });
    const id = idOf(await start({ action: 'delete', target: 'tags' }));
    await push('b');
    await push('c');
    await call(app, 'admin', 'PUT', '/jobservice/queues/BULK', { action: 'resume' });

    const run = await end(id);

    expect(run).toMatchObject({ total: 2, done: 1, skipped: 1 });
    expect(await tags()).toEqual(['b', 'c']);
  });

  test('of 600 takes seconds', { timeout: 60_000 }, async () => {
    const image = makeImage(0);
    await pushUntagged(app, `team/${name}`, image);
    for (let from = 0; from < 600; from += 200) {
      const query = Array.from({ length: 200 }, (_, i) => `tag=feature-${from + i}`).join('&');
      await app.send('grace', {
        method: 'PUT',
        path: `/v2/team/${name}/manifests/${image.digest}?${query}`,
        headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
        body: image.manifest,
      });
    }
    const began = performance.now();

    const { run } = await carryOut({ action: 'delete', target: 'tags', q: 'name=~feature-' });

    expect(run).toMatchObject({ total: 600, done: 600 });
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});

describe('deleting artifacts', () => {
  test('takes indexes before what they hold, and what went along counts as done', async () => {
    const child = await pushUntagged(app, `team/${name}`);
    const tagged = await push('amd64', makeImage());
    await pushIndex(app, `team/${name}`, [child, tagged], 'multi');
    await pushAccessory(app, `team/${name}`, tagged.digest);

    const { run } = await carryOut({ action: 'delete', target: 'artifacts', q: 'base=*' });

    expect(run).toMatchObject({ status: 'Success', total: 4, done: 4 });
    expect(await digestsIn(app, `team/${name}`)).toEqual([]);
  });

  test('leaves what an index that stays needs, and says which', async () => {
    const child = await push('amd64');
    const index = await pushIndex(app, `team/${name}`, [child], 'multi');

    const { id, run } = await carryOut({ action: 'delete', target: 'artifacts', names: [child.digest] });

    expect(run).toMatchObject({ done: 0, skipped: 1 });
    expect((await items(id))[0]?.reason).toContain('an index');
    expect((await digestsIn(app, `team/${name}`)).toSorted()).toEqual([index, child.digest].toSorted());
  });

  test('is foreseen: what matches, and what else goes', async () => {
    const image = await push('a');
    await push('b', image);
    await pushAccessory(app, `team/${name}`, image.digest, 'sig');
    const child = await push('amd64', makeImage());
    await pushIndex(app, `team/${name}`, [child], 'multi');
    const preview = async (body: object) => (await call(app, 'grace', 'POST', bulk('/preview'), body)).json();

    expect(await preview({ action: 'delete', target: 'artifacts', q: 'tags=~a' })).toMatchObject({
      matching: 2,
      held: 1,
      accessories: 1,
      tags: ['a', 'b', 'sig'],
      tag_count: 3,
      restore_hours: 24,
    });
    expect(await preview({ action: 'delete', target: 'tags', q: 'name=~a' })).toMatchObject({
      matching: 2,
      untagged: 1,
    });
  });

  test('is undone with tags and signatures', async () => {
    const image = await push('a', makeImage());
    await push('b', image);
    await pushAccessory(app, `team/${name}`, image.digest);
    const before = await digestsIn(app, `team/${name}`);
    const { id } = await carryOut({ action: 'delete', target: 'artifacts' });

    const undone = await end(idOf(await call(app, 'grace', 'POST', bulk(`/${id}/undo`), {})));

    expect(undone).toMatchObject({ done: 1, total: 1 });
    expect((await digestsIn(app, `team/${name}`)).toSorted()).toEqual(before.toSorted());
    expect(await tags()).toEqual(['a', 'b']);
  });
});

describe('labels', () => {
  test('go onto everything that matches, once, and off again by undoing', async () => {
    const image = await push('a');
    await push('a2', image);
    await push('b');
    const label = idOf(
      await call(app, 'grace', 'POST', '/labels', { name: `l-${name}`, scope: 'p', project_id: project }),
    );
    const labelled = async () =>
      (
        await app.database.db
          .selectFrom('artifact_label')
          .select('artifact_id')
          .where('label_id', '=', label)
          .execute()
      ).length;

    const { id, run } = await carryOut(
      { action: 'add_label', target: 'tags', q: 'name=~a', label_id: label },
      'dev',
    );
    const added = await labelled();
    await end(idOf(await call(app, 'dev', 'POST', bulk(`/${id}/undo`), {})));

    expect([run.total, run.done, added, await labelled()]).toEqual([1, 1, 1, 0]);
  });
});

describe('a job is refused', () => {
  test.each([
    [{ action: 'delete', target: 'tags', q: 'name=~a', names: ['a'] }, 400, 'not both'],
    [{ action: 'delete', target: 'tags', q: 'name=none' }, 400, 'nothing matches'],
    [{ action: 'delete', target: 'tags', label_id: 1 }, 400, 'label_id'],
    [{ action: 'add_label', target: 'tags' }, 400, 'label_id'],
    [{ action: 'add_label', target: 'tags', label_id: 999_999 }, 404, 'label'],
    [{ action: 'delete', target: 'tags', expected: 5 }, 409, '1 match now'],
    [{ action: 'burn', target: 'tags' }, 422, ''],
    [{ action: 'delete', target: 'tags', names: [] }, 422, ''],
  ])('%j', async (body, status, why) => {
    await push('a');

    const answer = await start(body);

    expect([answer.status, answer.body.toString()]).toEqual([status, expect.stringContaining(why)]);
    expect(await tags()).toEqual(['a']);
  });

  test('to those who may not do the same to one', async () => {
    await push('a');
    const asked = async (who: string | undefined, body: object) =>
      (await call(app, who as string, 'POST', bulk(), body)).status;

    expect(await asked('dev', { action: 'delete', target: 'tags' })).toBe(403);
    expect(await asked('visitor', { action: 'add_label', target: 'tags', label_id: 1 })).toBe(403);
    expect(await asked('stranger', { action: 'delete', target: 'artifacts' })).toBe(403);
    expect(await asked(undefined, { action: 'delete', target: 'tags' })).toBe(401);
  });
});

describe('a job under way', () => {
  const held = async (work: (id: number) => Promise<void>): Promise<Run> => {
    await call(app, 'admin', 'PUT', '/jobservice/queues/BULK', { action: 'pause' });
    const id = idOf(await start({ action: 'delete', target: 'tags' }));
    await work(id);
    await call(app, 'admin', 'PUT', '/jobservice/queues/BULK', { action: 'resume' });
    return end(id);
  };

  test('ends when its caller loses the right', async () => {
    await push('a');

    const run = await held(async () => {
      await app.database.db
        .updateTable('project_member')
        .set({ role: 3 })
        .where('user_id', '=', users['grace'] ?? 0)
        .execute();
      app.app.registry.forget(`user:${users['grace'] ?? 0}`);
    });

    await app.database.db
      .updateTable('project_member')
      .set({ role: 4 })
      .where('user_id', '=', users['grace'] ?? 0)
      .execute();
    app.app.registry.forget(`user:${users['grace'] ?? 0}`);
    expect(run).toMatchObject({
      status: 'Error',
      done: 0,
      status_message: expect.stringContaining('no longer the right') as string,
    });
    expect(await tags()).toEqual(['a']);
  });

  test('is stopped, and what was not reached is tried by another one', async () => {
    await push('a');
    let id = 0;
    const run = await held(async (of) => {
      id = of;
      expect((await call(app, 'visitor', 'PUT', bulk(`/${of}/stop`))).status).toBe(403);
      expect((await call(app, 'grace', 'POST', bulk(`/${of}/retry`))).status).toBe(409);
      await call(app, 'grace', 'PUT', bulk(`/${of}/stop`));
    });

    const retried = await call(app, 'grace', 'POST', bulk(`/${id}/retry`));
    expect(retried.status).toBe(201);
    const again = await end(idOf(retried));

    expect([run.status, run.done, again.status, again.done]).toEqual(['Stopped', 0, 'Success', 1]);
    expect(await tags()).toEqual([]);
  });

  test('S-020: is reached only through its own repository and project', async () => {
    await push('a');
    const { id } = await carryOut({ action: 'delete', target: 'tags' });
    const ask = async (path: string, who = 'admin') => (await call(app, who, 'GET', path)).status;

    expect(await ask(`/projects/other/repositories/a/bulk/${id}`)).toBe(404);
    expect(await ask(`/projects/other/repositories/a/bulk/${id}/items`)).toBe(404);
    expect(await ask(`/projects/other/executions/${id}/events`)).toBe(404);
    expect(await ask(`/projects/team/executions/${id}/events`, 'visitor')).toBe(200);
    expect(await ask(`/projects/team/executions/${id}/events`, 'stranger')).toBe(403);
  });
});
