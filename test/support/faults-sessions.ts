import { request as open } from 'node:http';
import { basic } from './app.ts';
import { blobOf } from './faults-client.ts';
import type { Random } from './faults-random.ts';
import { type HttpAnswer, request } from './http.ts';

/** A PATCH whose body is sent as the test likes. */
export interface SlowPatch {
  send(bytes: Buffer): Promise<void>;
  /** Ends the body; resolves with the status. */
  end(): Promise<number>;
  /** Cuts the connection. */
  cut(): void;
}

export function slowPatch(url: string, location: string, headers: Record<string, string>): SlowPatch {
  const { hostname, port } = new URL(url);
  const all = { ...basic('admin'), ...headers };
  const call = open({ host: hostname, port, method: 'PATCH', path: location, agent: false, headers: all });
  const answer = new Promise<number>((resolve, reject) => {
    call.once('error', reject);
    call.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  answer.catch(() => undefined);
  return {
    send: (bytes) => new Promise((resolve) => void call.write(bytes, () => resolve())),
    end() {
      call.end();
      return answer;
    },
    cut: () => void call.destroy(),
  };
}

/**
 * `stored`: the blob was acknowledged and reads back right. `lost`: the server said that it no longer knows the
 * upload, so the client begins again. Anything else is thrown.
 */
export type SessionEnd = 'stored' | 'lost';

/**
 * One upload in pieces, with connections cut after any byte, wrong offsets, and a repeated last request. The client
 * goes on where the server says. With several addresses each request may go to another replica.
 */
export async function runSession(urls: readonly string[], random: Random): Promise<SessionEnd> {
  const { digest, bytes } = blobOf(random.bytes(Math.ceil(300_000 ** random.next())));
  const upload = new Upload(urls, random);
  await upload.begin();
  for (let requests = 0, at = 0; requests < 500; requests++) {
    // Sometimes the last request brings the rest.
    const chunk = bytes.subarray(at, at + 1 + random.below(Math.max(bytes.length - at, 1)));
    const next =
      chunk.length === 0 || random.chance(0.05)
        ? await upload.finish(digest, bytes, at)
        : random.chance(0.5)
          ? await upload.interrupted(at, chunk, random.below(chunk.length + 1))
          : await upload.patched(at, chunk);
    if (typeof next === 'string') return next;
    at = next;
    if (random.chance(0.1)) await upload.refuses(at + 2 + random.below(1_000));
  }
  throw new Error('an upload does not come to its end');
}

class Upload {
  readonly #urls: readonly string[];
  readonly #random: Random;
  #location = '';
  /** Bytes that the server may have seen: a request that was cut may be worked on after the question how far it came. */
  #seen = 0;

  constructor(urls: readonly string[], random: Random) {
    this.#urls = urls;
    this.#random = random;
  }

  #send(method: string, path: string, body?: Buffer, from?: number): Promise<HttpAnswer> {
    const range = from === undefined || !body ? {} : { 'content-range': `${from}-${from + body.length - 1}` };
    const headers = { ...basic('admin'), ...range };
    return request(this.#random.pick(this.#urls), { method, path, headers, ...(body && { body }) });
  }

  async begin(): Promise<void> {
    const { status, headers } = await this.#send('POST', '/v2/library/sessions/blobs/uploads/');
    expectOne(status, [202], 'POST');
    this.#location = headers['location'] ?? '';
  }

  async patched(at: number, chunk: Buffer): Promise<number | 'lost'> {
    const { status, headers } = await this.#send('PATCH', this.#location, chunk, at);
    if (status === 404) return 'lost';
    this.#seen = Math.max(this.#seen, at + chunk.length);
    if (status === 416) return confirmedBy(headers['range'], at === 0 ? 1 : at);
    expectOne(status, [202], `PATCH of ${chunk.length} bytes at ${at}`);
    expectOne(headers['range'] ?? '', [`0-${at + chunk.length - 1}`], 'the range told by PATCH');
    return at + chunk.length;
  }

  /** Cuts the connection after `sent` bytes of the chunk; what is confirmed then begins with no more than those. */
  async interrupted(at: number, chunk: Buffer, sent: number): Promise<number | 'lost'> {
    const patch = slowPatch(this.#random.pick(this.#urls), this.#location, {
      'content-range': `${at}-${at + chunk.length - 1}`,
      'content-length': String(chunk.length),
    });
    this.#seen = Math.max(this.#seen, at + sent);
    if (sent > 0) await patch.send(chunk.subarray(0, sent));
    patch.cut();
    const { status, headers } = await this.#send('GET', this.#location);
    if (status === 404) return 'lost';
    expectOne(status, [204], 'GET of the upload');
    const confirmed = confirmedBy(headers['range'], at);
    if (!(confirmed >= at && confirmed <= this.#seen)) {
      throw new Error(`${confirmed} bytes are confirmed, after ${at} of ${this.#seen} that were sent`);
    }
    return confirmed;
  }

  /** A chunk for another offset changes nothing. */
  async refuses(offset: number): Promise<void> {
    const { status } = await this.#send('PATCH', this.#location, Buffer.from('wrong'), offset);
    expectOne(status, [416, 404], `PATCH at the wrong offset ${offset}`);
  }

  /** Sometimes sent twice at once, as by a client that gave up waiting too early. */
  async finish(digest: string, bytes: Buffer, at: number): Promise<SessionEnd | number> {
    const rest = at < bytes.length ? bytes.subarray(at) : undefined;
    const put = () => this.#send('PUT', `${this.#location}?digest=${digest}`, rest, at);
    const answers = await Promise.all(this.#random.chance(0.2) ? [put(), put()] : [put()]);
    for (const { status } of answers) expectOne(status, [201, 404, ...(rest ? [416] : [])], 'PUT');
    const behind = answers.find(({ status }) => status === 416);
    if (behind) return confirmedBy(behind.headers['range'], at === 0 ? 1 : at);
    if (!answers.some(({ status }) => status === 201)) return 'lost';
    const { status, body } = await this.#send('GET', `/v2/library/sessions/blobs/${digest}`);
    expectOne(status, [200], 'GET of the blob');
    if (!body.equals(bytes)) throw new Error(`${digest} reads back other bytes`);
    return 'stored';
  }
}

/** Bytes that the server says it has. `0-0` says both none and one: then `ifUnclear`, unless that is more. */
function confirmedBy(range: string | undefined, ifUnclear: number): number {
  const last = Number(/^0-(\d+)$/.exec(range ?? '')?.[1]);
  return last === 0 ? Math.min(ifUnclear, 1) : last + 1;
}

function expectOne<T>(found: T, allowed: readonly T[], what: string): void {
  if (!allowed.includes(found)) throw new Error(`${what}: ${String(found)}, not ${allowed.join(' or ')}`);
}
