import { Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  RetentionExecution,
  RetentionExecutionTask,
} from '../../../../src/features/retention/retention.contract.ts';
import { type ListSearch, pageOf } from '../../api/list-search.ts';
import { isOver, type RunStatus } from '../../api/run-progress.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { RunBar, tasksOf } from '../../components/job-progress.tsx';
import { JobState } from '../../components/job-state.tsx';
import { LogView } from '../../components/log-view.tsx';
import { Trouble } from '../../components/trouble.tsx';

interface RunTasksProps {
  readonly policyId: number;
  readonly executionId: number;
  /** As the list of runs has it; undefined when it is on another page. */
  readonly run: RetentionExecution | undefined;
  /** As its events tell; undefined when it has not been seen running. */
  readonly status: RunStatus | undefined;
  readonly task: number | undefined;
  readonly onTask: (task: number | undefined) => void;
}

/** One run: a task for each repository, with what stayed and what went. */
export function RunTasks({ policyId, executionId, run, status, task, onTask }: RunTasksProps) {
  const { t } = useTranslation('policies');
  const [search, setSearch] = useState<ListSearch>({});
  const query = useTasks({ policyId, executionId, search });
  const columns = useColumns(run?.dry_run === true, onTask);
  const label = t('run.tasksOf', { number: executionId });
  const { items = [], total = 0 } = query.data ?? {};
  // Of more tasks than a page holds only the server knows how many are done.
  const counted =
    total > 0 && total <= items.length ? { done: items.filter(isOver).length, total } : undefined;
  const amount = status ? tasksOf(status) : counted;
  const open = items.find(({ id }) => id === task);
  return (
    <section className="policy-section">
      <h2>{label}</h2>
      {run && <RunBar label={label} status={run} amount={amount} />}
      <DataTable
        caption={label}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={(next) => setSearch({ ...search, ...next })}
        filtered={false}
        empty={<Text>{t('run.noTasks')}</Text>}
      />
      {task !== undefined && (
        <TaskLog
          {...{ policyId, executionId, task, running: open !== undefined && !isOver(open) }}
          name={open?.repository ?? String(task)}
          onClose={() => onTask(undefined)}
        />
      )}
    </section>
  );
}

interface TasksQuestion {
  readonly policyId: number;
  readonly executionId: number;
  readonly search: ListSearch;
}

function useTasks({ policyId, executionId, search }: TasksQuestion) {
  const api = useApi();
  const paging = pageOf(search);
  return useQuery({
    queryKey: ['retention-tasks', policyId, executionId, paging],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /retentions/:id/executions/:eid/tasks', {
        params: { id: policyId, eid: executionId },
        query: paging,
        signal,
      }),
  });
}

function useColumns(dryRun: boolean, onTask: (task: number) => void): Column<RetentionExecutionTask>[] {
  const { t, i18n } = useTranslation('policies');
  const number = new Intl.NumberFormat(i18n.language);
  return [
    { id: 'repository', label: t('preview.repository'), cell: ({ repository }) => repository },
    { id: 'state', label: t('run.state'), cell: ({ status }) => <JobState status={status} /> },
    {
      id: 'gone',
      label: dryRun ? t('preview.going') : t('run.gone'),
      numeric: true,
      cell: ({ total, retained }) => number.format(total - retained),
    },
    {
      id: 'retained',
      label: t('run.kept'),
      numeric: true,
      cell: ({ retained }) => number.format(retained),
    },
    {
      id: 'log',
      label: t('table.actions'),
      cell: ({ id = 0, repository = '' }) => (
        <ActionButton
          size="compact-xs"
          variant="default"
          aria-label={t('log.of', { name: repository })}
          onClick={() => onTask(id)}
        >
          {t('run.log')}
        </ActionButton>
      ),
    },
  ];
}

interface TaskLogProps {
  readonly policyId: number;
  readonly executionId: number;
  readonly task: number;
  readonly name: string;
  readonly running: boolean;
  readonly onClose: () => void;
}

function TaskLog({ policyId, executionId, task, name, running, onClose }: TaskLogProps) {
  const { t } = useTranslation('policies');
  const api = useApi();
  const query = useQuery({
    queryKey: ['retention-log', policyId, executionId, task],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /retentions/:id/executions/:eid/tasks/:tid', {
        params: { id: policyId, eid: executionId, tid: task },
        signal,
      }),
    select: linesOf,
  });
  const title = t('log.of', { name });
  return (
    <Dialog title={title} size="xl" onClose={onClose}>
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <LogView
          label={title}
          lines={query.data}
          growing={running}
          download={`/api/v2.0/retentions/${policyId}/executions/${executionId}/tasks/${task}`}
        />
      )}
    </Dialog>
  );
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
