import { readdir, readFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'node:http';
import type pg from 'pg';
import { objectPath, uniqueName } from '#src/storage/layout.ts';
import { basic } from './app.ts';

/**
 * Blobs that pushes left behind a day ago without ever sending their manifest: rows, and small files where the driver
 * has its own. Returns their bytes.
 */
export async function leaveGarbage(client: pg.Client, root: string, count: number): Promise<void> {
  const size = 100;
  const step = 5_000;
  const { rows } = await client.query<{ id: number }>(
    `insert into repository (project_id, name) values (1, 'library/garbage') returning repository_id as id`,
  );
  for (let from = 0; from < count; from += step) {
    const digests = Array.from(
      { length: Math.min(step, count - from) },
      () => `sha256:${uniqueName()}${uniqueName()}`,
    );
    const locations = digests.map((digest) => objectPath(digest, uniqueName()));
    for (const folder of new Set(locations.map((location) => dirname(join(root, location)))))
      await mkdir(folder, { recursive: true });
    const queue = locations.values();
    const writer = async () => {
      for (const location of queue) await writeFile(join(root, location), Buffer.alloc(size));
    };
    await Promise.all(Array.from({ length: 16 }, writer));
    await client.query(
      `with b as (
         insert into blob (digest, size, location, leased_until)
           select d, $3, l, now() - interval '1 day' from unnest($1::text[], $2::text[]) k(d, l) returning id
       ), p as (
         insert into project_blob (project_id, blob_id) select 1, id from b
       )
       insert into repository_blob (repository_id, blob_id, linked_at) select $4, id, now() - interval '1 day' from b`,
      [digests, locations, size, rows[0]?.id],
    );
    await client.query('insert into quota_charge (project_id, bytes) values (1, $1)', [
      digests.length * size,
    ]);
  }
  await client.query('analyze');
}

/** Latencies in milliseconds of one path, asked for at a fixed rate, so that a stall is seen by all who come in it. */
export async function askAtRate(
  url: string,
  paths: readonly string[],
  perSecond: number,
  until: AbortSignal,
): Promise<number[]> {
  const latencies: number[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let sent = 0; !until.aborted; sent++) {
    const due = began + (sent * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 1) await delay(wait);
    running.push(
      ask(url, paths[sent % paths.length] ?? '', agent).then(() => {
        latencies.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(running);
  agent.destroy();
  return latencies;
}

function ask(url: string, path: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { agent, headers: basic('admin') }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}`));
      response.resume().once('end', resolve);
    });
    call.once('error', reject).end();
  });
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Resident memory of a process, bytes. */
export async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

export async function countFiles(root: string): Promise<number> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}
