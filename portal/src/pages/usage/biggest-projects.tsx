import { Anchor, Group, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Quota } from '../../../../src/features/quotas/quotas.contract.ts';
import { pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { readableBytes } from '../../components/bytes.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { UsageBar } from './usage-bar.tsx';
import type { UsageSearch } from './usage-search.ts';

/** From here on the registry warns, as it does by webhook. */
const nearShare = 0.85;

interface BiggestProjectsProps {
  readonly search: UsageSearch;
  readonly onSearch: (change: UsageSearch) => void;
}

export function BiggestProjects({ search, onSearch }: BiggestProjectsProps) {
  const { t } = useTranslation('usage');
  const api = useApi();
  const { project: _, ...list } = search;
  const query = useQuery({
    queryKey: ['quotas', 'usage', list],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /quotas', { query: { ...pageOf({ ...list, sort: list.sort ?? '-used_storage' }) }, signal }),
  });
  const most = Math.max(1, ...(query.data?.items ?? []).map(usedBy));
  const columns = useColumns(most, (project) => onSearch({ project }));
  return (
    <>
      <Group mt="lg" mb="sm" justify="space-between">
        <Title order={2} size="h4">
          {t('projects.title')}
        </Title>
        <Anchor renderRoot={(props) => <Link {...props} to="/harbor/project-quotas" search={{}} />}>
          {t('projects.quotas')}
        </Anchor>
      </Group>
      <DataTable
        caption={t('projects.title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        usual="-used_storage"
        onSearch={onSearch}
        filtered={false}
        empty={<Text>{t('projects.none')}</Text>}
      />
    </>
  );
}

const usedBy = ({ used }: Quota): number => used['storage'] ?? 0;
const limitOf = ({ hard }: Quota): number => hard['storage'] ?? -1;

function useColumns(most: number, show: (project: number) => void): Column<Quota>[] {
  const { t, i18n } = useTranslation('usage');
  const size = (bytes: number) => readableBytes(bytes, i18n.language);
  return [
    {
      id: 'project',
      label: t('projects.project'),
      cell: ({ ref }) => (
        <Anchor
          renderRoot={(props) => (
            <Link
              {...props}
              to="/harbor/projects/$id/repositories"
              params={{ id: String(ref?.id) }}
              search={{}}
            />
          )}
        >
          {ref?.name}
        </Anchor>
      ),
    },
    {
      id: 'used',
      label: t('projects.used'),
      sort: 'used_storage',
      numeric: true,
      cell: (quota) => size(usedBy(quota)),
    },
    {
      id: 'bar',
      label: t('projects.share'),
      cell: (quota) => <UsageBar share={usedBy(quota) / most} near={isNear(quota)} />,
    },
    {
      id: 'quota',
      label: t('projects.quota'),
      sort: 'hard_storage',
      numeric: true,
      cell: (quota) => <QuotaCell quota={quota} size={size} />,
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: ({ ref }) => (
        <ActionButton
          size="compact-xs"
          variant="default"
          harmless
          aria-label={t('projects.showNamed', { name: ref?.name })}
          onClick={() => show(ref?.id ?? 0)}
        >
          {t('projects.show')}
        </ActionButton>
      ),
    },
  ];
}

const isNear = (quota: Quota): boolean => {
  const limit = limitOf(quota);
  return limit >= 0 && usedBy(quota) >= nearShare * limit;
};

function QuotaCell({ quota, size }: { quota: Quota; size: (bytes: number) => string }) {
  const { t, i18n } = useTranslation('usage');
  const limit = limitOf(quota);
  if (limit < 0) return <>{t('project.unlimited')}</>;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' });
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {isNear(quota) && (
        <StateMark tone="bad">
          {t('projects.near', { percent: percent.format(usedBy(quota) / Math.max(1, limit)) })}
        </StateMark>
      )}
      {size(limit)}
    </Group>
  );
}
