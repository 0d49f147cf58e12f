import type { Choose, Trace } from './faults-interleave.ts';
import type { Random } from './faults-random.ts';

/** What came of looking at many orders. */
export interface Explored {
  runs: number;
  /** Steps of the longest run. */
  longest: number;
  /** All steps that were met. */
  readonly met: Set<string>;
  /** Every order was looked at. */
  isComplete: boolean;
  /** The first order that broke something, and what. */
  broken: { trace: Trace; problems: readonly string[] } | undefined;
}

/** Runs the actors once in the order that is asked for, and says what is wrong afterwards. */
export type Attempt = (choose: Choose) => Promise<{ trace: Trace; problems: readonly string[] }>;

export interface Bounds {
  /** Orders in which an actor that could go on was made to wait more often than this are left out. */
  readonly preemptions?: number;
  readonly until?: number;
}

/** All orders, depth first: each run repeats the one before up to the last place where another actor could have gone. */
export async function everyOrder(attempt: Attempt, bounds: Bounds = {}): Promise<Explored> {
  const { preemptions = Infinity, until = Infinity } = bounds;
  const explored: Explored = { runs: 0, longest: 0, met: new Set(), isComplete: false, broken: undefined };
  // Of every place: who could go on, the last one to go first; and how many of them have been tried.
  let path: { enabled: readonly number[]; tried: number; isOpen: boolean }[] = [];
  while (performance.now() < until) {
    const known = path.length;
    let last = 0;
    let spent = 0;
    const { trace, problems } = await attempt((enabled, position) => {
      const isFree = position === 0 || !enabled.includes(last);
      const place = path[position] ?? { enabled, tried: 0, isOpen: isFree || spent < preemptions };
      if (position >= known) path.push(place);
      // A machine that is busy may be late to see that a lock came free.
      const wanted = place.enabled[place.tried];
      const chosen = wanted !== undefined && enabled.includes(wanted) ? wanted : (enabled[0] ?? 0);
      if (!isFree && chosen !== last) spent += 1;
      last = chosen;
      return chosen;
    });
    explored.runs += 1;
    explored.longest = Math.max(explored.longest, trace.steps.length);
    for (const { step } of trace.steps) explored.met.add(step);
    if (problems.length > 0) return { ...explored, broken: { trace, problems } };
    path = path.slice(0, trace.steps.length);
    while (path.length > 0) {
      const place = path.at(-1);
      if (place && place.isOpen && place.tried + 1 < place.enabled.length) {
        place.tried += 1;
        break;
      }
      path.pop();
    }
    if (path.length === 0) return { ...explored, isComplete: true };
  }
  return explored;
}

/** Orders at random, as often as wanted. Few changes of turn find more than many: each run has its own liking. */
export async function randomOrders(attempt: Attempt, random: Random, runs: number): Promise<Explored> {
  const explored: Explored = { runs: 0, longest: 0, met: new Set(), isComplete: false, broken: undefined };
  for (let run = 0; run < runs; run++) {
    const change = random.pick([0.1, 0.3, 0.7]);
    const { trace, problems } = await attempt((enabled) =>
      random.chance(change) ? random.pick(enabled) : (enabled[0] ?? 0),
    );
    explored.runs += 1;
    explored.longest = Math.max(explored.longest, trace.steps.length);
    for (const { step } of trace.steps) explored.met.add(step);
    if (problems.length > 0) return { ...explored, broken: { trace, problems } };
  }
  return explored;
}

/** An order in words: who did what, and what became of it. */
export function told({ steps, results }: Trace, names: readonly string[]): string {
  const lines = steps.map(({ actor, step }) => `  ${names[actor] ?? actor}: ${step}`);
  const ends = results.map((result, index) => {
    const end = result.status === 'fulfilled' ? JSON.stringify(result.value) : String(result.reason);
    return `  ${names[index] ?? index} ended: ${end}`;
  });
  return [...lines, ...ends].join('\n');
}
