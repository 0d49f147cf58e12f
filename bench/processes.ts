import { readdirSync, readFileSync } from 'node:fs';

/** What /proc says about a server: its whole process tree, so that PostgreSQL counts as part of it. */

const ticksPerSecond = 100;
const millisecondsPerTick = 1000 / ticksPerSecond;

export interface CpuTime {
  /** Milliseconds since the processes started, children that have ended and were waited for included. */
  user: number;
  system: number;
}

interface Stat {
  parent: number;
  cpu: CpuTime;
}

/** The process and its descendants that live now. */
export function treeOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat === undefined) continue;
    const siblings = children.get(stat.parent);
    if (siblings === undefined) children.set(stat.parent, [Number(name)]);
    else siblings.push(Number(name));
  }
  const tree = [pid];
  for (const member of tree) tree.push(...(children.get(member) ?? []));
  return tree;
}

export function cpuOfTree(pid: number): CpuTime {
  const total = { user: 0, system: 0 };
  for (const member of treeOf(pid)) {
    const cpu = statOf(member)?.cpu;
    total.user += cpu?.user ?? 0;
    total.system += cpu?.system ?? 0;
  }
  return total;
}

/** Proportional set size of the tree in bytes. Needs root where the database runs under another user. */
export function memoryOfTree(pid: number): number {
  let kibibytes = 0;
  for (const member of treeOf(pid)) {
    const rollup = readOrUndefined(`/proc/${member}/smaps_rollup`);
    kibibytes += Number(/^Pss: +(\d+) kB/m.exec(rollup ?? '')?.[1] ?? 0);
  }
  return kibibytes * 1024;
}

/** Milliseconds of CPU that the whole machine has spent working, on all cores together. */
export function busyMilliseconds(): number {
  const line = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '';
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(' ').map(Number);
  return (user + nice + system + irq + softirq) * millisecondsPerTick;
}

function statOf(pid: number): Stat | undefined {
  const text = readOrUndefined(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name in parentheses may hold spaces; after it, field 3 (state) is index 0.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (field: number): number => Number(fields[field - 3]) * millisecondsPerTick;
  return { parent: Number(fields[1]), cpu: { user: at(14) + at(16), system: at(15) + at(17) } };
}

/** A process may end between listing and reading. */
function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
