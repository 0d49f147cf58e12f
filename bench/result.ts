import { lowerIsBetter, type Goal, type Scenario } from './scenarios/scenario.ts';
import type { Round } from './measure.ts';

/** One server in one scenario: medians over the rounds. */
export interface Side extends Round {
  peer: string;
  rounds: Round[];
}

export interface Comparison {
  peer: string;
  /** Above 1 we are better, whichever way the unit points; the median of the ratios of each round. */
  times: number;
  cpu: number | undefined;
  userCpu: number | undefined;
}

export interface Verdict {
  goal: string;
  met: boolean;
}

export interface Row {
  scenario: string;
  unit: string;
  per: string;
  lowerIsBetter: boolean;
  subject: Side;
  peers: Side[];
  comparisons: Comparison[];
  verdicts: Verdict[];
  foreign: number;
}

/** A number that is not a rate under load: memory, start time. */
export interface Figure {
  name: string;
  unit: 'MiB' | 'ms' | '%' | 'times';
  /** At most. */
  goal?: number;
  least?: number;
}

export function sideOf(peer: string, rounds: Round[]): Side {
  const middle = (pick: (round: Round) => number): number => median(rounds.map(pick));
  return {
    peer,
    value: middle((round) => round.value),
    cpu: middle((round) => round.cpu),
    userCpu: middle((round) => round.userCpu),
    p50: middle((round) => round.p50),
    p99: middle((round) => round.p99),
    foreign: middle((round) => round.foreign),
    rounds,
  };
}

export function rowOf(scenario: Scenario, subject: Side, peers: Side[]): Row {
  const lower = lowerIsBetter(scenario);
  const comparisons = peers.map((peer) => compare(subject, peer, lower));
  return {
    scenario: scenario.name,
    unit: scenario.unit,
    per: scenario.per,
    lowerIsBetter: lower,
    subject,
    peers,
    comparisons,
    verdicts: verdictsOf(scenario.goals, subject.value, comparisons),
    foreign: median([subject, ...peers].map((side) => side.foreign)),
  };
}

export function figureRow(figure: Figure, subject: Side, peers: Side[]): Row {
  const { goal: most, least } = figure;
  const goals: Goal[] = [];
  if (most !== undefined) goals.push({ kind: 'value', most });
  if (least !== undefined) goals.push({ kind: 'value', least });
  const comparisons = peers.map((peer) => ({
    peer: peer.peer,
    times: peer.value / subject.value,
    cpu: undefined,
    userCpu: undefined,
  }));
  return {
    scenario: figure.name,
    unit: figure.unit,
    per: '',
    lowerIsBetter: least === undefined,
    subject,
    peers,
    comparisons,
    verdicts: verdictsOf(goals, subject.value, comparisons),
    foreign: 0,
  };
}

function compare(subject: Side, peer: Side, lower: boolean): Comparison {
  const pairs = subject.rounds.flatMap((ours, index) => {
    const theirs = peer.rounds[index];
    return theirs === undefined ? [] : [[ours, theirs] as const];
  });
  const times = median(
    pairs.map(([ours, theirs]) => (lower ? theirs.value / ours.value : ours.value / theirs.value)),
  );
  return {
    peer: peer.peer,
    times,
    cpu: median(pairs.map(([ours, theirs]) => ours.cpu / theirs.cpu)),
    userCpu: median(pairs.map(([ours, theirs]) => ours.userCpu / theirs.userCpu)),
  };
}

function verdictsOf(goals: Goal[], value: number, comparisons: Comparison[]): Verdict[] {
  return goals.flatMap((goal): Verdict[] => {
    if (goal.kind === 'value') {
      const { least, most } = goal;
      if (least !== undefined) return [{ goal: `>= ${least}`, met: value >= least }];
      if (most !== undefined) return [{ goal: `<= ${most}`, met: value <= most }];
      return [];
    }
    // A peer that is not installed here cannot be missed.
    const against = comparisons.find((comparison) => comparison.peer === goal.peer);
    if (against === undefined) return [];
    if (goal.kind === 'times') {
      return [{ goal: `>= ${goal.least}x ${goal.peer}`, met: against.times >= goal.least }];
    }
    const reached = against.userCpu ?? Number.POSITIVE_INFINITY;
    const text = `user CPU <= ${goal.most}x ${goal.peer} (is ${reached.toFixed(2)}x)`;
    return [{ goal: text, met: reached <= goal.most }];
  });
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}
