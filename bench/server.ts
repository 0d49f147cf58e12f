import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Command {
  name: string;
  program: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Status of GET /v2/ that means "ready". */
  ready: readonly number[];
  port: number;
  folder: string;
}

export interface RunningServer {
  name: string;
  pid: number;
  port: number;
  /** From spawn to the first good answer. */
  startMilliseconds: number;
  stop(): Promise<void>;
}

const longestStart = 60_000;
const longestStop = 20_000;

/** Starts a server, with its output in `<folder>/<name>.log`, and waits until it answers. */
export async function startServer(command: Command): Promise<RunningServer> {
  const log = join(command.folder, `${command.name}.log`);
  const output = openSync(log, 'a');
  const begun = performance.now();
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  // Not SIGKILL: a server with a database of its own has to stop that too.
  const kill = (): boolean => child.kill('SIGTERM');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('error', () => undefined);
  try {
    await untilReady(child, command, begun);
  } catch (error) {
    child.kill('SIGTERM');
    throw new Error(`${command.name} did not start; the end of its log:\n${tail(log)}`, { cause: error });
  }
  return {
    name: command.name,
    pid: child.pid ?? 0,
    port: command.port,
    startMilliseconds: performance.now() - begun,
    stop: async () => {
      child.kill('SIGTERM');
      const late = sleep(longestStop, 'late', { ref: false });
      if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL');
      process.off('exit', kill);
    },
  };
}

async function untilReady(child: ChildProcess, command: Command, begun: number): Promise<void> {
  while (performance.now() - begun < longestStart) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('the process ended');
    const status = await fetch(`http://127.0.0.1:${command.port}/v2/`, { signal: AbortSignal.timeout(2000) })
      .then((reply) => reply.status)
      .catch(() => 0);
    if (command.ready.includes(status)) return;
    await sleep(2);
  }
  throw new Error(`no answer within ${longestStart} ms`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** The program's output, or undefined where it is not installed. */
export function outputOf(program: string, args: string[]): string | undefined {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  return done.status === 0 ? `${done.stdout}${done.stderr}`.trim() : undefined;
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').slice(-2000);
}
