import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startServer, type RunningServer } from '../server.ts';
import type { Peer } from './peer.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Everything on: a private project, permissions, quota, audit, log lines, syncs. */
export function moorage(password = newPassword()): Peer {
  const basic = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  return {
    name: 'moorage',
    version: versionOf(join(checkout, 'package.json')),
    synced:
      'fsync of the file, of its folder and of every new parent folder; PostgreSQL flushes its log (synchronous_commit on)',
    kind: 'registry',
    basic,
    start: (folder, flags = []) => start(folder, flags, password),
    setUp: (server) => createProject(server, basic),
    authorize: (server, repositories) => fetchToken(server, basic, repositories),
  };
}

export function newPassword(): string {
  return `Aa1${randomBytes(12).toString('hex')}`;
}

async function start(folder: string, flags: readonly string[], password: string): Promise<RunningServer> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  return startServer({
    name: 'moorage',
    program: ownNode(folder),
    // As `npm start` does.
    args: ['--max-semi-space-size=8', ...flags, 'src/main.ts'],
    cwd: checkout,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      MOORAGE_DATA: join(folder, 'data'),
      MOORAGE_PORT: String(port),
      MOORAGE_ADMIN_PASSWORD: password,
    },
    ready: [401],
    port,
    folder,
  });
}

/**
 * A copy of the Node binary: its proportional set size would otherwise be divided among all Node processes of this
 * machine, the load process among them, and our memory would look smaller than it is.
 */
function ownNode(folder: string): string {
  const copy = join(folder, 'node');
  const pinned = join(checkout, 'node_modules/node/bin/node');
  if (!existsSync(copy)) copyFileSync(realpathSync(pinned), copy, constants.COPYFILE_FICLONE);
  return copy;
}

async function createProject(server: RunningServer, basic: string): Promise<void> {
  const reply = await fetch(`http://127.0.0.1:${server.port}/api/v2.0/projects`, {
    method: 'POST',
    headers: { Authorization: basic, 'Content-Type': 'application/json' },
    body: JSON.stringify({ project_name: 'bench', metadata: { public: 'false' } }),
  });
  if (reply.status !== 201) throw new Error(`creating the project: ${reply.status} ${await reply.text()}`);
}

async function fetchToken(
  server: RunningServer,
  basic: string,
  repositories: readonly string[],
): Promise<string> {
  const query = new URLSearchParams([
    ['service', 'harbor-registry'],
    ...repositories.map((name): [string, string] => ['scope', `repository:${name}:pull,push,delete`]),
  ]);
  const reply = await fetch(`http://127.0.0.1:${server.port}/service/token?${query.toString()}`, {
    headers: { Authorization: basic },
  });
  if (reply.status !== 200) throw new Error(`a token: ${reply.status} ${await reply.text()}`);
  const body: unknown = await reply.json();
  if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string') {
    return `Bearer ${body.token}`;
  }
  throw new Error('the token service answered without a token');
}

function versionOf(path: string): string {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof content === 'object' && content !== null && 'version' in content) return String(content.version);
  return 'unknown';
}
