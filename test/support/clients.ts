/**
 * Foreign programs (skopeo, crane, helm, ...) as the tests use them: where they are, what a test says that
 * cannot run for want of one, and a place with its own home so that nothing of this account is read or left.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'vitest';

const script = join(import.meta.dirname, '../../tools/install-clients.sh');
/** These work without a user namespace, with the vfs driver, but only as root. */
const needRoot = new Set(['podman', 'buildah', 'debootstrap', 'dockerd', 'containerd']);

const installed: ReadonlyMap<string, string> = new Map(
  execFileSync('bash', [script, '--print'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

/** The path of a program that tools/install-clients.sh installs, undefined where it is missing. */
export function tool(name: string): string | undefined {
  return installed.get(name);
}

/** Why a test that needs these programs cannot run here, undefined when it can. */
export function obstacle(names: readonly string[]): string | undefined {
  const absent = names.filter((name) => tool(name) === undefined);
  if (absent.length > 0) return `${absent.join(', ')} not installed (tools/install-clients.sh)`;
  const forbidden = process.getuid?.() === 0 ? [] : names.filter((name) => needRoot.has(name));
  return forbidden.length > 0 ? `${forbidden.join(', ')} only as root` : undefined;
}

/** `test` for programs that may be missing: then the test is skipped and its name says why. */
export function testWith(...names: string[]) {
  const reason = obstacle(names);
  return (title: string, run: (context: TestContext) => Promise<void>): void => {
    if (reason === undefined) test(title, run);
    else test.skip(`${title} [skipped: ${reason}]`, run);
  };
}

export interface Workplace {
  /** Removed as a whole by `leave`. */
  folder: string;
  /** What every program started here sees; nothing else of this process' environment. */
  env: Record<string, string>;
  leave(): Promise<void>;
}

/**
 * A home, a credential file and a container store of its own, under the temporary folder. `host` is a registry
 * without TLS: regctl has to be told once, the others take a flag or know that loopback has none.
 */
export async function workplace(host: string): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'moorage-clients-'));
  const docker = join(folder, '.docker');
  await mkdir(docker);
  await mkdir(join(folder, 'run'));
  await writeFile(join(docker, 'config.json'), '{}');
  await writeFile(join(folder, 'regctl.json'), JSON.stringify({ hosts: { [host]: { tls: 'disabled' } } }));
  const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/storage"\nrunroot = "${folder}/run/storage"\n`;
  await writeFile(join(folder, 'storage.conf'), storage);
  const env = {
    PATH: `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`,
    HOME: folder,
    TMPDIR: folder,
    XDG_RUNTIME_DIR: join(folder, 'run'),
    DOCKER_CONFIG: docker,
    REGISTRY_AUTH_FILE: join(docker, 'config.json'),
    REGCTL_CONFIG: join(folder, 'regctl.json'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    STORAGE_DRIVER: 'vfs',
    BUILDAH_ISOLATION: 'chroot',
    // cosign asks for the key's password and for consent on a terminal otherwise.
    COSIGN_PASSWORD: 'only-for-this-test',
    COSIGN_YES: 'true',
  };
  return { folder, env, leave: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Credentials in the file that every client but regctl and helm reads without a login. */
export async function rememberLogin(place: Workplace, host: string, user: string, password: string) {
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  const file = join(place.folder, '.docker/config.json');
  await writeFile(file, JSON.stringify({ auths: { [host]: { auth } } }));
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  input?: string | Uint8Array;
  /** Default 120: a client that waits for a terminal or retries for ever fails the test by name. */
  seconds?: number;
}

/** Runs a program to its end, whatever that is. */
export function run(
  place: Workplace,
  name: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool(name) ?? name, args, {
      cwd: options.cwd ?? place.folder,
      env: place.env,
      timeout: (options.seconds ?? 120) * 1000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => {}); // a program that does not read its input closes the pipe
    child.stdin.end(options.input);
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code: code ?? -1, stdout, stderr: stderr + (signal ?? '') }),
    );
  });
}

/** Runs a program that has to succeed and returns what it printed, without the last line break. */
export async function ok(
  place: Workplace,
  name: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const outcome = await run(place, name, args, options);
  if (outcome.code !== 0) {
    throw new Error(`${name} ${args.join(' ')}: exit ${outcome.code}\n${outcome.stdout}${outcome.stderr}`);
  }
  return outcome.stdout.trimEnd();
}

/** Runs a program that has to fail and returns everything it said. */
export async function refused(
  place: Workplace,
  name: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const outcome = await run(place, name, args, options);
  if (outcome.code === 0) throw new Error(`${name} ${args.join(' ')} succeeded: ${outcome.stdout}`);
  return outcome.stdout + outcome.stderr;
}
