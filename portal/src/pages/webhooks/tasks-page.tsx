import { Anchor, Text } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { notifications } from '@mantine/notifications';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../../src/features/webhooks/deliveries.contract.ts';
import { type ListSearch, listSearch, pageOf } from '../../api/list-search.ts';
import { isOver } from '../../api/run-progress.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { JobState } from '../../components/job-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { useProject } from '../../components/project-context.ts';
import { FormTrouble } from '../../components/trouble.tsx';
import { type DeliveryPath, TaskDetail } from './task-detail.tsx';
import { textOf } from './webhook-draft.ts';
import './webhooks.css';

const route = getRouteApi('/shell/harbor/projects/$id/webhook/$policyId/executions/$executionId/tasks');

const pollMilliseconds = 2_000;

/** One delivery: a task for each target, what it sent, and what came back. */
export function TasksPage() {
  const { t } = useTranslation('webhooks');
  const { id, policyId, executionId } = route.useParams();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate(), { resetScroll: false });
  const project = useProject();
  const path = {
    project_name_or_id: String(project.id),
    webhook_policy_id: Number(policyId),
    execution_id: Number(executionId),
  };
  const query = useTasks(path, search);
  const again = useRedeliver(path);
  const columns = useColumns({
    shown: search.task,
    onShow: (task) => change({ task }),
    onAgain: (task) => again.mutate(task),
  });
  const title = t('delivery.named', { number: path.execution_id });
  return (
    <>
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link
            {...props}
            to="/harbor/projects/$id/webhook"
            params={{ id }}
            search={{ policy: path.webhook_policy_id }}
          />
        )}
      >
        {t('delivery.back')}
      </Anchor>
      <div className="section-head">
        <h2>{title}</h2>
      </div>
      <FormTrouble error={again.error} />
      <DataTable
        caption={title}
        columns={columns}
        keyOf={(task) => task.id ?? 0}
        query={query}
        search={search}
        onSearch={change}
        filtered={false}
        empty={<Text>{t('delivery.noTasks')}</Text>}
      />
      {search.task !== undefined && (
        <TaskDetail
          path={{ ...path, task_id: search.task }}
          running={query.data?.items.some((task) => task.id === search.task && !isOver(task)) === true}
        />
      )}
    </>
  );
}

function useTasks(path: DeliveryPath, search: ListSearch) {
  const api = useApi();
  const paging = pageOf(search);
  return useQuery({
    queryKey: ['delivery', path, paging],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api(
        'GET /projects/:project_name_or_id/webhook/policies/:webhook_policy_id/executions/:execution_id/tasks',
        { params: { ...path }, query: paging, signal },
      ),
    refetchInterval: ({ state }) => (state.data?.items.every(isOver) === false ? pollMilliseconds : false),
  });
}

function useRedeliver(path: DeliveryPath) {
  const { t } = useTranslation('webhooks');
  const api = useApi();
  const client = useQueryClient();
  const { id, policyId } = route.useParams();
  const navigate = route.useNavigate();
  return useMutation({
    mutationFn: (task_id: number) =>
      api(
        'POST /projects/:project_name_or_id/webhook/policies/:webhook_policy_id/executions/:execution_id/tasks/:task_id/redeliver',
        { params: { ...path, task_id } },
      ),
    onSuccess: async () => {
      notifications.show({ message: t('delivery.begun') });
      await client.invalidateQueries({ queryKey: ['deliveries'] });
      await client.invalidateQueries({ queryKey: ['delivery'] });
      await navigate({
        to: '/harbor/projects/$id/webhook',
        params: { id },
        search: { policy: Number(policyId) },
      });
    },
  });
}

interface ColumnOptions {
  readonly shown: number | undefined;
  readonly onShow: (task: number) => void;
  readonly onAgain: (task: number) => void;
}

function useColumns({ shown, onShow, onAgain }: ColumnOptions): Column<Task>[] {
  const { t } = useTranslation('webhooks');
  const { can } = useProject();
  const refusal = can('notification-policy:update') ? undefined : t('mayNotChange');
  return [
    {
      id: 'task',
      label: t('delivery.target'),
      cell: ({ id = 0, extra_attrs }) => (
        <button
          type="button"
          className="link-button address"
          aria-expanded={shown === id}
          onClick={() => onShow(id)}
        >
          {textOf(extra_attrs, 'address') || t('delivery.taskNamed', { number: id })}
        </button>
      ),
    },
    { id: 'state', label: t('state'), cell: ({ status }) => <JobState status={status} /> },
    { id: 'tries', label: t('delivery.tries'), numeric: true, cell: ({ run_count }) => run_count },
    { id: 'message', label: t('delivery.message'), cell: ({ status_message }) => status_message ?? '' },
    { id: 'time', label: t('delivery.last'), cell: ({ update_time }) => <Moment time={update_time} /> },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (task) =>
        task.status === 'Running' ? null : (
          <ActionButton
            size="compact-xs"
            variant="default"
            refusal={refusal}
            aria-label={t('delivery.redeliverNumber', { number: task.id })}
            onClick={() => onAgain(task.id ?? 0)}
          >
            {isOver(task) ? t('delivery.redeliver') : t('delivery.now')}
          </ActionButton>
        ),
    },
  ];
}
