import { createHash } from 'node:crypto';
import { adminPassword, basic } from './app.ts';
import { type History, possibleValues, type Register, type Value } from './faults-history.ts';
import { type HttpAnswer, request } from './http.ts';

/** A server as these runs see it: restarts change the address. */
export interface Target {
  url: string;
}

/** Who pushes and checks, in this process (startTestApp) and in others (with `faultServer`). */
export const administrator = 'admin';

/** Settings of every server that is started for a fault: its first password, and no line for each request. */
export const faultServer: Readonly<Record<string, string>> = {
  MOORAGE_ADMIN_PASSWORD: adminPassword,
  MOORAGE_LOG_LEVEL: 'warn',
};

const manifestTypes = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';

/**
 * Compares a server with a history while nobody writes: every tag, every manifest by digest with everything it
 * names, every acknowledged blob, each hashed whole. Returns what is wrong in words; empty is good.
 *
 * `everything: false` leaves out what an earlier check found right and nobody touched since.
 * `keep: false` is for a server that goes on from here without the history (the copy of a disk).
 */
export async function checkHistory(
  target: Target,
  history: History,
  { everything = true, keep = true }: { everything?: boolean; keep?: boolean } = {},
): Promise<string[]> {
  const check = new Check(target);
  const todo = history.registers().filter(({ checked }) => everything || !checked);
  await inParallel(8, todo, async (register) => {
    const possible = possibleValues(register);
    const found = await check.value(register);
    if (found.problem !== undefined) check.problems.push(found.problem);
    else if (!possible.has(found.value)) check.problems.push(wrong(register, possible, found.value));
    else if (keep) history.seen(register, found.value);
  });
  return [...history.violations, ...check.problems];
}

function wrong({ kind, repository, name }: Register, possible: Set<Value>, found: Value): string {
  const expected = [...possible].map((value) => value ?? 'nothing').join(' or ');
  return `${kind} ${repository} ${name}: ${found ?? 'nothing'} instead of ${expected}`;
}

interface Found {
  value?: Value;
  problem?: string;
}

class Check {
  readonly problems: string[] = [];
  readonly #target: Target;
  /** Blobs pulled whole and hashed; in other repositories a HEAD is enough for them. */
  readonly #hashed = new Set<string>();
  readonly #pulls = new Map<string, Promise<Found>>();

  constructor(target: Target) {
    this.#target = target;
  }

  value(register: Register): Promise<Found> {
    const { kind, repository, name } = register;
    if (kind === 'tag') return this.#tag(repository, name);
    return kind === 'manifest' ? this.#manifest(repository, name) : this.#blob(repository, name);
  }

  async #tag(repository: string, tag: string): Promise<Found> {
    const answer = await this.#get(`/v2/${repository}/manifests/${tag}`);
    if (answer.status === 404) return {};
    if (answer.status !== 200) return unexpected(answer, `tag ${repository}:${tag}`);
    const digest = sha256(answer.body);
    if (answer.headers['docker-content-digest'] !== digest) {
      return { problem: `tag ${repository}:${tag} serves bytes of ${digest} under another digest` };
    }
    const whole = await this.#manifest(repository, digest);
    if (whole.problem === undefined && whole.value === undefined) {
      return { problem: `tag ${repository}:${tag} leads to ${digest}, which is not there` };
    }
    return whole.problem === undefined ? { value: digest } : whole;
  }

  /** With everything it names; each only once. */
  #manifest(repository: string, digest: string): Promise<Found> {
    return this.#once(`${repository}@${digest}`, async () => {
      const answer = await this.#get(`/v2/${repository}/manifests/${digest}`);
      if (answer.status === 404) return {};
      const what = `manifest ${repository}@${digest}`;
      if (answer.status !== 200) return unexpected(answer, what);
      if (sha256(answer.body) !== digest) return { problem: `${what} has other bytes` };
      const { config, layers = [] } = answer.json<{ config?: Named; layers?: Named[] }>();
      for (const named of [...(config ? [config] : []), ...layers]) {
        const blob = await this.#blob(repository, named.digest, named.size);
        if (blob.problem !== undefined) return blob;
        if (blob.value === undefined) return { problem: `${what} names ${named.digest}, which is not there` };
      }
      return { value: 'there' };
    });
  }

  #blob(repository: string, digest: string, size?: number): Promise<Found> {
    return this.#once(`${repository}/${digest}`, async () => {
      const method = this.#hashed.has(digest) ? 'HEAD' : 'GET';
      const answer = await this.#get(`/v2/${repository}/blobs/${digest}`, method);
      const what = `blob ${digest} of ${repository}`;
      if (answer.status === 404) return {};
      if (answer.status !== 200) return unexpected(answer, what);
      if (size !== undefined && Number(answer.headers['content-length']) !== size) {
        return { problem: `${what} has ${answer.headers['content-length']} bytes instead of ${size}` };
      }
      if (method === 'GET' && sha256(answer.body) !== digest) return { problem: `${what} has other bytes` };
      this.#hashed.add(digest);
      return { value: 'there' };
    });
  }

  #once(key: string, pull: () => Promise<Found>): Promise<Found> {
    const running = this.#pulls.get(key) ?? pull();
    this.#pulls.set(key, running);
    return running;
  }

  async #get(path: string, method = 'GET'): Promise<HttpAnswer> {
    const headers = { ...basic(administrator), accept: manifestTypes };
    try {
      return await request(this.#target.url, { method, path, headers });
    } catch (error) {
      const message = `${method} ${path}: ${(error as Error).message}`;
      return {
        status: 0,
        headers: {},
        body: Buffer.from(message),
        json: () => undefined as never,
        code: undefined,
      };
    }
  }
}

interface Named {
  digest: string;
  size: number;
}

function unexpected(answer: HttpAnswer, what: string): Found {
  return { problem: `${what}: status ${answer.status} ${answer.body.toString().slice(0, 200)}` };
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function inParallel<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
