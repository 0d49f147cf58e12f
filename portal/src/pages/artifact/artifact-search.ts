import { type ListSearch, readListSearch } from '../../api/list-search.ts';

export const artifactTabs = [
  'overview',
  'tags',
  'platforms',
  'layers',
  'referrers',
  'readme',
  'values',
  'dependencies',
  'files',
  'license',
  'manifest',
] as const;
export type ArtifactTab = (typeof artifactTabs)[number];

export interface ArtifactSearch extends ListSearch {
  readonly tab?: ArtifactTab | undefined;
}

export function readArtifactSearch(search: Record<string, unknown>): ArtifactSearch {
  const tab = artifactTabs.find((one) => one === search['tab']);
  const list = readListSearch(search, ['name', 'push_time', 'pull_time']);
  return { ...list, ...(tab !== undefined && tab !== 'overview' ? { tab } : {}) };
}
