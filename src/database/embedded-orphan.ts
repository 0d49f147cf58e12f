import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Above every kernel's largest process id: a process that is certainly not there. */
const noProcess = '2147483647';

export interface Postmaster {
  readonly pid: number;
  readonly socketFolder: string;
  /** `starting`, `ready`, `stopping`, or empty in the first instants. */
  readonly status: string;
}

/** What PostgreSQL writes beside its data while it runs: pid, data folder, start time, port, socket folder, status. */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const content = await contentOf(join(cluster, 'postmaster.pid'));
  if (content === undefined) return undefined;
  const lines = content.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return { pid, socketFolder: lines[4] ?? '', status: (lines[7] ?? '').trim() };
}

/** One read, no look before it: a PostgreSQL that starts over another's file removes it in between. */
async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Ends a PostgreSQL that outlived its supervisor (kill -9). Only called by the holder of the data folder's lock,
 * so whatever runs on this folder has no master any more.
 */
export async function stopOrphan(cluster: string, log: Logger): Promise<void> {
  const postmaster = await readPostmaster(cluster);
  if (postmaster === undefined || !isRunning(postmaster.pid)) return;
  if (!(await serves(postmaster.pid, cluster))) {
    await disown(cluster, postmaster.pid);
    return;
  }
  log.warn(`PostgreSQL (process ${postmaster.pid}) outlived an earlier start that was killed: stopping it`);
  await endProcess(postmaster.pid, () => isRunning(postmaster.pid));
}

/** Fast shutdown; after 20 s an immediate one (recovery at the next start), after 10 s more the hard way. */
export async function endProcess(pid: number, running: () => boolean): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGINT', 20],
    ['SIGQUIT', 10],
    ['SIGKILL', 5],
  ] as const) {
    if (!running()) return;
    send(pid, signal);
    for (let waited = 0; waited < seconds * 1000 && running(); waited += 20) await delay(20);
  }
  if (running()) throw new Error(`PostgreSQL (process ${pid}) does not end, not even by SIGKILL`);
}

function isRunning(pid: number): boolean {
  return send(pid, 0);
}

/** False when there is no such process. One of another user counts as running. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process id is reused: only a process that was started on this folder is the one. */
async function serves(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(cluster);
}

/**
 * PostgreSQL refuses to start while the process named in its pid file exists, even when that is by now another
 * program. The file is not removed, because it also names the shared memory by which PostgreSQL finds backends
 * that are still writing; only the process id is replaced by an impossible one.
 */
async function disown(cluster: string, pid: number): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const content = await readFile(file, 'utf8');
  const handle = await open(file, 'r+');
  try {
    const changed = Buffer.from(content.replace(String(pid), noProcess));
    await handle.write(changed, 0, changed.length, 0);
  } finally {
    await handle.close();
  }
}
