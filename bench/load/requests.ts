import type { Answer, Ask, Connection } from './connection.ts';
import type { JobResult, RequestSpec, RequestsJob } from './jobs.ts';
import { Latencies } from './latencies.ts';
import { withConnections } from './with-connections.ts';

interface Prepared {
  spec: RequestSpec;
  plain: Ask;
  /** Used once, for the first answer. */
  hashed: Ask | undefined;
  length: number | undefined;
}

export function runRequests(job: RequestsJob): Promise<JobResult> {
  const run = new Run(job);
  return withConnections(job.port, job.connections, async (connections) => {
    await Promise.all(connections.map((connection) => run.serve(connection)));
    return run.result();
  });
}

/** The hot loop: the next request leaves from inside the callback of the last answer. */
class Run {
  readonly #requests: Prepared[];
  readonly #latencies = new Latencies();
  readonly #deadline: number | undefined;
  #started = 0;
  #next = 0;
  #bytes = 0;

  constructor(job: RequestsJob) {
    this.#requests = job.requests.map(prepare);
    this.#deadline = job.until === 'each-once' ? undefined : job.until.milliseconds;
  }

  serve(connection: Connection): Promise<void> {
    return new Promise((resolve, reject) => {
      let sent = performance.now();
      this.#started ||= sent;
      let current = this.#take(sent);
      const done = (answer: Answer): void => {
        const now = performance.now();
        if (current === undefined) return;
        this.#latencies.add(now - sent);
        this.#bytes += answer.length;
        const wrong = check(current, answer);
        if (wrong !== undefined) return reject(wrong);
        current = this.#take(now);
        if (current === undefined) return resolve();
        sent = now;
        connection.send(askOnce(current), done);
      };
      if (current === undefined) return resolve();
      connection.send(askOnce(current), done);
    });
  }

  result(): JobResult {
    const seconds = (performance.now() - this.#started) / 1000;
    const latency = this.#latencies.summary();
    return { operations: this.#latencies.count, bytes: this.#bytes, seconds, latency };
  }

  #take(now: number): Prepared | undefined {
    if (this.#deadline === undefined) return this.#requests[this.#next++];
    if (now - this.#started >= this.#deadline) return undefined;
    return this.#requests[this.#next++ % this.#requests.length];
  }
}

function askOnce(request: Prepared): Ask {
  const ask = request.hashed ?? request.plain;
  request.hashed = undefined;
  return ask;
}

function prepare(spec: RequestSpec): Prepared {
  const headers = Object.entries(spec.headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const body = spec.body ?? '';
  const announced =
    spec.method === 'PUT' || spec.method === 'POST' ? `Content-Length: ${Buffer.byteLength(body)}\r\n` : '';
  const bytes = Buffer.from(
    `${spec.method} ${spec.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}${announced}\r\n${body}`,
  );
  const plain: Ask = { bytes, headOnly: spec.method === 'HEAD' };
  return {
    spec,
    plain,
    hashed: spec.sha256 === undefined ? undefined : { ...plain, keep: 'hash' },
    length: typeof spec.length === 'number' ? spec.length : undefined,
  };
}

/** An error answered quickly would look like speed, so every status and length is compared. */
function check(request: Prepared, answer: Answer): Error | undefined {
  const { spec } = request;
  const what = `${spec.method} ${spec.path}`;
  if (answer.status !== spec.status) {
    return new Error(`${what} answered ${answer.status} in place of ${spec.status}:\n${answer.head}`);
  }
  if (spec.length === 'some') return answer.length > 0 ? undefined : new Error(`${what}: an empty body`);
  request.length ??= answer.length;
  if (answer.length !== request.length) {
    return new Error(`${what}: ${answer.length} bytes in place of ${request.length}`);
  }
  if (answer.sha256 !== undefined && answer.sha256 !== spec.sha256) {
    return new Error(`${what}: the body has SHA-256 ${answer.sha256} in place of ${spec.sha256}`);
  }
  return undefined;
}
