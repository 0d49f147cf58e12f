import { Group, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { History } from '../../../../src/features/executions/executions.contract.ts';
import { pageOf } from '../../api/list-search.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { readableDuration } from '../../components/duration.ts';
import { JobState } from '../../components/job-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useResult } from './run-results.tsx';
import type { RunSearch } from './run-search.ts';
import { parametersOf, type Runs } from './use-runs.ts';

interface RunsListProps {
  readonly runs: Runs;
  readonly search: RunSearch;
  readonly onSearch: (change: RunSearch) => void;
}

/** Scheduled runs begin while one looks. */
const lookAgainMilliseconds = 10_000;

export function RunsList({ runs, search, onSearch }: RunsListProps) {
  const { t } = useTranslation('clean-up');
  const { run: _, ...list } = search;
  const query = useQuery({
    queryKey: ['runs', runs.kind, 'list', list],
    placeholderData: keepPreviousData,
    refetchInterval: lookAgainMilliseconds,
    queryFn: ({ signal }) => runs.list(pageOf(list), signal),
  });
  const columns = useColumns(runs, (run) => onSearch({ run }));
  return (
    <>
      <Title order={2} size="h4" mt="lg" mb="sm">
        {t('runs.title')}
      </Title>
      <DataTable
        caption={t('runs.title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={onSearch}
        filtered={false}
        empty={<Text>{t(`none.${runs.kind}`)}</Text>}
      />
    </>
  );
}

function useColumns(runs: Runs, open: (run: number) => void): Column<History>[] {
  const { t, i18n } = useTranslation('clean-up');
  const resultOf = useResult(runs.kind);
  return [
    { id: 'id', label: t('runs.id'), cell: ({ id = 0 }) => t('runs.named', { id }) },
    {
      id: 'status',
      label: t('runs.status'),
      sort: 'status',
      cell: (run) => <State run={run} />,
    },
    {
      id: 'trigger',
      label: t('runs.trigger'),
      cell: ({ job_kind }) => (job_kind === 'Schedule' ? t('runs.scheduled') : t('runs.manual')),
    },
    {
      id: 'result',
      label: t(`result.${runs.kind}`),
      numeric: true,
      cell: (run) => resultOf(parametersOf(run)),
    },
    {
      id: 'began',
      label: t('runs.began'),
      sort: 'creation_time',
      cell: ({ creation_time }) => <Moment time={creation_time} />,
    },
    {
      id: 'took',
      label: t('runs.took'),
      numeric: true,
      cell: (run) => took(run, i18n.language),
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: ({ id = 0 }) => (
        <ActionButton
          size="compact-xs"
          variant="default"
          harmless
          aria-label={t('runs.showNamed', { id })}
          onClick={() => open(id)}
        >
          {t('runs.show')}
        </ActionButton>
      ),
    },
  ];
}

function State({ run }: { run: History }) {
  const { t } = useTranslation('clean-up');
  return (
    <Group gap="xs" wrap="nowrap">
      <JobState status={run.job_status} />
      {parametersOf(run)['dry_run'] === true && <StateMark tone="quiet">{t('runs.dryRun')}</StateMark>}
    </Group>
  );
}

function took({ job_status, creation_time, update_time }: History, language: string): string {
  if (job_status === 'Running') return '–';
  return readableDuration((Date.parse(update_time) - Date.parse(creation_time)) / 1000, language);
}
