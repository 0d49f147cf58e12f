import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../support/server.ts';

/** Unlike anything else, so that a search finds them wherever they come up. */
const markers = {
  admin: 'Marker-Adm1n-8f3b6d',
  oidc: 'Marker-0idc-1c9e27',
  ldap: 'Marker-Ld4p-77aa10',
  secretKey: 'Marker-K3y-5d21c0-with-enough-characters',
};

let fresh: RunningServer;
let marked: RunningServer;
beforeAll(async () => {
  fresh = await startServer({ env: { MOORAGE_ADMIN_PASSWORD: '' } });
  marked = await startServer({
    env: {
      MOORAGE_ADMIN_PASSWORD: markers.admin,
      MOORAGE_SECRET_KEY: markers.secretKey,
      MOORAGE_LOG_LEVEL: 'trace',
      CONFIG_OVERWRITE_JSON: JSON.stringify({
        oidc_client_secret: markers.oidc,
        ldap_search_password: markers.ldap,
      }),
    },
  });
  const authorization = `Basic ${Buffer.from(`admin:${markers.admin}`).toString('base64')}`;
  for (const headers of [{ authorization }, { authorization: `${authorization}x` }, {}]) {
    for (const path of ['/api/v2.0/configurations', '/v2/', '/service/token?service=harbor-registry']) {
      await fetch(marked.url + path, { headers });
    }
  }
}, 120_000);
afterAll(async () => {
  await Promise.all([fresh.stop(), marked.stop()]);
});

const generated = (logs: string) => /password[^\n]*?([A-Za-z0-9]{16,})/i.exec(logs)?.[1];

test('S-022: a fresh installation makes every secret of its own, and shows them to nobody else', async () => {
  const other = await startServer({ env: { MOORAGE_ADMIN_PASSWORD: '' } });
  const read = (server: RunningServer, name: string) => readFile(join(server.data, name), 'utf8');

  for (const name of ['secret.key', 'postgres.password']) {
    const [one, two] = [await read(fresh, name), await read(other, name)];
    expect(one.trim().length).toBeGreaterThanOrEqual(43);
    expect(one).not.toBe(two);
    expect((await stat(join(fresh.data, name))).mode & 0o077).toBe(0);
  }
  const [one, two] = [generated(fresh.logs()), generated(other.logs())];
  await other.stop();
  expect(one).toBeDefined();
  expect(two).toBeDefined();
  expect(one).not.toBe(two);
});

test('S-082, S-050: whatever is logged from the start on, no secret is', () => {
  const logs = marked.logs();

  expect(logs.length).toBeGreaterThan(500);
  for (const marker of Object.values(markers)) {
    expect(logs).not.toContain(marker);
    expect(logs).not.toContain(Buffer.from(marker).toString('base64').replace(/=+$/, ''));
  }
  expect(logs).not.toMatch(/postgres(?:ql)?:\/\/[^\s/]*:[^\s@]+@/);
});

/** Ids of the processes below one. */
async function below(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = Number(text.slice(text.lastIndexOf(')') + 4).split(' ')[0]);
    if (parent === pid) found.push(Number(name), ...(await below(Number(name))));
  }
  return found;
}

test.skipIf(process.platform !== 'linux')(
  'S-104: no secret stands in a command line, nor in the environment of other programs',
  async () => {
    const password = (await readFile(join(marked.data, 'postgres.password'), 'utf8')).trim();
    const secrets = [...Object.values(markers), password];
    const children = await below(marked.pid);

    const texts = await Promise.all(
      [marked.pid, ...children].map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    const programs = await Promise.all(
      children.map(async (pid) => {
        const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        // The registry's own workers are started with its settings.
        if (command.includes('main.ts')) return '';
        return readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      }),
    );

    expect(children.length).toBeGreaterThan(0);
    for (const secret of secrets) expect([...texts, ...programs].join('\n')).not.toContain(secret);
  },
);
