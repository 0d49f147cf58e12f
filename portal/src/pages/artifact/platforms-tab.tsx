import { Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Artifact, Reference } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { useKind } from '../../components/artifact-kind.ts';
import { ArtifactLink } from '../../components/artifact-link.tsx';
import { readableBytes } from '../../components/bytes.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { useProject } from '../../components/project-context.ts';
import { nameOf, PullCommandsInRow } from '../../components/pull-commands.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useArtifact } from './artifact-context.ts';
import { readArtifactSearch } from './artifact-search.ts';
import { artifactsOf } from './beside.ts';
import { isAttestation, platformName } from './naming.ts';

interface Child {
  readonly reference: Reference;
  /** Undefined while the index names something that is not here. */
  readonly artifact: Artifact | undefined;
}

/** The artifacts that an index names. */
export function PlatformsTab() {
  const { t } = useTranslation('artifact');
  const search = readArtifactSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const query = useChildren(search);
  return (
    <DataTable
      caption={t('tabs.platforms')}
      columns={useColumns()}
      keyOf={({ reference }) => reference.child_digest ?? ''}
      query={query}
      search={search}
      onSearch={(next: ListSearch) =>
        void navigate({ to: '.', search: (before) => ({ ...before, ...next }) })
      }
      filtered={false}
      empty={<Text>{t('platforms.none')}</Text>}
    />
  );
}

function useChildren(search: ListSearch) {
  const api = useApi();
  const { artifact, digest, params } = useArtifact();
  const { page, page_size } = pageOf(search);
  return useQuery({
    queryKey: ['artifact', 'children', params, digest, page, page_size],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const all = artifact.references ?? [];
      const references = all.slice((page - 1) * page_size, page * page_size);
      const digests = references.flatMap((reference) => reference.child_digest ?? []);
      const known = await artifactsOf(api, { params, digests, signal });
      const items = references.map(
        (reference): Child => ({ reference, artifact: known.get(reference.child_digest ?? '') }),
      );
      return { items, total: all.length };
    },
  });
}

function useColumns(): Column<Child>[] {
  const { t, i18n } = useTranslation('artifact');
  return [
    { id: 'platform', label: t('overview.platform', { count: 1 }), cell: (child) => <Platform {...child} /> },
    {
      id: 'digest',
      label: t('overview.digest'),
      cell: ({ reference: { child_digest = '' } }) => <ArtifactLink digest={child_digest} />,
    },
    {
      id: 'size',
      label: t('overview.size'),
      numeric: true,
      cell: ({ artifact }) =>
        artifact?.size === undefined ? '–' : readableBytes(artifact.size, i18n.language),
    },
    {
      id: 'pulled',
      label: t('overview.pulled'),
      cell: ({ artifact }) => <Moment time={artifact?.pull_time} />,
    },
    { id: 'actions', label: t('table.actions'), cell: (child) => <Get {...child} /> },
  ];
}

function Platform({ reference: { platform, annotations }, artifact }: Child) {
  const { t } = useTranslation('artifact');
  const kindOf = useKind();
  if (isAttestation(platform)) {
    const kind = annotations?.['vnd.docker.reference.type'];
    return (
      <>
        {t('platforms.attestation')} {kind !== undefined && <bdi className="quiet">{kind}</bdi>}
      </>
    );
  }
  return (
    <>
      <bdi>{platformName(platform) ?? t('platforms.unknown')}</bdi>{' '}
      {artifact?.type !== undefined && artifact.type !== 'IMAGE' && (
        <StateMark tone="quiet">{kindOf(artifact.type)}</StateMark>
      )}
    </>
  );
}

function Get({ reference: { child_digest }, artifact }: Child) {
  const { t } = useTranslation('artifact');
  const { name } = useProject();
  const { params } = useArtifact();
  if (!artifact) return null;
  const repository = `${name}/${params.repository_name}`;
  return (
    <PullCommandsInRow
      label={t('commands.getNamed', { name: nameOf({ repository, digest: child_digest }) })}
      text={t('commands.get')}
      repository={repository}
      digest={child_digest}
      type={artifact.type}
    />
  );
}
