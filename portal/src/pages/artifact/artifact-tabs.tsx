import { Link, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Artifact } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { useArtifact } from './artifact-context.ts';
import { type ArtifactTab, artifactTabs, readArtifactSearch } from './artifact-search.ts';
import { DependenciesTab } from './dependencies-tab.tsx';
import { FilesTab } from './files-tab.tsx';
import { LayersTab } from './layers-tab.tsx';
import { isIndex } from './naming.ts';
import { OverviewTab } from './overview-tab.tsx';
import { PlatformsTab } from './platforms-tab.tsx';
import { ReferrersTab } from './referrers-tab.tsx';
import { TagsTab } from './tags-tab.tsx';
import { ManifestTab, ReadmeTab, TextTab } from './text-tabs.tsx';

const contents: Readonly<Record<ArtifactTab, () => React.ReactNode>> = {
  overview: OverviewTab,
  tags: TagsTab,
  platforms: PlatformsTab,
  layers: LayersTab,
  referrers: ReferrersTab,
  readme: ReadmeTab,
  values: () => <TextTab addition="values.yaml" />,
  dependencies: DependenciesTab,
  files: FilesTab,
  license: () => <TextTab addition="license" />,
  manifest: ManifestTab,
};

/** The addition of Harbor's without which a tab has nothing to show. */
const needed: Readonly<Partial<Record<ArtifactTab, string>>> = {
  readme: 'readme.md',
  values: 'values.yaml',
  dependencies: 'dependencies',
  files: 'files',
  license: 'license',
};

function tabsOf(artifact: Artifact): ArtifactTab[] {
  const additions = artifact.addition_links ?? {};
  return artifactTabs.filter((tab) => {
    if (tab === 'platforms') return isIndex(artifact);
    if (tab === 'layers') return !isIndex(artifact);
    const addition = needed[tab];
    return addition === undefined || addition in additions;
  });
}

/** The number that a tab's name carries. */
function numberOf(tab: ArtifactTab, artifact: Artifact): number | undefined {
  if (tab === 'tags') return artifact.tags?.length ?? 0;
  if (tab === 'platforms') return artifact.references?.length ?? 0;
  return tab === 'referrers' ? (artifact.accessories?.length ?? 0) : undefined;
}

export function ArtifactTabs() {
  const { t } = useTranslation('artifact');
  const { artifact } = useArtifact();
  const search = readArtifactSearch(useSearch({ strict: false }));
  const tabs = tabsOf(artifact);
  const open = tabs.find((tab) => tab === search.tab) ?? 'overview';
  const Content = contents[open];
  return (
    <>
      <nav aria-label={t('tabs.label')} className="tabs">
        {tabs.map((tab) => (
          <Link
            key={tab}
            to="."
            search={tab === 'overview' ? {} : { tab }}
            className="tab"
            aria-current={tab === open ? 'page' : undefined}
            // Not of its own: the address of the overview is a part of all the others'.
            activeOptions={{ exact: true }}
            activeProps={{}}
          >
            {t(`tabs.${tab}`)}
            <Count of={numberOf(tab, artifact)} />
          </Link>
        ))}
      </nav>
      <div className="tab-content">
        <Content />
      </div>
    </>
  );
}

function Count({ of: count }: { of: number | undefined }) {
  if (count === undefined || count === 0) return null;
  return <span className="quiet"> {count}</span>;
}
