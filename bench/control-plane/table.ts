import { clients, type Measured } from './measure.ts';
import type { ControlPlane } from './run.ts';

/** One line for each operation and kind of caller, the slowest first. */
export function controlPlaneTable({ seeded, operations, variants, notMeasured }: ControlPlane): string[] {
  const { projects, repositories, artifacts, auditRows, tagsOfOne } = seeded;
  const numbers = [projects, repositories, artifacts, auditRows, tagsOfOne].map((one) =>
    one.toLocaleString('en'),
  );
  return [
    `Reading the API with ${numbers[0]} projects, ${numbers[1]} repositories (one with ${numbers[4]} tags), ${numbers[2]} artifacts,`,
    `${numbers[3]} audit entries; milliseconds. c1: one client, each request of the operation for the first time. c${clients}:`,
    `${clients} clients. CPU: milliseconds of the server for a request, PostgreSQL included.`,
    '',
    ...tableOf(operations),
    '',
    'Other pages, orders and filters, asked by the administrator:',
    '',
    ...tableOf(variants),
    ...notMeasured.map(({ operation, reason }) => `not measured: ${operation}: ${reason}`),
  ];
}

function tableOf(measured: readonly Measured[]): string[] {
  const header = [
    'operation',
    'caller',
    'c1 50 %',
    'c1 90 %',
    'c1 most',
    'c16 50 %',
    'c16 90 %',
    'c16 99 %',
    'req/s',
    'CPU',
    'bytes',
  ];
  const cells = measured
    .toSorted((a, b) => b.together.p50 - a.together.p50)
    .map(({ operation, caller, alone, together, cpu, bytes }) => [
      operation,
      caller,
      ...[alone.p50, alone.p90, alone.max, together.p50, together.p90, together.p99].map((one) =>
        one.toFixed(1),
      ),
      together.rate.toFixed(0),
      cpu.toFixed(2),
      bytes.toFixed(0),
    ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  return [header, ...cells].map((line) =>
    line
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}
