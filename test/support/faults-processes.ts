import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The process id of an installation's own PostgreSQL, from the file that it keeps beside its data. */
export async function postmasterOf(data: string): Promise<number> {
  const note = join(data, 'postgres.location');
  const cluster = existsSync(note) ? (await readFile(note, 'utf8')).trim() : join(data, 'postgres');
  const pid = Number((await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`no PostgreSQL runs in ${cluster}`);
  return pid;
}

/** A process and everything that it has started, as the kernel sees it now. */
export async function treeOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const id = Number(name);
    if (Number.isInteger(id)) parents.set(id, (await statOf(id)).parent);
  }
  const tree = [pid];
  for (const member of tree) {
    for (const [child, parent] of parents) if (parent === member) tree.push(child);
  }
  return tree;
}

/** The HTTP workers of a server that has more than one process. */
export async function workersOf(server: number): Promise<number[]> {
  const tree = await treeOf(server);
  const commands = await Promise.all(
    tree.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return tree.filter((_, index) => commands[index]?.includes('processes/worker.ts'));
}

/** Stops every process and waits until each of their threads stands still: a call in the kernel ends first. */
export async function freeze(pids: readonly number[]): Promise<void> {
  for (const pid of pids) signal(pid, 'SIGSTOP');
  for (const pid of pids) while (!(await standsStill(pid))) await delay(2);
}

export function thaw(pids: readonly number[]): void {
  for (const pid of pids) signal(pid, 'SIGCONT');
}

async function standsStill(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const states = await Promise.all(threads.map((thread) => statOf(Number(thread), pid)));
  return states.every(({ state }) => 'TtZX'.includes(state));
}

/** `X` (dead) when it is gone. */
async function statOf(id: number, process?: number): Promise<{ state: string; parent: number }> {
  const file = process === undefined ? `/proc/${id}/stat` : `/proc/${process}/task/${id}/stat`;
  const text = await readFile(file, 'utf8').catch(() => '');
  // The second field is a name in parentheses, which may itself hold anything.
  const [state = 'X', parent = '0'] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: state || 'X', parent: Number(parent) };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
