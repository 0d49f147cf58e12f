/**
 * `npm run demo`: a server with a month of believable content, for trying things and for the pictures of the
 * documentation. The first start fills it, through its API; later ones find it as it was left.
 *
 *   npm run demo                  on http://localhost:8080, data in .tmp/demo
 *   npm run demo -- --port 9090
 *   npm run demo -- --fresh       forgets what was there
 *
 * It listens on this machine alone. Its accounts and their one password are printed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findRunningPostgres } from '../src/database/embedded.ts';
import { fill, people } from './demo/fill.ts';
import { spreadOverMonth } from './demo/history.ts';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { port: { type: 'string', default: '8080' }, fresh: { type: 'boolean', default: false } },
});
const data = join(checkout, '.tmp', 'demo');
const filled = join(data, 'demo-is-filled');
const password = 'Moorage-demo-1';
const url = `http://127.0.0.1:${values.port}`;

if (values.fresh) await rm(data, { recursive: true, force: true });
// An attempt that was ended in the middle is no beginning.
if (existsSync(data) && !existsSync(filled)) await rm(data, { recursive: true, force: true });
await mkdir(data, { recursive: true });

const server = spawn(process.execPath, ['--max-semi-space-size=8', join(checkout, 'src/main.ts')], {
  env: {
    ...process.env,
    MOORAGE_DATA: data,
    MOORAGE_HOST: '127.0.0.1',
    MOORAGE_PORT: values.port,
    MOORAGE_ADMIN_PASSWORD: password,
  },
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = new Promise<number>((resolve) => server.once('exit', (code) => resolve(code ?? 1)));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.kill(signal));

try {
  await Promise.race([
    untilReady(),
    ended.then((code) => {
      throw new Error(`the server ended with exit code ${code}; its words are above`);
    }),
  ]);
  if (!existsSync(filled)) {
    const dated = await fill(url, { name: 'admin', password }, password, (step) =>
      console.log(`  ${step} ...`),
    );
    await spreadOverMonth((await findRunningPostgres(data)) ?? '', dated);
    await writeFile(filled, `${dated.length}\n`);
  }
  console.log(`
A demonstration of Moorage, ${await readFile(filled, 'utf8').then((text) => text.trim())} artifacts: ${url.replace('127.0.0.1', 'localhost')}
accounts: admin, ${people.join(', ')}
password of each: ${password}
Ctrl-C ends it; --fresh begins anew.`);
} catch (error) {
  server.kill();
  throw error;
}
process.exitCode = await ended;

async function untilReady(): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/api/v2.0/ping`).catch(() => undefined);
    if (answer?.ok) return;
    await delay(100);
  }
}
