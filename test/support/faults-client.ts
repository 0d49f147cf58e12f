import { digestOf } from '#src/oci/digest.ts';
import { basic } from './app.ts';
import { administrator, type Target } from './faults-check.ts';
import type { History, RegisterKind } from './faults-history.ts';
import type { Random } from './faults-random.ts';
import { type HttpAnswer, type HttpRequest, request } from './http.ts';

/** Longer than any deadline of the server: a request that hangs is an answer too, and a bad one. */
const patienceMilliseconds = 60_000;

export interface Blob {
  readonly digest: string;
  readonly bytes: Buffer;
}

export const blobOf = (bytes: Buffer): Blob => ({ digest: digestOf(bytes), bytes });

/**
 * A correct client that writes down everything it asks for and is told. Whatever a fault may excuse (a cut
 * connection, 5xx, 429) leaves the outcome unknown; any other answer than the expected ones is a violation.
 */
export class FaultClient {
  readonly #target: Target;
  readonly #history: History;
  readonly #random: Random;

  /** Statuses of the answers that were not a success, the expected ones too. */
  readonly refused: number[] = [];
  /** How often a request whose answer was lost is repeated. */
  readonly #repeats: number;

  constructor(target: Target, history: History, random: Random, repeats = 20) {
    this.#target = target;
    this.#history = history;
    this.#random = random;
    this.#repeats = repeats;
  }

  /** Undefined when no fault-free answer came. */
  async send(call: HttpRequest, expected: readonly number[]): Promise<HttpAnswer | undefined> {
    const headers = { ...basic(administrator), ...call.headers };
    const answer = await inTime(request(this.#target.url, { ...call, headers })).catch((error: unknown) => {
      if (error instanceof Hung) this.#violate(call, 'no answer within a minute');
      return undefined;
    });
    if (answer && answer.status >= 400) this.refused.push(answer.status);
    if (answer === undefined || answer.status >= 500 || answer.status === 429) return undefined;
    if (expected.includes(answer.status)) return answer;
    this.#violate(call, `${answer.status} ${answer.body.toString().slice(0, 300)}`);
    return undefined;
  }

