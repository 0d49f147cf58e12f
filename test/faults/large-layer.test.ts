import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../support/server.ts';

// The short form passes 1 GiB through, `npm run test:faults -- --long` 10 GB and a bit.
const size = process.env['MOORAGE_TEST_LONG'] === '1' ? 10.5 * 2 ** 30 : 2 ** 30;
const block = 2 ** 20;
const megabyte = 2 ** 20;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

/** Block `index` of the layer: never the same twice, and made again at will. */
function blockAt(index: number): Buffer {
  const bytes = Buffer.alloc(block, index % 251);
  bytes.writeUInt32LE(index);
  return bytes;
}

function send(
  method: string,
  path: string,
  body?: (write: (chunk: Buffer) => Promise<void>) => Promise<void>,
) {
  const authorization = `Basic ${Buffer.from(`admin:${server.adminPassword}`).toString('base64')}`;
  return new Promise<{ status: number; location: string; digest: string; bytes: number }>(
    (resolve, reject) => {
      const call = request(`${server.url}${path}`, { method, headers: { authorization } }, (response) => {
        const hash = createHash('sha256');
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          hash.update(chunk);
          bytes += chunk.length;
        });
        response.once('error', reject);
        response.once('end', () => {
          const digest = `sha256:${hash.digest('hex')}`;
          resolve({
            status: response.statusCode ?? 0,
            location: response.headers.location ?? '',
            digest,
            bytes,
          });
        });
      });
      call.once('error', reject);
      const write = (chunk: Buffer) =>
        new Promise<void>((done) => {
          if (call.write(chunk)) done();
          else call.once('drain', done);
        });
      (body?.(write) ?? Promise.resolve()).then(() => call.end(), reject);
    },
  );
}

/** Resident memory of the server's process, in bytes. */
function resident(): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

test('memory stays flat while a layer larger than memory allows passes in both directions', {
  timeout: 1_200_000,
}, async () => {
  const hash = createHash('sha256');
  await send('GET', '/v2/');
  const before = resident();
  let peak = before;
  const { location } = await send('POST', '/v2/library/large/blobs/uploads/');

  const patch = await send('PATCH', location, async (write) => {
    for (let index = 0; index < size / block; index++) {
      const bytes = blockAt(index);
      hash.update(bytes);
      await write(bytes);
      if (index % 64 === 0) peak = Math.max(peak, resident());
    }
  });
  const digest = `sha256:${hash.digest('hex')}`;
  const put = await send('PUT', `${location}?digest=${digest}`);
  const pull = send('GET', `/v2/library/large/blobs/${digest}`);
  const sampling = setInterval(() => {
    peak = Math.max(peak, resident());
  }, 50);
  const got = await pull.finally(() => clearInterval(sampling));

  console.log(
    `${(size / 2 ** 30).toFixed(1)} GiB both ways: ${Math.round(before / megabyte)} MiB before, ${Math.round(peak / megabyte)} MiB at most`,
  );
  expect([patch.status, put.status, got.status]).toEqual([202, 201, 200]);
  expect(got).toMatchObject({ digest, bytes: size });
  expect(peak - before).toBeLessThan(100 * megabyte);
});
