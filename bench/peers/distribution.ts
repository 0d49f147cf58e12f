import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, outputOf, startServer, type RunningServer } from '../server.ts';
import type { Peer } from './peer.ts';

/** CNCF distribution, open, at its fastest: descriptor cache in memory, no access log, no traces. */
export function distribution(program: string): Peer | undefined {
  const printed = outputOf(program, ['--version']);
  if (printed === undefined) return undefined;
  return {
    name: 'distribution',
    version: /v(\d+\.\d+\.\d+)/.exec(printed)?.[1] ?? printed,
    synced: 'fsync of files (data, upload state, links); folders are not synced',
    kind: 'registry',
    start: (folder) => start(program, folder),
  };
}

async function start(program: string, folder: string): Promise<RunningServer> {
  const root = join(folder, 'data');
  mkdirSync(root, { recursive: true });
  const port = await freePort();
  const config = join(folder, 'distribution.yml');
  writeFileSync(config, configuration(root, port));
  return startServer({
    name: 'distribution',
    program,
    args: ['serve', config],
    // Version 3 otherwise tries to send traces to a collector on this machine.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], OTEL_TRACES_EXPORTER: 'none' },
    ready: [200],
    port,
    folder,
  });
}

function configuration(root: string, port: number): string {
  return `version: 0.1
log:
  level: error
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: ${root}
  cache:
    blobdescriptor: inmemory
  delete:
    enabled: true
  maintenance:
    uploadpurging:
      enabled: false
http:
  addr: 127.0.0.1:${port}
`;
}
