import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoadProcess } from './load-process.ts';
import { sizesOf, type Options } from './options.ts';
import type { Peer } from './peers/peer.ts';
import { scenarios } from './run.ts';
import { Target } from './target.ts';

/** The parts of a V8 CPU profile that are read here. Times in microseconds of the monotonic clock. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
}

const shown = 30;

/**
 * Runs one scenario with the sampling profiler on and lists the functions of the server by self time, during the
 * measured round only. `(program)` is native code without a name: system calls, the HTTP parser.
 */
export async function profile(
  peer: Peer,
  text: string,
  form: Options['form'],
  folder: string,
): Promise<string> {
  const scenario = scenarios.find(({ name }) => name.includes(text));
  if (scenario === undefined) throw new Error(`no scenario is called ${text}`);
  const sizes = sizesOf(form);
  const profiles = join(folder, 'profiles');
  mkdirSync(profiles, { recursive: true });
  const load = new LoadProcess();
  const target = new Target(peer, join(folder, peer.name), load);
  const window = { from: 0, to: 0 };
  try {
    await target.start(['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--cpu-prof-interval=200']);
    await peer.setUp?.(target.server);
    await scenario.prepare(target, sizes);
    await target.run(await scenario.job(target, { round: 0, warmUp: true, sizes }));
    const job = await scenario.job(target, { round: 1, warmUp: false, sizes });
    window.from = now();
    const { operations, seconds } = await target.run(job);
    window.to = now();
    await target.stop();
    const title = `${scenario.name}: ${operations} operations in ${seconds.toFixed(2)} s under the profiler`;
    const files = readdirSync(profiles).filter((name) => name.endsWith('.cpuprofile'));
    if (files.length === 0) throw new Error('the server wrote no profile; did it end by itself on SIGTERM?');
    return [title, ...files.map((name) => topOf(join(profiles, name), window, operations))].join('\n\n');
  } finally {
    await target.stop();
    load.close();
  }
}

function topOf(file: string, window: { from: number; to: number }, operations: number): string {
  const content: CpuProfile = JSON.parse(readFileSync(file, 'utf8'));
  const names = new Map(content.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const self = new Map<string, number>();
  let time = content.startTime;
  for (const [index, sample] of content.samples.entries()) {
    const delta = content.timeDeltas[index] ?? 0;
    time += delta;
    if (time < window.from || time > window.to) continue;
    const name = names.get(sample) ?? '(unknown)';
    self.set(name, (self.get(name) ?? 0) + delta);
  }
  const total = window.to - window.from;
  const idle = self.get('(idle)') ?? 0;
  const lines = [...self]
    .filter(([name]) => name !== '(idle)')
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, shown)
    .map(([name, microseconds]) => {
      const share = `${((microseconds / total) * 100).toFixed(1)} %`.padStart(7);
      return `${share}  ${(microseconds / operations).toFixed(2).padStart(8)} us  ${name}`;
    });
  return [
    `idle ${((idle / total) * 100).toFixed(1)} %; share, self time an operation, function`,
    ...lines,
  ].join('\n');
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const short = url.replace(/^file:\/\//, '').replace(/^.*\/(?=(?:src|node_modules)\/)/, '');
  return `${name}  ${short}:${lineNumber + 1}`;
}

function now(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
