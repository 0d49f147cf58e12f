import { imageFrom, manifestType, type Blob } from '../content.ts';
import type { Connection } from './connection.ts';
import type { ImagePlace, JobResult, PullImagesJob, PushImagesJob } from './jobs.ts';
import { Latencies } from './latencies.ts';
import { expectStatus, headOf, locationOf, step, withDigest } from './steps.ts';
import { withConnections } from './with-connections.ts';

type One = (connection: Connection, place: ImagePlace, headers: Record<string, string>) => Promise<number>;

export async function pushImages(job: PushImagesJob): Promise<JobResult> {
  // Made before the clock starts: hashing and JSON of the client are not what is measured.
  const images = new Map(job.images.map((place) => [place.seed, imageFrom(place.seed, place.layers)]));
  return forEachImage(job, async (connection, place, headers) => {
    const image = images.get(place.seed);
    if (image === undefined) throw new Error(`no image for ${place.seed}`);
    let bytes = 0;
    for (const blob of [...image.layers, image.config]) {
      await pushBlobLikeDocker(connection, place.repository, blob, headers);
      bytes += blob.bytes.length;
    }
    const path = `/v2/${place.repository}/manifests/${place.tag}`;
    const typed = { ...headers, 'Content-Type': manifestType };
    await step(connection, { method: 'PUT', path, headers: typed, body: image.manifest.bytes }, 201);
    return bytes;
  });
}

export async function pullImages(job: PullImagesJob): Promise<JobResult> {
  const images = new Map(job.images.map((place) => [place.seed, imageFrom(place.seed, place.layers)]));
  const keep = job.verify ? ('hash' as const) : undefined;
  return forEachImage(job, async (connection, place, headers) => {
    const image = images.get(place.seed);
    if (image === undefined) throw new Error(`no image for ${place.seed}`);
    const accepting = { ...headers, Accept: manifestType };
    const get = async (path: string, blob: Blob, method: 'GET' | 'HEAD'): Promise<number> => {
      const answer = await step(connection, { method, path, headers: accepting }, 200, keep);
      if (answer.length !== blob.bytes.length) throw new Error(`${path}: ${answer.length} bytes`);
      if (method === 'GET' && keep !== undefined && `sha256:${answer.sha256 ?? ''}` !== blob.digest) {
        throw new Error(`${path}: the body has SHA-256 ${answer.sha256 ?? ''}`);
      }
      return answer.length;
    };
    const base = `/v2/${place.repository}`;
    await get(`${base}/manifests/${place.tag}`, image.manifest, 'HEAD');
    let bytes = await get(`${base}/manifests/${image.manifest.digest}`, image.manifest, 'GET');
    for (const blob of [image.config, ...image.layers]) {
      bytes += await get(`${base}/blobs/${blob.digest}`, blob, 'GET');
    }
    return bytes;
  });
}

function forEachImage(job: PushImagesJob | PullImagesJob, one: One): Promise<JobResult> {
  const latencies = new Latencies();
  let next = 0;
  let bytes = 0;
  const work = async (connection: Connection): Promise<void> => {
    for (let place = job.images[next++]; place !== undefined; place = job.images[next++]) {
      const begun = performance.now();
      const authorization = job.authorization[place.repository];
      const headers: Record<string, string> =
        authorization === undefined ? {} : { Authorization: authorization };
      // Not `bytes += await ...`: that would add to what the sum was before the other connections worked.
      const size = await one(connection, place, headers);
      bytes += size;
      latencies.add(performance.now() - begun);
    }
  };
  return withConnections(job.port, job.connections, async (connections) => {
    const started = performance.now();
    await Promise.all(connections.map(work));
    const seconds = (performance.now() - started) / 1000;
    return { operations: latencies.count, bytes, seconds, latency: latencies.summary() };
  });
}

async function pushBlobLikeDocker(
  connection: Connection,
  repository: string,
  blob: Blob,
  headers: Record<string, string>,
): Promise<void> {
  const base = `/v2/${repository}/blobs`;
  const probe = await connection.ask({
    bytes: headOf('HEAD', `${base}/${blob.digest}`, headers),
    headOnly: true,
  });
  if (probe.status === 200) return;
  expectStatus(probe, 404, `HEAD ${base}/${blob.digest}`);
  const begun = await step(connection, { method: 'POST', path: `${base}/uploads/`, headers }, 202);
  const patched = await connection.ask({
    bytes: Buffer.concat([
      headOf('PATCH', locationOf(begun), {
        ...headers,
        'Content-Type': 'application/octet-stream',
        'Transfer-Encoding': 'chunked',
      }),
      Buffer.from(`${blob.bytes.length.toString(16)}\r\n`),
      blob.bytes,
      Buffer.from('\r\n0\r\n\r\n'),
    ]),
    headOnly: false,
  });
  expectStatus(patched, 202, `PATCH ${locationOf(begun)}`);
  await step(connection, { method: 'PUT', path: withDigest(locationOf(patched), blob.digest), headers }, 201);
}
