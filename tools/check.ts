/**
 * `npm run check`: everything that needs no server and no database, side by side, in under 30 s. Run it before
 * every push. Prints one line per part and the output of those that failed.
 */
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

const parts: readonly [name: string, program: string, ...args: string[]][] = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['types of the portal', 'tsc', '--noEmit', '-p', 'portal'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['format', 'biome', 'format', '--error-on-warnings', '.'],
  ['dead code', 'knip', '--no-progress', '--treat-config-hints-as-errors'],
  ['unit tests', 'vitest', 'run', '--project', 'unit'],
];

interface Outcome {
  name: string;
  ok: boolean;
  output: string;
  seconds: number;
}

function run([name, program, ...args]: (typeof parts)[number]): Promise<Outcome> {
  const started = performance.now();
  const path = `${import.meta.dirname}/../node_modules/.bin:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH: path, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' };
  const child = spawn(program, args, {
    cwd: `${import.meta.dirname}/..`,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    const end = (ok: boolean) => {
      const outcome = { name, ok, output, seconds: (performance.now() - started) / 1000 };
      console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name}, ${outcome.seconds.toFixed(1)} s`);
      if (!ok) console.log(output);
      resolve(outcome);
    };
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

const started = performance.now();
const outcomes = await Promise.all(parts.map(run));
const failed = outcomes.filter((outcome) => !outcome.ok).map((outcome) => outcome.name);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  failed.length ? `check failed in ${seconds} s: ${failed.join(', ')}` : `check passed in ${seconds} s`,
);
process.exitCode = failed.length ? 1 : 0;
