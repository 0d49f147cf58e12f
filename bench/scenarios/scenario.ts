import type { Job, JobResult } from '../load/jobs.ts';
import type { Target } from '../target.ts';

export interface Sizes {
  /** Milliseconds of a measured and of a warm-up round. */
  round: number;
  warmUp: number;
  rounds: number;
  large: number;
  images: number;
  tagPuts: number;
  mountedBlobs: number;
}

export interface Phase {
  round: number;
  warmUp: boolean;
  sizes: Sizes;
}

export type Goal =
  | { kind: 'times'; peer: string; least: number }
  | { kind: 'value'; least?: number; most?: number }
  | { kind: 'userCpu'; peer: string; most: number };

export interface Scenario {
  name: string;
  unit: 'req/s' | 'MiB/s' | 'images/s' | 'ms';
  /** What CPU time is divided by. */
  per: 'request' | 'image' | 'GiB';
  goals: Goal[];
  /** `all` includes static servers; `subject` is what only this registry can do, or do in bearable time. */
  measures: 'subject' | 'registries' | 'all';
  /** `subject`, but every registry in the long form. */
  peersWhenLong?: boolean;
  onlyLong?: boolean;
  rounds?: number;
  /** Flushes dirty pages before each round, so that no server pays for another's writes. */
  flushesDisk?: boolean;
  prepare(target: Target, sizes: Sizes): Promise<void>;
  job(target: Target, phase: Phase): Promise<Job>;
}

/** The measured number of one round, in the scenario's unit. */
export function valueOf(scenario: Scenario, result: JobResult): number {
  if (scenario.unit === 'ms') return result.latency.p50;
  if (scenario.unit === 'MiB/s') return result.bytes / 2 ** 20 / result.seconds;
  return result.operations / result.seconds;
}

/** What CPU time is divided by in one round. */
export function operationsOf(scenario: Scenario, result: JobResult): number {
  return scenario.per === 'GiB' ? result.bytes / 2 ** 30 : result.operations;
}

export function lowerIsBetter(scenario: Scenario): boolean {
  return scenario.unit === 'ms';
}
