import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, outputOf, startServer, type RunningServer } from '../server.ts';
import type { Peer } from './peer.ts';

/** zot, open, with its defaults: deduplication and collection on, nothing synced. */
export function zot(program: string): Peer | undefined {
  const printed = outputOf(program, ['--version']);
  if (printed === undefined) return undefined;
  return {
    name: 'zot',
    version: /v?(\d+\.\d+\.\d+\S*)/.exec(printed)?.[1] ?? 'unknown',
    synced: 'nothing (its setting `commit` is off by default)',
    kind: 'registry',
    start: (folder) => start(program, folder),
  };
}

async function start(program: string, folder: string): Promise<RunningServer> {
  const root = join(folder, 'data');
  mkdirSync(root, { recursive: true });
  const port = await freePort();
  const config = join(folder, 'zot.json');
  const settings = {
    distSpecVersion: '1.1.1',
    storage: { rootDirectory: root },
    http: { address: '127.0.0.1', port: String(port) },
    log: { level: 'error' },
  };
  writeFileSync(config, JSON.stringify(settings));
  return startServer({
    name: 'zot',
    program,
    args: ['serve', config],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    ready: [200],
    port,
    folder,
  });
}
