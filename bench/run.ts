import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadProcess } from './load-process.ts';
import { measure, type Round } from './measure.ts';
import { sizesOf, type Options } from './options.ts';
import type { Peer } from './peers/peer.ts';
import { memoryOfTree } from './processes.ts';
import { figureRow, rowOf, sideOf, type Figure, type Row } from './result.ts';
import { readScenarios } from './scenarios/read.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { tagScenarios } from './scenarios/tags.ts';
import { writeScenarios } from './scenarios/write.ts';
import { Target } from './target.ts';

export const scenarios: readonly Scenario[] = [...readScenarios, ...writeScenarios, ...tagScenarios];

const restarts = 3;
const idleAfter = 4000;

const figures = {
  first: { name: 'start, first time', unit: 'ms' },
  again: { name: 'start, second time', unit: 'ms', goal: 2000 },
  idle: { name: 'memory, idle', unit: 'MiB', goal: 200 },
  peak: { name: 'memory, peak of the run', unit: 'MiB', goal: 400 },
} satisfies Record<string, Figure>;

export interface Run {
  rows: Row[];
  /** Scenarios that could not be measured, and why. */
  failures: { scenario: string; message: string }[];
}

/** The whole benchmark: every server runs from the start to the end, and rounds alternate between them. */
export async function run(subject: Peer, peers: Peer[], options: Options, folder: string): Promise<Run> {
  const load = new LoadProcess();
  const targets = [subject, ...peers].map(
    (peer, index) => new Target(peer, join(folder, String(index)), load),
  );
  const done: Run = { rows: [], failures: [] };
  const wanted = (name: string): boolean =>
    options.only.length === 0 || options.only.some((text) => name.includes(text));
  try {
    const early = await startAll(targets, wanted);
    for (const scenario of scenarios) {
      if (!wanted(scenario.name) || (scenario.onlyLong === true && options.form !== 'long')) continue;
      process.stderr.write(`${scenario.name} ...\n`);
      try {
        done.rows.push(await compareIn(scenario, targets, options.form, load.pid));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        process.stderr.write(`  not measured: ${message}\n`);
        done.failures.push({ scenario: scenario.name, message });
      }
    }
    done.rows.push(...early);
    if (wanted(figures.peak.name)) {
      done.rows.push(figureOf(figures.peak, targets, (target) => [target.peakMemory / 2 ** 20]));
    }
    return done;
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
    load.close();
  }
}

/** Starts every server, with start times and idle memory where they are wanted. */
async function startAll(targets: Target[], wanted: (name: string) => boolean): Promise<Row[]> {
  const first = new Map<Target, number[]>();
  const again = new Map<Target, number[]>();
  for (const target of targets) {
    process.stderr.write(`starting ${target.peer.name} ...\n`);
    first.set(target, [await target.start()]);
    await target.peer.setUp?.(target.server);
    for (let count = 0; wanted(figures.again.name) && count < restarts; count += 1) {
      await target.stop();
      again.set(target, [...(again.get(target) ?? []), await target.start()]);
    }
  }
  const rows: Row[] = [];
  if (wanted(figures.first.name)) rows.push(figureOf(figures.first, targets, (t) => first.get(t) ?? []));
  if (wanted(figures.again.name)) rows.push(figureOf(figures.again, targets, (t) => again.get(t) ?? []));
  if (wanted(figures.idle.name)) {
    await sleep(idleAfter);
    rows.push(figureOf(figures.idle, targets, (target) => [memoryOfTree(target.server.pid) / 2 ** 20]));
  }
  return rows;
}

function figureOf(figure: Figure, targets: Target[], values: (target: Target) => number[]): Row {
  const sides = targets
    .filter((target) => target.peer.kind === 'registry')
    .map((target) => {
      const rounds = values(target).map((value) => ({ ...unmeasured, value }));
      return sideOf(target.peer.name, rounds);
    });
  const [subject, ...peers] = sides;
  if (subject === undefined) throw new Error('there is no registry to measure');
  return figureRow(figure, subject, peers);
}

const unmeasured: Round = { value: 0, cpu: 0, userCpu: 0, p50: 0, p99: 0, foreign: 0 };

async function compareIn(
  scenario: Scenario,
  targets: Target[],
  form: Options['form'],
  loadPid: number,
): Promise<Row> {
  const sizes = sizesOf(form);
  const measured = targets.filter((target, index) => index === 0 || takesPart(scenario, target, form));
  const rounds = measured.map((): Round[] => []);
  for (const target of measured) {
    await scenario.prepare(target, sizes);
    await target.run(await scenario.job(target, { round: 0, warmUp: true, sizes }));
  }
  for (let round = 0; round < (scenario.rounds ?? sizes.rounds); round += 1) {
    for (const [index, target] of measured.entries()) {
      rounds[index]?.push(await measure(scenario, target, { round, warmUp: false, sizes }, loadPid));
    }
  }
  const sides = measured.map((target, index) => sideOf(target.peer.name, rounds[index] ?? []));
  const [subject, ...peers] = sides;
  if (subject === undefined) throw new Error('there is no registry to measure');
  return rowOf(scenario, subject, peers);
}

function takesPart(scenario: Scenario, target: Target, form: Options['form']): boolean {
  if (target.peer.kind === 'static') return scenario.measures === 'all';
  if (scenario.measures === 'subject') return scenario.peersWhenLong === true && form === 'long';
  return true;
}
