import { Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Accessory } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { useAccessoryKind } from '../../components/artifact-kind.ts';
import { ArtifactLink } from '../../components/artifact-link.tsx';
import { readableBytes } from '../../components/bytes.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { useArtifact } from './artifact-context.ts';
import { readArtifactSearch } from './artifact-search.ts';
import { artifactsOf } from './beside.ts';

/** One row of the tree: what belongs to the artifact, and below it what belongs to that. */
interface Referrer {
  readonly accessory: Accessory;
  readonly below: boolean;
  /** What its manifest calls itself. */
  readonly artifactType: string | undefined;
}

/** Signatures, SBOMs and whatever else names this artifact as its subject. */
export function ReferrersTab() {
  const { t } = useTranslation('artifact');
  const { artifact } = useArtifact();
  const search = readArtifactSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const query = useReferrers(search);
  const kindOf = useAccessoryKind();
  const inherited = artifact.inherited_accessories ?? [];
  return (
    <>
      <DataTable
        caption={t('tabs.referrers')}
        columns={useColumns()}
        keyOf={({ accessory }) => `${accessory.subject_artifact_id} ${accessory.digest}`}
        query={query}
        search={search}
        onSearch={(next: ListSearch) =>
          void navigate({ to: '.', search: (before) => ({ ...before, ...next }) })
        }
        filtered={false}
        empty={<Text>{t('referrers.none')}</Text>}
      />
      {inherited.length > 0 && (
        <section>
          <h2 className="part">{t('referrers.inherited')}</h2>
          <ul className="plain-list">
            {inherited.map(({ digest, type }) => (
              <li key={digest}>
                {kindOf(type)} <ArtifactLink digest={digest} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Two calls for a page: the first level, and for all of it together the second. Deeper ones are on their pages. */
function useReferrers(search: ListSearch) {
  const api = useApi();
  const { digest, params } = useArtifact();
  const { page, page_size } = pageOf(search);
  return useQuery({
    queryKey: ['artifact', 'referrers', params, digest, page, page_size],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { items, total } = await api(
        'GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/accessories',
        { params: { ...params, reference: digest }, query: { page, page_size }, signal },
      );
      const known = await artifactsOf(api, {
        params,
        digests: items.map((accessory) => accessory.digest),
        signal,
      });
      const rows = items.flatMap((accessory): Referrer[] => {
        const artifact = known.get(accessory.digest);
        const below = artifact?.accessories ?? [];
        return [
          { accessory, below: false, artifactType: artifact?.artifact_type },
          ...below.map((one) => ({ accessory: one, below: true, artifactType: undefined })),
        ];
      });
      return { items: rows, total };
    },
  });
}

function useColumns(): Column<Referrer>[] {
  const { t, i18n } = useTranslation('artifact');
  const kindOf = useAccessoryKind();
  return [
    {
      id: 'type',
      label: t('overview.type'),
      cell: ({ accessory, below, artifactType }) => (
        <span className={below ? 'below' : ''}>
          {below && <span aria-hidden="true">└ </span>}
          {below ? t('referrers.below', { type: kindOf(accessory.type) }) : kindOf(accessory.type)}{' '}
          {artifactType !== undefined && <bdi className="quiet">{artifactType}</bdi>}
        </span>
      ),
    },
    {
      id: 'digest',
      label: t('overview.digest'),
      cell: ({ accessory }) => <ArtifactLink digest={accessory.digest} />,
    },
    {
      id: 'size',
      label: t('overview.size'),
      numeric: true,
      cell: ({ accessory }) => readableBytes(accessory.size, i18n.language),
    },
    {
      id: 'created',
      label: t('overview.pushed'),
      cell: ({ accessory }) => <Moment time={accessory.creation_time} />,
    },
  ];
}
