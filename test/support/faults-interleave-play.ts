import type { Act, Outcome } from './faults-interleave-acts.ts';
import type { Attempt } from './faults-interleave-explore.ts';
import { endOf, type Expectation, judge } from './faults-interleave-judge.ts';
import { type Beginning, makeScene, rewind, type Scene } from './faults-interleave-scene.ts';
import type { World } from './faults-interleave-world.ts';

export interface Play {
  readonly beginning: Beginning;
  readonly acts: readonly Act[];
  /** What the steps that count begin with; all count when it is left out. */
  readonly steps?: readonly string[];
  /** How each of the acts may end. */
  readonly ends: readonly RegExp[];
  /** The images that must then be there, by what the acts reported. */
  readonly images: (outcomes: readonly Outcome[], scene: Scene) => readonly Expectation[];
}

/** Gets everything ready for playing one play again and again. */
export async function rehearse(world: World, play: Play): Promise<Attempt> {
  const { beginning, acts, ends, images, steps = [''] } = play;
  await world.stage.pauseAt(steps);
  const scene = await makeScene(world, beginning);
  // Most orders end like another one.
  const judged = new Map<string, readonly string[]>();
  return async (choose) => {
    await rewind(world, [scene]);
    const work = acts.map((act, index) => () => {
      const process = world.processes[index];
      if (!process) throw new Error('more acts than actors');
      return act(world, process, scene);
    });
    const trace = await world.stage.run(work, choose);
    const outcomes = trace.results.map((result) =>
      result.status === 'fulfilled' ? String(result.value) : `failed: ${result.reason}`,
    );
    const key = JSON.stringify([outcomes, await endOf(world)]);
    const problems = judged.get(key) ?? [
      ...outcomes.filter((outcome, index) => ends[index]?.test(outcome) !== true),
      ...(await judge(world, scene, images(outcomes, scene))),
    ];
    judged.set(key, problems);
    return { trace, problems };
  };
}
