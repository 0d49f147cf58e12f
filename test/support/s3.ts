import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe } from 'vitest';
import type { S3Settings } from '#src/storage/settings.ts';
import type { TestCertificate } from '#test/support/certificates.ts';
import { obstacle, tool } from '#test/support/clients.ts';

const accessKeyId = 'test-access-key';
const secretAccessKey = 'test-secret-key';
const bucket = 'blobs';
const startMilliseconds = 15_000;

/** `describe` for tests that need an S3 server: without one each is skipped, and its name says why. */
export function describeS3(title: string, tests: () => void): void {
  const reason = obstacle(['versitygw']);
  const name = reason === undefined ? title : `${title} [skipped: ${reason}]`;
  describe.skipIf(reason !== undefined)(name, () => {
    tests();
  });
}

export interface S3Server {
  readonly port: number;
  /** The bucket as a folder: an object is a file below it. */
  readonly folder: string;
  /** Settings for a driver; `endpoint` may lead through a proxy. */
  settings(changes?: Partial<S3Settings>): S3Settings;
  stop(): Promise<void>;
}

/** A real S3 server (versitygw on a temporary folder) with one empty bucket, on loopback. */
export async function startS3(options: { tls?: TestCertificate } = {}): Promise<S3Server> {
  const program = tool('versitygw');
  if (program === undefined) throw new Error('versitygw is not installed');
  const root = await mkdtemp(join(tmpdir(), 'moorage-s3-'));
  const folder = join(root, bucket);
  await mkdir(folder);
  const tls = options.tls ? await writeCertificate(root, options.tls) : [];
  const { child, port } = await startOnFreePort(program, [...tls, 'posix', root]);
  return {
    port,
    folder,
    settings: (changes) => ({
      driver: 's3',
      bucket,
      prefix: '',
      region: 'us-east-1',
      endpoint: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
      pathStyle: true,
      accessKeyId,
      secretAccessKey,
      redirect: true,
      partSize: 5 << 20,
      ...changes,
    }),
    stop: async () => {
      await end(child);
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function writeCertificate(root: string, { certificate, key }: TestCertificate): Promise<string[]> {
  const [certificateFile, keyFile] = [join(root, 'certificate.pem'), join(root, 'key.pem')];
  await writeFile(certificateFile, certificate);
  await writeFile(keyFile, key);
  return ['--cert', certificateFile, '--key', keyFile];
}

/** versitygw takes a port but not "any", and another program may take a free one first. */
async function startOnFreePort(
  program: string,
  rest: readonly string[],
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const args = ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', ...rest];
    const env = {
      PATH: process.env['PATH'] ?? '',
      ROOT_ACCESS_KEY_ID: accessKeyId,
      ROOT_SECRET_ACCESS_KEY: secretAccessKey,
    };
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    if (await answers(child, port)) return { child, port };
    await end(child);
    if (attempt === 3) throw new Error(`versitygw did not start: ${said}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  for (const end = Date.now() + startMilliseconds; Date.now() < end && child.exitCode === null; ) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return true;
    await delay(20);
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
