import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.ts';
import { controlPlaneName } from './control-plane/figures.ts';
import { type ControlPlane, measureControlPlane } from './control-plane/run.ts';
import { help, parseOptions, type Options } from './options.ts';
import { installedPeers } from './peers/installed.ts';
import { moorage } from './peers/moorage.ts';
import type { Peer } from './peers/peer.ts';
import { profile } from './profile.ts';
import { printed, reportOf, type Report } from './report.ts';
import { type Run, run, scenarios } from './run.ts';

const checkout = fileURLToPath(new URL('..', import.meta.url));

async function main(options: Options): Promise<void> {
  if (options.help) {
    console.log(help);
    return;
  }
  if (options.list) {
    console.log(scenarios.map(({ name }) => name).join('\n'));
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'moorage-bench-'));
  // PostgreSQL's own user has to reach its data in here; otherwise a root process puts it outside of this folder.
  chmodSync(folder, 0o755);
  try {
    const { found, missing } = installedPeers();
    const subject = [moorage(), ...found].find(({ name }) => name === options.subject);
    if (subject === undefined) throw new Error(`${options.subject} is not a server that is installed here`);
    if (options.profile !== undefined) {
      console.log(await profile(subject, options.profile, options.form, folder));
      return;
    }
    const peers = found.filter(({ name }) => options.peers.length === 0 || options.peers.includes(name));
    const report = reportOf(
      await runAll(subject, peers, options, folder),
      options,
      [subject, ...peers],
      missing,
    );
    console.log(printed(report));
    save(report, options);
    if (report.failures.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The scenarios against the peers, then the control plane, which no peer here has. */
async function runAll(
  subject: Peer,
  peers: Peer[],
  options: Options,
  folder: string,
): Promise<Run & { controlPlane?: ControlPlane }> {
  const { only } = options;
  const isControlPlane = (text: string) => text.startsWith(controlPlaneName);
  const nothingElse = only.length > 0 && only.every(isControlPlane);
  const done: Run = nothingElse ? { rows: [], failures: [] } : await run(subject, peers, options, folder);
  if (subject.name !== 'moorage' || (only.length > 0 && !only.some(isControlPlane))) return done;
  try {
    const { rows, ...controlPlane } = await measureControlPlane(options, folder);
    return { rows: [...done.rows, ...rows], failures: done.failures, controlPlane };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...done, failures: [...done.failures, { scenario: controlPlaneName, message }] };
  }
}

function save(report: Report, options: Options): void {
  const name = `${report.when.replaceAll(':', '-')}.json`;
  const file = options.json ?? join(checkout, 'bench/results', name);
  write(file, report);
  if (!options.record) return;
  write(join(checkout, 'bench/latest.json'), report);
  writeFileSync(join(checkout, 'docs/benchmark.svg'), chart(report));
}

function write(file: string, report: Report): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten: ${file}`);
}

// Ends through the exit handlers, which stop the servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