  #violate({ method = 'GET', path }: HttpRequest, what: string): void {
    this.#history.violations.push(`${method} ${path}: ${what}`);
  }

  /** True when the repository is known to have the blob now. */
  async pushBlob(repository: string, blob: Blob, how: { from?: string; way?: Way } = {}): Promise<boolean> {
    const attempt = this.#history.begin('blob', repository, blob.digest, 'there');
    const way = how.from === undefined ? (how.way ?? this.#random.pick(ways)) : 'mount';
    const done = await this.#push(way, repository, blob, how.from);
    if (done) attempt.acknowledged();
    return done;
  }

  async #push(way: Way | 'mount', repository: string, blob: Blob, from?: string): Promise<boolean> {
    const uploads = `/v2/${repository}/blobs/uploads/`;
    const { digest, bytes } = blob;
    if (way === 'mount') {
      const path = `${uploads}?mount=${digest}&from=${from}`;
      return (await this.send({ method: 'POST', path }, [201])) !== undefined;
    }
    if (way === 'head first') {
      const head = await this.send({ method: 'HEAD', path: `/v2/${repository}/blobs/${digest}` }, [200, 404]);
      if (head?.status === 200) return true;
    }
    if (way === 'whole' || way === 'head first') {
      const call = { method: 'POST', path: `${uploads}?digest=${digest}`, body: bytes };
      return (await this.send(call, [201])) !== undefined;
    }
    const location = (await this.send({ method: 'POST', path: uploads }, [202]))?.headers['location'];
    if (location === undefined) return false;
    const sent = way === 'put' ? 0 : await this.#sendChunks(location, bytes, way === 'streamed');
    return sent !== undefined && this.#finish(location, blob, sent);
  }

  /** Bytes confirmed, all or all but some for the PUT; undefined when the session is lost. */
  async #sendChunks(location: string, bytes: Buffer, streamed: boolean): Promise<number | undefined> {
    const end = this.#random.chance(0.5) ? bytes.length : this.#random.below(bytes.length + 1);
    const step = Math.ceil(end / (1 + this.#random.below(4)));
    let resumes = 0;
    for (let at = 0; at < end; ) {
      const chunk = bytes.subarray(at, Math.min(at + step, end));
      const headers = { 'content-range': `${at}-${at + chunk.length - 1}` };
      const call = streamed ? { body: chunk, chunked: true } : { body: chunk, headers };
      const answer = await this.send({ method: 'PATCH', path: location, ...call }, [202, 404, 416]);
      if (answer?.status === 404) return undefined;
      if (answer?.status === 202) at += chunk.length;
      else if (resumes++ === this.#repeats) return undefined;
      else {
        const confirmed = await this.#confirmed(location);
        if (confirmed === 'lost') return undefined;
        at = confirmed;
      }
    }
    return end;
  }

  /**
   * What the server has of an upload after a lost answer. Asked until it says: a chunk sent again without knowing
   * (and without Content-Range) may be in the upload twice.
   */
  async #confirmed(location: string): Promise<number | 'lost'> {
    for (let tries = 0; tries <= this.#repeats; tries++) {
      await pause();
      const status = await this.send({ path: location }, [204, 404]);
      if (status?.status === 404) return 'lost';
      if (!status) continue;
      const last = Number(/^0-(\d+)$/.exec(status.headers['range'] ?? '')?.[1]);
      // 0-0 says both "nothing" and "one byte": a new upload is the safe answer.
      return last > 0 ? last + 1 : 'lost';
    }
    return 'lost';
  }

  /** The last request is repeated when its answer is lost, as every client does. */
  async #finish(location: string, { digest, bytes }: Blob, sent: number): Promise<boolean> {
    const body = bytes.subarray(sent);
    const headers = { 'content-range': `${sent}-${bytes.length - 1}` };
    const call = body.length === 0 ? {} : { body, headers };
    for (let tries = 0; tries <= this.#repeats; tries++) {
      const put = { method: 'PUT', path: `${location}?digest=${digest}`, ...call };
      const answer = await this.send(put, [201, 404, 416]);
      if (answer) return answer.status === 201;
      if (this.#random.chance(0.3)) return false;
      await pause();
    }
    return false;
  }

  /** Under a tag, or under its digest alone. True when acknowledged. */
  async pushManifest(repository: string, manifest: Blob, tag?: string): Promise<boolean> {
    const attempts = [this.#history.begin('manifest', repository, manifest.digest, 'there')];
    if (tag !== undefined) attempts.push(this.#history.begin('tag', repository, tag, manifest.digest));
    const answer = await this.send(
      {
        method: 'PUT',
        path: `/v2/${repository}/manifests/${tag ?? manifest.digest}`,
        headers: { 'content-type': imageManifest },
        body: manifest.bytes,
      },
      [201],
    );
    if (answer) for (const attempt of attempts) attempt.acknowledged();
    return answer !== undefined;
  }

  /** A tag, a manifest by digest (without tags), or a blob that no manifest needs. True when it is gone. */
  async remove(kind: RegisterKind, repository: string, name: string): Promise<boolean> {
    const attempt = this.#history.begin(kind, repository, name, undefined);
    const path = `/v2/${repository}/${kind === 'blob' ? 'blobs' : 'manifests'}/${name}`;
    const answer = await this.send({ method: 'DELETE', path }, [202, 404]);
    if (answer?.status === 404) attempt.refused();
    else if (answer) attempt.acknowledged();
    return answer !== undefined;
  }

  /** A manifest that this client alone has written and that was acknowledged must be read back. */
  async expectManifest(repository: string, reference: string, digest: string): Promise<void> {
    const path = `/v2/${repository}/manifests/${reference}`;
    const answer = await this.send({ path, headers: { accept: imageManifest } }, [200]);
    if (answer && digestOf(answer.body) !== digest)
      this.#violate({ path }, `not ${digest}, which was acknowledged`);
  }
}

export const imageManifest = 'application/vnd.oci.image.manifest.v1+json';

const ways = ['whole', 'head first', 'put', 'chunks', 'streamed'] as const;
type Way = (typeof ways)[number];

export function manifestOf(config: Blob, layers: readonly Blob[]): Blob {
  const describe = ({ digest, bytes }: Blob, kind: string) => ({
    mediaType: `application/vnd.oci.image.${kind}`,
    digest,
    size: bytes.length,
  });
  return blobOf(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: imageManifest,
        config: describe(config, 'config.v1+json'),
        layers: layers.map((layer) => describe(layer, 'layer.v1.tar')),
      }),
    ),
  );
}

class Hung extends Error {}

/** Between two tries against a server that is down. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Hung()), patienceMilliseconds);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
