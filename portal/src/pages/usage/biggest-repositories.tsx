import { Alert, Anchor, Group, Skeleton, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { RepositoryUse } from '../../../../src/features/statistics/statistics.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { readableBytes } from '../../components/bytes.ts';
import type { Column } from '../../components/data-table.tsx';
import { ShortList } from '../../components/short-list.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { UsageBar } from './usage-bar.tsx';

const shown = 20;

interface BiggestRepositoriesProps {
  /** Undefined: of the whole registry. */
  readonly project: number | undefined;
  readonly onAll: () => void;
}

export function BiggestRepositories({ project, onAll }: BiggestRepositoriesProps) {
  const { t } = useTranslation('usage');
  const api = useApi();
  const query = useQuery({
    queryKey: ['storage-use', project],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /statistics/storage', {
        query: { limit: shown, ...(project === undefined ? {} : { project_id: project }) },
        signal,
      }),
  });
  const most = query.data?.repositories[0]?.size ?? 1;
  const columns = useColumns(most);
  return (
    <>
      <Group mt="lg" mb="sm" justify="space-between">
        <Title order={2} size="h4">
          {project === undefined ? t('repositories.title') : t('repositories.ofProject')}
        </Title>
        {project !== undefined && (
          <ActionButton size="compact-sm" variant="default" harmless onClick={onAll}>
            {t('repositories.all')}
          </ActionButton>
        )}
      </Group>
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {!query.data && !query.error && <Skeleton height={200} />}
      {query.data?.complete === false && (
        <Alert color="yellow" mb="sm" title={t('repositories.incomplete')}>
          {t('repositories.incompleteHelp')}
        </Alert>
      )}
      {query.data?.repositories.length === 0 && <div className="nothing">{t('repositories.none')}</div>}
      {query.data && query.data.repositories.length > 0 && (
        <>
          <ShortList
            caption={t('repositories.title')}
            columns={columns}
            keyOf={({ repository_id }) => repository_id}
            rows={query.data.repositories}
            busy={query.isPlaceholderData}
          />
          <p className="usage-key">
            <span>
              <UsageBar share={1} />
              {t('repositories.own')}
            </span>
            <span>
              <UsageBar share={1} own={0} />
              {t('repositories.shared')}
            </span>
          </p>
        </>
      )}
    </>
  );
}

function useColumns(most: number): Column<RepositoryUse>[] {
  const { t, i18n } = useTranslation('usage');
  const size = (bytes: number) => readableBytes(bytes, i18n.language);
  return [
    {
      id: 'name',
      label: t('repositories.repository'),
      cell: ({ project_id, name }) => (
        <Anchor
          renderRoot={(props) => (
            <Link
              {...props}
              to="/harbor/projects/$id/repositories/$repo"
              params={{ id: String(project_id), repo: name.slice(name.indexOf('/') + 1) }}
            />
          )}
        >
          {name}
        </Anchor>
      ),
    },
    { id: 'size', label: t('repositories.size'), numeric: true, cell: (row) => size(row.size) },
    {
      id: 'bar',
      label: t('projects.share'),
      cell: ({ size: all, own_size: own }) => (
        <UsageBar share={all / most} own={own === undefined ? undefined : own / most} />
      ),
    },
    {
      id: 'own',
      label: t('repositories.own'),
      numeric: true,
      cell: ({ own_size: own }) => (own === undefined ? '–' : size(own)),
    },
  ];
}
