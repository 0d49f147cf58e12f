import { imageFrom, largeBlob, manifestType } from '../content.ts';
import type { RequestSpec, RequestsJob } from '../load/jobs.ts';
import { placeForNginx } from '../peers/nginx.ts';
import type { Target } from '../target.ts';
import type { Goal, Phase, Scenario } from './scenario.ts';
import {
  imagesRead,
  pushOneBlob,
  readRepository,
  seedImagesRead,
  seedSmallBlobs,
  sha256Of,
  smallBlobDigest,
  smallBlobs,
  smallBlobSize,
} from './seeds.ts';

const threeTimes: Goal[] = [{ kind: 'times', peer: 'distribution', least: 3 }];
const largeSeed = 'read/large';

export const readScenarios: Scenario[] = [
  {
    name: 'GET /v2/ c16',
    unit: 'req/s',
    per: 'request',
    goals: threeTimes,
    measures: 'registries',
    prepare: async () => undefined,
    job: async (target, phase) => {
      const headers = await target.headers(readRepository);
      return repeated(target, phase, 16, [
        { method: 'GET', path: '/v2/', headers, status: 200, length: 'same' },
      ]);
    },
  },
  ...(['GET', 'HEAD'] as const).flatMap((method) =>
    (['tag', 'digest'] as const).flatMap((by) =>
      [1, 16, 64].map((connections) => manifestScenario(method, by, connections)),
    ),
  ),
  smallBlobScenario('HEAD', threeTimes),
  smallBlobScenario('GET', [{ kind: 'times', peer: 'distribution', least: 5 }]),
  tokenScenario(),
  largeBlobScenario(1),
  largeBlobScenario(4),
];

function manifestScenario(method: 'GET' | 'HEAD', by: 'tag' | 'digest', connections: number): Scenario {
  return {
    name: `manifest ${method} by ${by} c${connections}`,
    unit: 'req/s',
    per: 'request',
    goals: threeTimes,
    measures: 'registries',
    prepare: seedImagesRead,
    job: async (target, phase) => {
      const headers = { ...(await target.headers(readRepository)), Accept: manifestType };
      const requests = imagesRead.map((place): RequestSpec => {
        const { manifest } = imageFrom(place.seed, place.layers);
        const reference = by === 'tag' ? place.tag : manifest.digest;
        return {
          method,
          path: `/v2/${readRepository}/manifests/${reference}`,
          headers,
          status: 200,
          length: manifest.bytes.length,
          ...(method === 'GET' ? { sha256: sha256Of(manifest.bytes) } : {}),
        };
      });
      return repeated(target, phase, connections, requests);
    },
  };
}

function smallBlobScenario(method: 'GET' | 'HEAD', goals: Goal[]): Scenario {
  return {
    name: method === 'GET' ? '10 KiB blob GET c16' : 'blob HEAD c16',
    unit: 'req/s',
    per: 'request',
    goals,
    measures: 'registries',
    prepare: seedSmallBlobs,
    job: async (target, phase) => {
      const headers = await target.headers(readRepository);
      const requests = smallBlobs.map((index): RequestSpec => {
        const digest = smallBlobDigest(index);
        const sha256 = method === 'GET' ? { sha256: digest.slice('sha256:'.length) } : {};
        const path = `/v2/${readRepository}/blobs/${digest}`;
        return { method, path, headers, status: 200, length: smallBlobSize, ...sha256 };
      });
      return repeated(target, phase, 16, requests);
    },
  };
}

/** A client that asks again and again with the same user and password, as CI runners do. */
function tokenScenario(): Scenario {
  return {
    name: 'token with password c16',
    unit: 'req/s',
    per: 'request',
    goals: [{ kind: 'value', least: 2000 }],
    measures: 'subject',
    prepare: async () => undefined,
    job: (target, phase) => {
      const { basic } = target.peer;
      if (basic === undefined) throw new Error(`${target.peer.name} has no token service in this benchmark`);
      const path = `/service/token?service=harbor-registry&scope=repository:${readRepository}:pull,push`;
      const headers = { Authorization: basic };
      const spec: RequestSpec = { method: 'GET', path, headers, status: 200, length: 'some' };
      return Promise.resolve(repeated(target, phase, 16, [spec]));
    },
  };
}

function largeBlobScenario(readers: number): Scenario {
  return {
    name: `256 MiB blob GET, ${readers} ${readers === 1 ? 'reader' : 'readers'}`,
    unit: 'MiB/s',
    per: 'GiB',
    goals: [
      { kind: 'times', peer: 'distribution', least: 1 },
      { kind: 'times', peer: 'nginx', least: 0.9 },
    ],
    measures: 'all',
    prepare: (target, { large }) =>
      target.once('large', () =>
        target.peer.kind === 'static'
          ? placeForNginx(target.folder, largePath(large), largeSeed, large)
          : pushOneBlob(target, largeSeed, large),
      ),
    job: async (target, phase) => {
      const { large } = phase.sizes;
      const path = largePath(large);
      const headers = target.peer.kind === 'static' ? {} : await target.headers(readRepository);
      // Hashed in the warm-up only: in a measured round it would be the client that is measured.
      const sha256 = phase.warmUp ? { sha256: path.slice(-64) } : {};
      const spec: RequestSpec = { method: 'GET', path, headers, status: 200, length: large, ...sha256 };
      return repeated(target, phase, readers, [spec]);
    },
  };
}

function largePath(size: number): string {
  return `/v2/${readRepository}/blobs/${largeBlob(largeSeed, size).digest()}`;
}

export function repeated(
  target: Target,
  { warmUp, sizes }: Phase,
  connections: number,
  requests: RequestSpec[],
): RequestsJob {
  const milliseconds = warmUp ? sizes.warmUp : sizes.round;
  return { kind: 'requests', port: target.port, connections, requests, until: { milliseconds } };
}
