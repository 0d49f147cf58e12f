import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RetentionExecution } from '../../../../src/features/retention/retention.contract.ts';
import { listSearch, pageOf } from '../../api/list-search.ts';
import { isOver, type RunStatus } from '../../api/run-progress.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { JobState } from '../../components/job-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { useProject } from '../../components/project-context.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { FormTrouble } from '../../components/trouble.tsx';
import { RunFollower } from './run-follower.tsx';
import { RunTasks } from './run-tasks.tsx';
import type { RunsSearch } from './runs-search.ts';

const route = getRouteApi('/shell/harbor/projects/$id/tag-strategy/tag-retention');

/** What was run by the policy, newest first, and one of them in detail. */
export function RetentionRuns({ policyId }: { policyId: number }) {
  const { t } = useTranslation('policies');
  const { search, change } = listSearch(route.useSearch(), route.useNavigate(), { resetScroll: false });
  const query = useRuns(policyId, search);
  const stop = useStop(policyId);
  const columns = useColumns({
    open: search.run,
    onOpen: (run) => change({ run, task: undefined }),
    onStop: (run) => stop.mutate(run),
  });
  const run = query.data?.items.find(({ id }) => id === search.run);
  const { statuses, onStatus } = useStatuses();
  return (
    <section className="policy-section">
      <h2>{t('run.title')}</h2>
      {query.data?.items
        .filter((one) => !isOver(one))
        .map(({ id = 0 }) => (
          <RunFollower key={id} policyId={policyId} executionId={id} onStatus={onStatus} />
        ))}
      <FormTrouble error={stop.error} />
      <DataTable
        caption={t('run.title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={change}
        filtered={false}
        empty={<Text>{t('run.none')}</Text>}
      />
      {search.run !== undefined && (
        <RunTasks
          key={search.run}
          policyId={policyId}
          executionId={search.run}
          run={run}
          status={statuses.get(search.run)}
          task={search.task}
          onTask={(task) => change({ task })}
        />
      )}
    </section>
  );
}

/** How those that run go on, by their ids. */
function useStatuses() {
  const [statuses, setStatuses] = useState<ReadonlyMap<number, RunStatus>>(new Map());
  const onStatus = useCallback(
    (id: number, status: RunStatus) => setStatuses((before) => new Map(before).set(id, status)),
    [],
  );
  return { statuses, onStatus };
}

function useRuns(policyId: number, search: RunsSearch) {
  const api = useApi();
  const paging = pageOf(search);
  return useQuery({
    queryKey: ['retention-runs', policyId, paging],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /retentions/:id/executions', { params: { id: policyId }, query: paging, signal }),
  });
}

function useStop(policyId: number) {
  const { t } = useTranslation('policies');
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (eid: number) =>
      api('PATCH /retentions/:id/executions/:eid', {
        params: { id: policyId, eid },
        body: { action: 'stop' },
      }),
    onSuccess: () => notifications.show({ message: t('run.stopped') }),
    onSettled: () => client.invalidateQueries({ queryKey: ['retention-runs', policyId] }),
  });
}

interface ColumnOptions {
  readonly open: number | undefined;
  readonly onOpen: (run: number | undefined) => void;
  readonly onStop: (run: number) => void;
}

function useColumns({ open, onOpen, onStop }: ColumnOptions): Column<RetentionExecution>[] {
  const { t, i18n } = useTranslation('policies');
  const { can } = useProject();
  const refusal = can('tag-retention:update') ? undefined : t('retention.mayNotChange');
  return [
    {
      id: 'run',
      label: t('run.number'),
      cell: ({ id = 0 }) => (
        <button
          type="button"
          className="link-button"
          aria-expanded={open === id}
          onClick={() => onOpen(open === id ? undefined : id)}
        >
          {t('run.named', { number: id })}
        </button>
      ),
    },
    { id: 'state', label: t('run.state'), cell: ({ status }) => <JobState status={status} /> },
    {
      id: 'kind',
      label: t('run.kind'),
      cell: ({ dry_run }) =>
        dry_run ? <StateMark tone="quiet">{t('run.dryRun')}</StateMark> : t('run.real'),
    },
    {
      id: 'trigger',
      label: t('run.trigger'),
      cell: ({ trigger }) => (trigger === 'SCHEDULE' ? t('run.bySchedule') : t('run.byHand')),
    },
    { id: 'started', label: t('run.begun'), cell: ({ start_time }) => <Moment time={start_time} /> },
    {
      id: 'duration',
      label: t('run.duration'),
      numeric: true,
      cell: (run) => durationOf(run, i18n.language),
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (run) =>
        isOver(run) ? null : (
          <ActionButton
            size="compact-xs"
            variant="default"
            aria-label={t('run.abortNumber', { number: run.id })}
            refusal={refusal}
            onClick={() => onStop(run.id ?? 0)}
          >
            {t('run.abort')}
          </ActionButton>
        ),
    },
  ];
}

function durationOf({ start_time = '', end_time }: RetentionExecution, language: string): string {
  const end = end_time === undefined || end_time.startsWith('0001-') ? undefined : Date.parse(end_time);
  if (end === undefined) return '–';
  const seconds = Math.max(0, (end - Date.parse(start_time)) / 1000);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: seconds < 120 ? 'second' : 'minute',
    maximumFractionDigits: seconds < 10 ? 1 : 0,
  }).format(seconds < 120 ? seconds : seconds / 60);
}
