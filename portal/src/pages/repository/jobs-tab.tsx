import { Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Bulk } from '../../../../src/features/bulk/bulk.contract.ts';
import { listSearch, pageOf } from '../../api/list-search.ts';
import { isOver } from '../../api/run-progress.ts';
import { useApi } from '../../api/use-api.ts';
import { Ago } from '../../components/ago.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { JobState } from '../../components/job-state.tsx';
import { useProject } from '../../components/project-context.ts';
import { useRepository } from '../../components/repository-context.ts';
import { BulkRun } from './bulk-run.tsx';
import type { JobsSearch } from './jobs-search.ts';

const route = getRouteApi('/shell/harbor/projects/$id/repositories/$repo/jobs-tab');

/** While one of them runs; who opens it sees it live. */
const pollMilliseconds = 5_000;

/** What was done to many at once, newest first; each with its results, and the way back. */
export function JobsTab() {
  const { t } = useTranslation('repository');
  const { search, change } = listSearch(route.useSearch(), route.useNavigate(), { resetScroll: false });
  const query = useJobs(search);
  const open = (job: number | undefined) => change({ job });
  const close = () => {
    open(undefined);
    void query.refetch();
  };
  return (
    <>
      <Text size="sm" c="dimmed" my="sm">
        {t('jobs.help')}
      </Text>
      <DataTable
        caption={t('jobs.title')}
        columns={useColumns(open)}
        keyOf={({ id }) => id}
        query={query}
        search={search}
        onSearch={change}
        filtered={false}
        empty={<Text>{t('jobs.none')}</Text>}
      />
      {search.job !== undefined && (
        <Dialog title={t('jobs.named', { number: search.job })} size="xl" onClose={close}>
          <BulkRun key={search.job} id={search.job} onNext={open} />
        </Dialog>
      )}
    </>
  );
}

function useJobs(search: JobsSearch) {
  const api = useApi();
  const { id } = useProject();
  const { name, path } = useRepository();
  const paging = pageOf(search);
  return useQuery({
    queryKey: ['bulk-jobs', id, name, paging],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name/bulk', {
        params: path,
        query: paging,
        signal,
      }),
    refetchInterval: ({ state }) => (state.data?.items.every(isOver) === false ? pollMilliseconds : false),
  });
}

function useColumns(open: (job: number) => void): Column<Bulk>[] {
  const { t } = useTranslation('repository');
  return [
    {
      id: 'job',
      label: t('jobs.number'),
      cell: ({ id }) => (
        <button type="button" className="link-button" onClick={() => open(id)}>
          {t('jobs.named', { number: id })}
        </button>
      ),
    },
    { id: 'what', label: t('jobs.what'), cell: (job) => <What job={job} /> },
    { id: 'state', label: t('bulk.state'), cell: ({ status }) => <JobState status={status} /> },
    {
      id: 'results',
      label: t('jobs.results'),
      cell: ({ done, skipped, failed }) => t('bulk.counts', { done, skipped, failed }),
    },
    { id: 'by', label: t('jobs.by'), cell: ({ username }) => username ?? '–' },
    { id: 'started', label: t('jobs.started'), cell: ({ start_time }) => <Ago time={start_time} /> },
  ];
}

function What({ job: { action, target, q, of, total } }: { job: Bulk }) {
  const { t } = useTranslation('repository');
  return (
    <>
      {t(`jobs.actions.${action}.${target}`)}
      <Text size="xs" c="dimmed" className="server-words">
        {of === undefined
          ? q === undefined
            ? t('jobs.whole', { count: total })
            : t('jobs.filter', { q })
          : t('jobs.of', { number: of })}
      </Text>
    </>
  );
}
