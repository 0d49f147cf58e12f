import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '#src/features/artifacts/content.fixture.ts';
import { startTestApp, type TestApp } from '#test/support/app.ts';
import { doublestar, retain, type Sketch, sketchRepository, untilEnded } from './retention.fixture.ts';
import { goingInModel, type ModelRule } from './model.fixture.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const seed = Number(process.env['RETENTION_SEED'] ?? 20_260_101);
let state = seed;
/** A number below; the same every time for one seed (mulberry32). */
function below(most: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * most);
}
const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;

const day = 86_400_000;
const names = ['v1', 'v2', 'v3', 'v10', 'main', 'latest', 'rc-1', 'rc-2', 'x'];
const patterns = ['v*', '*', '{main,latest}', 'rc-*', 'nothing', 'v1'];
const templates = [
  'latestPushedK',
  'latestPulledN',
  'nDaysSinceLastPush',
  'nDaysSinceLastPull',
  'always',
  'latestActiveK',
  'lastXDays',
];

function someArtifacts(now: number): Sketch[] {
  const free = [...names].sort(() => below(3) - 1);
  const artifacts: Sketch[] = [];
  const count = below(12);
  // Few different days, so that equal dates are usual; one lies in the future.
  const date = () => now - (below(12) - 1) * day - 3_600_000;
  for (let place = 0; place < count; place += 1) {
    const pulled = below(2) === 0 ? undefined : date();
    const kind = place === 0 ? 'image' : one(['image', 'image', 'index', 'accessory']);
    const tags = free.splice(0, below(kind === 'accessory' ? 2 : 3));
    const some = { tags, pushed: date(), pulled };
    if (kind === 'index') {
      artifacts.push({ ...some, children: [...new Set([below(place), below(place)])] });
    } else if (kind === 'accessory') artifacts.push({ ...some, subject: below(place) });
    else artifacts.push(some);
  }
  return artifacts;
}

function someRules(): ModelRule[] {
  const rules = Array.from({ length: 1 + below(4) }, (): ModelRule => {
    const untagged = one([undefined, true, false]);
    return {
      template: one(templates),
      number: 1 + below(4),
      disabled: below(6) === 0,
      tags: {
        decoration: one(['matches', 'excludes']),
        pattern: one(patterns),
        ...(untagged !== undefined && { untagged }),
      },
      repository: {
        decoration: one(['repoMatches', 'repoMatches', 'repoExcludes']),
        pattern: one(['*', 'r1*', '{r2,r3}']),
      },
    };
  });
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

const onWire = ({ template, number, disabled, tags, repository }: ModelRule) => {
  const extras = tags.untagged === undefined ? undefined : JSON.stringify({ untagged: tags.untagged });
  return retain(template, template === 'always' ? undefined : number, '*', {
    disabled,
    tag_selectors: [doublestar(tags.decoration, tags.pattern, extras)],
    scope_selectors: { repository: [doublestar(repository.decoration, repository.pattern)] },
  });
};

interface World {
  readonly policy: number;
  readonly project: string;
  readonly repositories: { name: string; digests: string[]; going: Set<number> }[];
}

async function makeWorld(number: number, repositories: number): Promise<World> {
  const project = `p${number}`;
  const projectId = await app.createProject(project);
  const rules = someRules();
  const immutable = below(2) === 0 ? one(['v*', 'rc-*', '*']) : undefined;
  if (immutable !== undefined) {
    await call(app, 'admin', 'POST', `/projects/${project}/immutabletagrules`, {
      tag_selectors: [doublestar('matches', immutable)],
      scope_selectors: { repository: [doublestar('repoMatches', '**')] },
    });
  }
  const made = await call(app, 'admin', 'POST', '/retentions', {
    algorithm: 'or',
    rules: rules.map(onWire),
    scope: { level: 'project', ref: projectId },
  });
  expect([made.status, JSON.stringify(rules)]).toEqual([201, JSON.stringify(rules)]);
  const world: World['repositories'] = [];
  const now = Date.now();
  for (let i = 0; i < repositories; i += 1) {
    const artifacts = someArtifacts(now);
    const name = `r${i}`;
    const digests = await sketchRepository(app.database, projectId, `${project}/${name}`, artifacts);
    const going = goingInModel({ repository: name, artifacts, rules, immutable, now });
    world.push({ name, digests, going });
  }
  return { policy: Number(made.headers['location']?.split('/').at(-1)), project, repositories: world };
}

async function left(world: World): Promise<Map<string, Set<string>>> {
  const rows = await app.database.db
    .selectFrom('artifact as a')
    .innerJoin('repository as r', 'r.repository_id', 'a.repository_id')
    .select(['r.name', 'a.digest'])
    .where('r.name', 'like', `${world.project}/%`)
    .execute();
  const found = new Map<string, Set<string>>();
  for (const { name, digest } of rows) {
    const short = name.slice(name.indexOf('/') + 1);
    found.set(short, (found.get(short) ?? new Set()).add(digest));
  }
  return found;
}

async function previewed(world: World): Promise<Map<string, Set<string>>> {
  const gone = new Map<string, Set<string>>();
  for (let page = 1; page <= Math.ceil(world.repositories.length / 20); page += 1) {
    const answer = await call(app, 'admin', 'POST', `/retentions/preview?page=${page}&page_size=20`, {
      id: world.policy,
    });
    const { repositories } = answer.json<{
      repositories: { repository: string; artifacts: { digest: string; retained: boolean }[] }[];
    }>();
    for (const { repository, artifacts } of repositories) {
      gone.set(
        repository,
        new Set(artifacts.filter(({ retained }) => !retained).map(({ digest }) => digest)),
      );
    }
  }
  return gone;
}

test(`2,000 random repositories: a run deletes what the rules as written let go, and preview says the same (seed ${seed})`, async () => {
  const worlds: World[] = [];
  for (let i = 0; i < 40; i += 1) worlds.push(await makeWorld(i, 50));

  const previews = new Map<World, Map<string, Set<string>>>();
  for (const world of worlds) {
    previews.set(world, await previewed(world));
    await call(app, 'admin', 'POST', `/retentions/${world.policy}/executions`, {});
  }
  const statuses = await untilEnded(
    app.database,
    worlds.map(({ policy }) => policy),
    240,
  );

  expect(new Set(statuses)).toEqual(new Set(['Success']));
  let deleted = 0;
  for (const world of worlds) {
    const survivors = await left(world);
    for (const { name, digests, going } of world.repositories) {
      const here = survivors.get(name) ?? new Set();
      const gone = digests.flatMap((digest, place) => (here.has(digest) ? [] : [place]));
      expect([world.project, name, gone]).toEqual([world.project, name, [...going].sort((a, b) => a - b)]);
      const said = previews.get(world)?.get(name) ?? new Set();
      // A preview tells of what stands for itself; its children and signatures follow.
      for (const digest of said) expect(here.has(digest)).toBe(false);
      if (gone.length > 0) expect(said.size).toBeGreaterThan(0);
      deleted += gone.length;
    }
  }
  expect(deleted).toBeGreaterThan(500);
}, 300_000);
