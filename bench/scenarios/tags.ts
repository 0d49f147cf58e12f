import { imageFrom } from '../content.ts';
import type { ImagePlace, RequestSpec } from '../load/jobs.ts';
import { repeated } from './read.ts';
import type { Scenario } from './scenario.ts';
import { pushImages, seedTags, tagName } from './seeds.ts';

const pageSize = 100;
const tagsAtDeletion = 20_000;
const deletions = 3;
const deletionRepository = 'bench/deletion';

export const tagScenarios: Scenario[] = [
  tagList(10, false),
  tagList(10_000, false),
  tagList(100_000, true),
  {
    name: `delete a manifest among ${tagsAtDeletion.toLocaleString('en')} tags`,
    unit: 'ms',
    per: 'request',
    goals: [{ kind: 'value', most: 50 }],
    // CNCF distribution reads every tag of the repository: 10 s for each.
    measures: 'subject',
    peersWhenLong: true,
    rounds: 1,
    prepare: async (target) => {
      await seedTags(target, deletionRepository, tagsAtDeletion);
      await target.once('deletion', () => pushImages(target, [...deleted(true), ...deleted(false)], 2));
    },
    job: async (target, { warmUp }) => {
      const headers = await target.headers(deletionRepository);
      const requests = deleted(warmUp).map((place): RequestSpec => {
        const { digest } = imageFrom(place.seed, place.layers).manifest;
        const path = `/v2/${deletionRepository}/manifests/${digest}`;
        return { method: 'DELETE', path, headers, status: 202, length: 'same' };
      });
      return { kind: 'requests', port: target.port, connections: 1, requests, until: 'each-once' };
    },
  },
];

function deleted(warmUp: boolean): ImagePlace[] {
  const name = warmUp ? 'warm' : 'deleted';
  return Array.from({ length: warmUp ? 1 : deletions }, (_, index) => ({
    seed: `${name}/${index}`,
    layers: 1,
    repository: deletionRepository,
    tag: `${name}-${index}`,
  }));
}

/** First page, a page in the middle and the last one in turn: a page must cost the same wherever it lies. */
function tagList(count: number, onlyLong: boolean): Scenario {
  const repository = `bench/tags-${count}`;
  return {
    name: `tags/list?n=${pageSize} of ${count.toLocaleString('en')} tags c1`,
    unit: 'ms',
    per: 'request',
    goals: [{ kind: 'value', most: 3 }],
    measures: 'registries',
    onlyLong,
    prepare: (target) => seedTags(target, repository, count),
    job: async (target, phase) => {
      const headers = await target.headers(repository);
      const after = [0, Math.floor(count / 2), Math.max(count - pageSize, 0)];
      const requests = after.map((index): RequestSpec => {
        const last = index === 0 ? '' : `&last=${tagName(index - 1)}`;
        const path = `/v2/${repository}/tags/list?n=${pageSize}${last}`;
        return { method: 'GET', path, headers, status: 200, length: 'same' };
      });
      return repeated(target, phase, 1, requests);
    },
  };
}
