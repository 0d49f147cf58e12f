import { cpus, release, totalmem } from 'node:os';
import type { ControlPlane } from './control-plane/run.ts';
import { controlPlaneTable } from './control-plane/table.ts';
import type { Options } from './options.ts';
import type { Peer } from './peers/peer.ts';
import type { Row, Side } from './result.ts';
import type { Run } from './run.ts';

export interface Report extends Run {
  controlPlane?: ControlPlane;
  when: string;
  form: Options['form'];
  machine: { cpu: string; cores: number; memory: string; kernel: string; node: string };
  servers: { name: string; version: string; synced: string }[];
  missingPeers: string[];
}

const noisy = 0.3;

export function reportOf(
  run: Run & { controlPlane?: ControlPlane },
  options: Options,
  peers: Peer[],
  missingPeers: string[],
): Report {
  return {
    when: new Date().toISOString(),
    form: options.form,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      kernel: release(),
      node: process.version,
    },
    servers: peers.map(({ name, version, synced }) => ({ name, version, synced })),
    missingPeers,
    ...run,
  };
}

export function printed(report: Report): string {
  const lines = [
    `${report.machine.cpu}, ${report.machine.cores} cores, Linux ${report.machine.kernel}, Node ${report.machine.node}`,
    '',
    ...table(report),
    '',
    'times: above 1 is better for us. CPU: milliseconds of the whole process tree (PostgreSQL included) a request,',
    'image or GiB, ours / theirs. foreign: cores used by other programs meanwhile.',
    '',
    'On disk when a write is acknowledged, and who was measured how:',
    ...report.servers.map(({ name, version, synced }) => `  ${name} ${version}: ${synced}`),
    '  moorage checks a token and permissions on every request; the others are open.',
    ...report.missingPeers.map((name) => `  ${name}: not installed here, not measured`),
    ...(report.controlPlane === undefined ? [] : ['', ...controlPlaneTable(report.controlPlane)]),
    ...summary(report),
  ];
  return lines.join('\n');
}

function table(report: Report): string[] {
  const header = [
    'scenario',
    report.servers[0]?.name ?? '',
    'peer',
    '',
    'times',
    'CPU',
    'ratio',
    'foreign',
    'goal',
  ];
  const cells = [header, ...report.rows.flatMap(cellsOf)];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const leftAligned = new Set([0, 2, 8]);
  const lines = cells.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return leftAligned.has(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [lines[0] ?? '', '-'.repeat((lines[0] ?? '').length + 20), ...lines.slice(1)];
}

function cellsOf(row: Row): string[][] {
  const goals = row.verdicts.map(({ goal, met }) => `${met ? 'met' : 'MISSED'} ${goal}`);
  const foreign = row.per === '' ? '' : `${row.foreign.toFixed(1)}${row.foreign > noisy ? ' !' : ''}`;
  const ours = `${amount(row.subject.value)} ${row.unit}`;
  if (row.peers.length === 0) {
    const cpu = row.per === '' ? '' : amount(row.subject.cpu);
    return [[row.scenario, ours, '', '', '', cpu, '', foreign, goals.join(', ')]];
  }
  return row.peers.map((peer, index) => {
    const comparison = row.comparisons[index];
    const first = index === 0;
    return [
      first ? row.scenario : '',
      first ? ours : '',
      peer.peer,
      amount(peer.value),
      `${(comparison?.times ?? 0).toFixed(2)}x`,
      row.per === '' ? '' : cpuPair(row, peer),
      comparison?.cpu === undefined ? '' : `${comparison.cpu.toFixed(2)}x`,
      first ? foreign : '',
      first ? goals.join(', ') : '',
    ];
  });
}

function cpuPair(row: Row, theirs: Side): string {
  const ours = row.subject;
  const total = `${amount(ours.cpu)} / ${amount(theirs.cpu)}`;
  // The kernel's share of a large transfer is mostly copying, the same for everybody.
  return row.per === 'GiB' ? `${total}, user ${amount(ours.userCpu)} / ${amount(theirs.userCpu)}` : total;
}

function summary(report: Report): string[] {
  const verdicts = report.rows.flatMap((row) =>
    row.verdicts.map((verdict) => ({ scenario: row.scenario, ...verdict })),
  );
  const missed = verdicts.filter(({ met }) => !met);
  const loud = report.rows.filter(({ foreign }) => foreign > noisy).length;
  return [
    '',
    `${verdicts.length - missed.length} of ${verdicts.length} goals met.`,
    ...missed.map(({ scenario, goal }) => `  MISSED ${scenario}: ${goal}`),
    ...report.failures.map(({ scenario, message }) => `  NOT MEASURED ${scenario}: ${message}`),
    ...(loud === 0
      ? []
      : [`${loud} rows (!) had more than ${noisy} cores of foreign load: trust their CPU, not rates.`]),
  ];
}

export function amount(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
