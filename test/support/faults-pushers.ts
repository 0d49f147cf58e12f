import type { Target } from './faults-check.ts';
import { type Blob, blobOf, FaultClient, manifestOf } from './faults-client.ts';
import type { History } from './faults-history.ts';
import { type Random, randomFrom } from './faults-random.ts';

export interface Pushers {
  /** Lets every pusher end its request; afterwards nobody writes. */
  stop(): Promise<void>;
}

export interface PusherOptions {
  target: Target;
  history: History;
  seed: number;
  count?: number;
  /** Largest layer in bytes. */
  largest?: number;
}

const repositories = ['library/one', 'library/two', 'library/deep/three'];

/**
 * Clients that push images without end: 1 to 8 layers from one byte up, some of them shared between all, in every
 * way of uploading, on tags of their own, on one that all fight for, and by digest alone.
 */
export function startPushers(options: PusherOptions): Pushers {
  const { target, history, seed, count = 8, largest = 2 << 20 } = options;
  const stop = new AbortController();
  const common = randomFrom(seed);
  const shared = Array.from({ length: 12 }, () => layerOf(common, largest / 8));
  const known: Known[] = [];
  const running = Array.from({ length: count }, async (_, index) => {
    const random = randomFrom(seed + 7919 * (index + 1));
    const client = new FaultClient(target, history, random);
    const pusher = { client, random, index, shared, largest, known };
    while (!stop.signal.aborted) await pushImage(pusher, stop.signal);
  });
  // A pusher that broke is reported by `stop`.
  for (const one of running) one.catch(() => undefined);
  return {
    async stop() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

interface Known {
  repository: string;
  blob: Blob;
}

interface Pusher {
  client: FaultClient;
  random: Random;
  index: number;
  shared: readonly Blob[];
  largest: number;
  /** Acknowledged blobs, from which others are mounted. */
  known: Known[];
}

async function pushImage(pusher: Pusher, stop: AbortSignal): Promise<void> {
  const { client, random, index, shared, largest, known } = pusher;
  const repository = random.pick(repositories);
  const config = blobOf(Buffer.from(JSON.stringify({ os: 'linux', id: random.bytes(8).toString('hex') })));
  const layers = Array.from({ length: 1 + random.below(8) }, () =>
    random.chance(0.3) ? random.pick(shared) : layerOf(random, largest),
  );
  for (const blob of [config, ...layers]) {
    if (stop.aborted) return;
    const source = random.chance(0.3) ? known.find((one) => one.blob.digest === blob.digest) : undefined;
    if (!(await client.pushBlob(repository, blob, source && { from: source.repository })))
      return afterFault();
    // Only shared layers are ever wanted again.
    if (shared.includes(blob)) known.push({ repository, blob });
  }
  const own = `p${index}-${random.below(4)}`;
  const tag = random.pick([own, own, own, 'latest', undefined]);
  const manifest = manifestOf(config, layers);
  if (!(await client.pushManifest(repository, manifest, tag))) return afterFault();
  if (random.chance(0.3)) await client.expectManifest(repository, manifest.digest, manifest.digest);
  if (tag === own && random.chance(0.5)) await client.expectManifest(repository, own, manifest.digest);
  else if (tag === own && random.chance(0.2)) await client.remove('tag', repository, own);
}

/** Sizes spread evenly over the orders of magnitude. */
function layerOf(random: Random, largest: number): Blob {
  return blobOf(random.bytes(Math.max(1, Math.floor(largest ** random.next()))));
}

/** A server that is down refuses thousands of connections a second. */
function afterFault(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
