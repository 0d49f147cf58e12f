/**
 * `npm test` runs every suite, `npm run test:<suite>` one. Each is a vitest process of its own with a time
 * limit. What could not run for want of a program is listed by name, and the last line counts everything:
 * `N passed, N failed, N skipped`.
 *
 *   npm test                                    every suite of tools/suites.ts
 *   npm run test:db -- src/features/projects    the files of one suite whose path contains the text
 *   npm run test:faults -- --long               the long form (sets MOORAGE_TEST_LONG=1, lifts the time limits)
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { suites, type Suite } from './suites.ts';
import { addUp, count, readReport, type Tally } from './test-report.ts';

const root = `${import.meta.dirname}/..`;
const results = `${root}/.tmp/test-results`;
const long = process.argv.includes('--long');
const [wanted, ...passedOn] = process.argv.slice(2).filter((argument) => argument !== '--long');

const chosen = wanted === undefined ? suites : suites.filter((suite) => suite.name === wanted);
if (chosen.length === 0) {
  console.error(`There is no suite ${wanted}. Suites: ${suites.map((suite) => suite.name).join(', ')}.`);
  process.exit(2);
}

await mkdir(results, { recursive: true });
const tallies: Tally[] = [];
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
for (const suite of chosen) {
  tallies.push(await run(suite));
  if (interrupted.signal.aborted) process.exit(130);
}

const total = addUp(tallies);
for (const name of total.skippedNames) console.log(`skipped: ${name}`);
for (const reason of total.faults) console.log(`failed: ${reason}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function run(suite: Suite): Promise<Tally> {
  const file = `${results}/${suite.name}.json`;
  await rm(file, { force: true });
  console.log(`\n# ${suite.name}`);
  const code = await vitest(suite, file);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const tally = count(suite.name, text === undefined ? undefined : readReport(text), code);
  // A suite of which nothing ran must not look green where everything is meant to be installed.
  if (process.env['CI'] && tally.passed + tally.failed === 0 && tally.skipped > 0) {
    return { ...tally, failed: 1, faults: [`${suite.name}: every test was skipped`] };
  }
  return tally;
}

/** The exit code, or the reason why there is none. The whole process group goes when the time is up. */
function vitest(suite: Suite, file: string): Promise<number | string> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['run', '--project', suite.name, ...reporters, ...passedOn];
  const child = spawn(process.execPath, [`${root}/node_modules/vitest/vitest.mjs`, ...args], {
    cwd: root,
    env: { ...process.env, ...(long ? { MOORAGE_TEST_LONG: '1' } : {}) },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  // The group may outlive its leader: a test in a busy loop does not notice that vitest is gone.
  const end = (signal: NodeJS.Signals) => {
    try {
      return child.pid !== undefined && process.kill(-child.pid, signal);
    } catch {
      return false;
    }
  };
  const interrupt = () => end('SIGTERM');
  interrupted.signal.addEventListener('abort', interrupt, { once: true });
  return new Promise((resolve) => {
    let late = false;
    let killed: NodeJS.Timeout | undefined;
    const atLimit = () => {
      late = end('SIGTERM');
      // Time to stop the servers that the tests have started.
      killed = setTimeout(() => end('SIGKILL'), 15_000);
    };
    const limit = long ? undefined : setTimeout(atLimit, suite.minutes * 60_000);
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => {
      clearTimeout(limit);
      clearTimeout(killed);
      end('SIGKILL');
      interrupted.signal.removeEventListener('abort', interrupt);
      resolve(late ? `not done after ${suite.minutes} minutes` : (code ?? `ended by ${signal}`));
    });
  });
}
