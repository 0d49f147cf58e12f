import type { Target } from './faults-check.ts';
import { type Blob, blobOf, FaultClient, manifestOf } from './faults-client.ts';
import { type Attempt, History, type RegisterKind, type Value } from './faults-history.ts';
import type { Pushers } from './faults-pushers.ts';
import { type Random, randomFrom } from './faults-random.ts';

/** Blobs are there as long as an image needs them: only images and tags are remembered. */
export class ImageHistory extends History {
  override begin(kind: RegisterKind, repository: string, name: string, value: Value): Attempt {
    if (kind !== 'blob') return super.begin(kind, repository, name, value);
    return { acknowledged: () => undefined, refused: () => undefined };
  }
}

interface Known {
  readonly repository: string;
  readonly manifest: Blob;
  /** False also when no answer came. */
  isStored: boolean;
}

/**
 * Clients that push images of shared layers by digest and delete them again: one by one, or with their whole
 * repository. Each has repositories of its own, but for one that all share; what one of them deletes is another's layer.
 */
export class Deleters {
  /** Digests whose deletion was acknowledged. */
  readonly deleted: string[] = [];
  readonly #target: Target;
  readonly #history: History;
  readonly #layers: readonly Blob[];
  readonly #known: Known[][];

  constructor(target: Target, history: History, seed: number, count: number) {
    const random = randomFrom(seed);
    this.#target = target;
    this.#history = history;
    this.#layers = Array.from({ length: 10 }, () => blobOf(random.bytes(1 + random.below(50_000))));
    this.#known = Array.from({ length: count }, () => []);
  }

  start(seed: number): Pushers {
    const stop = new AbortController();
    const running = this.#known.map(async (known, index) => {
      const random = randomFrom(seed + 104_729 * (index + 1));
      const client = new FaultClient(this.#target, this.#history, random);
      while (!stop.signal.aborted) {
        if (known.length < 6 && random.chance(0.5)) await this.#push(client, random, index);
        else if (random.chance(0.15)) await this.#deleteRepository(client, index);
        else await this.#deleteOne(client, index);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    for (const one of running) one.catch(() => undefined);
    return {
      async stop() {
        stop.abort();
        await Promise.all(running);
      },
    };
  }

  async #push(client: FaultClient, random: Random, index: number): Promise<void> {
    const repository = random.chance(0.5) ? ownOf(index) : 'library/common';
    const config = blobOf(Buffer.from(JSON.stringify({ os: 'linux', id: random.bytes(8).toString('hex') })));
    const layers = [...new Set([random.pick(this.#layers), random.pick(this.#layers)])];
    for (const blob of [config, ...layers]) {
      if (!(await client.pushBlob(repository, blob, { way: blob === config ? 'whole' : 'head first' })))
        return;
    }
    const manifest = manifestOf(config, layers);
    // Also when no answer came: it may be there, and is deleted later like any other.
    const one: Known = { repository, manifest, isStored: false };
    this.#known[index]?.push(one);
    one.isStored = await client.pushManifest(repository, manifest);
  }

  async #deleteOne(client: FaultClient, index: number): Promise<void> {
    const one = this.#known[index]?.shift();
    if (one && (await client.remove('manifest', one.repository, one.manifest.digest))) this.#note([one]);
    else if (one) this.#known[index]?.unshift(one);
  }

  async #deleteRepository(client: FaultClient, index: number): Promise<void> {
    const repository = ownOf(index);
    const known = this.#known[index] ?? [];
    const going = known.filter((one) => one.repository === repository);
    const attempts = going.map(({ manifest }) =>
      this.#history.begin('manifest', repository, manifest.digest, undefined),
    );
    const path = `/api/v2.0/projects/library/repositories/own-${index}`;
    // 404 after an answer was lost.
    if (!(await client.send({ method: 'DELETE', path }, [200, 404]))) return;
    for (const attempt of attempts) attempt.acknowledged();
    this.#note(going);
    known.splice(0, Infinity, ...known.filter((one) => one.repository !== repository));
  }

  /** What never was there leaves no trace in the ledger. */
  #note(gone: readonly Known[]): void {
    this.deleted.push(...gone.filter(({ isStored }) => isStored).map(({ manifest }) => manifest.digest));
  }
}

const ownOf = (index: number) => `library/own-${index}`;
