import type { ImagePlace, PushBlobJob } from '../load/jobs.ts';
import { imageFrom } from '../content.ts';
import { authorizationOf, pushImages, tagName, tagPuts } from './seeds.ts';
import type { Phase, Scenario } from './scenario.ts';

const layersPushed = 3;
const repositoriesPushed = 20;
/** Pulling takes a fraction of pushing, so each image is pulled more than once a round. */
const pullPasses = 3;
const mountTargets = 4;
const mountSource = 'bench/mount-source';

export const writeScenarios: Scenario[] = [
  largePush('streamed', 'POST, PATCH, PUT'),
  largePush('monolithic', 'POST, PUT'),
  largePush('chunks', '16 MiB chunks'),
  {
    name: 'push small images c8',
    unit: 'images/s',
    per: 'image',
    goals: [{ kind: 'times', peer: 'distribution', least: 3 }],
    measures: 'registries',
    flushesDisk: true,
    prepare: async () => undefined,
    job: async (target, phase) => {
      const count = phase.sizes.images;
      const images = smallImages(`push/${roundName(phase)}`, count);
      const authorization = await authorizationOf(target, images);
      return { kind: 'push-images', port: target.port, connections: 8, images, authorization };
    },
  },
  {
    name: 'pull small images c8',
    unit: 'images/s',
    per: 'image',
    goals: [{ kind: 'times', peer: 'distribution', least: 4 }],
    measures: 'registries',
    prepare: (target, sizes) =>
      target.once('images-pulled', () => pushImages(target, smallImages('pull', sizes.images), 8)),
    job: async (target, phase) => {
      const once = smallImages('pull', phase.sizes.images);
      const images = phase.warmUp ? once : Array.from({ length: pullPasses }, () => once).flat();
      const authorization = await authorizationOf(target, once);
      const verify = phase.warmUp;
      return { kind: 'pull-images', port: target.port, connections: 8, images, authorization, verify };
    },
  },
  mounts(),
  {
    name: 'tag put c8',
    unit: 'req/s',
    per: 'request',
    goals: [{ kind: 'times', peer: 'distribution', least: 2.5 }],
    measures: 'registries',
    flushesDisk: true,
    prepare: (target) => target.once('tag-puts', () => pushImages(target, [taggedImage], 1)),
    job: async (target, phase) => {
      const count = phase.warmUp ? 100 : phase.sizes.tagPuts;
      const names = Array.from({ length: count }, (_, index) => `${roundName(phase)}-${tagName(index)}`);
      const requests = await tagPuts(target, taggedImage, names);
      return { kind: 'requests', port: target.port, connections: 8, requests, until: 'each-once' };
    },
  },
];

const taggedImage: ImagePlace = { seed: 'tag-puts', layers: 1, repository: 'bench/tag-puts', tag: 'first' };

function largePush(form: PushBlobJob['form'], how: string): Scenario {
  return {
    name: `256 MiB push, ${form} (${how})`,
    unit: 'MiB/s',
    per: 'GiB',
    goals: [
      { kind: 'times', peer: 'distribution', least: 1 },
      { kind: 'userCpu', peer: 'distribution', most: 1.3 },
    ],
    measures: 'registries',
    flushesDisk: true,
    prepare: async () => undefined,
    job: async (target, phase) => {
      const repository = 'bench/large';
      const authorization = (await target.headers(repository))['Authorization'];
      return {
        kind: 'push-blob',
        port: target.port,
        repository,
        ...(authorization === undefined ? {} : { authorization }),
        seed: `${form}/${roundName(phase)}`,
        size: phase.warmUp ? phase.sizes.large / 4 : phase.sizes.large,
        form,
      };
    },
  };
}

/** Every mount is of a blob that the target repository does not have yet. */
function mounts(): Scenario {
  return {
    name: 'cross-repository mount c8',
    unit: 'req/s',
    per: 'request',
    goals: [{ kind: 'times', peer: 'distribution', least: 2.5 }],
    measures: 'registries',
    flushesDisk: true,
    prepare: (target, sizes) =>
      target.once('mount-source', () => pushImages(target, sourceImages(sizes.mountedBlobs), 8)),
    job: async (target, phase) => {
      const blobs = phase.warmUp ? 50 : phase.sizes.mountedBlobs;
      const digests = sourceImages(phase.sizes.mountedBlobs)
        .flatMap((place) => imageFrom(place.seed, place.layers).layers)
        .slice(0, blobs)
        .map((layer) => layer.digest);
      const targets = Array.from(
        { length: mountTargets },
        (_, index) => `bench/mount-${roundName(phase)}-${index}`,
      );
      const headers = await target.headers(mountSource, ...targets);
      const requests = targets.flatMap((repository) =>
        digests.map((digest) => ({
          method: 'POST' as const,
          path: `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${mountSource}`,
          headers,
          status: 201,
          length: 0,
        })),
      );
      return { kind: 'requests', port: target.port, connections: 8, requests, until: 'each-once' };
    },
  };
}

function sourceImages(blobs: number): ImagePlace[] {
  const layers = 10;
  return Array.from({ length: Math.ceil(blobs / layers) }, (_, index) => ({
    seed: `mount/${index}`,
    layers,
    repository: mountSource,
    tag: `v${index}`,
  }));
}

function smallImages(seed: string, count: number): ImagePlace[] {
  return Array.from({ length: count }, (_, index) => ({
    seed: `${seed}/${index}`,
    layers: layersPushed,
    repository: `bench/app-${index % repositoriesPushed}`,
    tag: `${seed.replace('/', '-')}-${index}`,
  }));
}

function roundName({ round, warmUp }: Phase): string {
  return warmUp ? 'warm' : `r${round}`;
}
