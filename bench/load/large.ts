import { largeBlob } from '../content.ts';
import type { Answer, Connection } from './connection.ts';
import type { JobResult, PushBlobJob } from './jobs.ts';
import { expectStatus, headOf, locationOf, step, withDigest } from './steps.ts';
import { withConnections } from './with-connections.ts';

type Large = ReturnType<typeof largeBlob>;

const pieceSize = 256 * 1024;
const chunkSize = 16 * 1024 * 1024;
/** Two writes on the way keep the socket's buffer full without queueing the blob in memory. */
const writesInFlight = 2;

export function pushBlob(job: PushBlobJob): Promise<JobResult> {
  const blob = largeBlob(job.seed, job.size);
  const digest = blob.digest();
  return withConnections(job.port, 1, async ([connection]) => {
    if (connection === undefined) throw new Error('no connection');
    const started = performance.now();
    await pushOver(connection, job, blob, digest);
    const milliseconds = performance.now() - started;
    const latency = { p50: milliseconds, p90: milliseconds, p99: milliseconds, max: milliseconds };
    return { operations: 1, bytes: job.size, seconds: milliseconds / 1000, latency };
  });
}

async function pushOver(
  connection: Connection,
  job: PushBlobJob,
  blob: Large,
  digest: string,
): Promise<void> {
  const headers: Record<string, string> =
    job.authorization === undefined ? {} : { Authorization: job.authorization };
  const path = `/v2/${job.repository}/blobs/uploads/`;
  const location = locationOf(await step(connection, { method: 'POST', path, headers }, 202));
  if (job.form === 'monolithic') {
    const put = withDigest(location, digest);
    expectStatus(await sendBody(connection, 'PUT', put, headers, blob, [0, job.size]), 201, `PUT ${put}`);
    return;
  }
  const patch = job.form === 'streamed' ? patchStreamed : patchChunks;
  const last = await patch(connection, location, headers, blob);
  await step(connection, { method: 'PUT', path: withDigest(last, digest), headers }, 201);
}

async function patchStreamed(
  connection: Connection,
  location: string,
  headers: Record<string, string>,
  blob: Large,
): Promise<string> {
  const answer = await sendBody(connection, 'PATCH', location, headers, blob, 'chunked');
  expectStatus(answer, 202, `PATCH ${location}`);
  return locationOf(answer);
}

async function patchChunks(
  connection: Connection,
  location: string,
  headers: Record<string, string>,
  blob: Large,
): Promise<string> {
  let where = location;
  for (let offset = 0; offset < blob.size; offset += chunkSize) {
    const end = Math.min(offset + chunkSize, blob.size);
    const ranged = { ...headers, 'Content-Range': `${offset}-${end - 1}` };
    const answer = await sendBody(connection, 'PATCH', where, ranged, blob, [offset, end]);
    expectStatus(answer, 202, `PATCH ${where}`);
    where = locationOf(answer);
  }
  return where;
}

async function sendBody(
  connection: Connection,
  method: string,
  path: string,
  headers: Record<string, string>,
  blob: Large,
  range: [number, number] | 'chunked',
): Promise<Answer> {
  const [start, end] = range === 'chunked' ? [0, blob.size] : range;
  const framing: Record<string, string> =
    range === 'chunked' ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(end - start) };
  const head = headOf(method, path, { ...headers, 'Content-Type': 'application/octet-stream', ...framing });
  const answer = connection.ask({ bytes: head, headOnly: false });
  const inFlight: Promise<boolean>[] = [];
  for (let offset = start; offset < end; ) {
    const piece = blob.slice(offset, Math.min(pieceSize, end - offset));
    offset += piece.length;
    inFlight.push(connection.write(range === 'chunked' ? framed(piece) : [piece]));
    if (inFlight.length >= writesInFlight && !(await inFlight.shift())) break;
  }
  if (range === 'chunked') void connection.write([Buffer.from('0\r\n\r\n')]);
  return answer;
}

function framed(piece: Buffer): Buffer[] {
  return [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')];
}
