import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idle, startTestApp, type TestApp } from '#test/support/app.ts';
import { changedBetween, type Fingerprint, fingerprinter } from '#test/support/fingerprint.ts';
import { routes } from '#test/support/routes.ts';
import {
  assembleCallers,
  type Caller,
  mayHere,
  mayInPublic,
  maySystemwide,
} from '#test/support/walk-callers.ts';
import { contentVisits } from '#test/support/walk-content.ts';
import { jobVisits } from '#test/support/walk-jobs.ts';
import { furnish, type Place } from '#test/support/walk-place.ts';
import { retentionVisits, webhookVisits } from '#test/support/walk-policies.ts';
import { ownedVisits, projectVisits } from '#test/support/walk-projects.ts';
import type { Rule, Scene, Visit, Visits } from '#test/support/walk-rules.ts';
import { peopleVisits, systemVisits } from '#test/support/walk-system.ts';

/**
 * Every operation × every kind of caller. Who is let in stands in the visits, written down a second time from
 * Harbor's rules; roles and robots are judged by the permission table, which a test of its own compares with
 * Harbor's. An operation without an entry fails.
 */
const visits: Visits = {
  ...projectVisits,
  ...ownedVisits,
  ...contentVisits,
  ...peopleVisits,
  ...retentionVisits,
  ...webhookVisits,
  ...jobVisits,
  // The last of these ends the session of whoever asks.
  ...systemVisits,
};

/** Rows of refusals, pulses of the job runner, what is remembered of content once somebody asked, sessions in use. */
const byThemselves = ['audit_log', 'job_runner', 'artifact_detail', 'session'];

let app: TestApp;
let team: Place;
let open: Place;
let callers: Caller[];
let look: () => Promise<Fingerprint>;
let made = 0;
beforeAll(async () => {
  app = await startTestApp({ settings: idle });
  team = await furnish(app, 'team');
  open = await furnish(app, 'open', { public: true });
  callers = await assembleCallers(app, team, await furnish(app, 'foreign'));
  look = await fingerprinter(app.database, byThemselves);
});
afterAll(() => app.close());

const operations = routes.map(({ endpoint }) => endpoint.options.id);
const reading = new Set(
  routes
    .filter(({ endpoint }) => ['GET', 'HEAD'].includes(endpoint.method))
    .map(({ endpoint }) => endpoint.options.id),
);

test('every operation is visited, and nothing else', () => {
  const visited = new Set(Object.keys(visits).map((key) => key.split(' ')[0] ?? ''));

  const sorted = (names: Iterable<string>) => [...names].sort((a, b) => a.localeCompare(b));
  expect(sorted(visited)).toEqual(sorted(operations));
});

type Permission = (who: Caller, permission: string) => boolean;

function allowed(rule: Rule, who: Caller, inProject: Permission): boolean {
  if (rule === 'open') return true;
  if (rule === 'login') return who.kind !== 'nobody';
  if (typeof rule === 'function') return rule(who);
  const [scope, permission = ''] = rule.split(' ');
  return scope === 'system' ? maySystemwide(who, permission) : inProject(who, permission);
}

function refusal(visit: Visit, who: Caller, inProject: Permission): number {
  if (visit.refusal !== undefined) return visit.refusal;
  if (who.kind === 'nobody') return 401;
  const { hiddenWithout } = visit;
  return hiddenWithout !== undefined && !allowed(hiddenWithout, who, inProject) ? 404 : 403;
}

async function scene(visit: Visit, place: Place, who: Caller): Promise<Scene> {
  const bare = { app, place, number: (made += 1), who };
  return { ...bare, ...(await visit.prepare?.(bare)) };
}

const answerOf = async (visit: Visit, one: Scene) =>
  `${one.who.name}: ${(await one.who.send(visit.call(one))).status}`;

/** Those who are refused ask all at once for the same thing, and leave no trace. */
async function refuseAll(visit: Visit, place: Place, some: readonly Caller[]) {
  const [first] = some;
  if (!first) return { answers: [], changes: [] };
  const common = await scene(visit, place, first);
  const before = await look();
  const answers = await Promise.all(some.map((who) => answerOf(visit, { ...common, who })));
  return { answers, changes: changedBetween(before, await look()) };
}

async function admit(visit: Visit, place: Place, some: readonly Caller[]): Promise<string[]> {
  const answers: string[] = [];
  for (const who of some) {
    const one = await scene(visit, place, who);
    answers.push(await answerOf(visit, one));
    await visit.restore?.(one);
  }
  return answers;
}

async function walk(visit: Visit, place: Place, some: readonly Caller[], inProject: Permission) {
  const inside = some.filter((who) => allowed(visit.rule, who, inProject));
  const outside = some.filter((who) => !inside.includes(who));
  const { status = 200 } = visit;
  const expected = (who: Caller) =>
    inside.includes(who)
      ? typeof status === 'number'
        ? status
        : status(who)
      : refusal(visit, who, inProject);
  const refused = await refuseAll(visit, place, outside);
  return {
    answers: [...refused.answers, ...(await admit(visit, place, inside))],
    expected: [...outside, ...inside].map((who) => `${who.name}: ${expected(who)}`),
    changes: refused.changes,
  };
}

describe('the walk', () => {
  test.each(Object.entries(visits))('%s lets in whom it should, and nobody else', async (_name, visit) => {
    const { answers, expected, changes } = await walk(visit, team, callers, mayHere);

    expect(answers).toEqual(expected);
    expect(changes).toEqual([]);
  });

  test('G-35: no operation that reads changes anything', async () => {
    const admin = callers.find(({ userId }) => userId === 1);
    const guest = callers.find(({ role }) => role === 3);
    const changed: string[] = [];

    for (const [name, visit] of Object.entries(visits)) {
      if (!reading.has(name.split(' ')[0] ?? '')) continue;
      for (const who of [admin, guest]) {
        if (!who) continue;
        const one = await scene(visit, team, who);
        const before = await look();
        await who.send(visit.call(one));
        for (const table of changedBetween(before, await look())) changed.push(`${name}: ${table}`);
      }
    }

    expect(changed).toEqual([]);
  });

  const ofProjects = Object.entries(visits).filter(([, { rule }]) => String(rule).startsWith('project '));

  test.each(ofProjects)(
    '%s of a public project is for everybody only where it reads',
    async (_name, visit) => {
      const some = callers.filter(({ name }) =>
        ['nobody', 'projectadmin', 'full-robot-of-the-project'].includes(name),
      );

      const { answers, expected, changes } = await walk(visit, open, some, mayInPublic);

      expect(answers).toEqual(expected);
      expect(changes).toEqual([]);
    },
  );
});
