import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ServerOptions {
  /** Added to the environment; nothing of MOORAGE_* is inherited. */
  env?: Record<string, string>;
  /** Kept afterwards when given; else a temporary folder that `stop` removes. */
  data?: string;
  args?: string[];
  /** Another entry than src/main.ts, relative to the root. */
  entry?: string;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly adminPassword: string;
  readonly data: string;
  readonly pid: number;
  /** Everything it has written so far. */
  logs(): string;
  /** Resolves with the exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** SIGTERM unless told otherwise; resolves with the exit code when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** As by the kernel: nothing is finished, nothing is tidied. */
  kill9(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const adminPassword = 'Harbor-12345';
const startMilliseconds = 60_000;

/** Starts the registry as its users do, in a process of its own, and waits until it answers. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const data = options.data ?? (await temporaryFolder());
  const port = Number(options.env?.['MOORAGE_PORT'] ?? (await freePort()));
  const { child, exited, logs } = spawnServer(options, { MOORAGE_PORT: String(port), MOORAGE_DATA: data });
  const scheme = options.env?.['MOORAGE_TLS_CERTIFICATE'] === undefined ? 'http' : 'https';
  const tidy = async () => {
    if (options.data === undefined) await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  const running: RunningServer = {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    adminPassword: options.env?.['MOORAGE_ADMIN_PASSWORD'] ?? adminPassword,
    data,
    pid: child.pid ?? 0,
    logs,
    exited,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const code = await exited;
      await tidy();
      return code;
    },
    async kill9() {
      child.kill('SIGKILL');
      await exited;
      await tidy();
    },
  };
  await untilReady(running, child);
  return running;
}

function spawnServer(options: ServerOptions, fixed: Record<string, string>) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MOORAGE_'));
  const program = join(root, 'node_modules', 'node', 'bin', 'node');
  const child = spawn(program, [join(root, options.entry ?? 'src/main.ts'), ...(options.args ?? [])], {
    cwd: root,
    env: {
      ...Object.fromEntries(inherited),
      MOORAGE_ADMIN_PASSWORD: adminPassword,
      MOORAGE_LOG_LEVEL: 'debug',
      ...fixed,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, exited, logs: () => output };
}

/** GET /v2/ answers 200 or 401 as soon as the registry serves. */
async function untilReady(server: RunningServer, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startMilliseconds;
  while (child.exitCode === null && child.signalCode === null) {
    if (await answers(server)) return;
    if (performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the server did not answer in ${startMilliseconds / 1000} s:\n${server.logs()}`);
    }
    await delay(20);
  }
  throw new Error(
    `the server ended (exit code ${child.exitCode}, signal ${child.signalCode}):\n${server.logs()}`,
  );
}

async function answers(server: RunningServer): Promise<boolean> {
  // Over TLS with a test certificate the open port has to do: it opens when everything is ready.
  if (server.url.startsWith('https')) return server.logs().includes(`:${server.port}`);
  try {
    const response = await fetch(`${server.url}/v2/`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status === 200 || response.status === 401;
  } catch {
    return false;
  }
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'moorage-server-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(folder, 0o711);
  return folder;
}

/** A port that was free a moment ago; another program could take it, which then fails loudly. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
