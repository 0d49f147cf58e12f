/** A Docker engine of the test's own: it pulls and pushes, but runs no containers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run, tool, type Workplace } from './clients.ts';

export interface Engine {
  /** For `docker --host`. */
  docker: string;
  /** For `ctr --address`: the containerd that the engine started for itself. */
  containerd: string;
  stop(): Promise<void>;
}

/**
 * dockerd on a socket in the workplace, without networks and firewall rules. Registries on 127.0.0.0/8 may go
 * without TLS by default.
 */
export async function startEngine(place: Workplace): Promise<Engine> {
  const folder = join(place.folder, 'engine');
  const socket = `unix://${folder}.sock`;
  const flags = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--storage-driver=vfs'];
  const places = [
    '--data-root',
    `${folder}/data`,
    '--exec-root',
    `${folder}/exec`,
    '--pidfile',
    `${folder}.pid`,
  ];
  const child = spawn(tool('dockerd') ?? 'dockerd', [...flags, ...places, '--host', socket], {
    env: place.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4000)));
  const exited = once(child, 'exit');
  const engine: Engine = {
    docker: socket,
    containerd: `${folder}/exec/containerd/containerd.sock`,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
  const deadline = performance.now() + 30_000;
  while ((await run(place, 'docker', ['--host', socket, 'version'])).code !== 0) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`dockerd did not start:\n${log}`);
    }
    await delay(50);
  }
  return engine;
}
