import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { largeBlob } from '../content.ts';
import { freePort, outputOf, startServer, type RunningServer } from '../server.ts';
import type { Peer } from './peer.ts';

/** nginx with sendfile: what the machine can do for large blobs when nobody checks anything. */
export function nginx(program: string): Peer | undefined {
  const printed = outputOf(program, ['-v']);
  if (printed === undefined) return undefined;
  return {
    name: 'nginx',
    version: /nginx\/(\S+)/.exec(printed)?.[1] ?? printed,
    synced: 'it only reads',
    kind: 'static',
    start: (folder) => start(program, folder),
  };
}

/** Puts a large blob where nginx serves it under the same path as a registry. */
export async function placeForNginx(folder: string, path: string, seed: string, size: number): Promise<void> {
  const blob = largeBlob(seed, size);
  const file = join(folder, 'root', path);
  mkdirSync(dirname(file), { recursive: true });
  const pieces = function* (): Generator<Buffer> {
    for (let offset = 0; offset < size; offset += 1 << 20) yield blob.slice(offset, 1 << 20);
  };
  await pipeline(Readable.from(pieces()), createWriteStream(file));
}

async function start(program: string, folder: string): Promise<RunningServer> {
  const root = join(folder, 'root');
  mkdirSync(root, { recursive: true });
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, configuration(folder, root, port));
  return startServer({
    name: 'nginx',
    program,
    args: ['-c', config, '-e', join(folder, 'error.log')],
    env: { PATH: process.env['PATH'] },
    ready: [404],
    port,
    folder,
  });
}

function configuration(folder: string, root: string, port: number): string {
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `daemon off;
${user}
worker_processes auto;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  default_type application/octet-stream;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; root ${root}; }
}
`;
}
